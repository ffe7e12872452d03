"""What environments differ in: declared without the variables, live beyond the declarations, secrets never compared."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from gcsync.engine import compare
from gcsync.model.comparison import Comparison, Presence, PresenceDifference, ValueDifference
from gcsync.model.resource import Lifecycle, Resource, Stack
from gcsync.model.value import Secret, format_path
from tests.engine.organization import URL, Streams, apply, plan_for, stack, stream
from tests.engine.test_apply_algebra import stacks

DEV, PROD = "dev", "prod"


def within(environment: str, *resources: Resource) -> Stack:
    return replace(stack(*resources), environment=environment)


def written(resource: Resource, **attributes: Any) -> Resource:
    return replace(resource, written=attributes)


def compared(*sides: tuple[Stack, Streams]) -> Comparison:
    names = [stack.environment or "" for stack, _ in sides]
    return compare(names, [stack for stack, _ in sides], [plan_for(stack, there) for stack, there in sides])


def both(dev: Resource, prod: Resource | None = None) -> tuple[tuple[Stack, Streams], tuple[Stack, Streams]]:
    """The resource declared and applied in two environments, each with an organization of its own."""
    sides = (within(DEV, dev), Streams()), (within(PROD, prod or dev), Streams())
    for declared, there in sides:
        apply(declared, there)
    return sides


def places(found: tuple[PresenceDifference | ValueDifference, ...]) -> list[str]:
    return [format_path(one.path) if isinstance(one, ValueDifference) else str(one.address) for one in found]


def key(value: str) -> list[dict[str, Any]]:
    return [{"protocol": "https", "url": URL, "headers": {"X-Api-Key": Secret(value)}}]


@given(stacks(), stacks())
@settings(max_examples=30, deadline=None)
def test_the_same_in_two_environments_is_no_difference(first: Stack, second: Stack) -> None:
    sides = [(replace(second, environment=name), Streams()) for name in (DEV, PROD)]
    for declared, there in sides:
        apply(replace(first, environment=declared.environment), there)
    found = compared(*sides)
    assert (found.declared, found.live, found.by_variables) == ((), (), ())


@given(stacks(), st.data())
@settings(max_examples=30, deadline=None)
def test_one_edit_by_hand_is_one_difference_there_whatever_the_order(whole: Stack, data: st.DataObject) -> None:
    sides = [(replace(whole, environment=name), Streams()) for name in (DEV, PROD)]
    for declared, there in sides:
        apply(declared, there)
    if not sides[1][1].names():
        return
    name = data.draw(st.sampled_from(sides[1][1].names()))
    remote = sides[1][1].named(name)
    sides[1][1].edit(name, enabled=not remote.attributes["enabled"])
    for ordered in (sides, sides[::-1]):
        assert places(compared(*ordered).live) == ["enabled"]


def test_values_made_of_variables_are_told_apart_from_others() -> None:
    dev, prod = (
        written(stream("calls", description=f"of {one}", enabled=one == DEV), description="of ${env_name}")
        for one in (DEV, PROD)
    )
    found = compared(*both(dev, prod))
    assert (places(found.declared), places(found.by_variables)) == (["enabled"], ["description"])
    (by_variables,) = found.by_variables
    assert (by_variables.expressions, by_variables.values) == (("${env_name}",), {DEV: "of dev", PROD: "of prod"})
    assert found.live == ()


def test_one_that_is_declared_in_one_environment_only() -> None:
    sides = (within(DEV, stream("calls")), Streams()), (within(PROD), Streams())
    apply(*sides[0])
    found = compared(*sides)
    assert [one.standing for one in found.declared if isinstance(one, PresenceDifference)] == [
        {DEV: Presence.DECLARED, PROD: Presence.NOT_DECLARED}
    ]
    assert found.live == ()


def test_one_that_is_there_in_one_environment_only() -> None:
    sides = both(stream("calls"))
    sides[1][1].objects.clear()
    (only,) = compared(*sides).live
    assert isinstance(only, PresenceDifference)
    assert only.standing == {DEV: Presence.THERE, PROD: Presence.NOT_THERE}


def test_one_that_is_there_in_none_is_no_difference() -> None:
    sides = both(stream("calls"))
    for _, there in sides:
        there.objects.clear()
    assert compared(*sides).live == ()


def test_the_same_edit_in_both_is_no_difference_and_two_edits_are_one() -> None:
    sides = both(stream("calls", description="declared"))
    for _, there in sides:
        there.edit("calls", description="by hand")
    assert compared(*sides).live == ()
    sides[1][1].edit("calls", description="by another hand")
    (only,) = compared(*sides).live
    assert isinstance(only, ValueDifference)
    assert only.values == {DEV: "by hand", PROD: "by another hand"}
    assert only.as_declared == {DEV: False, PROD: False}


def test_only_the_place_that_was_edited_is_told() -> None:
    dev, prod = (stream("calls", destinations=[{"protocol": "https", "url": f"{URL}/{one}"}]) for one in (DEV, PROD))
    sides = both(dev, prod)
    sides[1][1].edit("calls", destinations=[{"protocol": "https", "url": f"{URL}/prod", "headers": {"X-A": "b"}}])
    assert places(compared(*sides).live) == ["destinations[0].headers"]


def test_what_the_stack_leaves_alone_is_compared_as_it_is() -> None:
    ignoring = stream("calls", Lifecycle(ignore_changes=("enabled",)))
    sides = both(ignoring)
    assert compared(*sides).live == ()
    sides[0][1].edit("calls", enabled=False)
    assert places(compared(*sides).live) == ["enabled"]


class TestSecrets:
    def test_another_one_declared_is_no_difference_and_the_same_one_no_sameness(self) -> None:
        same, other = compared(*both(stream("calls", destinations=key("k-1")))), None
        other = compared(*both(stream("calls", destinations=key("k-1")), stream("calls", destinations=key("k-2"))))
        assert same == other
        assert (same.found, same.by_variables, same.hidden) == (False, (), 1)

    def test_one_edited_by_hand_is_told_without_a_word_of_the_other(self) -> None:
        outcomes = []
        for edited in ("k-1", "k-3"):
            sides = both(stream("calls", destinations=key("k-1")), stream("calls", destinations=key("k-2")))
            sides[1][1].edit("calls", destinations=[key("")[0] | {"headers": {"X-Api-Key": edited}}])
            outcomes.append(
                [(places((one,)), one.as_declared) for one in compared(*sides).live if isinstance(one, ValueDifference)]
            )
        assert outcomes[0] == outcomes[1] == [(["destinations[0].headers.X-Api-Key"], {DEV: True, PROD: False})]

    def test_what_is_sensitive_in_one_environment_is_hidden_in_all(self) -> None:
        dev, prod = stream("calls", description="plain"), stream("calls", description=Secret("hidden"))
        found = compared(*both(dev, prod))
        assert (found.found, found.by_variables, found.hidden) == (False, (), 1)
