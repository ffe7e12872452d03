"""Debian's Chromium, driven by Playwright. `make test-full` installs neither without saying so."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Browser

NODE_MODULES = Path(__file__).parents[1] / "contract/node_modules"
"""Where npm has put axe-core, Mermaid and the style of GitHub's markdown."""

LONGEST_MILLISECONDS = 180_000
"""What Playwright waits for anything, also on a machine that is busy with something else."""
_NAMES = ("chromium", "chromium-browser", "google-chrome")
_QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--font-render-hinting=none",
)


def executable() -> str:
    """Where Chromium is: CHROMIUM of the environment, else on the PATH. Raises RuntimeError where there is none."""
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, _NAMES)), None)
    if found is None:
        raise RuntimeError("make test-full needs Chromium: apt-get install chromium, or name it in CHROMIUM=PATH")
    return found


@contextmanager
def browser() -> Iterator[Browser]:
    """A browser without a window that reaches for nothing on its own."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        running = playwright.chromium.launch(
            executable_path=executable(), args=list(_QUIET), timeout=LONGEST_MILLISECONDS
        )
        try:
            yield running
        finally:
            running.close()


def script(path: str) -> str:
    """A file of a package of npm (`axe-core/axe.min.js`)."""
    return (NODE_MODULES / path).read_text(encoding="utf-8")
