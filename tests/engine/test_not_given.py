"""A plan without its secrets: what hangs on them is not checked, what does not is as ever, and nothing is applied."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from gcsync.model.plan import Action, AttributeChange, Change, Plan, Reason
from gcsync.model.resource import Stack
from gcsync.model.value import NOT_GIVEN, Secret
from tests.engine.organization import URL, Streams, apply, plan_for, stack, stream


def destinations(key: Any, url: str = URL) -> list[dict[str, Any]]:
    return [{"protocol": "https", "url": url, "headers": {"X-Api-Key": key}}]


def team(**attributes: Any) -> Stack:
    return replace(stack(stream("calls", **attributes)), unknown_secrets=("api_key",))


def applied(**attributes: Any) -> Streams:
    organization = Streams()
    apply(stack(stream("calls", **attributes)), organization)
    return organization


def only(plan: Plan) -> Change:
    (change,) = plan.changes
    return change


def attribute(change: Change, name: str) -> AttributeChange:
    return next(one for one in change.attributes if one.name == name)


@given(st.text(min_size=1), st.booleans())
def test_whatever_the_object_has_for_it_the_value_is_not_checked(held: str, by_hand: bool) -> None:
    organization = applied(destinations=destinations(Secret("k-1" if by_hand else held)))
    if by_hand:
        organization.edit("calls", destinations=destinations(held))
    plan = plan_for(team(destinations=destinations(NOT_GIVEN)), organization)
    change = only(plan)
    assert (change.action, attribute(change, "destinations").reason) == (Action.NO_OP, Reason.NOT_CHECKED)
    assert [one.reason for one in plan.not_checked] == ["its sensitive value is not given"]


def test_what_is_known_of_it_is_compared() -> None:
    organization = applied(destinations=destinations(Secret("k-1")))
    change = only(plan_for(team(destinations=destinations(NOT_GIVEN, URL + "/new")), organization))
    assert (change.action, attribute(change, "destinations").reason) == (Action.UPDATE, Reason.PENDING)
    organization.edit("calls", destinations=destinations("k-1", URL + "/by-hand"))
    change = only(plan_for(team(destinations=destinations(NOT_GIVEN)), organization))
    assert attribute(change, "destinations").reason is Reason.DRIFT
    change = only(plan_for(team(destinations=destinations(NOT_GIVEN, URL + "/new")), organization))
    assert attribute(change, "destinations").reason is Reason.CONFLICT


def test_a_header_that_the_object_lacks_is_one_to_come() -> None:
    organization = applied(destinations=[{"protocol": "https", "url": URL}])
    change = only(plan_for(team(destinations=destinations(NOT_GIVEN)), organization))
    assert (change.action, attribute(change, "destinations").reason) == (Action.UPDATE, Reason.PENDING)


def test_what_stands_on_the_object_in_its_place_is_hidden() -> None:
    organization = applied(description=Secret("a canary"))
    change = only(plan_for(team(description=NOT_GIVEN), organization))
    assert attribute(change, "description").before == Secret("a canary")
    assert "a canary" not in repr(change.before)


def test_also_where_nobody_applied_it() -> None:
    organization = Streams()
    organization.put("calls", description="a canary")
    change = only(plan_for(team(description=NOT_GIVEN), organization))
    assert (change.action, attribute(change, "description").before) == (Action.ADOPT, Secret("a canary"))
    assert "a canary" not in repr(change.before)


def test_a_member_of_a_set_that_is_not_given_may_be_any() -> None:
    organization = applied(event_types=["b", "a"])
    same = only(plan_for(team(event_types=["b", NOT_GIVEN]), organization))
    assert (same.action, attribute(same, "event_types").reason) == (Action.NO_OP, Reason.NOT_CHECKED)
    other = only(plan_for(team(event_types=["c", NOT_GIVEN]), organization))
    assert other.action is Action.UPDATE


def test_such_a_plan_is_refused_whatever_it_would_do() -> None:
    plan = plan_for(team(destinations=destinations(NOT_GIVEN)), Streams())
    assert (only(plan).action, plan.applyable) == (Action.CREATE, False)
    assert [(one.code, "api_key" in one.message) for one in plan.refusals] == [("GC742", True)]
    assert plan.unknown_secrets == ("api_key",)
