"""Execution: what another does at the same time, lost answers, failures, interruption, reading back."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from gcsync.engine import Event, Options, Phase, StopRequest, execute
from gcsync.engine.writes import Writer
from gcsync.model.address import Address
from gcsync.model.diagnostic import Diagnostic
from gcsync.model.failure import NameTaken, OutcomeUnknown, RemoteError
from gcsync.model.outcome import Report, Status
from gcsync.model.plan import Action
from gcsync.model.resource import Lifecycle, Listing
from tests.engine.organization import Streams, apply, carry_out, plan_for, stack, stream

VERSIONS = pytest.mark.parametrize("versions", [True, False], ids=["with versions", "without versions"])


def lost() -> OutcomeUnknown:
    return OutcomeUnknown(Diagnostic("GC000", "the answer was lost"))


def broken() -> RemoteError:
    return RemoteError(Diagnostic("GC000", "500"), status=500)


def once(error: Callable[[], Exception], operation: str, what: str | None = None) -> Callable[[str, str], None]:
    """Raises at the first such operation and never again."""
    left = [error]

    def fault(done: str, name: str) -> None:
        if done == operation and what in (None, name) and left:
            raise left.pop()()

    return fault


def always(error: Callable[[], Exception], operation: str, what: str) -> Callable[[str, str], None]:
    def fault(done: str, name: str) -> None:
        if (done, name) == (operation, what):
            raise error()

    return fault


def codes(report: Report) -> dict[str, str]:
    return {str(o.address): o.diagnostic.code for o in report.outcomes if o.diagnostic is not None}


def statuses(report: Report) -> dict[str, Status]:
    return {str(outcome.address): outcome.status for outcome in report.outcomes}


@VERSIONS
def test_a_change_after_the_plan_is_never_written_over(versions: bool) -> None:
    organization = Streams(versions=versions)
    apply(stack(stream("a"), stream("b")), organization)
    plan = plan_for(stack(stream("a", enabled=False), stream("b", enabled=False)), organization)
    organization.edit("a", description="by hand")
    report = carry_out(plan, organization)
    assert statuses(report) == {"stream.a": Status.FAILED, "stream.b": Status.DONE}
    assert codes(report) == {"stream.a": "GC511"}
    assert organization.named("a").attributes["enabled"] is True


@VERSIONS
def test_an_object_changed_after_the_plan_is_not_deleted(versions: bool) -> None:
    organization = Streams(versions=versions)
    apply(stack(stream("a"), stream("b"), stream("c"), stream("d")), organization)
    plan = plan_for(stack(stream("b"), stream("c"), stream("d")), organization)
    organization.edit("a", description="somebody uses it")
    assert codes(carry_out(plan, organization)) == {"stream.a": "GC511"}
    assert "a" in organization.names()


def test_a_new_version_without_a_change_that_matters_is_no_obstacle() -> None:
    organization = Streams()
    apply(stack(stream("a")), organization)
    plan = plan_for(stack(stream("a", enabled=False)), organization)
    organization.edit("a")
    assert carry_out(plan, organization).counts["updated"] == 1


@VERSIONS
def test_an_object_deleted_after_the_plan_fails_its_update(versions: bool) -> None:
    organization = Streams(versions=versions)
    apply(stack(stream("a")), organization)
    plan = plan_for(stack(stream("a", enabled=False)), organization)
    organization.objects.clear()
    report = carry_out(plan, organization)
    assert report.counts["failed"] == 1
    assert organization.objects == {}


def test_deleting_what_is_gone_is_a_success() -> None:
    organization = Streams()
    apply(stack(stream("a")), organization)
    plan = plan_for(stack(stream("a")), organization, Options(destroy=True))
    organization.objects.clear()
    assert carry_out(plan, organization).counts["deleted"] == 1


def test_a_create_whose_answer_is_lost_after_the_fact_is_not_repeated() -> None:
    organization = Streams(after=once(lost, "create"))
    report = apply(stack(stream("a")), organization)
    assert (report.counts["created"], organization.writes) == (1, [("create", "a")])


def test_a_create_that_never_arrived_is_sent_again() -> None:
    organization = Streams(before=once(lost, "create"))
    report = apply(stack(stream("a")), organization)
    assert (report.counts["created"], organization.writes) == (1, [("create", "a")])


def test_a_create_that_never_gets_through_fails_and_leaves_nothing() -> None:
    organization = Streams(before=always(lost, "create", "a"))
    report = apply(stack(stream("a")), organization)
    assert (report.counts["failed"], organization.objects) == (1, {})


@VERSIONS
@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("operation", ["update", "delete"])
def test_a_lost_answer_is_looked_up(versions: bool, when: str, operation: str) -> None:
    organization = Streams(versions=versions)
    apply(stack(stream("a")), organization)
    setattr(organization, when, once(lost, operation))
    wanted = stack(stream("a", enabled=False))
    report = apply(wanted, organization, Options(destroy=operation == "delete"))
    assert report.count(Status.DONE) == 1
    assert [written for written, _ in organization.writes].count(operation) == 1


def test_a_namesake_that_appeared_since_is_adopted_and_said() -> None:
    organization = Streams()
    wanted = stack(stream("a"))
    plan = plan_for(wanted, organization)
    organization.put("A", description="by hand")
    report = carry_out(plan, organization)
    (outcome,) = report.outcomes
    assert (outcome.action, report.counts["adopted"], report.counts["created"]) == (Action.ADOPT, 1, 0)
    assert "appeared after the plan" in outcome.note
    assert not plan_for(wanted, organization).active


@pytest.mark.parametrize("case", ["saved plan", "adopt: false", "another owner"])
def test_a_namesake_that_is_not_to_be_taken_fails_the_create(case: str) -> None:
    organization = Streams()
    plan = plan_for(stack(stream("a", Lifecycle(adopt=case != "adopt: false"))), organization)
    if case == "another owner":
        apply(stack(stream("theirs", name="a"), name="other"), organization)
    else:
        organization.put("a")
    before = organization.named("a")
    report = carry_out(plan, organization, adopt_late=case != "saved plan")
    assert codes(report) == {"stream.a": "GC512"}
    assert "contextId context-1" in str(report.outcomes[0].diagnostic)
    assert organization.named("a") == before


def test_of_a_kind_whose_objects_share_everything_none_is_a_namesake() -> None:
    organization = Streams()
    (change,) = plan_for(stack(stream("a")), organization).changes
    organization.put("a")
    organization.name = "trigger"
    session: Any = None
    with pytest.raises(NameTaken):
        Writer(organization, session, sleep=lambda _: None, adopt_late=True).create(change)
    assert organization.named("a").marker is None


def test_our_own_earlier_create_is_taken_for_ours() -> None:
    organization = Streams()
    wanted = stack(stream("a"))
    plan = plan_for(wanted, organization)
    carry_out(plan, organization)
    report = carry_out(plan, organization)
    assert (report.counts["created"], len(organization.objects)) == (1, 1)


def test_one_failure_skips_only_what_depends_on_it() -> None:
    organization = Streams()
    apply(stack(stream("a", name="one"), stream("b", name="two"), stream("c")), organization)
    organization.before = always(broken, "update", "two")
    report = apply(stack(stream("a", name="two"), stream("b", name="three"), stream("c", enabled=False)), organization)
    assert statuses(report) == {
        "stream.a": Status.SKIPPED,
        "stream.b": Status.FAILED,
        "stream.c": Status.DONE,
    }
    assert report.outcomes[0].note == "stream.b was not done"


def test_a_replacement_whose_create_fails_says_that_it_is_half_done() -> None:
    organization = Streams()
    apply(stack(stream("a")), organization)
    organization.before = always(broken, "create", "a")
    report = apply(stack(stream("a")), organization, Options(replace=frozenset({Address("stream", "a")})))
    (outcome,) = report.outcomes
    assert outcome.status is Status.FAILED
    assert "the next apply creates it" in outcome.note


def test_an_unexpected_error_fails_its_change_alone() -> None:
    organization = Streams(before=always(lambda: ZeroDivisionError("a secret"), "create", "a"))
    report = apply(stack(stream("a"), stream("b")), organization)
    assert statuses(report) == {"stream.a": Status.FAILED, "stream.b": Status.DONE}
    assert "a secret" not in str(report.outcomes[0].diagnostic)


def test_after_a_stop_request_nothing_more_is_begun_or_read_back() -> None:
    stop = StopRequest()
    reads: list[str] = []
    organization = Streams(after=lambda operation, what: stop.request(2))
    organization.read = lambda session, one: reads.append(one)  # type: ignore[method-assign, assignment, func-returns-value]
    plan = plan_for(stack(*(stream(f"s{i}") for i in range(5))), organization)
    report = carry_out(plan, organization, stop, parallelism=1)
    assert report.interrupted == 2
    assert (report.counts["created"], report.counts["skipped"], reads) == (1, 4, [])
    assert organization.writes == [("create", "s0")]


def test_writes_run_side_by_side_up_to_the_parallelism() -> None:
    together = threading.Barrier(4, timeout=180)
    organization = Streams(before=lambda operation, what: together.wait() and None)
    plan = plan_for(stack(*(stream(f"s{i}") for i in range(4))), organization)
    assert carry_out(plan, organization, parallelism=4).counts["created"] == 4


@pytest.mark.parametrize("count", [1, 40], ids=["read one by one", "read by a listing"])
def test_what_reads_back_differently_is_no_success(count: int) -> None:
    organization = Streams()
    organization.after = lambda operation, name: organization.edit("s0", enabled=False) if name == "s0" else None
    report = apply(stack(*(stream(f"s{i}") for i in range(count))), organization)
    assert report.outcomes[0].status is Status.DIFFERS
    assert "enabled" in report.outcomes[0].diagnostic.message  # type: ignore[union-attr]
    assert (report.counts["created"], report.counts["failed"]) == (count - 1, 1)


def test_a_lost_marker_reads_back_differently() -> None:
    organization = Streams()

    def drop_marker(operation: str, name: str) -> None:
        remote = organization.named(name)
        organization.objects[remote.id] = type(remote)(**{**_fields(remote), "marker": None})

    organization.after = drop_marker
    report = apply(stack(stream("a")), organization)
    assert "the marker" in report.outcomes[0].diagnostic.message  # type: ignore[union-attr]


def test_an_answer_that_lags_behind_is_waited_for() -> None:
    organization = Streams()
    plan = plan_for(stack(stream("a")), organization)
    answers = [None, None]
    real = organization.read
    organization.read = lambda session, one: answers.pop() if answers else real(session, one)  # type: ignore[method-assign]
    assert carry_out(plan, organization).counts["created"] == 1
    assert answers == []


def test_what_cannot_be_read_back_is_written_but_not_verified() -> None:
    organization = Streams()
    plan = plan_for(stack(stream("a")), organization)

    def refuse(session: object, one: str) -> None:
        raise broken()

    organization.read = refuse  # type: ignore[method-assign, assignment]
    report = carry_out(plan, organization)
    assert statuses(report) == {"stream.a": Status.NOT_VERIFIED}
    assert report.counts["created"] == 1


def test_a_release_leaves_every_attribute() -> None:
    organization = Streams()
    apply(stack(stream("a", description="kept")), organization)
    before = organization.named("a").attributes
    from gcsync.model.resource import Removal

    away = Address("stream", "a")
    apply(stack(stream("b"), removed={away: Removal(away, destroy=False)}), organization)
    assert (organization.named("a").attributes, organization.named("a").marker) == (before, None)


def test_events_tell_every_start_and_every_end() -> None:
    events: list[Event] = []
    organization = Streams()
    plan = plan_for(stack(stream("a"), stream("b")), organization)
    carry_out(plan, organization, on_event=events.append, parallelism=1)
    assert [(e.phase, str(e.address), e.ended, e.total) for e in events] == [
        (Phase.STARTED, "stream.a", 0, 0),
        (Phase.ENDED, "stream.a", 1, 2),
        (Phase.STARTED, "stream.b", 0, 0),
        (Phase.ENDED, "stream.b", 2, 2),
        (Phase.READING_BACK, "None", 0, 2),
    ]


def _fields(remote: object) -> dict[str, object]:
    return {name: getattr(remote, name) for name in remote.__slots__}  # type: ignore[attr-defined]


def test_a_look_for_a_lost_create_ends_when_told_to_stop() -> None:
    stop = StopRequest()
    organization = Streams(before=always(lost, "create", "a"))
    plan = plan_for(stack(stream("a")), organization)
    looks: list[float] = []

    def look(session: object) -> Listing:
        looks.append(time.monotonic())
        stop.request(2)
        return Listing(())

    organization.list = look  # type: ignore[method-assign]
    began = time.monotonic()
    said: list[object] = []
    session: Any = SimpleNamespace(announce=lambda wait: said.append(str(wait)))
    kinds: Any = {"stream": organization}
    report = execute(plan, kinds, session, parallelism=1, stop=stop, on_event=lambda _: None, adopt_late=True)
    assert statuses(report) == {"stream.a": Status.FAILED}
    # Nothing told, it would look for three quarters of a minute.
    assert time.monotonic() - began < 20
    assert len(looks) > 1
    assert said[0] == "waiting 1 s (then looking what became of a write)"
