"""What of a stack can be judged where a kind could not be read."""

from __future__ import annotations

from gcsync.model.address import Address
from gcsync.model.plan import NotChecked, Plan, Target
from gcsync.model.resource import Organization, Resource, Stack
from gcsync.verify import readable_part, subjects_of

STREAM, SOURCE, TRIGGER = Address("stream", "a"), Address("eventbridge_source", "b"), Address("trigger", "c")
UNREAD = {"eventbridge_source": NotChecked("eventbridge_source", "denied")}


def stack(**dependencies: frozenset[Address]) -> Stack:
    resources = {
        address: Resource(address, {"name": "x"}, dependencies=dependencies.get(address.kind, frozenset()))
        for address in (STREAM, SOURCE, TRIGGER)
    }
    return Stack("one", resources, "stacks/one.yaml")


def plan() -> Plan:
    return Plan("one", "one", Target(Organization("1", "Example Ltd"), "us-east-1", "client"), ())


def test_the_unread_kind_is_left_out_with_all_that_hangs_on_it_however_far() -> None:
    chained = stack(trigger=frozenset({STREAM}), stream=frozenset({SOURCE}))
    assert list(readable_part(chained, UNREAD).resources) == []
    assert list(readable_part(stack(trigger=frozenset({STREAM})), UNREAD).resources) == [STREAM, TRIGGER]


def test_what_hangs_on_it_says_so_and_counts_as_unread() -> None:
    found = list(subjects_of(stack(trigger=frozenset({SOURCE})), plan(), UNREAD, lambda address: address != STREAM))
    assert [(subject.address, subject.was_read) for subject in found] == [(SOURCE, False), (TRIGGER, False)]
    problem = found[1].problem
    assert problem is not None
    assert problem.message == "it needs eventbridge_source.b, whose kind could not be read"


def test_what_is_not_chosen_is_left_out() -> None:
    assert list(subjects_of(stack(), plan(), UNREAD, lambda _: False)) == []
