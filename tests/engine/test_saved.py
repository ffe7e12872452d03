"""What a saved plan is bound to: any difference is noticed, and what is no difference is none."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gcsync.engine.saved import bound_stack, compare_plan, compare_stack, hidden_values, hide, variables_to_keep
from gcsync.model.address import Address
from gcsync.model.diagnostic import Diagnostic
from gcsync.model.plan import Plan
from gcsync.model.resource import Lifecycle, Safety, Stack
from gcsync.model.saved import encode_plan
from gcsync.model.value import Reference, Secret
from tests.engine.organization import URL, Streams, apply, plan_for, stack, stream
from tests.engine.test_apply_algebra import stacks
from tests.examples import examples

KEY = {"protocol": "https", "url": URL, "headers": {"X-Api-Key": Secret("canary-one")}}
OTHER_KEY = {"protocol": "https", "url": URL, "headers": {"X-Api-Key": Secret("canary-two")}}


def changes(plan: Plan) -> list[Any]:
    return list(json.loads(json.dumps(encode_plan(plan)))["changes"])


def moved(was: Plan, now: Plan) -> dict[str, str]:
    return {found.path: found.message for found in compare_plan(changes(was), now)}


def other(bound: Stack, now: Stack) -> list[Diagnostic]:
    return list(compare_stack(json.loads(json.dumps(bound_stack(bound))), now))


@given(stacks(), stacks())
@examples(100)
def test_the_same_plan_and_the_same_stack_are_no_difference(first: Stack, second: Stack) -> None:
    organization = Streams()
    apply(first, organization)
    assert moved(plan_for(second, organization), plan_for(second, organization)) == {}
    assert other(second, second) == []


@given(stacks(), stacks(), st.data())
@examples(200)
def test_a_touched_object_of_the_plan_makes_it_stale(first: Stack, second: Stack, data: st.DataObject) -> None:
    organization = Streams(versions=data.draw(st.booleans()))
    apply(first, organization)
    plan = plan_for(second, organization)
    touched = [change for change in plan.active if change.remote is not None]
    if not touched:
        return
    change = data.draw(st.sampled_from(touched))
    remote = change.remote
    assert remote is not None
    organization.edit(remote.name, enabled=not remote.attributes["enabled"])
    assert str(change.address) in moved(plan, plan_for(second, organization))


@given(stacks(), stacks(), st.data())
@examples(100)
def test_a_deleted_object_of_the_plan_makes_it_stale(first: Stack, second: Stack, data: st.DataObject) -> None:
    organization = Streams()
    apply(first, organization)
    plan = plan_for(second, organization)
    there = [change for change in plan.changes if change.remote is not None]
    if not there:
        return
    change = data.draw(st.sampled_from(there))
    organization.objects.pop(change.id or "")
    assert str(change.address) in moved(plan, plan_for(second, organization))


@given(stacks(), stacks())
@examples(100)
def test_two_stacks_that_differ_are_told_apart(first: Stack, second: Stack) -> None:
    same = {a: (dict(r.attributes), r.lifecycle) for a, r in first.resources.items()} == {
        a: (dict(r.attributes), r.lifecycle) for a, r in second.resources.items()
    }
    if same:
        assert other(first, second) == []
    elif not other(first, second):
        # What differs is then only what no plan shows: the order of a set, empty text, or a secret's value.
        plain = plan_for(first, Streams())
        assert changes(plain) == changes(plan_for(second, Streams()))


@pytest.mark.parametrize(
    ("now", "said"),
    [
        (stack(stream("a", enabled=False)), "`enabled`"),
        (stack(stream("a", Lifecycle(prevent_destroy=True))), "`lifecycle`"),
        (stack(stream("a"), stream("b")), "stream.b was not declared"),
        (stack(), "stream.a is no longer declared"),
        (stack(stream("a"), safety=Safety(max_delete_percent=100)), "`safety`"),
        (stack(stream("a"), moved={Address("stream", "old"): Address("stream", "a")}), "`moved`"),
        (stack(stream("a"), organization="Another Ltd"), "`organization`"),
        (stack(stream("a", description=Reference(Address("stream", "a"), "id"))), "`description`"),
    ],
)
def test_each_difference_of_the_stack_is_named(now: Stack, said: str) -> None:
    (found,) = other(stack(stream("a")), now)
    assert (found.code, said in found.message) == ("GC615", True)


def test_another_secret_is_no_difference_that_the_stacks_digest_knows() -> None:
    assert other(stack(stream("a", destinations=[KEY])), stack(stream("a", destinations=[OTHER_KEY]))) == []


def test_but_one_that_the_slow_digest_knows() -> None:
    digests = set()
    for destination in (KEY, OTHER_KEY):
        wanted = stack(stream("a", destinations=[destination]))
        digests.add(hide(hidden_values(wanted, plan_for(wanted, Streams())), b"salt"))
    assert len(digests) == 2


def test_secrets_of_the_objects_count_as_well() -> None:
    organization = Streams()
    wanted = stack(stream("a", destinations=[KEY]))
    apply(wanted, organization)
    organization.edit("a", enabled=False, destinations=[OTHER_KEY])
    first = hide(hidden_values(wanted, plan_for(wanted, organization)), b"salt")
    organization.edit("a", destinations=[OTHER_KEY | {"headers": {"X-Api-Key": "canary-three"}}])
    assert hide(hidden_values(wanted, plan_for(wanted, organization)), b"salt") != first


def test_the_salt_makes_every_digest_its_own() -> None:
    assert hide(["a"], b"one") != hide(["a"], b"two")


def test_a_guess_at_a_secret_costs_32_mebibytes(quick_digests: int) -> None:
    assert 128 * 8 * quick_digests == 32 * 1024 * 1024


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        ("https://a.example.com/x", True),
        ("https://u:p@a.example.com/x", False),
        ("https://a.example.com/?token=1", False),
        (["fine", "https://u:p@a.example.com/x"], False),
        ("canary-one", False),
        ("nary-o", False),
        ("on", True),
        (5, True),
        ({"a": {"key": "canary-one"}}, False),
    ],
)
def test_a_variable_is_kept_only_where_it_went_into_nothing_secret(value: Any, kept: bool) -> None:
    wanted = replace(stack(stream("a", destinations=[KEY])), variables={"v": value})
    assert (variables_to_keep(wanted) == {"v": value}) is kept
