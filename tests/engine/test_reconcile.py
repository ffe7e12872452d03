"""A reconciliation writes what drifted and nothing else: what waits for an apply goes on waiting."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import assume, given
from hypothesis import strategies as st

from gcsync.engine import Options, drift_of, wanted_by
from gcsync.model.address import Address
from gcsync.model.drift import DriftReport
from gcsync.model.outcome import Report, Status
from gcsync.model.plan import Plan, Reason
from gcsync.model.resource import Lifecycle, Stack
from gcsync.model.value import UNREADABLE, Reference, Secret
from tests.engine.organization import URL, Streams, actions, apply, carry_out, plan_for, stack, stream
from tests.engine.test_apply_algebra import DESTINATIONS, EVENT_TYPES, stacks
from tests.examples import examples


def reports_of(wanted: Stack, organization: Streams) -> DriftReport:
    return drift_of(plan_for(wanted, organization))


def reconciling(wanted: Stack, organization: Streams, *reports: DriftReport) -> Plan:
    chosen = wanted_by(reports or (reports_of(wanted, organization),))
    return plan_for(wanted, organization, Options(reconcile=chosen))


def reconcile(wanted: Stack, organization: Streams) -> Report:
    return carry_out(reconciling(wanted, organization), organization)


def test_drift_is_written_back_and_the_edit_beside_it_stays_pending() -> None:
    organization = Streams()
    apply(stack(stream("a", description="one", event_types=["x"])), organization)
    organization.edit("a", enabled=False)
    wanted = stack(stream("a", description="two", event_types=["x", "y"]))
    reconcile(wanted, organization)
    assert organization.named("a").attributes["enabled"] is True
    assert organization.named("a").attributes["description"] == "one"
    assert [(a.name, a.reason) for a in plan_for(wanted, organization).changes[0].attributes] == [
        ("description", Reason.PENDING),
        ("event_types", Reason.PENDING),
    ]


def test_a_conflict_is_written_and_over() -> None:
    organization = Streams()
    apply(stack(stream("a", description="one")), organization)
    organization.edit("a", description="by hand")
    wanted = stack(stream("a", description="two"))
    reconcile(wanted, organization)
    assert not plan_for(wanted, organization).active
    organization.edit("a", description="again")
    assert [a.reason for a in plan_for(wanted, organization).changes[0].attributes] == [Reason.DRIFT]


def test_creates_deletes_adoptions_and_moves_are_left_out() -> None:
    organization = Streams()
    apply(stack(stream("a"), stream("old"), stream("gone")), organization)
    organization.edit("a", enabled=False)
    organization.put("by hand")
    moved = {Address("stream", "old"): Address("stream", "moved")}
    wanted = stack(stream("a"), stream("moved", name="old"), stream("new"), stream("by hand"), moved=moved)
    before = actions(plan_for(wanted, organization))
    assert actions(reconciling(wanted, organization)) == {"stream.a": "update"}
    reconcile(wanted, organization)
    assert actions(plan_for(wanted, organization)) == {**before, "stream.a": "no-op"}


def test_what_drifted_of_a_resource_that_is_to_be_moved_leaves_it_at_its_old_address() -> None:
    organization = Streams()
    apply(stack(stream("old", name="n")), organization)
    organization.edit("n", enabled=False)
    moved = {Address("stream", "old"): Address("stream", "new")}
    wanted = stack(stream("new", name="n"), moved=moved)
    reconcile(wanted, organization)
    assert actions(plan_for(wanted, organization)) == {"stream.new": "move"}
    assert organization.named("n").attributes["enabled"] is True


def test_a_name_that_waits_is_kept_while_another_attribute_is_written() -> None:
    organization = Streams()
    apply(stack(stream("a", name="first"), stream("b", name="second")), organization)
    organization.edit("first", enabled=False)
    wanted = stack(stream("a", name="second"), stream("b", name="first"))
    report = reconcile(wanted, organization)
    assert report.count(Status.DONE) == 1
    assert organization.named("first").attributes["enabled"] is True


def test_names_that_were_traded_by_hand_are_traded_back() -> None:
    organization = Streams()
    wanted = stack(stream("a", name="first"), stream("b", name="second"))
    apply(wanted, organization)
    organization.edit("first", name="for a moment")
    organization.edit("second", name="first")
    organization.edit("for a moment", name="second")
    assert reconcile(wanted, organization).count(Status.DONE) == 2
    assert not plan_for(wanted, organization).active


def test_ignored_attributes_are_not_written() -> None:
    organization = Streams()
    wanted = stack(stream("a", Lifecycle(ignore_changes=("description",)), description="one"))
    apply(wanted, organization)
    organization.edit("a", description="by hand", enabled=False)
    reconcile(wanted, organization)
    assert organization.named("a").attributes["description"] == "by hand"
    assert organization.named("a").attributes["enabled"] is True


def test_a_protection_that_waits_goes_on_waiting() -> None:
    organization = Streams()
    apply(stack(stream("a", description="one")), organization)
    organization.edit("a", enabled=False)
    wanted = stack(stream("a", Lifecycle(prevent_destroy=True), description="one"))
    reconcile(wanted, organization)
    assert [a.name for a in plan_for(wanted, organization).changes[0].attributes] == ["lifecycle.prevent_destroy"]


def test_a_reference_is_written_and_what_waits_beside_it_stays_pending() -> None:
    organization = Streams()
    target = Address("stream", "a")

    def declared(description: str) -> Stack:
        destinations = [{"protocol": "https", "url": Reference(target, "id", (f"{URL}/", Reference(target, "id")))}]
        b = replace(stream("b", description=description, destinations=destinations), dependencies=frozenset({target}))
        return stack(stream("a"), b)

    apply(declared("one"), organization)
    organization.edit("b", destinations=[{"protocol": "https", "url": "https://x.example.com"}])
    wanted = declared("two")
    assert reconcile(wanted, organization).count(Status.DONE) == 1
    again = {c.address.key: [(a.name, a.reason) for a in c.attributes] for c in plan_for(wanted, organization).changes}
    assert again == {"a": [], "b": [("description", Reason.PENDING)]}


def test_what_a_baseline_left_out_of_the_report_is_not_written() -> None:
    organization = Streams()
    wanted = stack(stream("a", description="one"))
    apply(wanted, organization)
    organization.edit("a", description="by hand", enabled=False)
    found = reports_of(wanted, organization)
    change = found.drifted[0]
    known = tuple(a for a in change.attributes if a.name == "enabled")
    plan = reconciling(wanted, organization, replace(found, drifted=(replace(change, attributes=known),)))
    carry_out(plan, organization)
    assert [(a.name, a.reason) for a in plan_for(wanted, organization).changes[0].attributes] == [
        ("description", Reason.DRIFT)
    ]


def source(**attributes: object) -> Stack:
    values = {"name": "s", "enabled": True, "aws_account_id": "111122223333", "aws_region": "eu-west-1"}
    resource = replace(stream("s"), address=Address("eventbridge_source", "s"))
    return stack(replace(resource, attributes={**values, "suffix": "x", **attributes}))


def test_a_new_object_has_what_waits_as_the_old_one_had_it() -> None:
    organization = Streams(name="eventbridge_source")
    apply(source(notes="one"), organization)
    organization.edit("s", suffix="y")
    wanted = source(notes="two")
    assert actions(reconciling(wanted, organization)) == {"eventbridge_source.s": "replace"}
    assert reconcile(wanted, organization).count(Status.DONE) == 1
    assert organization.named("s").attributes["suffix"] == "x"
    assert [(a.name, a.reason) for a in plan_for(wanted, organization).changes[0].attributes] == [
        ("notes", Reason.PENDING)
    ]


def test_a_new_object_that_cannot_have_it_is_not_made() -> None:
    organization = Streams(name="eventbridge_source")
    apply(source(topics=["a"]), organization)
    organization.edit("s", suffix="y", topics=UNREADABLE)
    plan = reconciling(source(topics=["b"]), organization)
    assert [found.code for found in plan.diagnostics] == ["GC739"]
    assert plan.errored


def test_a_protected_object_is_not_replaced() -> None:
    organization = Streams(name="eventbridge_source")
    protected = source()
    resource = next(iter(protected.resources.values()))
    protected = stack(replace(resource, lifecycle=Lifecycle(prevent_destroy=True)))
    apply(protected, organization)
    organization.edit("s", suffix="y")
    assert [refusal.code for refusal in reconciling(protected, organization).refusals] == ["GC422"]


EDITS = st.fixed_dictionaries(
    {},
    optional={
        "enabled": st.booleans(),
        "description": st.sampled_from(["by hand", "one", None]),
        "event_types": EVENT_TYPES,
        "destinations": DESTINATIONS.map(
            lambda items: [{**item, "headers": {"X-Key": "by hand"}} if "headers" in item else item for item in items]
        ),
    },
)


def waiting(report: DriftReport) -> list[object]:
    # A fingerprint of a secret has ten bits without a key: what waits is compared by name.
    return [(c.address, c.action, [(a.name, a.before, a.after) for a in c.attributes]) for c in report.pending]


@given(stacks(), stacks(), st.lists(EDITS, min_size=5, max_size=5))
@examples(100)
def test_after_it_nothing_drifted_and_what_waited_waits(first: Stack, second: Stack, edits: list[dict]) -> None:  # type: ignore[type-arg]
    organization = Streams()
    key = b"a key"
    apply(first, organization, key=key)
    for remote, edit in zip(tuple(organization.objects.values()), edits, strict=False):
        organization.edit(remote.name, **edit)
    before = drift_of(plan_for(second, organization, key=key))
    plan = plan_for(second, organization, Options(reconcile=wanted_by([before])), key=key)
    assume(not plan.errored)
    report = carry_out(plan, organization, key=key)
    assert report.count(Status.DONE) == len(before.drifted) == len(report.outcomes)
    after = drift_of(plan_for(second, organization, key=key))
    assert after.drifted == ()
    assert waiting(after) == waiting(before)
    assert [c.address for c in after.missing] == [c.address for c in before.missing]


def test_secrets_that_wait_are_kept() -> None:
    organization = Streams()

    def declared(secret: str, **more: object) -> Stack:
        destinations = [{"protocol": "https", "url": URL, "headers": {"X-Key": Secret(secret)}}]
        return stack(stream("a", destinations=destinations, **more))

    apply(declared("one", description="d"), organization)
    organization.edit("a", description="by hand")
    reconcile(declared("two", description="d"), organization)
    assert organization.named("a").attributes["destinations"][0]["headers"] == {"X-Key": "one"}
    assert [a.name for a in plan_for(declared("two", description="d"), organization).changes[0].attributes] == [
        "destinations"
    ]
