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


def allowing(*keys: str) -> Options:
    return Options(allow_delete=frozenset(map(address, keys)))


def test_the_last_object_goes_only_by_name_even_where_others_were_allowed() -> None:
    organization = Streams()
    apply(stack(stream("a"), stream("b")), organization)
    settled = stack(removed={address("a"): Removal(address("a"), destroy=True), address("b"): REMOVED_B})
    assert refused(plan_for(settled, organization, allowing("a"))) == ["GC421"]
    assert refused(plan_for(settled, organization, allowing("a", "b"))) == []


REMOVED_B = Removal(Address("stream", "b"), destroy=True)


def test_the_only_object_of_a_stack_is_everything() -> None:
    organization = Streams()
    apply(stack(stream("a")), organization)
    (first, second) = plan_for(stack(), organization).refusals
    assert (first.code, second.code) == ("GC420", "GC421")
    assert "1 of 1 object (100 %) would be deleted or replaced, so that nothing is left" in second.message
    assert "gcsync destroy" in second.hint


def test_replacing_the_only_object_is_no_loss_of_everything() -> None:
    organization = Streams()
    apply(stack(stream("a")), organization)
    assert refused(plan_for(stack(stream("a")), organization, Options(replace=frozenset({address("a")})))) == []


def test_a_share_just_over_the_limit_is_not_rounded_to_it() -> None:
    organization = Streams()
    apply(stack(*(stream(f"s{i:02}") for i in range(13))), organization)
    (refusal,) = plan_for(stack(*(stream(f"s{i:02}") for i in range(4, 13))), organization).refusals
    assert "4 of 13 objects (30.8 %)" in refusal.message


def test_deletes_and_replacements_count_together() -> None:
    organization, resources = ten()
    two = frozenset({address("s8"), address("s9")})
    assert refused(plan_for(stack(*resources[1:]), organization, Options(replace=two))) == []
    assert refused(plan_for(stack(*resources[2:]), organization, Options(replace=two))) == ["GC421"]


def test_what_the_options_leave_out_does_not_count() -> None:
    organization, resources = ten()
    some = Options(targets=("stream.s0", "stream.s1", "stream.s2"))
    plan = plan_for(stack(*resources[5:]), organization, some)
    assert (refused(plan), plan.summary.delete, len(plan.left_out)) == ([], 3, 2)
    assert refused(plan_for(stack(*resources[5:]), organization, Options(no_delete=True))) == []


def test_unmanaged_objects_and_those_of_others_are_no_part_of_the_whole() -> None:
    organization = Streams()
    apply(stack(*(stream(f"s{i}") for i in range(4))), organization)
    for number in range(20):
        organization.put(f"by hand {number}")
    apply(stack(*(stream(f"t{i}") for i in range(20)), name="theirs"), organization)
    assert "2 of 4 objects (50 %)" in plan_for(stack(stream("s0"), stream("s1")), organization).refusals[0].message


def test_an_object_that_is_given_away_is_no_delete_and_needs_no_leave() -> None:
    organization = Streams()
    protected = Lifecycle(prevent_destroy=True)
    apply(stack(stream("keep"), stream("a", protected), stream("b", protected)), organization)
    away = {address(key): Removal(address(key), destroy=False) for key in "ab"}
    plan = plan_for(stack(stream("keep"), removed=away), organization)
    assert (refused(plan), plan.summary.update, plan.summary.delete) == ([], 2, 0)


def test_protection_that_was_declared_since_the_last_apply_holds_for_destroy() -> None:
    organization = Streams()
    apply(stack(stream("a"), stream("b")), organization)
    wanted = stack(stream("a", Lifecycle(prevent_destroy=True)), stream("b"))
    (refusal,) = plan_for(wanted, organization, Options(destroy=True)).refusals
    assert (refusal.code, refusal.path) == ("GC422", "stream.a")
    assert "--allow-delete 'stream.a'" in refusal.hint


def test_setting_and_lifting_protection_is_an_update_that_the_plan_shows() -> None:
    organization = Streams()
    bare, protected = stack(stream("a")), stack(stream("a", Lifecycle(prevent_destroy=True)))
    apply(bare, organization)
    for wanted, shown in ((protected, (False, True)), (bare, (True, False))):
        (change,) = plan_for(wanted, organization).active
        assert [(a.name, a.before, a.after) for a in change.attributes] == [("lifecycle.prevent_destroy", *shown)]
        assert apply(wanted, organization).counts["updated"] == 1
    assert refused(plan_for(bare, organization, Options(destroy=True))) == []


def test_lifting_protection_and_replacing_in_one_go_is_refused() -> None:
    organization = Streams()
    apply(stack(stream("a", Lifecycle(prevent_destroy=True)), stream("b")), organization)
    replacing = Options(replace=frozenset({address("a")}))
    assert refused(plan_for(stack(stream("a"), stream("b")), organization, replacing)) == ["GC422"]


def test_moves_and_releases_count_as_updates_and_adoptions_and_creates_do_not() -> None:
    organization = Streams()
    apply(stack(*(stream(key) for key in "abcd")), organization)
    organization.put("by hand")
    limit = Safety(max_update_percent=25)
    moved = {"moved": {address("a"): address("z")}}
    away = {"removed": {address("b"): Removal(address("b"), destroy=False)}}
    one = stack(stream("z", name="a"), stream("b"), stream("c"), stream("d"), stream("by hand"), safety=limit, **moved)
    assert refused(plan_for(one, organization)) == []
    two = stack(stream("z", name="a"), stream("c"), stream("d"), stream("new"), safety=limit, **moved, **away)
    (refusal,) = plan_for(two, organization).refusals
    assert refusal.code == "GC423"
    assert "2 of 4 objects (50 %) would be updated, more than max_update_percent: 25: stream.b" in refusal.message
    assert "--target" in refusal.hint
