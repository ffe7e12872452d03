"""Names are freed before they are taken, circles go through a temporary name, deletes come last."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from graphlib import TopologicalSorter

from hypothesis import given, settings
from hypothesis import strategies as st

from gcsync.engine import Options
from gcsync.model.address import Address
from gcsync.model.diagnostic import Diagnostic
from gcsync.model.failure import RemoteError
from gcsync.model.outcome import Outcome, Status
from gcsync.model.plan import Operation, Plan
from gcsync.model.resource import Resource, Safety, Stack
from gcsync.model.value import Reference
from tests.engine.organization import Streams, apply, carry_out, plan_for, stack, stream


def steps(wanted, organization):  # type: ignore[no-untyped-def]
    return [(str(step.address), step.operation) for step in plan_for(wanted, organization).steps]


def test_deletes_come_after_everything_else() -> None:
    organization = Streams()
    apply(stack(stream("a"), stream("old")), organization)
    plan = plan_for(stack(stream("a", enabled=False), stream("new")), organization)
    assert [(str(s.address), s.operation, s.last) for s in plan.steps] == [
        ("stream.a", Operation.UPDATE, False),
        ("stream.new", Operation.CREATE, False),
        ("stream.old", Operation.DELETE, True),
    ]


def test_a_delete_that_frees_a_name_comes_before_its_taker() -> None:
    organization = Streams()
    apply(stack(stream("a"), stream("old", name="n")), organization)
    plan = plan_for(stack(stream("a"), stream("new", name="n")), organization)
    carry_out(plan, organization)
    assert organization.writes[-2:] == [("delete", "n"), ("create", "n")]


def test_a_chain_of_renames_runs_from_its_free_end() -> None:
    organization = Streams()
    apply(stack(stream("a", name="one"), stream("b", name="two")), organization)
    apply(stack(stream("a", name="two"), stream("b", name="three")), organization)
    assert organization.writes[-2:] == [("update", "three"), ("update", "two")]


def test_a_swap_goes_through_a_temporary_name_that_the_plan_shows() -> None:
    organization = Streams()
    apply(stack(stream("a", name="one"), stream("b", name="two")), organization)
    wanted = stack(stream("a", name="two"), stream("b", name="one"))
    plan = plan_for(wanted, organization)
    first, second = plan.changes
    assert first.temporary_name is not None
    assert first.temporary_name.startswith("two (gcsync ")
    assert second.temporary_name is None
    report = carry_out(plan, organization)
    assert report.counts["updated"] == 2
    assert organization.writes[-3:] == [("update", first.temporary_name), ("update", "one"), ("update", "two")]
    assert not plan_for(wanted, organization).active


def test_a_swap_with_a_replacement_needs_no_temporary_name() -> None:
    organization = Streams()
    apply(stack(stream("a", name="one"), stream("b", name="two")), organization)
    wanted = stack(stream("a", name="two"), stream("b", name="one"))
    report = apply(wanted, organization, Options(replace=frozenset({Address("stream", "a")})))
    assert report.count(Status.DONE) == 2
    assert organization.writes[-3:] == [("delete", "one"), ("update", "one"), ("create", "two")]


def test_a_swap_that_stopped_half_way_is_finished_by_the_next_apply() -> None:
    organization = Streams()
    apply(stack(stream("a", name="one"), stream("b", name="two")), organization)
    wanted = stack(stream("a", name="two"), stream("b", name="one"))
    plan = plan_for(wanted, organization)
    organization.edit("one", name=plan.changes[0].temporary_name)
    apply(wanted, organization)
    assert not plan_for(wanted, organization).active


def test_a_name_that_a_left_out_resource_holds_is_an_error() -> None:
    organization = Streams()
    apply(stack(stream("a", name="one"), stream("b", name="two")), organization)
    wanted = stack(stream("a", name="two"), stream("b", name="one"))
    plan = plan_for(wanted, organization, Options(targets=("stream.a",)))
    assert [d.code for d in plan.diagnostics] == ["GC407"]


def test_another_case_of_its_own_name_is_in_nobodys_way() -> None:
    organization = Streams()
    apply(stack(stream("a", name="one")), organization)
    apply(stack(stream("a", name="ONE")), organization)
    assert organization.names() == ["ONE"]


def test_a_replacement_is_a_delete_and_then_a_create() -> None:
    organization = Streams()
    apply(stack(stream("a"), stream("b")), organization)
    plan = plan_for(stack(stream("a"), stream("b")), organization, Options(replace=frozenset({Address("stream", "a")})))
    assert (plan.summary.replace, plan.summary.unchanged) == (1, 1)
    carry_out(plan, organization)
    assert organization.writes[-2:] == [("delete", "a"), ("create", "a")]


@given(st.permutations(range(5)), st.permutations(range(5)), st.integers(1, 5))
@settings(max_examples=100, deadline=None)
def test_any_permutation_of_names_is_applied_at_once(first: list[int], second: list[int], survivors: int) -> None:
    organization = Streams()
    generous = Safety(max_delete_percent=100)
    apply(stack(*(stream(f"k{i}", name=f"n{n}") for i, n in enumerate(first)), safety=generous), organization)
    wanted = stack(*(stream(f"k{i}", name=f"n{n}") for i, n in enumerate(second[:survivors])), safety=generous)
    report = apply(wanted, organization)
    assert report.count(Status.FAILED, Status.DIFFERS, Status.SKIPPED) == 0
    assert not plan_for(wanted, organization).active


def referring(key: str, *needed: str, **attributes: object) -> Resource:
    """A stream that takes the ids of others."""
    value = (
        Reference(address(needed[0]), "id", tuple(Reference(address(one), "id") for one in needed)) if needed else ""
    )
    made = stream(key, description=value, **attributes)
    return replace(made, dependencies=frozenset(map(address, needed)))


def address(key: str) -> Address:
    return Address("stream", key)


def test_deletes_that_refer_to_each_other_wait_for_each_other() -> None:
    organization = Streams()
    apply(stack(stream("a"), referring("b", "a"), referring("c", "b")), organization)
    organization.before = lambda operation, name: time.sleep(0.05 if name == "c" else 0.0)
    apply(stack(stream("a"), referring("b", "a"), referring("c", "b")), organization, Options(destroy=True))
    assert organization.writes[-3:] == [("delete", "c"), ("delete", "b"), ("delete", "a")]


def test_what_a_failed_delete_refers_to_stays() -> None:
    organization = Streams()
    wanted = stack(stream("a"), referring("b", "a"), referring("c", "b"), stream("other"))
    apply(wanted, organization)
    organization.before = fails("c")
    report = apply(wanted, organization, Options(destroy=True))
    assert organization.names() == ["a", "b", "c"]
    assert [str(o.address) for o in report.outcomes if o.status is Status.SKIPPED] == ["stream.a", "stream.b"]


def test_what_is_left_out_and_there_can_be_referred_to() -> None:
    organization = Streams()
    apply(stack(stream("a")), organization)
    wanted = stack(stream("a", enabled=False), referring("b", "a"))
    report = apply(wanted, organization, Options(targets=("stream.b",)))
    assert (report.counts["created"], report.count(Status.FAILED)) == (1, 0)
    assert organization.named("b").attributes["description"] == organization.named("a").id


def test_what_is_left_out_and_not_there_is_an_error_that_names_the_target() -> None:
    plan = plan_for(stack(stream("a"), referring("b", "a")), Streams(), Options(targets=("stream.b",)))
    (problem,) = plan.diagnostics
    assert (problem.code, "--target 'stream.a'" in problem.hint) == ("GC409", True)


def test_a_name_that_a_delete_left_out_by_no_delete_would_free_is_an_error() -> None:
    organization = Streams()
    apply(stack(stream("keep"), stream("old", name="n")), organization)
    plan = plan_for(stack(stream("keep"), stream("new", name="n")), organization, Options(no_delete=True))
    assert [d.code for d in plan.diagnostics] == ["GC407"]
    assert "--no-delete" in plan.diagnostics[0].hint


def fails(*names: str) -> Callable[[str, str], None]:
    def before(_operation: str, name: str) -> None:
        if name in names:
            raise RemoteError(Diagnostic("GC000", "no"))

    return before


def fails_for(plan: Plan, unlucky: Address) -> Callable[[str, str], None]:
    """Every write to the object of one change fails: by its name now, which nobody else can have meanwhile."""
    doomed = {
        (change.remote is None, change.remote.name if change.remote else change.name)
        for change in plan.active
        if change.address == unlucky
    }

    def before(operation: str, name: str) -> None:
        if (operation == "create", name) in doomed:
            raise RemoteError(Diagnostic("GC000", "no"))

    return before


KEYS = [f"k{number}" for number in range(6)]


@st.composite
def worlds(draw: st.DrawFn) -> tuple[Stack, Stack]:
    """What was applied and what is wanted: the same keys or others, names traded, references backwards only."""
    return draw(_stacks()), draw(_stacks())


@st.composite
def _stacks(draw: st.DrawFn) -> Stack:
    keys = draw(st.lists(st.sampled_from(KEYS), unique=True, min_size=1))
    names = draw(st.permutations([f"n{number}" for number in range(len(KEYS))]))
    resources = []
    for number, key in enumerate(sorted(keys)):
        needed = draw(st.lists(st.sampled_from(sorted(keys)[:number]), unique=True, max_size=2)) if number else []
        resources.append(referring(key, *needed, name=names[number], enabled=draw(st.booleans())))
    return stack(*resources, safety=Safety(max_delete_percent=100))


@given(worlds())
@settings(max_examples=60, deadline=None)
def test_every_step_comes_after_what_it_requires_and_deletes_that_free_no_name_come_last(
    world: tuple[Stack, Stack],
) -> None:
    first, second = world
    organization = Streams()
    apply(first, organization)
    plan = plan_for(second, organization)
    free = [index for index, step in enumerate(plan.steps) if not step.last]
    assert all(required in free for index in free for required in plan.steps[index].requires)
    assert all(plan.steps[index].operation is Operation.DELETE for index in range(len(free), len(plan.steps)))
    freeing = {required for index in free for required in plan.steps[index].requires}
    early = [index for index in free if plan.steps[index].operation is Operation.DELETE]
    assert freeing.issuperset(early)
    sorted_ones = TopologicalSorter({index: step.requires for index, step in enumerate(plan.steps)}).static_order()
    assert len(list(sorted_ones)) == len(plan.steps)


@given(worlds(), st.integers(1, 4))
@settings(max_examples=100, deadline=None)
def test_no_name_is_taken_before_it_is_free_and_nothing_is_left_to_do(
    world: tuple[Stack, Stack], parallelism: int
) -> None:
    first, second = world
    organization = Streams()
    apply(first, organization)
    plan = plan_for(second, organization, Options(allow_delete=frozenset(map(address, KEYS))))
    report = carry_out(plan, organization, parallelism=parallelism)
    assert [outcome.diagnostic for outcome in report.outcomes if outcome.status is not Status.DONE] == []
    assert not plan_for(second, organization).active


@given(worlds(), st.sampled_from(KEYS))
@settings(max_examples=60, deadline=None)
def test_a_failed_change_skips_exactly_what_depends_on_it(world: tuple[Stack, Stack], unlucky: str) -> None:
    first, second = world
    organization = Streams()
    apply(first, organization)
    plan = plan_for(second, organization)
    organization.before = fails_for(plan, address(unlucky))
    report = carry_out(plan, organization, parallelism=1)
    waiting = dependents(plan, address(unlucky))
    assert {outcome.address for outcome in report.outcomes if is_skipped(outcome)} == waiting
    assert {o.address for o in report.outcomes if o.status is not Status.DONE} <= {address(unlucky), *waiting}


def is_skipped(outcome: Outcome) -> bool:
    """Not begun, or left under its temporary name."""
    half_done = outcome.diagnostic is not None and outcome.diagnostic.code == "GC530"
    return outcome.status is Status.SKIPPED or half_done


def dependents(plan: Plan, failed: Address) -> set[Address]:
    """By the plan's requirements alone: everything that waits, however far away, for a step of `failed`."""
    if failed not in {step.address for step in plan.steps}:
        return set()
    found = {index for index, step in enumerate(plan.steps) if step.address == failed}
    size = 0
    while len(found) > size:
        size = len(found)
        found |= {i for i, step in enumerate(plan.steps) if found.intersection(step.requires)}
    return {plan.steps[index].address for index in found} - {failed}
