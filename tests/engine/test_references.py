"""What resources take from each other, and in which order that is written and deleted."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from gcsync.engine import Options
from gcsync.model.address import Address
from gcsync.model.plan import Action, Reason
from gcsync.model.resource import Resource, Safety
from gcsync.model.value import UNKNOWN, Reference, Secret
from tests.engine.organization import Streams, actions, apply, carry_out, plan_for, stack, stream

CALLS = Address("stream", "calls")
CALLS_ID = Reference(CALLS, "id")


def referring(value: Any, key: str = "after", to: Address = CALLS) -> Resource:
    return replace(stream(key, description=value), dependencies=frozenset({to}))


def text(*parts: str | Reference) -> Reference:
    return Reference(CALLS, "id", parts)


def test_before_the_apply_it_is_not_known() -> None:
    plan = plan_for(stack(stream("calls"), referring(CALLS_ID)), Streams())
    assert [change.after["description"] for change in plan.changes if change.name == "after"] == [UNKNOWN]  # type: ignore[index]


def test_what_is_there_is_known_at_once() -> None:
    organization = Streams()
    apply(stack(stream("calls")), organization)
    plan = plan_for(stack(stream("calls"), referring(text("see ", CALLS_ID, "!"))), organization)
    (change,) = plan.active
    assert change.after["description"] == "see id-1!"  # type: ignore[index]


@pytest.mark.parametrize("value", [CALLS_ID, text("see ", CALLS_ID), Secret(text("see ", CALLS_ID))])
def test_applied_in_order_and_then_nothing_is_left_to_do(value: Any) -> None:
    organization = Streams()
    wanted = stack(referring(value), stream("calls"))
    report = apply(wanted, organization)
    assert organization.writes == [("create", "calls"), ("create", "after")]
    assert report.counts["created"] == 2
    assert str(organization.named("after").attributes["description"]).endswith("id-1")
    assert not plan_for(wanted, organization).active


def test_its_drift_is_drift() -> None:
    organization = Streams()
    wanted = stack(stream("calls"), referring(CALLS_ID))
    apply(wanted, organization)
    organization.edit("after", description="by hand")
    (change,) = plan_for(wanted, organization).active
    assert [attribute.reason for attribute in change.attributes] == [Reason.DRIFT]


def test_a_replacement_makes_it_unknown_again() -> None:
    organization = Streams()
    wanted = stack(stream("calls"), referring(CALLS_ID))
    apply(wanted, organization)
    plan = plan_for(wanted, organization, Options(replace=frozenset({CALLS})))
    assert actions(plan) == {"stream.after": "update", "stream.calls": "replace"}
    carry_out(plan, organization)
    assert organization.named("after").attributes["description"] == organization.named("calls").id
    assert not plan_for(wanted, organization).active


def test_what_refers_to_another_is_deleted_first() -> None:
    organization = Streams()
    wanted = stack(stream("calls"), referring(CALLS_ID))
    apply(wanted, organization)
    apply(wanted, organization, Options(destroy=True))
    assert organization.writes[-2:] == [("delete", "after"), ("delete", "calls")]


def test_a_chain_is_created_from_its_end() -> None:
    organization = Streams()
    last = referring(Reference(Address("stream", "middle"), "id"), "last", Address("stream", "middle"))
    wanted = stack(last, referring(CALLS_ID, "middle"), stream("calls"), safety=Safety(max_delete_percent=100))
    apply(wanted, organization)
    assert [name for _, name in organization.writes] == ["calls", "middle", "last"]


def test_what_is_left_out_and_not_there_cannot_be_referred_to() -> None:
    plan = plan_for(stack(stream("calls"), referring(CALLS_ID)), Streams(), Options(targets=("stream.after",)))
    assert [d.code for d in plan.diagnostics] == ["GC409"]


def test_a_failed_create_skips_what_refers_to_it() -> None:
    def fail(operation: str, name: str) -> None:
        if name == "calls":
            raise ZeroDivisionError

    organization = Streams(before=fail)
    report = apply(stack(stream("calls"), referring(CALLS_ID), stream("other")), organization)
    assert (report.counts["created"], report.counts["failed"], report.counts["skipped"]) == (1, 1, 1)
    assert [o.action for o in report.outcomes if o.note == "stream.calls was not done"] == [Action.CREATE]
