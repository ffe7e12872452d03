"""The HTML report without a browser: whole, closed to the outside, complete. With one: tests/browser."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gcsync.model.address import Address
from gcsync.model.diagnostic import Diagnostic
from gcsync.model.drift import DriftReport
from gcsync.model.plan import Plan
from gcsync.model.resource import Organization
from gcsync.views.html_frame import DRAWN_RESOURCES
from gcsync.views.html_report import render_html_drift, render_html_plan
from tests.views.factories import create, delete, keep, plan, target
from tests.views.html_scenes import many_changes, told_drift
from tests.views.page import Page
from tests.views.scenes import CANARY, full_plan, small_plans
from tests.views.test_hostile_text import HOSTILE, hostile_plan

UNREAD = target(organization=Organization("", "Another Ltd"), region="", client="", api_url="")

PAGES: dict[str, Callable[[], str]] = {
    "a plan": lambda: render_html_plan([full_plan()]),
    "several plans": lambda: render_html_plan([*small_plans(), full_plan()]),
    "no plan at all": lambda: render_html_plan([]),
    "an empty plan": lambda: render_html_plan([plan()]),
    "drift": lambda: render_html_drift([told_drift()]),
    "no drift": lambda: render_html_drift([DriftReport(plan(keep()))]),
    "the same stack twice": lambda: render_html_drift([told_drift(), told_drift()]),
    "hostile names": lambda: render_html_plan([hostile_plan(HOSTILE[1])] * 2),
}


@pytest.fixture(params=PAGES, ids=list(PAGES))
def html(request: pytest.FixtureRequest) -> str:
    return PAGES[request.param]()


def test_it_is_a_whole_page_with_unique_ids(html: str) -> None:
    page = Page(html)
    ids = [*page.ids(), *(item["id"] for item in page.data()["items"])]
    assert len(ids) == len(set(ids))
    assert all(element.text for element in page.all("title"))
    assert all(" " not in id_ for id_ in ids)


def test_it_refers_to_nothing_outside_itself(html: str) -> None:
    page = Page(html)
    for element in page.elements:
        for name in ("src", "srcset", "action", "data", "poster", "background", "xlink:href"):
            assert element.attributes.get(name) is None
        assert re.match(r"#|data:,|$", element.attributes.get("href") or "")
        assert not any(name.startswith("on") or name == "style" for name in element.attributes)
    (style,), script = page.all("style"), page.all("script")[-1]
    assert re.search(r"url\((?!#)|@import|https?:", style.text) is None
    assert (
        re.search(r"https?:|innerHTML|outerHTML|insertAdjacent|document\.write|eval|fetch|import\(", script.text)
        is None
    )


def test_its_policy_lets_in_its_own_style_and_script_only(html: str) -> None:
    page = Page(html)
    (policy,) = [e.attributes["content"] for e in page.all("meta") if "http-equiv" in e.attributes]
    (style,), script = page.all("style"), page.all("script")[-1]
    digests = ["sha256-" + base64.b64encode(hashlib.sha256(e.text.encode()).digest()).decode() for e in (style, script)]
    assert policy == (
        f"default-src 'none'; style-src '{digests[0]}'; script-src '{digests[1]}'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


NAMED = [text for text in HOSTILE if text]


@pytest.mark.parametrize("text", NAMED, ids=range(len(NAMED)))
def test_a_hostile_name_stays_text(text: str) -> None:
    assert skeleton(hostile_plan(text)) == skeleton(hostile_plan("harmless"))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(alphabet=st.sampled_from("<>&\"'/!-]`${}\\ascript\u2028\x00\n"), max_size=30))
def test_no_text_makes_an_element(text: str) -> None:
    page = Page(render_html_plan([hostile_plan(f"x{text}")]))
    assert [element.attributes for element in page.all("script")] == [{"type": "application/json", "id": "data"}, {}]


def skeleton(whole: Plan) -> list[tuple[str, list[str]]]:
    """The elements of the page outside the drawing, with the names of their attributes."""
    page = Page(render_html_plan([whole]))
    drawn = {"svg", "g", "path", "rect", "text", "tspan", "pre"}
    return [(e.name, sorted(e.attributes)) for e in page.elements if e.name not in drawn]


def test_no_terminal_escape_and_no_change_of_direction_is_left() -> None:
    for text in HOSTILE:
        html = render_html_plan([hostile_plan(text)])
        shown = [html, *strings(Page(html).data())]
        assert all(line.isprintable() for part in shown for line in part.split("\n"))


def strings(value: object) -> list[str]:
    if isinstance(value, dict | list):
        inner = list(value.values()) if isinstance(value, dict) else value
        return [text for one in inner for text in strings(one)]
    return [value] if isinstance(value, str) else []


def test_no_secret_is_in_it() -> None:
    for html in (render_html_plan([full_plan()]), render_html_drift([told_drift()])):
        assert CANARY not in html
        assert "(sensitive value)" in html


def test_what_destroys_is_said_and_listed_first() -> None:
    page = Page(render_html_plan([full_plan()]))
    assert page.by_class("lead")[0].text == "Destroys 2 objects: 1 to delete, 1 to replace."
    groups = [item["group"] for item in page.data()["items"]]
    assert groups[:2] == ["delete", "replace"]
    assert [group["id"] for group in page.data()["groups"]] == list(dict.fromkeys(groups))


def test_every_change_is_listed_with_the_counts_of_the_plan() -> None:
    whole = full_plan()
    data = Page(render_html_plan([whole])).data()
    assert sorted(item["address"] for item in data["items"]) == sorted(str(c.address) for c in whole.changes)
    assert {group["id"]: group["count"] for group in data["groups"]}["update"] == 4


def test_a_card_says_whom_the_plan_is_about_and_whether_it_can_be_applied() -> None:
    refused, applyable, empty = (
        Page(render_html_plan([one])).by_class("card")[0].text
        for one in (full_plan(), plan(create(), environment="prod", owner="a@prod"), plan(keep()))
    )
    assert "refused: GC420" in refused
    assert "Example Ltd (4b1c0d7e-0000-4000-8000-000000000001)" in refused
    assert "6c1e0f2a…" in refused
    assert "can be applied" in applyable
    assert "Environmentprod" in applyable
    assert "nothing to apply" in empty


def test_diagnostics_stand_with_their_file_and_line_and_the_rest_beside_them() -> None:
    text = "".join(section.text for section in Page(render_html_plan([full_plan()])).by_class("told"))
    for said in (
        "stacks/prod.yaml:14:5",
        "GC410",
        "GC420",
        "every trigger",
        "stream.masked.destinations",
        "stream.other",
    ):
        assert said in text


def test_of_several_stacks_a_diagnostic_says_whose_it_is() -> None:
    error = Diagnostic("GC305", "the stack is for another organization")
    failed = plan(owner="team@prod", environment="prod", failed=True, diagnostics=(error,), target=UNREAD)
    alone, beside = render_html_plan([failed]), render_html_plan([plan(owner="team@dev", environment="dev"), failed])
    assert '<span class="note">team@prod</span>' not in alone
    assert '<b>error[GC305]</b> <span class="note">team@prod</span>' in beside


@pytest.mark.parametrize(("name", "shown"), [("", "not read"), ("Another Ltd", "Another Ltd")])
def test_of_an_organization_that_nobody_read_no_id_is_shown(name: str, shown: str) -> None:
    unread = replace(UNREAD, organization=replace(UNREAD.organization, name=name))
    html = render_html_plan([plan(failed=True, target=unread, environment="dev")])
    assert f"<dt>Organization</dt><dd>{shown}</dd>" in html
    assert '<span class="status bad">not read</span>' in html


def test_the_time_stands_there_only_if_it_is_given() -> None:
    when = datetime(2026, 11, 25, 8, 30, tzinfo=UTC)
    assert Page(render_html_plan([plan()], when=when)).by_class("when")[0].text == "2026-11-25 08:30 UTC"
    assert Page(render_html_plan([plan()])).by_class("when") == []


def test_without_a_script_every_change_is_a_line_of_a_table() -> None:
    page = Page(render_html_plan([full_plan()]))
    (body,) = page.all("tbody")
    listed = {str(change.address) for change in full_plan().active}
    assert {address for address in listed if address in body.text} == listed
    assert "stream.kept" not in body.text


def test_drift_says_what_was_applied_last_who_it_was_and_how_to_settle_it() -> None:
    items = {item["id"]: item for item in Page(render_html_drift([told_drift()])).data()["items"]}
    drifted = items["stream.conversations"]
    assert {one["name"]: one["note"] for one in drifted["attributes"]} == {
        "description": "last applied: as declared",
        "enabled": "last applied: neither of the two; gcsync keeps a fingerprint of it only",
    }
    assert drifted["notes"] == ["changed by: Alice Example on 2026-11-24T10:00:00Z, through client 6c1e0f2a (UPDATE)"]
    assert drifted["commands"] == [
        "gcsync apply stacks/prod.yaml --target stream.conversations",
        "gcsync accept stacks/prod.yaml --target stream.conversations",
    ]


def test_drift_tells_what_is_known_what_looks_alike_and_what_is_wrong_with_the_baseline() -> None:
    page = Page(render_html_drift([told_drift()]))
    items = {item["id"]: item for item in page.data()["items"]}
    assert items["stream.other~known"]["notes"] == [
        "accepted until 2026-12-31: off during the migration (drift-baseline.yaml:4)"
    ]
    assert items["stream.conversations~alike"]["name"] == "shadow"
    assert "the entry expired on 2026-11-01" in "".join(section.text for section in page.by_class("told"))


def test_drift_shows_declared_then_actual_and_pending_the_other_way_round() -> None:
    data = Page(render_html_drift([told_drift()])).data()
    items = {item["id"]: item for item in data["items"]}
    assert data["heads"] == ["Declared", "Actual"]
    assert items["stream.conversations"]["attributes"][0]["rows"] == [
        ["~", 0, "description", '"Conversations and agent states"', '"Old"']
    ]
    assert items["stream.conversations~pending"]["heads"] == ["Actual now", "After an apply"]


def test_the_same_address_in_two_stacks_has_two_links() -> None:
    other = plan(delete("stream.a"), stack="other", owner="other@dev")
    items = Page(render_html_plan([plan(create("stream.a"), create("stream.b")), other])).data()["items"]
    assert [item["id"] for item in items] == ["other@dev/stream.a", "contact-center/stream.a", "stream.b"]


def test_the_drawing_stops_at_a_bound_and_begins_with_what_changes() -> None:
    changing = create("stream.zz")
    many = [keep(f"stream.s{number}") for number in range(DRAWN_RESOURCES)]
    page = Page(render_html_plan([plan(*many, changing)]))
    drawn = [element.attributes["data-anchor"] for element in page.elements if "data-anchor" in element.attributes]
    assert len(drawn) == DRAWN_RESOURCES
    assert "contact-center/stream.zz" in drawn
    assert "1 more resource not drawn" in "".join(element.text for element in page.all("details"))


def test_a_large_plan_keeps_what_is_drawn_and_embedded_in_proportion() -> None:
    small, large = (len(render_html_plan([many_changes(count)])) for count in (100, 400))
    assert large < 5 * small


def test_the_data_cannot_end_its_element() -> None:
    html = render_html_plan([hostile_plan("</script><!--<script>")])
    (data,) = re.findall(r'id="data">(.*?)</script>', html)
    assert "<" not in data
    assert any("</script>" in text for text in strings(json.loads(data)))


def test_a_moved_line_of_a_multiline_text_is_shown_with_its_surroundings() -> None:
    whole = full_plan()
    masked = next(change for change in whole.changes if change.address == Address("stream", "masked"))
    item = next(
        i for i in Page(render_html_plan([replace(whole)])).data()["items"] if i["address"] == str(masked.address)
    )
    marks = [row[0] for row in item["attributes"][0]["rows"]]
    assert marks == ["~", " ", "-", "+", " ", " ", "="]
