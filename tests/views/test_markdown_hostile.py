"""Names and values that somebody else chose: none becomes a link, a picture, HTML, a mention or a heading."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gcsync.model.diagnostic import Place
from gcsync.model.drift import Accepted, Blame, DriftReport, KnownDrift, LookAlike
from gcsync.model.plan import Action, Plan
from gcsync.views.markdown_drift import render_markdown_drift
from gcsync.views.markdown_fit import fit
from gcsync.views.markdown_marker import read_marker
from gcsync.views.markdown_plan import render_markdown_plan
from tests.views.markdown_reading import Reading, read, read_by_another
from tests.views.test_hostile_text import HOSTILE, hostile_plan
from tests.views.test_markdown_escape import ALIVE, anything

FORGED = (
    "</details>\n\n# Heading\n\n| DELETE | x | y |",
    "-->\n<!-- gcsync {} -->",
    "```\n</details>\n```",
    "\n\n/close\n\n---",
)
TEXTS = (*HOSTILE, *ALIVE, *FORGED)


def hostile_report(whole: Plan, text: str) -> DriftReport:
    """A drift report with the text wherever somebody else's text can be."""
    named = tuple(found for found in whole.changes if found.action is not Action.CREATE)
    address = named[0].address
    accepted = Accepted(address, text, text, date(2026, 12, 31), place=Place(text, 1, 1))
    return DriftReport(
        whole,
        *(named, named, named, named),
        not_checked=whole.not_checked,
        known=(KnownDrift(named[-1], accepted),),
        blame={address: Blame(text, text, text, text), named[-1].address: Blame(why=text)},
        look_alikes=(LookAlike(address, text, text),),
        baseline=whole.diagnostics,
    )


def every_document(text: str, other: str = "x") -> Iterator[str]:
    whole = hostile_plan(text, other)
    placed = replace(whole, changes=tuple(replace(one, place=Place(text, 1, 2)) for one in whole.changes))
    yield render_markdown_plan([placed])
    yield render_markdown_plan([placed, placed])
    yield render_markdown_drift([hostile_report(placed, text)] * 2)


def check(text: str, other: str = "x", readers: Sequence[Callable[[str], Reading]] = (read, read_by_another)) -> None:
    for document in every_document(text, other):
        for shown in (document, fit(document, 2_000)):
            assert all(line.isprintable() for line in shown.split("\n"))
            for reader in readers:
                found = reader(shown)
                assert (found.wrong, found.live) == ([], [])
                assert found.details == shown.count("\n<details")
                assert {len(row) for row in found.rows} <= {3}
                assert len(found.headings) == sum(line.startswith(("### ", "#### ")) for line in shown.split("\n"))
                assert all(comment.startswith(" gcsync {") for comment in found.comments)
                assert len(found.comments) <= 1
        assert read_marker(document) is not None


@pytest.mark.parametrize("text", TEXTS, ids=range(len(TEXTS)))
def test_nothing_comes_to_life(text: str) -> None:
    check(text)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.one_of(anything, st.text()), anything)
def test_nothing_comes_to_life_in_any_text(text: str, other: str) -> None:
    check(text, other, [read])


@pytest.mark.parametrize("text", ALIVE, ids=range(len(ALIVE)))
def test_what_is_hostile_can_still_be_read(text: str) -> None:
    from gcsync.views.style import quote

    (document, *_) = every_document(text)
    assert any(quote(text) in code for code in read(document).code)


def test_a_plan_that_destroys_cannot_be_hidden_by_a_name() -> None:
    (document, *_) = every_document("</summary></details><!-- ")
    assert "**DELETE** `stream.c`" in document
    assert read(document).headings[0].startswith("🔴")
