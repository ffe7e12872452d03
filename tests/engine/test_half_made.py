"""Objects that need several calls, or time, or of which there may be only so many."""

from __future__ import annotations

from dataclasses import replace

from gcsync.engine import Event, Options, Phase, Refreshed, compute
from gcsync.model.outcome import Status
from gcsync.model.plan import Action
from gcsync.model.resource import Listing, RemoteObject, RemoteStatus, Resource
from tests.engine.organization import TARGET, Streams, apply, carry_out, plan_for, stack, stream

ACTIVATING = RemoteStatus(settled=False, text="ACTIVATING")
ACTIVE = RemoteStatus(settled=True, text="ACTIVE")
ERROR = RemoteStatus(settled=True, failed=True, text="the account does not exist")


def half_made() -> Streams:
    organization = Streams()
    apply(stack(stream("s", description="ours")), organization)
    remote = organization.named("s")
    bare = {"name": "s", "enabled": True}
    organization.objects[remote.id] = replace(remote, attributes=bare, half_made=True)
    return organization


def test_a_half_made_object_is_a_create_that_says_what_it_continues() -> None:
    plan = plan_for(stack(stream("s", description="ours")), half_made())
    (change,) = plan.changes
    assert (change.action, change.continues, change.explanation) == (
        Action.CREATE,
        True,
        "continues the half-made id-1",
    )


def test_it_is_finished_and_not_made_again() -> None:
    organization = half_made()
    original = organization.update

    def finish(session, remote, attributes, marker):  # type: ignore[no-untyped-def]
        organization.objects[remote.id] = replace(remote, half_made=False)
        return original(session, replace(remote, half_made=False), attributes, marker)

    organization.update = finish  # type: ignore[method-assign]
    report = apply(stack(stream("s", description="ours")), organization)
    assert (report.counts["created"], len(organization.objects)) == (1, 1)
    assert organization.named("s").attributes["description"] == "ours"


def test_an_undeclared_half_made_object_is_deleted_like_any_other() -> None:
    organization = half_made()
    apply(stack(stream("s")), organization, Options(destroy=True))
    assert organization.objects == {}


def with_statuses(*statuses: RemoteStatus) -> Streams:
    """Each reading shows the next status; the last one stays."""
    organization = Streams()
    left = list(statuses)
    read = organization.read

    def settle(session: object, one: str) -> RemoteObject | None:
        remote = read(session, one)
        status = left.pop(0) if len(left) > 1 else left[0]
        return replace(remote, status=status) if remote is not None else None

    organization.read = settle  # type: ignore[method-assign]
    return organization


def test_an_object_is_followed_until_it_settles() -> None:
    organization = with_statuses(*[ACTIVATING] * 6, ACTIVE)
    events: list[Event] = []
    report = carry_out(plan_for(stack(stream("s")), organization), organization, on_event=events.append)
    assert report.counts["created"] == 1
    assert [e.text for e in events if e.phase is Phase.SETTLING] == ["ACTIVATING"] * 6


def test_one_that_never_settles_is_written_but_not_verified() -> None:
    organization = with_statuses(ACTIVATING)
    (outcome,) = carry_out(plan_for(stack(stream("s")), organization), organization).outcomes
    assert outcome.status is Status.NOT_VERIFIED
    assert "still ACTIVATING after 180 s" in outcome.diagnostic.message  # type: ignore[union-attr]


def test_one_that_fails_says_what_the_api_said() -> None:
    organization = with_statuses(ACTIVATING, ERROR)
    (outcome,) = carry_out(plan_for(stack(stream("s")), organization), organization).outcomes
    assert outcome.status is Status.FAILED
    assert "the account does not exist" in outcome.diagnostic.message  # type: ignore[union-attr]


def test_an_earlier_failure_that_passes_is_forgiven() -> None:
    organization = with_statuses(ERROR, ACTIVE)
    assert carry_out(plan_for(stack(stream("s")), organization), organization).counts["created"] == 1


def test_a_failure_of_what_is_there_is_a_warning_of_the_plan() -> None:
    organization = Streams()
    apply(stack(stream("s")), organization)
    remote = organization.named("s")
    organization.objects[remote.id] = replace(remote, status=ERROR)
    (warning,) = plan_for(stack(stream("s")), organization).diagnostics
    assert (warning.code, "the account does not exist" in warning.message) == ("GC451", True)


def codes(organization: Streams, capacity: int, *resources: Resource) -> list[str]:
    listing = Listing(tuple(organization.objects.values()), capacity=capacity)
    plan = compute(stack(*resources), Refreshed({"stream": listing}), TARGET, Options(), fingerprint_key=None)
    return [diagnostic.code for diagnostic in plan.diagnostics]


def test_more_than_the_organization_may_have_is_an_error_of_the_plan() -> None:
    organization = Streams()
    organization.put("by hand", event_types=["conversation:end"])
    assert codes(organization, 2, stream("a", event_types=["*"])) == []
    assert codes(organization, 2, stream("a", event_types=["*"]), stream("b", enabled=False)) == ["GC408"]
