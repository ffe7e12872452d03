"""What apply refuses: protected objects, too many deletes, the stack of another repository."""

from __future__ import annotations

from gcsync.engine import Options
from gcsync.model.address import Address
from gcsync.model.plan import Plan
from gcsync.model.resource import Lifecycle, Removal, Safety
from tests.engine.organization import Streams, apply, plan_for, stack, stream


def refused(plan: Plan) -> list[str]:
    return [refusal.code for refusal in plan.refusals]


def ten(**settings: object) -> tuple[Streams, list[object]]:
    organization = Streams()
    resources = [stream(f"s{i}") for i in range(10)]
    apply(stack(*resources), organization)
    return organization, resources


def address(key: str) -> Address:
    return Address("stream", key)


def test_three_of_ten_may_go_at_thirty_percent() -> None:
    organization, resources = ten()
    plan = plan_for(stack(*resources[3:]), organization)
    assert (plan.summary.delete, refused(plan), plan.applyable) == (3, [], True)


def test_four_of_ten_are_too_many_and_the_refusal_names_rule_numbers_objects_and_the_way_round() -> None:
    organization, resources = ten()
    plan = plan_for(stack(*resources[4:]), organization)
    (refusal,) = plan.refusals
    assert (plan.summary.delete, refusal.code, plan.applyable) == (4, "GC421", False)
    for part in ("4 of 10 objects (40 %)", "max_delete_percent: 30", "stream.s0"):
        assert part in refusal.message
    assert "--allow-delete 'stream.s0'" in refusal.hint


def test_what_is_allowed_by_name_no_longer_counts() -> None:
    organization, resources = ten()
    plan = plan_for(stack(*resources[4:]), organization, Options(allow_delete=frozenset({address("s0")})))
    assert refused(plan) == []


def test_replacements_count_as_deletes() -> None:
    organization, resources = ten()
    everyone = frozenset(address(f"s{i}") for i in range(4))
    assert refused(plan_for(stack(*resources), organization, Options(replace=everyone))) == ["GC421"]


def test_the_limit_of_the_stack_decides() -> None:
    organization, resources = ten()
    assert refused(plan_for(stack(*resources[5:], safety=Safety(max_delete_percent=50)), organization)) == []


def test_a_single_delete_of_many_is_never_too_many() -> None:
    organization, resources = ten()
    assert refused(plan_for(stack(*resources[1:], safety=Safety(max_delete_percent=0)), organization)) == []


def test_everything_is_too_much_at_any_limit() -> None:
    organization, _ = ten()
    plan = plan_for(stack(stream("other"), safety=Safety(max_delete_percent=100)), organization)
    assert refused(plan) == ["GC420", "GC421"]


def test_an_empty_stack_deletes_nothing() -> None:
    organization, _ = ten()
    plan = plan_for(stack(), organization)
    assert (refused(plan), plan.applyable) == (["GC420", "GC421"], False)


def test_a_stack_that_declares_none_of_what_its_name_owns_is_refused_without_deletes_too() -> None:
    organization, _ = ten()
    plan = plan_for(stack(stream("other")), organization, Options(no_delete=True))
    assert (refused(plan), plan.summary.delete) == (["GC420"], 0)


def test_settling_each_object_by_name_lifts_that_refusal() -> None:
    organization = Streams()
    apply(stack(stream("a"), stream("b"), stream("c")), organization)
    settled = stack(
        stream("new", name="a"),
        moved={address("a"): address("new")},
        removed={address("b"): Removal(address("b"), destroy=False)},
    )
    assert refused(plan_for(settled, organization, Options(allow_delete=frozenset({address("c")})))) == []


def test_prevent_destroy_outlives_its_section() -> None:
    organization = Streams()
    apply(stack(stream("keep"), stream("a", Lifecycle(prevent_destroy=True))), organization)
    plan = plan_for(stack(stream("keep")), organization)
    (refusal,) = plan.refusals
    assert (refusal.code, "stream.a" in refusal.message) == ("GC422", True)
    assert refused(plan_for(stack(stream("keep")), organization, Options(destroy=True))) == ["GC422"]


def test_prevent_destroy_refuses_a_replacement() -> None:
    organization = Streams()
    wanted = stack(stream("keep"), stream("a", Lifecycle(prevent_destroy=True)))
    apply(wanted, organization)
    assert refused(plan_for(wanted, organization, Options(replace=frozenset({address("a")})))) == ["GC422"]


def test_a_protected_object_goes_when_it_is_allowed_by_name() -> None:
    organization = Streams()
    apply(stack(stream("keep"), stream("a", Lifecycle(prevent_destroy=True))), organization)
    assert refused(plan_for(stack(stream("keep")), organization, Options(allow_delete=frozenset({address("a")})))) == []


def test_destroy_is_an_order_to_delete_everything() -> None:
    organization, resources = ten()
    plan = plan_for(stack(*resources), organization, Options(destroy=True))
    assert (refused(plan), plan.summary.delete) == ([], 10)


def test_too_many_updates_are_refused() -> None:
    organization, _ = ten()
    wanted = [stream(f"s{i}", enabled=i >= 6) for i in range(10)]
    assert refused(plan_for(stack(*wanted, safety=Safety(max_update_percent=50)), organization)) == ["GC423"]
    assert refused(plan_for(stack(*wanted), organization)) == []


def test_no_delete_leaves_deletes_and_replacements_out_and_says_so() -> None:
    organization, resources = ten()
    plan = plan_for(stack(*resources[1:]), organization, Options(no_delete=True, replace=frozenset({address("s1")})))
    assert (plan.summary.changes, plan.left_out) == (0, (address("s0"), address("s1")))
