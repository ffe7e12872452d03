"""Names are freed before they are taken, circles go through a temporary name, deletes come last."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from gcsync.engine import Options
from gcsync.model.address import Address
from gcsync.model.outcome import Status
from gcsync.model.plan import Operation
from gcsync.model.resource import Safety
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
