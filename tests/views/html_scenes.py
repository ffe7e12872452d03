"""Plans and drift reports that the tests of the HTML report share, with and without a browser."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from gcsync.model.address import Address
from gcsync.model.diagnostic import Diagnostic, Place, Severity
from gcsync.model.drift import Accepted, Blame, DriftReport, KnownDrift, LookAlike
from gcsync.model.plan import Plan
from tests.views.factories import create, delete, keep, plan, update
from tests.views.scenes import drift_report

EXPIRED = Diagnostic(
    "GC999", "the entry expired on 2026-11-01", Severity.WARNING, Place("drift-baseline.yaml", 9, 3, 12), "stream.gone"
)


def told_drift() -> DriftReport:
    """Drift with everything that is told of it: who, what is known, look-alikes, the baseline."""
    report = drift_report()
    (drifted,) = report.drifted
    other = Address("stream", "other")
    accepted = Accepted(
        other, "enabled", "off during the migration", date(2026, 12, 31), place=Place("drift-baseline.yaml", 4, 3)
    )
    return replace(
        report,
        known=(KnownDrift(replace(drifted, address=other), accepted),),
        blame={drifted.address: Blame("Alice Example", "6c1e0f2a", "2026-11-24T10:00:00Z", "UPDATE")},
        look_alikes=(LookAlike(drifted.address, "77aa", "shadow"),),
        baseline=(EXPIRED,),
    )


def many_changes(count: int) -> Plan:
    """A plan of so many changes: creates, and a third of updates and deletes; and one stream that stays."""
    changes = [create(f"stream.s{number}", name=f"stream number {number}") for number in range(count)]
    changed = update({"description": "old text", "enabled": True}, {"description": "new text", "enabled": False})
    for number in range(0, count, 3):
        changes[number] = replace(changed, address=Address("stream", f"s{number}"))
    for number in range(0, count, 30):
        changes[number] = delete(f"stream.s{number}")
    return plan(*changes, keep())
