"""A message says first what changed, is short, and calls nobody by a name that somebody else wrote."""

from __future__ import annotations

from dataclasses import replace

from gcsync.model.drift import DriftReport
from gcsync.model.picture import News
from gcsync.model.plan import Change
from gcsync.views.notification import LONGEST, render_body, render_title
from tests.views.factories import plan, update


def _changed(address: str) -> Change:
    return update({}, {"enabled": False}, address=address)


def test_the_title_counts_what_is_new_and_gone() -> None:
    report = DriftReport(plan())
    news = News(("drifted stream.a: enabled [0123456789]",), ("missing stream.b",), frozenset({"x"}))
    assert render_title([report], news).endswith(": 1 new, 1 gone")


def test_the_title_says_when_all_of_it_is_gone() -> None:
    assert "no more drift in" in render_title([DriftReport(plan())], News((), ("missing stream.b",)))


def test_the_body_lists_the_changes_without_their_digits() -> None:
    news = News(("drifted stream.a: enabled [0123456789]",), ("missing stream.b",), frozenset({"x"}))
    assert render_body([DriftReport(plan())], news).splitlines()[:2] == [
        "New: drifted stream.a: enabled",
        "Gone: missing stream.b",
    ]


def test_another_value_of_what_was_told_is_one_line() -> None:
    news = News(("drifted stream.a: enabled [aa]",), ("drifted stream.a: enabled [bb]",), frozenset({"x"}))
    assert render_title([DriftReport(plan())], news).endswith(": 1 changed again")
    assert render_body([DriftReport(plan())], news).splitlines()[0] == "Changed again: drifted stream.a: enabled"


def test_a_long_report_is_cut_at_a_line_and_says_so() -> None:
    news = News(tuple(f"missing stream.a{number}" for number in range(50)), (), frozenset({"x"}))
    report = DriftReport(plan(), drifted=tuple(_changed(f"stream.s{number}") for number in range(500)))
    body = render_body([report], news)
    assert "New: 40 more" in body
    assert len(body) < LONGEST + 100
    assert body.splitlines()[-1].endswith("see what the run printed)")


def test_a_mention_in_a_name_from_outside_calls_nobody() -> None:
    change = replace(_changed("stream.calls"), name="@everyone <!channel>")
    body = render_body([DriftReport(plan(), drifted=(change,))], News(("missing stream.b",), (), frozenset({"x"})))
    assert "everyone" in body
    assert "@everyone" not in body
