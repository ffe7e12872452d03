from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.chromium import LONGEST_MILLISECONDS, browser, script

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page


@pytest.fixture(scope="module")
def running() -> Iterator[Browser]:
    """A browser for the tests of a module; not longer, since Playwright holds the thread's event loop meanwhile."""
    with browser() as found:
        yield found


class Reader:
    """Somebody who opens pages from files, and notes what a page should not do: ask for something, complain."""

    def __init__(self, running: Browser, folder: Path) -> None:
        self._running = running
        self._folder = folder
        self._contexts: list[Any] = []
        self.asked: list[str] = []
        self.complaints: list[str] = []

    def open(self, html: str, anchor: str = "", **context: Any) -> Page:
        """The page in a new window, as `new_context` of Playwright takes its settings."""
        number = len(self._contexts)
        path = self._folder / f"report-{number}.html"
        path.write_text(html, encoding="utf-8")
        self._contexts.append(self._running.new_context(**context))
        self._contexts[-1].set_default_timeout(LONGEST_MILLISECONDS)
        page: Page = self._contexts[-1].new_page()
        page.on("console", lambda message: self.complaints.append(message.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", lambda request: self.asked.append(request.url))
        page.goto(f"{path.as_uri()}{anchor}")
        self.asked.remove(path.as_uri())
        return page

    def close(self) -> None:
        for context in self._contexts:
            context.close()

    def violations(self, page: Page) -> list[str]:
        """What axe finds wrong: the rule, and the first elements."""
        page.evaluate(script("axe-core/axe.min.js"))
        found = page.evaluate("axe.run(document, { resultTypes: ['violations'] })")["violations"]
        return [f"{one['id']}: {[node['html'][:120] for node in one['nodes'][:3]]}" for one in found]


@pytest.fixture
def reader(running: Browser, tmp_path: Path) -> Iterator[Reader]:
    """A reader whose pages asked for nothing and had nothing to complain of."""
    found = Reader(running, tmp_path)
    yield found
    found.close()
    assert (found.asked, found.complaints) == ([], [])
