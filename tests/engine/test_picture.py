"""Two reports of the same drift have the same findings; another value by hand is another finding."""

from __future__ import annotations

from dataclasses import replace

from gcsync.engine import drift_of
from gcsync.engine.picture import findings_of, unread_of
from gcsync.model.drift import DriftReport
from gcsync.model.plan import NotChecked
from tests.engine.organization import Streams, apply, plan_for, stack, stream

WANTED = stack(stream("a", description="one"), stream("b"))


def report(organization: Streams) -> DriftReport:
    return drift_of(plan_for(WANTED, organization))


def applied() -> Streams:
    organization = Streams()
    apply(WANTED, organization)
    return organization


def test_no_drift_has_no_findings() -> None:
    assert findings_of(report(applied())) == frozenset()


def test_each_drifted_attribute_is_a_finding_and_stays_the_same() -> None:
    organization = applied()
    organization.edit("a", enabled=False)
    first, second = findings_of(report(organization)), findings_of(report(organization))
    assert first == second
    assert [finding.partition(" [")[0] for finding in first] == ["drifted stream.a: enabled"]


def test_another_value_is_another_finding() -> None:
    organization = applied()
    organization.edit("a", description="by hand")
    before = findings_of(report(organization))
    organization.edit("a", description="by another hand")
    assert before.isdisjoint(findings_of(report(organization)))


def test_missing_is_a_finding_unless_it_is_ignored() -> None:
    found = report(Streams())
    assert findings_of(found) == {"missing stream.a", "missing stream.b"}
    assert findings_of(found, ignore_missing=True) == frozenset()


def test_a_kind_that_could_not_be_read_is_a_finding_and_hides_the_others_of_its_kind() -> None:
    unread = replace(report(applied()), not_checked=(NotChecked("stream", "no permission"),))
    remembered = frozenset({"missing stream.a", "missing trigger.c", "unreadable stream"})
    assert findings_of(unread) == {"unreadable stream"}
    assert unread_of(unread, remembered) == {"missing stream.a"}
