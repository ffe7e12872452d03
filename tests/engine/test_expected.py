"""What of a new plan is as an older one says: the same change to the same object, secrets vouched for, no less."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings

from gcsync.engine.expected import Fate, judge
from gcsync.engine.saved import declared_secrets
from gcsync.model.plan import Action, Plan
from gcsync.model.resource import Stack
from gcsync.model.saved import encode_plan
from gcsync.model.value import Secret
from tests.engine.organization import URL, Streams, apply, plan_for, stack, stream
from tests.engine.test_apply_algebra import stacks


def changes(plan: Plan) -> list[Any]:
    return list(json.loads(json.dumps(encode_plan(plan)))["changes"])


def fates(was: Plan, now: Plan, *, same_secrets: bool = True) -> dict[str, Fate]:
    return {str(one.address): one.fate for one in judge(changes(was), now, same_secrets=same_secrets)}


def said(was: Plan, now: Plan, *, same_secrets: bool = True) -> str:
    (one,) = judge(changes(was), now, same_secrets=same_secrets)
    return one.said


def team(**attributes: Any) -> Stack:
    return stack(stream("calls", **attributes))


def organization(*, versions: bool = True, **attributes: Any) -> Streams:
    found = Streams(versions=versions)
    apply(team(**attributes), found)
    return found


KEY = [{"protocol": "https", "url": URL, "headers": {"X-Api-Key": Secret("k-1")}}]


@given(stacks(), stacks())
@settings(max_examples=40, deadline=None)
def test_every_change_of_a_plan_is_as_that_plan_says(first: Stack, second: Stack) -> None:
    there = Streams()
    apply(first, there)
    was, now = plan_for(second, there), plan_for(second, there)
    assert fates(was, now) == {str(change.address): Fate.SAME for change in now.active}


@given(stacks(), stacks())
@settings(max_examples=40, deadline=None)
def test_once_it_is_applied_every_change_of_it_is_done(first: Stack, second: Stack) -> None:
    there = Streams()
    apply(first, there)
    was = plan_for(second, there)
    apply(second, there)
    now = plan_for(second, there)
    moved = {str(c.address) for c in was.changes if c.action in (Action.ADOPT, Action.MOVE)}
    assert {a: f for a, f in fates(was, now).items() if a not in moved and f is not Fate.DONE} == {}


@given(stacks(), stacks(), stacks())
@settings(max_examples=40, deadline=None)
def test_what_is_the_same_writes_what_was_planned(first: Stack, second: Stack, third: Stack) -> None:
    there = Streams()
    apply(first, there)
    was, now = plan_for(second, there), plan_for(third, there)
    planned = {change.address: change for change in was.changes}
    addresses = set(map(str, second.resources))
    same = declared_secrets(second, addresses) == declared_secrets(third, addresses)
    for one in judge(changes(was), now, same_secrets=same):
        if one.fate is Fate.SAME:
            change = next(change for change in now.changes if change.address == one.address)
            assert (change.action, change.after) == (planned[one.address].action, planned[one.address].after)


def test_a_version_that_moved_is_no_difference() -> None:
    there = organization(description="one")
    was = plan_for(team(description="two"), there)
    there.edit("calls")
    assert fates(was, plan_for(team(description="two"), there)) == {"stream.calls": Fate.SAME}


def test_another_value_is_told_on_both_sides() -> None:
    there = organization(description="one")
    was, now = plan_for(team(description="two"), there), plan_for(team(description="three"), there)
    assert said(was, now) == (
        'expected update (description: "one" -> "two"), now update (description: "one" -> "three")'
    )


def test_a_change_that_was_not_expected() -> None:
    there = organization(description="one")
    was = plan_for(team(description="one"), there)
    assert said(was, plan_for(team(description="x"), there)).startswith("expected no change, now update")
    assert said(was, plan_for(stack(), there)).startswith("expected no change, now delete")


def test_a_change_that_is_no_longer_wanted_is_not_done() -> None:
    there = organization(description="one")
    was = plan_for(team(description="two"), there)
    assert fates(was, plan_for(team(description="one"), there)) == {"stream.calls": Fate.OTHER}


def test_another_object_of_that_name() -> None:
    there = organization(description="one")
    was = plan_for(team(description="two"), there)
    apply(stack(), there, None)
    apply(team(description="one"), there)
    assert "another object, id-1 -> id-2" in said(was, plan_for(team(description="two"), there))


class TestSecrets:
    def test_one_to_be_written_counts_where_all_that_is_declared_is_vouched_for(self) -> None:
        was = now = plan_for(team(destinations=KEY), Streams())
        assert fates(was, now) == {"stream.calls": Fate.SAME}
        assert "cannot be confirmed" in said(was, now, same_secrets=False)

    def test_a_change_without_any_needs_nobody_to_vouch(self) -> None:
        was = now = plan_for(team(), Streams())
        assert fates(was, now, same_secrets=False) == {"stream.calls": Fate.SAME}

    @pytest.mark.parametrize("versions", [True, False])
    def test_one_on_the_object_counts_while_the_object_was_not_written_to(self, versions: bool) -> None:
        there = organization(versions=versions, destinations=KEY)
        was = plan_for(stack(), there)
        assert fates(was, plan_for(stack(), there)) == {"stream.calls": Fate.SAME if versions else Fate.OTHER}
        there.edit("calls", destinations=[KEY[0] | {"headers": {"X-Api-Key": "by hand"}}])
        assert said(was, plan_for(stack(), there)).startswith("its object was written to")
