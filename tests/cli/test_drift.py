"""With which code `drift` ends, beyond what tests/e2e/test_drift.py plays through."""

from __future__ import annotations

import pytest

from gcsync.cli.drift import exit_code
from gcsync.model.address import Address
from gcsync.model.diagnostic import Diagnostic
from gcsync.model.drift import DriftReport
from gcsync.model.plan import Action, Change, NotChecked, Plan, Target
from gcsync.model.resource import Organization

TARGET = Target(Organization("1", "Example Ltd"), "us-east-1", "client")
PLAN = Plan("one", "one", TARGET, ())
ERRED = Plan("one", "one", TARGET, (), diagnostics=(Diagnostic("GC401", "two objects bear one marker"),))
CHANGE = Change(Address("stream", "a"), Action.UPDATE, "genesyscloud_event_stream", "a")
KIND = NotChecked("stream", "no permission")
ABSENT = NotChecked("stream", "no such API", absent=True)
ATTRIBUTE = NotChecked("stream", "not returned", address=CHANGE.address, attribute="destinations")


@pytest.mark.parametrize(
    ("report", "ignoring", "code"),
    [
        (DriftReport(PLAN), False, 0),
        (DriftReport(PLAN, pending=(CHANGE,)), False, 0),
        (DriftReport(PLAN, not_checked=(ATTRIBUTE,)), False, 0),
        (DriftReport(PLAN, not_checked=(ABSENT,)), False, 0),
        (DriftReport(PLAN, drifted=(CHANGE,), not_checked=(ABSENT,)), False, 2),
        (DriftReport(PLAN, drifted=(CHANGE,)), True, 2),
        (DriftReport(PLAN, missing=(CHANGE,)), False, 2),
        (DriftReport(PLAN, missing=(CHANGE,), not_adopted=(CHANGE,)), True, 0),
        (DriftReport(PLAN, not_adopted=(CHANGE,)), False, 2),
        (DriftReport(PLAN, drifted=(CHANGE,), not_checked=(KIND,)), False, 1),
        (DriftReport(ERRED, drifted=(CHANGE,)), False, 1),
    ],
)
def test_exit_codes(report: DriftReport, ignoring: bool, code: int) -> None:
    assert exit_code((DriftReport(PLAN), report), ignore_missing=ignoring) == code
