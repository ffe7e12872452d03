"""The HTML report in a real browser: it works, it can be read by everyone, it reaches for nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

from gcsync.views.html_report import render_html_drift, render_html_plan
from tests.browser.conftest import Reader
from tests.views.factories import create, delete, plan
from tests.views.html_scenes import many_changes, told_drift
from tests.views.scenes import full_plan, small_plans
from tests.views.test_hostile_text import HOSTILE, hostile_plan

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.full

PAGES: dict[str, Callable[[], str]] = {
    "plan": lambda: render_html_plan([full_plan()]),
    "several": lambda: render_html_plan([*small_plans(), full_plan()]),
    "drift": lambda: render_html_drift([told_drift()]),
    "empty": lambda: render_html_plan([plan()]),
    "hostile": lambda: render_html_plan([hostile_plan("<img src=x onerror=alert(1)> & \"' " + "long" * 200)]),
}


@cache
def large(count: int) -> str:
    return render_html_plan([many_changes(count)])


def shown(page: Page) -> list[str]:
    """The ids of the rows that can be seen, in their order."""
    ids: list[str] = page.evaluate(
        "[...document.querySelectorAll('details.item')].filter(r => r.checkVisibility()).map(r => r.id)"
    )
    return ids


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


class TestForEveryone:
    """No violation of axe, whatever is open, in light and dark, on a wide screen and a phone."""

    @pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 390)])
    @pytest.mark.parametrize("name", PAGES)
    def test_axe_finds_nothing(self, reader: Reader, name: str, scheme: str, width: int) -> None:
        page = reader.open(PAGES[name](), color_scheme=scheme, viewport={"width": width, "height": 3000})
        press(page, "Expand all")
        page.evaluate("document.querySelectorAll('main > details').forEach(part => { part.open = true })")
        page.wait_for_timeout(300)
        assert reader.violations(page) == []

    @pytest.mark.parametrize("scheme", ["light", "dark"])
    def test_axe_finds_nothing_in_five_thousand_changes(self, reader: Reader, scheme: str) -> None:
        """The first rows of each group stand for the others, made alike: with all of them axe takes minutes."""
        page = reader.open(large(5000), color_scheme=scheme)
        page.locator("details.item summary").first.click()
        page.evaluate("document.querySelectorAll('.item:nth-of-type(n + 10)').forEach(row => row.remove())")
        assert reader.violations(page) == []

    @pytest.mark.parametrize("name", PAGES)
    def test_a_phone_shows_it_without_scrolling_sideways(self, reader: Reader, name: str) -> None:
        page = reader.open(PAGES[name](), viewport={"width": 390, "height": 844})
        press(page, "Expand all")
        page.wait_for_timeout(200)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390

    def test_a_phone_breaks_no_word_of_a_row_or_of_the_environments(self, reader: Reader) -> None:
        plans = [replace(one, environment=name) for one, name in zip(small_plans(), ("dev", "prod"), strict=True)]
        page = reader.open(render_html_plan(plans), viewport={"width": 390, "height": 844})
        assert " " in page.locator("details.item summary").first.evaluate(
            "summary => summary.childNodes[1].textContent"
        )
        heights = page.eval_on_selector_all("table.matrix td", "cells => cells.map(cell => cell.clientHeight)")
        assert max(heights) < 40

    def test_the_theme_is_the_systems_until_it_is_switched(self, reader: Reader) -> None:
        page = reader.open(PAGES["plan"](), color_scheme="dark")
        dark = background(page)
        for name, expected in (("as the system", False), ("light", True), ("dark", False)):
            assert (background(page) != dark) is expected
            press(page, f"Theme: {name}")
        press(page, "Theme: as the system")
        page.reload()
        reader.asked.clear()
        assert page.get_by_role("button", name="Theme: light").is_visible()

    def test_without_scripts_there_is_a_table(self, reader: Reader) -> None:
        page = reader.open(PAGES["plan"](), java_script_enabled=False)
        assert page.locator("table.plain tbody tr").count() == len(full_plan().active)
        assert page.locator("table.plain").get_by_text("stream.legacy").is_visible()
        assert page.get_by_text("Destroys 2 objects").is_visible()

    def test_printed_it_is_light_and_without_tools(self, reader: Reader) -> None:
        page = reader.open(PAGES["plan"](), color_scheme="dark")
        page.emulate_media(media="print")
        assert not page.locator("#tools").is_visible()
        assert page.get_by_text("Destroys 2 objects").is_visible()


def background(page: Page) -> str:
    found: str = page.evaluate("getComputedStyle(document.body).backgroundColor")
    return found


class TestTheList:
    def test_what_destroys_comes_first_and_what_stays_is_hidden(self, reader: Reader) -> None:
        ids = shown(reader.open(PAGES["plan"]()))
        assert ids[:2] == ["stream.legacy", 'stream.replaced["emea"]']
        assert "stream.kept" not in ids
        assert len(ids) == len(full_plan().active)

    def test_tiles_show_only_what_they_count(self, reader: Reader) -> None:
        page = reader.open(PAGES["plan"]())
        press(page, "1 DELETE")
        assert shown(page) == ["stream.legacy"]
        press(page, "1 unchanged")
        assert shown(page) == ["stream.legacy", "stream.kept"]
        press(page, "1 DELETE")
        press(page, "1 unchanged")
        assert len(shown(page)) == len(full_plan().active)

    @pytest.mark.parametrize(
        ("text", "found"),
        [
            ("stream.legacy", ["stream.legacy"]),
            ("CANNOT CHANGE", ['stream.replaced["emea"]']),
            ("spare.example.com", ["stream.conversations", "stream.agents"]),
            ("prevent_destroy", ["stream.vip"]),
            ("stream.old_key names", ["stream.new_key"]),
            ("nothing has this", []),
        ],
    )
    def test_the_search_looks_at_addresses_names_attributes_and_values(
        self, reader: Reader, text: str, found: list[str]
    ) -> None:
        page = reader.open(PAGES["plan"]())
        page.get_by_role("searchbox").fill(text)
        assert shown(page) == found
        assert page.get_by_role("status").text_content() == f"Showing {len(found)} of 11."
        page.get_by_role("searchbox").press("Escape")
        assert len(shown(page)) == len(full_plan().active)

    def test_selects_show_only_a_stack_a_kind_a_reason(self, reader: Reader) -> None:
        other = plan(delete("trigger.old"), create("stream.new"), stack="other", owner="other@dev")
        page = reader.open(render_html_plan([full_plan(), other]))
        page.get_by_label("Stack").last.select_option("other@dev")
        assert shown(page) == ["trigger.old", "stream.new"]
        page.get_by_label("Kind").select_option("trigger")
        assert shown(page) == ["trigger.old"]
        press(page, "Keys")
        press(page, "Close")
        page.keyboard.press("x")
        page.get_by_label("Reason").select_option("conflict")
        assert shown(page) == ["stream.conversations"]

    def test_expanded_rows_show_before_and_after_and_collapsed_ones_nothing(self, reader: Reader) -> None:
        page = reader.open(PAGES["plan"]())
        assert page.get_by_text("new name", exact=False).filter(visible=True).count() == 1
        press(page, "Expand all")
        row = page.locator("[id='stream.replaced[\"emea\"]']")
        row.scroll_into_view_if_needed()
        assert row.locator("td.before").first.text_content() == '"old name"'
        assert row.locator("td.after .inner").first.text_content() == "new"
        press(page, "Collapse all")
        assert not row.locator("table").is_visible()

    def test_text_of_others_stays_text(self, reader: Reader) -> None:
        for text in HOSTILE:
            page = reader.open(render_html_plan([hostile_plan(text)]))
            press(page, "Expand all")
            assert page.locator("main script, main img, main iframe, main [onerror]").count() == 0
            assert page.get_by_role("heading", level=1).text_content()


class TestKeysAndLinks:
    def test_the_keyboard_alone_will_do(self, reader: Reader) -> None:
        page = reader.open(PAGES["plan"]())
        page.keyboard.press("j")
        page.keyboard.press("j")
        assert focused(page) == 'stream.replaced["emea"]'
        page.keyboard.press("k")
        page.keyboard.press("Enter")
        page.locator("[id='stream.legacy'] table").wait_for()
        page.keyboard.press("/")
        page.keyboard.type("vip")
        assert shown(page) == ["stream.vip"]

    def test_the_keys_can_be_switched_off(self, reader: Reader) -> None:
        page = reader.open(PAGES["plan"]())
        page.keyboard.press("?")
        page.get_by_role("checkbox").uncheck()
        press(page, "Close")
        page.keyboard.press("e")
        assert page.locator("details.item[open]").count() == 0

    @pytest.mark.parametrize("address", ["stream.vip", 'stream.replaced["emea"]', "stream.kept"])
    def test_a_link_opens_its_resource_even_one_that_is_hidden(self, reader: Reader, address: str) -> None:
        page = reader.open(PAGES["plan"](), anchor="#" + quote(address))
        page.wait_for_function("document.activeElement.closest('details.item')")
        assert focused(page) == address
        assert page.locator(f"[id='{address}']").get_attribute("open") is not None

    def test_the_link_of_a_row_leads_to_it(self, reader: Reader) -> None:
        page = reader.open(PAGES["plan"]())
        press(page, "Expand all")
        page.get_by_role("link", name='Link to stream.replaced["emea"]').click()
        assert page.evaluate("decodeURIComponent(location.hash)") == '#stream.replaced["emea"]'
        # The page follows the link a moment later.
        page.wait_for_function("document.activeElement.closest('details.item')")
        assert focused(page) == 'stream.replaced["emea"]'

    def test_a_command_is_copied(self, reader: Reader) -> None:
        page = reader.open(PAGES["drift"](), permissions=["clipboard-read", "clipboard-write"])
        page.locator("[id='stream.conversations'] summary").click()
        page.get_by_role("button", name="Copy: gcsync accept").first.click()
        page.get_by_text("Copied", exact=True).first.wait_for()
        assert page.evaluate("navigator.clipboard.readText()") == (
            "gcsync accept stacks/prod.yaml --target stream.conversations"
        )

    def test_a_node_of_the_drawing_leads_to_its_row(self, reader: Reader) -> None:
        page = reader.open(PAGES["plan"]())
        page.locator("#graph > summary").click()
        page.locator("[data-anchor='contact-center/stream.vip']").click()
        page.wait_for_function("document.activeElement.closest('details.item')")
        assert focused(page) == "stream.vip"


def focused(page: Page) -> str:
    found: str = page.evaluate("document.activeElement.closest('details.item')?.id || ''")
    return found


class TestFiveThousandChanges:
    """Measured against the same with 500, so that the machine does not matter."""

    def test_they_are_shown_filtered_and_searched_in_proportion(self, reader: Reader) -> None:
        """Ten times as many may take ten times as long, and thrice that on a busy machine: the best of some counts."""
        pages = [reader.open(large(count)) for count in (500, 5000)]
        runs: list[list[dict[str, float]]] = [[], []]
        for _ in range(12):
            for page, found in zip(pages, runs, strict=True):
                found.append(self.seconds(page))
            small, big = map(self.best, runs)
            if len(runs[0]) >= 3 and all(big[action] < 30 * max(small[action], 0.02) for action in big):
                return
        raise AssertionError((small, big))

    def best(self, runs: list[dict[str, float]]) -> dict[str, float]:
        return {action: min(run[action] for run in runs) for action in runs[0]}

    def test_expanding_all_fills_what_is_near_the_screen_only(self, reader: Reader) -> None:
        page = reader.open(large(5000))
        press(page, "Expand all")
        page.wait_for_function("document.querySelectorAll('details.item .body').length")
        page.wait_for_timeout(500)
        assert page.locator("details.item[open]").count() == 5000
        assert 0 < page.locator("details.item .body").count() < 500
        page.evaluate("window.scrollTo(0, document.body.scrollHeight / 2)")
        page.wait_for_function("[...document.querySelectorAll('.body')].some(b => b.checkVisibility())")

    def seconds(self, page: Page) -> dict[str, float]:
        """How long each action holds the page, until it is painted."""
        actions = {
            "search": "search.value = 'number 33'; search.dispatchEvent(new Event('input'))",
            "search again": "search.value = 's7'; search.dispatchEvent(new Event('input'))",
            "clear": "clearFilters()",
            "filter": "document.querySelector('.tile').click()",
            "filter off": "document.querySelector('.tile').click()",
            "expand": "openAll(true)",
            "collapse": "openAll(false)",
        }
        timed = (
            "new Promise(done => {{ const began = performance.now(); {};"
            " requestAnimationFrame(() => setTimeout(() => done((performance.now() - began) / 1000))) }})"
        )
        return {name: page.evaluate(timed.format(action)) for name, action in actions.items()}
