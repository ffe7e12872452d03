"""Known drift is set aside, and nothing else is."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gcsync.engine.baseline import with_baseline
from gcsync.model.address import Address
from gcsync.model.drift import Accepted, DriftReport
from gcsync.model.plan import ABSENT, Action, AttributeChange, Change, NotChecked, Plan, Reason
from gcsync.model.value import UNREADABLE, Secret, Value
from tests.engine.organization import TARGET

TODAY = date(2026, 11, 25)
A, B = Address("stream", "a"), Address("stream", "b")


def drifted(address: Address = A, reason: Reason = Reason.DRIFT, **actual: Value) -> Change:
    """A change whose attributes have these actual values."""
    attributes = tuple(AttributeChange(name, value, "declared", reason) for name, value in actual.items())
    return Change(address, Action.UPDATE, "genesyscloud_event_stream", address.key, attributes=attributes)


def report(*changes: Change, known: tuple[Address, ...] = (A, B), name: str = "team", **more: Any) -> DriftReport:
    return DriftReport(Plan(name, name, TARGET, changes, known=frozenset(known)), drifted=changes, **more)


def entry(attribute: str = "enabled", *, address: Address = A, expires: date = TODAY, **value: Value) -> Accepted:
    pinned = {"any_value": False, **value} if value else {}
    return Accepted(address, attribute, "moved until Christmas", expires, **pinned)


def shape(one: DriftReport) -> dict[str, list[str]]:
    """`{"drifted": ["stream.a.enabled"], "known": [...]}`."""
    return {
        "drifted": [f"{change.address}.{a.name}" for change in one.drifted for a in change.attributes],
        "known": [f"{known.change.address}.{a.name}" for known in one.known for a in known.change.attributes],
    }


def codes(*reports: DriftReport) -> list[str]:
    return [note.code for one in reports for note in one.baseline]


def test_known_drift_is_set_aside_attribute_by_attribute() -> None:
    (found,) = with_baseline([report(drifted(enabled=False, description="x"))], [entry()], TODAY)
    assert shape(found) == {"drifted": ["stream.a.description"], "known": ["stream.a.enabled"]}
    assert (codes(found), found.found()) == ([], True)


def test_where_all_is_known_nothing_is_left_to_report() -> None:
    (found,) = with_baseline([report(drifted(enabled=False))], [entry()], TODAY)
    assert (found.drifted, found.found()) == ((), False)


def test_a_conflict_can_be_known_too() -> None:
    (found,) = with_baseline([report(drifted(reason=Reason.CONFLICT, enabled=False))], [entry()], TODAY)
    assert not found.found()


@pytest.mark.parametrize(
    ("accepted", "actual", "known"),
    [
        (False, False, True),
        (True, False, False),
        (0, False, False),
        ("false", False, False),
        (None, ABSENT, True),
        ("", ABSENT, True),
        ("x", ABSENT, False),
        (None, "x", False),
        ("text", " text\r\n", True),
        (["b", "a", "a"], ["a", "b"], True),
        (["a"], ["a", "b"], False),
        ("x", Secret("x"), False),
        ("x", UNREADABLE, False),
        ([{"x": "1"}], [{"x": Secret("1")}], False),
    ],
)
def test_a_value_is_compared_as_the_schema_says(accepted: Value, actual: Value, known: bool) -> None:
    name = "event_types" if isinstance(accepted, list) else "description" if isinstance(accepted, str) else "enabled"
    (found,) = with_baseline([report(drifted(**{name: actual}))], [entry(name, value=accepted)], TODAY)
    assert bool(found.known) is known
    assert codes(found) == ([] if known else ["GC727"])


def test_two_values_may_be_accepted() -> None:
    entries = [entry("description", value="one"), entry("description", value="two")]
    (found,) = with_baseline([report(drifted(description="two"))], entries, TODAY)
    assert (shape(found)["known"], codes(found)) == (["stream.a.description"], ["GC727"])


def test_the_last_day_counts_and_the_next_does_not() -> None:
    one = report(drifted(enabled=False))
    (still,) = with_baseline([one], [entry(expires=TODAY)], TODAY)
    (ended,) = with_baseline([one], [entry(expires=TODAY - timedelta(days=1))], TODAY)
    assert (still.found(), codes(still)) == (False, [])
    assert (ended.found(), codes(ended)) == (True, ["GC726"])


def test_an_entry_that_matches_nothing_any_more_is_reported_with_why() -> None:
    one = report(drifted(enabled=False), drifted(B, description=Secret("x")))
    entries = [entry("name"), entry(value=True), entry("description", address=B, value="x")]
    (found,) = with_baseline([one], entries, TODAY)
    assert [note.message for note in found.baseline] == [
        "name has not drifted (any more)",
        "enabled has another value than the one accepted",
        "description is sensitive, so that no `value` can be compared",
    ]
    assert [note.hint.partition(":")[0] for note in found.baseline] == [
        "take the entry out of the baseline",
        "somebody changed it again",
        "leave `value` out",
    ]


def test_an_address_that_no_stack_has_is_reported_with_the_nearest_and_hides_nothing() -> None:
    wrong = entry(address=Address("stream", "aa"))
    one, other = with_baseline([report(drifted(enabled=False)), report(name="other")], [wrong], TODAY)
    assert [(note.code, note.hint) for note in one.baseline] == [("GC725", 'did you mean "stream.a"?')]
    assert (other.baseline, one.found()) == ((), True)


def test_an_entry_accepts_for_every_stack_that_has_the_address() -> None:
    reports = [report(drifted(enabled=False)), report(drifted(enabled=False), name="other")]
    assert [one.found() for one in with_baseline(reports, [entry()], TODAY)] == [False, False]


def test_what_is_to_be_said_is_said_once_where_the_address_is() -> None:
    reports = [report(known=(B,)), report(known=(A,), name="other")]
    first, second = with_baseline(reports, [entry()], TODAY)
    assert (codes(first), codes(second)) == ([], ["GC727"])


@pytest.mark.parametrize(
    "unread",
    [
        NotChecked("stream", "no permission"),
        NotChecked("stream", "a marker that nobody can read", address=A, id="1"),
        NotChecked("stream", "not returned", address=A, attribute="enabled"),
    ],
)
def test_of_what_could_not_be_read_nothing_is_said(unread: NotChecked) -> None:
    (found,) = with_baseline([report(not_checked=(unread,))], [entry()], TODAY)
    assert codes(found) == []


def test_another_attribute_that_could_not_be_read_is_no_excuse() -> None:
    unread = NotChecked("stream", "not returned", address=A, attribute="destinations")
    (found,) = with_baseline([report(not_checked=(unread,))], [entry()], TODAY)
    assert codes(found) == ["GC727"]


def test_what_is_missing_or_pending_is_as_before() -> None:
    one = replace(report(drifted(enabled=False)), missing=(drifted(B),), pending=(drifted(B),))
    (found,) = with_baseline([one], [entry()], TODAY)
    assert (found.missing, found.pending, found.plan, found.found()) == (one.missing, one.pending, one.plan, True)


VALUES = {
    "enabled": st.booleans(),
    "description": st.sampled_from(["", "a", " a "]),
    "event_types": st.lists(st.sampled_from("abc"), max_size=3),
}
CHANGES = st.builds(
    lambda address, actual: drifted(address, **actual),
    st.sampled_from([A, B]),
    st.fixed_dictionaries({}, optional=VALUES),
)
ENTRIES = st.sampled_from(list(VALUES)).flatmap(
    lambda name: st.builds(
        lambda address, days, pinned: entry(name, address=address, expires=TODAY + timedelta(days=days), **pinned),
        st.sampled_from([A, B]),
        st.integers(-2, 2),
        st.just({}) | st.fixed_dictionaries({"value": VALUES[name]}),
    )
)


@settings(max_examples=50)
@given(st.lists(CHANGES, max_size=2, unique_by=lambda change: change.address), st.lists(ENTRIES, max_size=6))
def test_every_attribute_is_either_known_or_drift(changes: list[Change], entries: list[Accepted]) -> None:
    one = report(*(change for change in changes if change.attributes))
    (found,) = with_baseline([one], entries, TODAY)
    told = shape(found)
    assert sorted(told["drifted"] + told["known"]) == sorted(shape(one)["drifted"])
    assert all(known.accepted.expires >= TODAY for known in found.known)
    assert all(change.attributes for change in found.drifted)


@settings(max_examples=50)
@given(st.lists(CHANGES, max_size=2), st.lists(ENTRIES, max_size=6), st.randoms(use_true_random=False))
def test_the_order_of_entries_decides_nothing(
    changes: list[Change], entries: list[Accepted], shuffled: random.Random
) -> None:
    one, other = report(*changes), list(entries)
    shuffled.shuffle(other)
    (first,), (second,) = with_baseline([one], entries, TODAY), with_baseline([one], other, TODAY)
    assert shape(first) == shape(second)
    assert sorted(codes(first)) == sorted(codes(second))


@settings(max_examples=50)
@given(st.lists(CHANGES, max_size=2), st.lists(ENTRIES, max_size=6), ENTRIES)
def test_one_more_entry_never_makes_more_drift(changes: list[Change], entries: list[Accepted], more: Accepted) -> None:
    (before,) = with_baseline([report(*changes)], entries, TODAY)
    (after,) = with_baseline([report(*changes)], [*entries, more], TODAY)
    assert set(shape(after)["drifted"]) <= set(shape(before)["drifted"])
