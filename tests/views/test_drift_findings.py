from __future__ import annotations

from dataclasses import replace

import pytest

from gcsync.model.diagnostic import Place
from gcsync.model.drift import Blame, DriftReport
from gcsync.model.plan import ABSENT, AttributeChange, Reason
from gcsync.model.value import Secret, Value
from gcsync.views.drift_findings import CODES, Verdict, findings
from tests.views.factories import create, keep, plan
from tests.views.formats import full_drift_report


def drifted(before: Value, after: Value, reason: Reason = Reason.DRIFT, **where: Place) -> DriftReport:
    """A report of one attribute, `notes`, that is `before` where the stack declares `after`."""
    attribute = AttributeChange("notes", before, after, reason, **where)
    change = replace(keep("stream.a"), attributes=(attribute,))
    return DriftReport(plan(change), drifted=(change,))


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        (False, True, "is false, the stack declares true"),
        ("by hand", "declared", 'is "by hand", the stack declares "declared"'),
        (ABSENT, "declared", 'is not set, the stack declares "declared"'),
        ("by hand", ABSENT, 'is "by hand", the stack declares none'),
        (Secret("one"), Secret("two"), "is another sensitive value than the stack declares"),
        ("x" * 80, "y", "was changed outside gcsync"),
        ({"a": 1}, {"a": 2}, "was changed outside gcsync"),
    ],
)
def test_an_attribute_is_told_in_one_line(before: Value, after: Value, message: str) -> None:
    (found,) = findings(drifted(before, after))
    assert found.message == f"stream.a: notes {message}"


def test_what_one_line_does_not_hold_is_in_the_details() -> None:
    (found,) = findings(drifted({"a": 1, "b": 1}, {"a": 2, "b": 1}))
    assert found.details == ("~ notes:", "    ~ a: 2 -> 1", "      # 1 unchanged")


def test_a_conflict_says_so() -> None:
    (found,) = findings(drifted(1, 2, Reason.CONFLICT))
    assert (found.verdict, found.message) == (
        Verdict.CONFLICT,
        "stream.a: notes is 1, the stack declares 2; the stack changed it too, since the last apply",
    )


def test_a_finding_stands_at_its_attribute_then_its_resource_then_the_top_of_the_file() -> None:
    here, there = Place("a.yaml", 7, 3), Place("a.yaml", 5, 3)
    report = drifted(1, 2)
    placed = replace(report, drifted=(replace(report.drifted[0], place=there),))
    found = [next(findings(one)).place for one in (drifted(1, 2, place=here), placed, report)]
    assert found == [here, there, Place("stacks/prod.yaml", 1, 1)]


def test_everything_but_what_is_pending_is_found() -> None:
    found = [(one.verdict, one.subject, one.accepted is not None) for one in findings(full_drift_report())]
    assert found == [
        (Verdict.DRIFTED, "stream.conversations", False),
        (Verdict.CONFLICT, "stream.conversations", False),
        (Verdict.DRIFTED, "stream.noted", True),
        (Verdict.MISSING, "stream.agents", False),
        (Verdict.NOT_ADOPTED, "stream.adopted", False),
        (Verdict.NOT_CHECKED, "every trigger", False),
        (Verdict.NOT_CHECKED, "stream.masked", False),
    ]


def test_drift_has_two_ways_out_and_an_absence_one() -> None:
    change = create("stream.gone")
    (gone,) = findings(DriftReport(plan(change), missing=(change,)))
    (by_hand,) = findings(drifted(1, 2))
    assert gone.commands == ("gcsync apply stacks/prod.yaml --target stream.gone",)
    assert [command.split()[1] for command in by_hand.commands] == ["apply", "accept"]


def test_who_it_was_is_told_where_that_was_asked() -> None:
    change = create("stream.gone")
    report = DriftReport(plan(change), missing=(change,))
    (unasked,) = findings(report)
    (asked,) = findings(replace(report, blame={change.address: Blame("Ada", None, "2026-11-25T08:00:00Z")}))
    assert (unasked.blame, asked.blame) == ("", "changed by: Ada on 2026-11-25T08:00:00Z")


def test_every_verdict_has_a_code_of_its_own() -> None:
    assert len({CODES[verdict] for verdict in Verdict}) == len(Verdict)
