"""One write: what is looked at before it, and after an answer that never came."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from gcsync.engine.writes import Writer
from gcsync.model.diagnostic import Diagnostic
from gcsync.model.failure import ChangedSince, NameTaken, NotCarriedOut, OutcomeUnknown, RemoteError
from gcsync.model.marker import Marker
from gcsync.model.plan import Action, Change
from gcsync.model.resource import Listing, RemoteObject
from tests.engine.organization import Streams, apply, plan_for, stack, stream
from tests.engine.test_execute import lost, once


def postponed() -> NotCarriedOut:
    return NotCarriedOut(Diagnostic("GC515", "not sent"))


@dataclass
class Watched(Streams):
    """Notes what is asked for, in order, and shows a new object in the listing `lag` listings late."""

    asked: list[str] = field(default_factory=list)
    lag: int = 0

    def list(self, session: object) -> Listing:
        self.asked.append("list")
        if self.lag:
            self.lag -= 1
            return Listing(())
        return super().list(session)

    def read(self, session: object, object_id: str) -> RemoteObject | None:
        self.asked.append("read")
        return super().read(session, object_id)

    def update(
        self, session: object, remote: RemoteObject, attributes: Mapping[str, Any], marker: Marker | None
    ) -> RemoteObject:
        self.asked.append("write")
        return super().update(session, remote, attributes, marker)

    def delete(self, session: object, remote: RemoteObject) -> None:
        self.asked.append("delete")
        super().delete(session, remote)


def writer_of(organization: Streams, slept: list[float] | None = None) -> Writer:
    session: Any = None
    return Writer(organization, session, (slept if slept is not None else []).append, adopt_late=True)


def the_change(organization: Watched, wanted: Any) -> Change:
    (change,) = plan_for(wanted, organization).active
    organization.asked.clear()
    return change


def update_of(organization: Watched) -> tuple[Change, RemoteObject]:
    apply(stack(stream("a")), organization)
    change = the_change(organization, stack(stream("a", enabled=False)))
    assert change.remote is not None
    return change, change.remote


def test_a_listing_that_lags_is_waited_for_before_a_create_is_repeated() -> None:
    organization, slept = Watched(after=once(lost, "create")), list[float]()
    change = the_change(organization, stack(stream("a")))
    organization.lag = 4
    written = writer_of(organization, slept).create(change)
    assert (written.action, slept, len(organization.objects)) == (Action.CREATE, [1.0, 2.0, 4.0, 8.0], 1)


def test_a_namesake_that_the_listing_lacks_is_waited_for_too() -> None:
    organization, slept = Watched(), list[float]()
    change = the_change(organization, stack(stream("a")))
    organization.put("a")
    organization.lag = 2
    assert writer_of(organization, slept).create(change).action is Action.ADOPT
    assert slept == [1.0, 2.0]


def test_a_namesake_that_nobody_finds_is_a_failure_and_no_second_create() -> None:
    organization = Watched()
    change = the_change(organization, stack(stream("a")))
    organization.put("a")
    organization.lag = 99
    with pytest.raises(NameTaken):
        writer_of(organization).create(change)
    assert organization.writes == []


def test_a_lost_create_that_cannot_be_looked_up_stays_unknown() -> None:
    organization = Watched(before=once(lost, "create"))
    change = the_change(organization, stack(stream("a")))
    organization.list = broken_listing  # type: ignore[method-assign]
    with pytest.raises(OutcomeUnknown) as caught:
        writer_of(organization).create(change)
    assert caught.value.diagnostic.message == "the answer was lost; looking it up failed: 500"


def broken_listing(session: object) -> Listing:
    raise RemoteError(Diagnostic("GC000", "500"), status=500)


@pytest.mark.parametrize("error", [lost, postponed])
def test_without_a_version_the_object_is_read_before_every_try(error: Callable[[], Exception]) -> None:
    organization = Watched(versions=False)
    change, remote = update_of(organization)
    organization.before = once(error, "update")
    writer_of(organization).update(change, remote, change.marker)
    assert organization.asked == ["read", "write", "read", "write"]


def test_with_a_version_it_is_read_after_a_lost_answer_only() -> None:
    organization = Watched()
    change, remote = update_of(organization)
    writer_of(organization).update(change, remote, change.marker)
    assert organization.asked == ["write"]


@pytest.mark.parametrize("error", [lost, postponed])
def test_a_delete_is_never_repeated_without_reading_the_object(error: Callable[[], Exception]) -> None:
    organization = Watched()
    apply(stack(stream("a"), stream("b"), stream("c"), stream("d")), organization)
    change = the_change(organization, stack(stream("a"), stream("b"), stream("c")))
    organization.before = once(error, "delete")
    writer_of(organization).delete(change)
    assert organization.asked == ["read", "delete", "read", "delete"]


def test_what_another_changed_while_a_write_waited_is_not_written_over() -> None:
    organization = Watched(versions=False)
    change, remote = update_of(organization)

    def edited_meanwhile(operation: str, _: str) -> None:
        organization.edit("a", description="by hand")
        raise postponed()

    organization.before = edited_meanwhile
    with pytest.raises(ChangedSince):
        writer_of(organization).update(change, remote, change.marker)
    assert organization.writes == [("create", "a")]


def test_a_write_that_is_put_off_each_time_fails_in_the_end() -> None:
    organization = Watched(versions=False)
    change, remote = update_of(organization)

    def put_off(operation: str, _: str) -> None:
        raise postponed()

    organization.before = put_off
    with pytest.raises(NotCarriedOut):
        writer_of(organization).update(change, remote, change.marker)
    assert organization.asked.count("write") == 6


def test_a_temporary_name_is_no_leave_to_write_over_what_changed_meanwhile() -> None:
    organization = Watched()
    change, _ = update_of(organization)

    def edited_and_lost(operation: str, _: str) -> None:
        organization.edit("temporary", description="by hand")
        raise lost()

    organization.after = edited_and_lost
    with pytest.raises(ChangedSince):
        writer_of(organization).rename(change, "temporary")


def test_a_namesake_without_a_version_is_read_before_it_is_adopted() -> None:
    organization = Watched(versions=False)
    change = the_change(organization, stack(stream("a")))
    organization.put("a")
    assert writer_of(organization).create(change).action is Action.ADOPT
    assert organization.asked == ["list", "read", "write"]
