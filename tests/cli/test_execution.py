"""With which code an apply ends."""

from __future__ import annotations

import pytest

from gcsync.cli.execution import exit_code
from gcsync.model.address import Address
from gcsync.model.outcome import Outcome, Report, Status
from gcsync.model.plan import Action, Change

CHANGE = Change(Address("stream", "a"), Action.CREATE, "genesyscloud_event_stream", "a")


def report(*statuses: Status, interrupted: int | None = None) -> Report:
    return Report("one", tuple(Outcome(CHANGE, status, Action.CREATE) for status in statuses), interrupted)


@pytest.mark.parametrize(
    ("reports", "code"),
    [
        ([], 0),
        ([report()], 0),
        ([report(Status.DONE, Status.DONE)], 0),
        ([report(Status.FAILED)], 1),
        ([report(Status.SKIPPED)], 1),
        ([report(Status.FAILED, Status.SKIPPED)], 1),
        ([report(Status.DONE, Status.FAILED)], 3),
        ([report(Status.DONE, Status.SKIPPED)], 3),
        ([report(Status.DIFFERS)], 3),
        ([report(Status.NOT_VERIFIED)], 3),
        ([report(Status.DONE), report(Status.FAILED)], 3),
        ([report(Status.DONE, interrupted=2)], 130),
        ([report(Status.FAILED, interrupted=15)], 143),
        ([report(Status.DONE), report(Status.SKIPPED, interrupted=2)], 130),
    ],
)
def test_exit_codes(reports: list[Report], code: int) -> None:
    assert exit_code(reports) == code
