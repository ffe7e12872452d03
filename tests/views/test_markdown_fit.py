from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gcsync.model.address import Address
from gcsync.model.plan import Action, Change
from gcsync.views.markdown_drift import render_markdown_drift
from gcsync.views.markdown_fit import GITHUB, fit
from gcsync.views.markdown_marker import read_marker
from gcsync.views.markdown_plan import render_markdown_plan
from tests.views.factories import attributes, change, create, delete, plan
from tests.views.markdown_reading import Reading, read, read_by_another
from tests.views.scenes import drift_report, full_plan
from tests.views.test_secrets import changes

LOUD = {"DELETE", "REPLACE"}


def many(number: int, description: str = "d" * 40) -> list[Change]:
    """A delete, a replacement, a create and an update in turn, each of its own name."""
    before, after = attributes(description=description), attributes(description=description[::-1] + "x")
    made = [
        lambda address: delete(address, description=description),
        lambda address: change(Action.REPLACE, address, before, after),
        lambda address: create(address, description=description),
        lambda address: change(Action.UPDATE, address, before, after),
    ]
    return [made[index % 4](f"stream.s{index:04}") for index in range(number)]


def rows(text: str) -> list[str]:
    """The words of the rows that are shown."""
    return [row[0] for row in read(text).rows if row[0] not in ("Action", "What")]


def unfolded(text: str) -> list[str]:
    """The words of the details that are shown."""
    return re.findall(r"^<details(?: open)?><summary>(?:<b>)?([A-Za-z ]+?)(?:</b>)? <code>", text, re.MULTILINE)


def well_formed(text: str, limit: int, readers: Sequence[Callable[[str], Reading]] = (read, read_by_another)) -> None:
    assert len(text) <= len(text.encode()) <= limit
    for reader in readers:
        found = reader(text)
        assert found.wrong == []
        assert found.details == len(unfolded(text))


def test_what_fits_stays_as_it_is() -> None:
    text = render_markdown_plan([full_plan()])
    assert fit(text, len(text.encode())) == text


def test_details_go_before_rows_and_updates_before_what_destroys() -> None:
    text = render_markdown_plan([plan(*many(40))])
    seen = set()
    for limit in range(len(text.encode()) - 1, 1_000, -900):
        shown = fit(text, limit)
        well_formed(shown, limit)
        inside, named = Counter(unfolded(shown)), Counter(rows(shown))
        if inside["update"] or inside["create"]:
            assert named.total() == 40
            assert (inside["DELETE"], inside["REPLACE"]) == (10, 10)
        if named["update"] or named["create"]:
            assert (named["DELETE"], named["REPLACE"]) == (10, 10)
        assert len(shown.encode()) > limit - 600
        seen.add((named.total(), inside.total()))
    assert len(seen) > 10


def test_what_was_left_out_is_said_at_the_end() -> None:
    text = render_markdown_plan([plan(*many(40))])
    assert fit(text, len(text.encode()) - 1).endswith(
        "\n\n**Cut to fit**: the differences of 1 resource are left out: 1 update; see the plan in the job's log.\n"
    )
    shown = fit(text, 3_000)
    left_out = Counter({"delete": 10, "replace": 10, "create": 10, "update": 10})
    left_out -= Counter(word.lower() for word in rows(shown))
    counts = ", ".join(
        f"{left_out[word]} {word}" for word in ("delete", "replace", "create", "update") if left_out[word]
    )
    assert f"**Cut to fit**: {left_out.total()} more resources are not shown: {counts};" in shown


def test_a_delete_that_has_no_room_leaves_its_row_and_the_other_rows() -> None:
    huge = delete("stream.huge", description="\n".join("x" * 60 for _ in range(1_200)))
    text = render_markdown_plan([plan(huge, *many(4))])
    assert len(text) > 70_000
    shown = fit(text, GITHUB)
    well_formed(shown, GITHUB)
    assert len(rows(shown)) == 5
    assert unfolded(shown) == ["DELETE", "REPLACE"]
    assert shown.endswith(
        "**Cut to fit**: the differences of 3 resources are left out: 1 delete, 1 create, 1 update; "
        "see the plan in the job's log.\n"
    )


def test_a_comment_of_70_000_characters_is_cut_to_what_github_takes() -> None:
    found = many(120, "word " * 40)
    text = render_markdown_plan([plan(*found)])
    assert len(text) > 70_000
    shown = fit(text, GITHUB)
    well_formed(shown, GITHUB)
    assert len(shown) > GITHUB - 2_000
    assert len(rows(shown)) == 120
    assert read_marker(shown) == read_marker(text)


@pytest.mark.parametrize("word", ["日本語", "👩", "é", "a"])
def test_bytes_count_not_characters(word: str) -> None:
    text = render_markdown_plan([plan(*many(200, word * 60))])
    well_formed(fit(text, 20_000), 20_000)


