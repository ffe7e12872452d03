"""A plan back from an apply: to what was there before, of what it wrote, and under the rules of any other plan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gcsync.engine import Options, check_selection
from gcsync.model.diagnostic import Diagnostic, Severity
from gcsync.model.failure import OutcomeUnknown
from gcsync.model.marker import Marker
from gcsync.model.outcome import Status
from gcsync.model.plan import Action, Plan, Reason
from gcsync.model.resource import Lifecycle, Organization, Removal, Safety, Stack
from gcsync.model.value import Secret, reveal
from gcsync.schema.semantics import kind_schema
from tests.engine.organization import TARGET, URL, Streams, actions, apply, carry_out, plan_for, stack, stream
from tests.engine.recorder import back, recorded
from tests.engine.test_apply_algebra import organization_with, stacks
from tests.examples import examples

ANY_NUMBER = Safety(max_delete_percent=100)
SHAPES = kind_schema("stream").attributes


def look(organization: Streams, *, ids: bool = False) -> dict[str, Any]:
    """What is there, by name, as far as it means something; with `ids` also which object it is."""
    return {
        remote.name: (remote.id if ids else None, remote.marker, _meaning(remote.attributes))
        for remote in organization.objects.values()
    }


def _meaning(attributes: Mapping[str, Any]) -> dict[str, Any]:
    found = {name: SHAPES[name].comparable(reveal(value)) for name, value in attributes.items()}
    return {name: value for name, value in found.items() if value is not None}


def with_headers(key: str, *, value: str, **attributes: Any) -> Any:
    headers = {"X-Key": Secret(value)}
    return stream(key, destinations=[{"protocol": "https", "url": URL, "headers": headers}], **attributes)


def said(plan: Plan) -> list[str]:
    return [diagnostic.code for diagnostic in plan.diagnostics]


def undo(declared: Stack, organization: Streams, way: Any, key: bytes | None = None) -> Plan:
    """Plan back and do it; the plan."""
    plan = back(declared, organization, way, key)
    assert not [d for d in plan.diagnostics if d.severity is Severity.ERROR], plan.diagnostics
    report = carry_out(plan, organization, key=key)
    assert report.complete, [(o.status, o.diagnostic) for o in report.outcomes]
    return plan


@given(stacks(), stacks(), st.booleans(), st.sampled_from([None, b"a key"]), st.booleans())
@examples(200)
def test_the_organization_is_as_before_the_apply(
    first: Stack, second: Stack, versions: bool, key: bytes | None, by_hand: bool
) -> None:
    organization = organization_with(["one by hand", "gamma"] if by_hand else ["one by hand"], versions=versions)
    plan = plan_for(first, organization, key=key)
    if plan.errored:
        return
    carry_out(plan, organization, key=key)
    before, objects = look(organization), set(organization.objects)
    plan = plan_for(second, organization, key=key)
    if plan.errored:
        return
    _, way = recorded(plan, organization, key)
    undo(first, organization, way, key)
    assert look(organization) == before
    kept = {change.id for change in plan.changes if change.action not in (Action.DELETE, Action.REPLACE)}
    assert objects & kept <= set(organization.objects)
    assert back(first, organization, way, key).active == ()
    assert plan_for(first, organization, key=key).active == ()


@given(stacks(), stacks())
@examples(75)
def test_an_undo_can_be_undone(first: Stack, second: Stack) -> None:
    organization = Streams()
    apply(first, organization)
    _, way = recorded(second, organization)
    after = look(organization)
    _, again = recorded(back(first, organization, way), organization)
    undo(second, organization, again)
    assert look(organization) == after


@given(stacks(), stacks(), st.integers(0, 5))
@examples(75)
def test_a_half_done_apply_is_undone_as_far_as_it_went(first: Stack, second: Stack, steps: int) -> None:
    organization = Streams()
    apply(first, organization)
    before = look(organization)
    plan = plan_for(second, organization)
    some = tuple(step for step in plan.steps[:steps] if not step.requires)
    _, way = recorded(replace(plan, steps=some), organization)
    undo(first, organization, way)
    assert look(organization) == before


def test_what_the_apply_did_not_write_is_left_alone() -> None:
    organization = Streams()
    apply(stack(stream("a"), stream("b"), safety=ANY_NUMBER), organization)
    changed = stack(stream("a", description="new"), stream("b"), safety=ANY_NUMBER)
    _, way = recorded(changed, organization)
    organization.edit("b", description="by hand")
    plan = undo(stack(stream("a"), safety=ANY_NUMBER), organization, way)
    assert actions(plan) == {"stream.a": "update"}
    assert organization.named("b").attributes["description"] == "by hand"


def test_what_somebody_changed_since_is_seen_and_marked() -> None:
    organization = Streams()
    apply(stack(stream("a", description="old")), organization)
    _, way = recorded(stack(stream("a", description="new")), organization)
    organization.edit("a", description="by hand")
    (change,) = back(stack(stream("a")), organization, way).changes
    shown = [(one.name, one.before, one.after, one.reason) for one in change.attributes]
    assert shown == [("description", "by hand", "old", Reason.CONFLICT)]


def test_a_change_after_the_plan_back_is_not_overwritten() -> None:
    organization = Streams()
    apply(stack(stream("a", description="old")), organization)
    _, way = recorded(stack(stream("a", description="new")), organization)
    plan = back(stack(stream("a")), organization, way)
    organization.edit("a", description="by hand")
    report = carry_out(plan, organization)
    assert [outcome.status for outcome in report.outcomes] == [Status.FAILED]
    assert organization.named("a").attributes["description"] == "by hand"


def test_an_adoption_is_taken_back_with_its_values() -> None:
    organization = organization_with(["gamma"], versions=True)
    before = look(organization, ids=True)
    declared = stack(stream("g", Lifecycle(prevent_destroy=True), name="gamma", description="ours"))
    _, way = recorded(declared, organization)
    plan = undo(declared, organization, way)
    assert actions(plan) == {"stream.g": "release"}
    assert [one.name for one in plan.changes[0].attributes] == ["description", "lifecycle.prevent_destroy"]
    assert look(organization, ids=True) == before


def test_a_late_adoption_is_taken_back_to_what_was_really_there() -> None:
    organization = Streams()
    plan = plan_for(stack(stream("a", description="ours")), organization)
    organization.put("a", description="by hand")
    before = look(organization, ids=True)
    _, way = recorded(plan, organization)
    assert actions(undo(stack(stream("a")), organization, way)) == {"stream.a": "release"}
    assert look(organization, ids=True) == before


def test_a_release_is_taken_back_even_under_another_name() -> None:
    organization = Streams()
    apply(stack(stream("a"), stream("b")), organization)
    before = organization.named("a")
    removed = {before.marker.address: Removal(before.marker.address, destroy=False)}  # type: ignore[union-attr]
    _, way = recorded(stack(stream("b"), removed=removed), organization)
    organization.edit("a", name="another name")
    plan = undo(stack(stream("b")), organization, way)
    assert actions(plan) == {"stream.a": "adopt"}
    assert (organization.named("another name").id, organization.named("another name").marker) == (
        before.id,
        before.marker,
    )


def test_a_move_is_taken_back() -> None:
    organization = Streams()
    apply(stack(stream("old", name="n"), stream("b")), organization)
    before = look(organization, ids=True)
    new, old = stream("new", name="n", description="and more"), stream("old").address
    _, way = recorded(stack(new, stream("b"), moved={old: new.address}), organization)
    plan = undo(stack(new, stream("b"), moved={old: new.address}), organization, way)
    assert actions(plan) == {"stream.old": "move"}
    assert look(organization, ids=True) == before


def test_a_deleted_object_is_made_anew_and_that_is_said() -> None:
    organization = Streams()
    apply(stack(stream("a"), stream("b")), organization)
    before = look(organization)
    _, way = recorded(stack(stream("a"), safety=ANY_NUMBER), organization)
    (change,) = undo(stack(stream("a")), organization, way).changes
    assert (change.action, change.explanation) == (Action.CREATE, "undo: it was deleted; it gets a new id")
    assert look(organization) == before


def test_a_replaced_object_gets_its_values_back_in_place() -> None:
    organization = Streams()
    wanted = stack(stream("a", description="old"), stream("b"), safety=ANY_NUMBER)
    apply(wanted, organization)
    before = look(organization)
    changed = stack(stream("a", description="new"), stream("b"), safety=ANY_NUMBER)
    plan = plan_for(changed, organization, Options(replace=frozenset({stream("a").address})))
    _, way = recorded(plan, organization)
    assert actions(undo(wanted, organization, way)) == {"stream.a": "update"}
    assert look(organization) == before


def test_the_limits_of_deletes_and_protection_hold_for_an_undo() -> None:
    organization = Streams()
    declared = stack(stream("a", Lifecycle(prevent_destroy=True)), stream("b"))
    _, way = recorded(declared, organization)
    assert [d.code for d in back(declared, organization, way).refusals] == ["GC422", "GC421"]
    allowed = Options(undo=way, allow_delete=frozenset(declared.resources))
    assert plan_for(declared, organization, allowed).refusals == ()


def test_an_answer_that_was_lost_counts_as_attempted() -> None:
    organization = Streams()
    apply(stack(stream("a")), organization)

    def lose(operation: str, what: str) -> None:
        organization.after = lambda operation, what: None
        raise OutcomeUnknown(Diagnostic("GC000", "no answer"))

    organization.after = lose
    declared = stack(stream("a"), stream("b"), safety=ANY_NUMBER)
    report, way = recorded(declared, organization)
    assert report.complete
    assert actions(undo(declared, organization, way)) == {"stream.b": "delete"}
    assert organization.names() == ["a"]


def test_a_write_that_was_refused_has_nothing_to_be_undone() -> None:
    organization = Streams()
    apply(stack(stream("a", description="old")), organization)
    plan = plan_for(stack(stream("a", description="new")), organization)
    organization.edit("a", description="by hand")
    report, way = recorded(plan, organization)
    assert (report.count(Status.FAILED), way.states) == (1, ())


class TestSecrets:
    """No secret is in the journal; each comes from where it still can be had."""

    def test_one_that_the_apply_left_is_taken_from_the_object(self) -> None:
        organization = Streams()
        apply(stack(with_headers("a", value="one", description="old")), organization)
        before = look(organization, ids=True)
        _, way = recorded(stack(with_headers("a", value="one", description="new")), organization)
        plan = undo(stack(with_headers("a", value="another")), organization, way)
        assert (said(plan), look(organization, ids=True)) == ([], before)

    def test_one_that_the_apply_changed_is_taken_from_the_stack_if_it_is_the_old_one(self) -> None:
        organization = Streams()
        apply(stack(with_headers("a", value="one")), organization, key=b"key")
        before = look(organization, ids=True)
        _, way = recorded(stack(with_headers("a", value="two")), organization, b"key")
        plan = undo(stack(with_headers("a", value="one")), organization, way, b"key")
        assert (said(plan), look(organization, ids=True)) == ([], before)

    @pytest.mark.parametrize("declared", ["two", "three"])
    def test_another_one_is_not_written_and_that_is_said(self, declared: str) -> None:
        organization = Streams()
        apply(stack(with_headers("a", value="one", description="old")), organization)
        _, way = recorded(stack(with_headers("a", value="two", description="new")), organization)
        plan = undo(stack(with_headers("a", value=declared)), organization, way)
        (warning,) = plan.diagnostics
        assert (warning.code, warning.path) == ("GC676", "stream.a.destinations[0].headers.X-Key")
        found = organization.named("a").attributes
        assert (found["description"], found["destinations"][0]["headers"]) == ("old", {"X-Key": "two"})

    def test_an_object_is_made_anew_without_a_header_that_is_lost(self) -> None:
        organization = Streams()
        apply(stack(with_headers("a", value="one"), stream("b")), organization)
        _, way = recorded(stack(stream("b"), safety=ANY_NUMBER), organization)
        plan = undo(stack(stream("b")), organization, way)
        assert (said(plan), actions(plan)) == (["GC676"], {"stream.a": "create"})
        assert "headers" not in organization.named("a").attributes["destinations"][0]

    def test_an_object_that_needs_the_lost_secret_is_not_made_anew(self) -> None:
        organization = Streams()
        secret = [{"protocol": "https", "url": "https://user:one@example.com/"}]
        apply(stack(stream("a", destinations=secret), stream("b")), organization)
        _, way = recorded(stack(stream("b"), safety=ANY_NUMBER), organization)
        plan = back(stack(stream("b")), organization, way)
        assert sorted(said(plan)) == ["GC676", "GC677"]
        assert plan.errored
        undo(stack(stream("a", destinations=secret), stream("b")), organization, way)
        assert organization.named("a").attributes["destinations"] == secret


class TestRefused:
    """What an undo does not touch."""

    def test_another_organization(self) -> None:
        organization = Streams()
        _, way = recorded(stack(stream("a")), organization)
        plan = back(stack(stream("a")), organization, replace(way, organization="org-2"))
        assert (said(plan), plan.changes, TARGET.organization) == (["GC674"], (), Organization("org-1", "Example Ltd"))

    def test_an_object_that_another_stack_owns_now(self) -> None:
        organization = Streams()
        apply(stack(stream("a", description="old"), stream("b")), organization)
        _, way = recorded(stack(stream("a", description="new"), stream("b")), organization)
        remote = organization.named("a")
        assert isinstance(remote.marker, Marker)
        organization.objects[remote.id] = replace(remote, marker=replace(remote.marker, owner="others"))
        plan = back(stack(stream("a"), stream("b")), organization, way)
        assert (said(plan), plan.changes) == (["GC678"], ())
        without = plan_for(stack(stream("a"), stream("b")), organization, Options(undo=way, excludes=("stream.a",)))
        check_selection([without], Options(excludes=("stream.a",)))
        assert said(without) == []

    def test_an_address_that_another_object_has_since(self) -> None:
        organization = Streams()
        apply(stack(stream("old", name="n")), organization)
        moved = {stream("old").address: stream("new").address}
        _, way = recorded(stack(stream("new", name="n"), moved=moved), organization)
        both = stack(stream("new", name="n"), stream("old"))
        apply(both, organization)
        assert said(back(both, organization, way)) == ["GC678"]

    def test_an_object_made_that_nobody_owns_any_more(self) -> None:
        organization = Streams()
        _, way = recorded(stack(stream("a")), organization)
        remote = organization.named("a")
        organization.objects[remote.id] = replace(remote, marker=None)
        plan = back(stack(stream("a")), organization, way)
        assert (said(plan), plan.errored, plan.changes) == (["GC678"], False, ())
