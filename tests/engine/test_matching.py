"""Who is paired with whom: by marker, then by name; and what belongs to others."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gcsync.model.address import Address
from gcsync.model.marker import UnusableMarker
from gcsync.model.plan import Action, Plan
from gcsync.model.resource import Lifecycle, Removal
from tests.engine.organization import Streams, actions, apply, plan_for, stack, stream


def codes(plan: Plan) -> list[str]:
    return [diagnostic.code for diagnostic in plan.diagnostics]


def address(key: str) -> Address:
    return Address("stream", key)


def test_another_name_updates_in_place() -> None:
    organization = Streams()
    apply(stack(stream("s", name="old")), organization)
    identifier = organization.named("old").id
    apply(stack(stream("s", name="new")), organization)
    assert organization.named("new").id == identifier


def test_another_key_is_a_delete_and_a_create() -> None:
    organization = Streams()
    apply(stack(stream("keep"), stream("old", name="n")), organization)
    plan = plan_for(stack(stream("keep"), stream("new", name="n")), organization)
    assert actions(plan) == {"stream.keep": "no-op", "stream.old": "delete", "stream.new": "create"}


def test_moved_keeps_the_object() -> None:
    organization = Streams()
    apply(stack(stream("old", name="n")), organization)
    identifier = organization.named("n").id
    wanted = stack(stream("new", name="n"), moved={address("old"): address("new")})
    plan = plan_for(wanted, organization)
    (change,) = plan.changes
    assert (change.action, change.previous_address, plan.summary.update) == (Action.MOVE, address("old"), 1)
    apply(wanted, organization)
    assert organization.named("n").id == identifier
    assert not plan_for(wanted, organization).active


def test_moved_twice_follows_the_chain() -> None:
    organization = Streams()
    apply(stack(stream("a", name="n")), organization)
    moved = {address("a"): address("b"), address("b"): address("c")}
    assert actions(plan_for(stack(stream("c", name="n"), moved=moved), organization)) == {"stream.c": "move"}


def test_moved_onto_an_address_that_has_an_object_is_an_error() -> None:
    organization = Streams()
    apply(stack(stream("old", name="n"), stream("new", name="m")), organization)
    plan = plan_for(stack(stream("new", name="m"), moved={address("old"): address("new")}), organization)
    assert codes(plan) == ["GC401"]
    assert not plan.active


def test_released_objects_lose_the_marker_and_stay() -> None:
    organization = Streams()
    apply(stack(stream("keep"), stream("away")), organization)
    before = organization.named("away").attributes
    wanted = stack(stream("keep"), removed={address("away"): Removal(address("away"), destroy=False)})
    assert actions(plan_for(wanted, organization))["stream.away"] == "release"
    apply(wanted, organization)
    assert organization.named("away").marker is None
    assert organization.named("away").attributes == before
    assert not plan_for(wanted, organization).active


def test_an_unmanaged_namesake_is_adopted_whatever_the_case() -> None:
    organization = Streams()
    organization.put("Calls", description="by hand")
    wanted = stack(stream("s", name="calls", description="by hand"))
    plan = plan_for(wanted, organization)
    assert (actions(plan), plan.summary.adopt, plan.summary.update) == ({"stream.s": "adopt"}, 1, 0)
    apply(wanted, organization)
    assert organization.names() == ["calls"]


def test_a_namesake_is_not_adopted_against_the_lifecycle() -> None:
    organization = Streams()
    organization.put("s")
    plan = plan_for(stack(stream("s", Lifecycle(adopt=False))), organization)
    assert (codes(plan), plan.active) == (["GC405"], ())


def test_two_unmanaged_namesakes_are_an_error_with_both_ids() -> None:
    organization = Streams()
    organization.put("s"), organization.put("S")
    (diagnostic,) = plan_for(stack(stream("s")), organization).diagnostics
    assert (diagnostic.code, "id-1, id-2" in diagnostic.message) == ("GC406", True)


def test_a_namesake_of_another_stack_is_an_error_that_names_it() -> None:
    organization = Streams()
    apply(stack(stream("theirs", name="n"), name="other"), organization)
    (diagnostic,) = plan_for(stack(stream("mine", name="N")), organization).diagnostics
    assert diagnostic.code == "GC402"
    assert 'stack "other" as stream.theirs' in diagnostic.message


def test_environments_are_owners_of_their_own() -> None:
    organization = Streams()
    apply(stack(stream("s", name="dev stream"), environment="dev"), organization)
    plan = plan_for(stack(stream("s", name="prod stream"), environment="prod"), organization)
    assert actions(plan) == {"stream.s": "create"}


def test_a_rename_onto_an_unmanaged_object_is_an_error() -> None:
    organization = Streams()
    apply(stack(stream("s", name="old")), organization)
    organization.put("new")
    assert codes(plan_for(stack(stream("s", name="new")), organization)) == ["GC403"]


def test_two_objects_with_one_marker_are_an_error_with_both_ids() -> None:
    organization = Streams()
    apply(stack(stream("s")), organization)
    organization.put("copy of s", organization.named("s").marker)
    plan = plan_for(stack(stream("s")), organization)
    (diagnostic,) = plan.diagnostics
    assert (diagnostic.code, "id-1, id-2" in diagnostic.message, plan.active) == ("GC401", True, ())


@pytest.mark.parametrize("name", ["s", "renamed by hand"])
def test_an_object_with_an_edited_marker_is_neither_written_nor_created_again(name: str) -> None:
    organization = Streams()
    remote = organization.put(name)
    broken = UnusableMarker("edited", owner="team", address="stream.s")
    organization.objects[remote.id] = replace(remote, marker=broken)
    plan = plan_for(stack(stream("s")), organization)
    assert codes(plan) == ["GC404"]
    assert [(entry.id, entry.reason) for entry in plan.not_checked] == [("id-1", "edited")]


def test_an_owned_object_with_an_unusable_marker_is_never_deleted() -> None:
    organization = Streams()
    remote = organization.put("unknown")
    organization.objects[remote.id] = replace(remote, marker=UnusableMarker("of a later version"))
    apply(stack(stream("s")), organization)
    assert organization.names() == ["s", "unknown"]
