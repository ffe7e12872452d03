"""Two reports of the same drift have the same findings; another value by hand is another finding."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from gcsync.engine import drift_of
from gcsync.engine.picture import accepted_of, findings_of, unread_of
from gcsync.model.address import Address
from gcsync.model.drift import Accepted, DriftReport, KnownDrift
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


def test_an_error_is_a_finding_that_ends_while_the_rest_stays_as_it_was() -> None:
    organization = applied()
    (a,) = (one for one in organization.objects.values() if one.name == "a")
    copied = replace(a, id="copy", name="copy of a")
    organization.objects["copy"] = copied
    found = report(organization)
    assert findings_of(found) == {"error GC401 stream.a"}
    remembered = frozenset({"missing stream.b", "error GC404 stream.b", "error GC401 stream.a"})
    assert unread_of(found, remembered) == {"missing stream.b"}


def test_a_kind_that_could_not_be_read_is_a_finding_and_hides_the_others_of_its_kind() -> None:
    unread = replace(report(applied()), not_checked=(NotChecked("stream", "no permission"),))
    remembered = frozenset({"missing stream.a", "missing trigger.c", "unreadable stream"})
    assert findings_of(unread) == {"unreadable stream"}
    assert unread_of(unread, remembered) == {"missing stream.a"}


def test_what_since_leaves_out_is_as_it_was() -> None:
    organization = applied()
    organization.edit("a", enabled=False)
    found = report(organization)
    older = replace(found, drifted=(), older=found.drifted)
    remembered = findings_of(found) | {"missing stream.b"}
    assert unread_of(older, remembered) == findings_of(found)


def test_an_object_and_an_attribute_that_were_not_checked_are_as_they_were() -> None:
    unread = (
        NotChecked("stream", "a marker of a later version", Address("stream", "a")),
        NotChecked("stream", "not returned", Address("stream", "b"), attribute="destinations"),
    )
    held = {"drifted stream.a: enabled [0a]", "missing stream.a", "drifted stream.b: destinations [0b]"}
    others = {"drifted stream.b: enabled [0c]", "missing stream.b", "missing stream.ab"}
    assert unread_of(replace(report(applied()), not_checked=unread), frozenset(held | others)) == held


def test_what_a_baseline_accepts_counts_no_more_whatever_its_value() -> None:
    organization = applied()
    organization.edit("a", enabled=False)
    (change,) = report(organization).drifted
    accepted = Accepted(change.address, "enabled", "known", date(2026, 12, 31))
    known = replace(report(applied()), known=(KnownDrift(change, accepted),))
    remembered = frozenset({"drifted stream.a: enabled [00]", "drifted stream.a: description [00]"})
    assert accepted_of(known, remembered) == {"drifted stream.a: enabled [00]"}


def test_what_is_missing_and_ignored_counts_no_more() -> None:
    remembered = frozenset({"missing stream.a", "not adopted stream.b"})
    assert accepted_of(report(Streams()), remembered) == frozenset()
    assert accepted_of(report(Streams()), remembered, ignore_missing=True) == {"missing stream.a"}