def test_what_destroys_in_the_last_stack_comes_before_what_is_updated_in_the_first() -> None:
    before, after = attributes(), attributes(description="new")
    updates = [change(Action.UPDATE, f"stream.u{number:04}", before, after) for number in range(400)]
    first, last = plan(delete("stream.a"), *updates, owner="first"), plan(delete("stream.b"), owner="last")
    shown = fit(render_markdown_plan([first, last]), 4_000)
    assert [rows(shown)[place] for place in (0, 1, -1)] == ["DELETE", "update", "DELETE"]
    assert unfolded(shown) == ["DELETE", "DELETE"]
    assert "#### Stack `last`" in shown


def test_nothing_of_a_stack_stays_but_with_its_heading_and_the_head_of_its_table() -> None:
    plans = [plan(*many(8), owner=f"stack-{number}") for number in range(60)]
    text = render_markdown_plan(plans)
    for limit in (3_000, 9_000, 20_000):
        shown = fit(text, limit)
        well_formed(shown, limit)
        assert shown.count("| Action |") <= shown.count("#### Stack")
        assert sum(len(row) == 3 for row in read(shown).rows) == shown.count("\n| ") - shown.count("\n| ---")


def test_drift_is_cut_too_and_told_of_as_a_report() -> None:
    text = render_markdown_drift([drift_report()])
    shown = fit(text, 1_500)
    well_formed(shown, 1_500)
    assert rows(shown)[0] == "DRIFTED"
    assert shown.endswith("see the report in the job's log.\n")


owners = st.text("abcz-@019", min_size=1, max_size=58)
plans = st.lists(
    st.builds(
        lambda found, owner: plan(
            *(replace(one, address=Address("stream", f"s{number}")) for number, one in enumerate(found)), owner=owner
        ),
        st.lists(changes(), max_size=12),
        owners,
    ),
    min_size=1,
    max_size=3,
)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(plans, st.integers(1_000, 8_000))
def test_any_plan_fits_any_limit(found: list, limit: int) -> None:
    text = render_markdown_plan(found)
    shown = fit(text, limit)
    well_formed(shown, limit, [read])
    assert read(shown).headings[0] == read(text).headings[0]
    assert read_marker(shown) == read_marker(text)
    if {"create", "update"} & set(rows(shown)):
        assert Counter(word for word in rows(shown) if word in LOUD) == Counter(w for w in rows(text) if w in LOUD)
    if {"create", "update"} & set(unfolded(shown)):
        assert rows(shown) == rows(text)
        assert Counter(w for w in unfolded(shown) if w in LOUD) == Counter(w for w in unfolded(text) if w in LOUD)
    assert (shown == text) == (len(text.encode()) <= limit)


_OTHER = """text|```|````diff|~~~|<details>|</details>|- item|  more|# heading|> quoted|**bold**|\r"""
_TABLE = ["", "| a | b |", "| --- | --- |", "é" * 300, "\ud800", "<details><summary>update <code>a</code></summary>"]
lines = st.sampled_from([*_OTHER.split("|"), *_TABLE])


@settings(max_examples=100, deadline=None)
@given(st.lists(lines, max_size=60), st.integers(1_000, 2_000))
def test_any_other_markdown_fits_too_and_nothing_is_left_open(found: list[str], limit: int) -> None:
    text = "\n".join([*found, "x" * 900, *found])
    shown = fit(text, limit)
    assert len(shown.encode("utf-8", "surrogatepass")) <= limit
    if shown != text:
        assert "\n\n**Cut to fit**: " in f"\n{shown}"
        assert shown.split("\n")[-2].startswith("**Cut to fit**:")


def test_a_line_longer_than_the_limit_is_left_out() -> None:
    assert fit("x" * 5_000, 1_000) == "\n**Cut to fit**: see the plan in the job's log.\n"


@pytest.mark.parametrize("limit", [-1, 0, 999])
def test_a_limit_that_nothing_fits_is_refused(limit: int) -> None:
    with pytest.raises(ValueError, match="1000"):
        fit("text", limit)


def test_many_changes_are_cut_in_a_time_that_grows_with_their_number() -> None:
    took = []
    for number in (500, 5_000):
        text = render_markdown_plan([plan(*many(number))])
        begin = time.process_time()
        well_formed_limit = fit(text, GITHUB)
        took.append(time.process_time() - begin)
        assert len(well_formed_limit.encode()) <= GITHUB
    assert took[1] < 60 * took[0] + 0.5


def test_of_many_environments_the_verdicts_and_what_destroys_stay_and_no_cell_counts_as_a_resource() -> None:
    many = [create(f"stream.s{number:04}") for number in range(400)]
    gone = delete("stream.zz")
    plans = [plan(*many, gone, stack="t", owner=f"t@{name}", environment=name) for name in ("dev", "prod")]
    text = fit(render_markdown_plan(plans), 20_000)
    assert "\n| **Changes** | 401 | 401 |\n" in text
    assert "\n| `stream.zz` | **DELETE** | **DELETE** |\n" in text
    shown = len(re.findall(r"^\| create \|", text, re.MULTILINE))
    assert f"{800 - shown} more resources are not shown: {800 - shown} create;" in text
    assert re.search(r"; \d+ rows of the table of environments left out; see", text)
