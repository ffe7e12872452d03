"""Unmanaged objects that do what a declared resource does, told beside drift."""

from __future__ import annotations

from gcsync.engine import Refreshed
from gcsync.engine.look_alikes import look_alikes_of
from gcsync.model.drift import LookAlike
from tests.engine.organization import Streams, apply, plan_for, stack, stream

TYPES = ["conversation:start", "conversation:end"]


def told(organization: Streams, *resources) -> list[tuple[str, str]]:  # type: ignore[no-untyped-def]
    plan = plan_for(stack(*resources), organization)
    found = look_alikes_of(plan, Refreshed({"stream": organization.list(None)}))
    assert all(isinstance(one, LookAlike) for one in found)
    return [(str(one.address), one.name) for one in found]


def test_the_twin_of_what_is_applied_is_told() -> None:
    organization = Streams()
    wanted = stream("a", event_types=TYPES, description="one")
    apply(stack(wanted), organization)
    organization.put("shadow", event_types=TYPES[::-1], description="another")
    organization.put("other", event_types=TYPES[:1])
    assert told(organization, wanted) == [("stream.a", "shadow")]


def test_so_is_that_of_what_is_missing() -> None:
    organization = Streams()
    organization.put("shadow")
    assert told(organization, stream("a")) == [("stream.a", "shadow")]


def test_what_is_to_be_adopted_is_no_twin() -> None:
    organization = Streams()
    organization.put("a")
    assert told(organization, stream("a")) == []


def test_neither_is_what_a_stack_owns() -> None:
    organization = Streams()
    apply(stack(stream("other"), name="others"), organization)
    apply(stack(stream("a"), stream("b")), organization)
    assert told(organization, stream("a"), stream("b")) == []


def test_it_goes_by_what_is_declared_and_not_by_what_drifted() -> None:
    organization = Streams()
    wanted = stream("a")
    apply(stack(wanted), organization)
    organization.edit("a", enabled=False)
    organization.put("shadow")
    assert told(organization, wanted) == [("stream.a", "shadow")]
