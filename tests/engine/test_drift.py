"""Drift is what somebody changed outside gcsync, and nothing else."""

from __future__ import annotations

from gcsync.engine import Refreshed, drift_of, owned
from gcsync.model.drift import DriftReport, Owned
from gcsync.model.value import UNREADABLE, Secret
from tests.engine.organization import Streams, apply, plan_for, stack, stream


def report_for(wanted, organization: Streams) -> DriftReport:  # type: ignore[no-untyped-def]
    return drift_of(plan_for(wanted, organization))


def shape(report: DriftReport) -> dict[str, list[tuple[str, list[str]]]]:
    groups = ("drifted", "missing", "not_adopted", "pending")
    return {
        group: [(str(c.address), [a.name for a in c.attributes]) for c in getattr(report, group)]
        for group in groups
        if getattr(report, group)
    }


def test_a_clean_organization_has_no_drift() -> None:
    organization = Streams()
    wanted = stack(stream("a"))
    apply(wanted, organization)
    report = report_for(wanted, organization)
    assert (shape(report), report.found()) == ({}, False)


def test_drift_and_pending_of_one_resource_are_told_apart() -> None:
    organization = Streams()
    apply(stack(stream("a", description="one")), organization)
    organization.edit("a", enabled=False)
    report = report_for(stack(stream("a", description="two")), organization)
    assert shape(report) == {
        "drifted": [("stream.a", ["enabled"])],
        "pending": [("stream.a", ["description"])],
    }
    assert report.found()


def test_an_edit_in_git_alone_is_nothing_to_wake_up_for() -> None:
    organization = Streams()
    apply(stack(stream("a"), stream("b")), organization)
    report = report_for(stack(stream("a", enabled=False)), organization)
    assert shape(report) == {"pending": [("stream.a", ["enabled"]), ("stream.b", [])]}
    assert not report.found()


def test_a_conflict_is_drift() -> None:
    organization = Streams()
    apply(stack(stream("a", description="one")), organization)
    organization.edit("a", description="by hand")
    report = report_for(stack(stream("a", description="two")), organization)
    assert shape(report) == {"drifted": [("stream.a", ["description"])]}


def test_missing_and_not_adopted_have_words_of_their_own() -> None:
    organization = Streams()
    organization.put("b")
    report = report_for(stack(stream("a"), stream("b")), organization)
    assert shape(report) == {"missing": [("stream.a", [])], "not_adopted": [("stream.b", [])]}
    assert report.found()
    assert not report.found(ignore_missing=True)


def test_what_the_api_does_not_return_is_listed() -> None:
    organization = Streams()
    headers = {"X-Key": Secret("one")}
    wanted = stack(
        stream("a", destinations=[{"protocol": "https", "url": "https://e.example.com", "headers": headers}])
    )
    apply(wanted, organization)
    masked = [{"protocol": "https", "url": "https://e.example.com", "headers": {"X-Key": UNREADABLE}}]
    organization.edit("a", destinations=masked)
    report = report_for(wanted, organization)
    assert [(str(n.address), n.attribute) for n in report.not_checked] == [("stream.a", "destinations")]
    assert not report.found()


def test_owned_lists_every_stack_and_its_orphans() -> None:
    organization = Streams()
    apply(stack(stream("a"), stream("old")), organization)
    apply(stack(stream("theirs"), name="other"), organization)
    organization.put("unmanaged")
    rows = owned(Refreshed({"stream": organization.list(None)}), [stack(stream("a"))])
    assert rows == (
        Owned("stream", "id-3", "theirs", "other", "stream.theirs", declared=None),
        Owned("stream", "id-1", "a", "team", "stream.a", declared=True),
        Owned("stream", "id-2", "old", "team", "stream.old", declared=False),
    )
