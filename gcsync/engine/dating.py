"""Drift by its age: when an object changed last, as the API says it, or the audit record that was found for it.

That is when anything of the object changed. What drifted did so then or earlier, never later.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from gcsync.model.address import Address
from gcsync.model.drift import DriftReport
from gcsync.model.moment import read_time
from gcsync.model.plan import Change


@dataclass(frozen=True, slots=True)
class Ages:
    """What was asked for: drift since a moment only, and how long drift may stand at `now`; None asks nothing."""

    now: datetime
    since: datetime | None = None
    max_age: timedelta | None = None


def changed_at(report: DriftReport, change: Change) -> datetime | None:
    """When the object changed last; None where nobody tells."""
    said = change.remote.modified if change.remote is not None else None
    blame = report.blame.get(change.address)
    return read_time(said) or (read_time(blame.when) if blame is not None else None)


def by_age(report: DriftReport, ages: Ages) -> DriftReport:
    """The report with older drift set aside, and with what has stood too long. What has no date stays in."""
    if ages.since is None and ages.max_age is None:
        return report
    told = (*report.drifted, *report.missing, *report.not_adopted)
    when = {change.address: changed_at(report, change) for change in told}
    older = {address for address, moment in when.items() if _before(moment, ages.since)}
    limit = None if ages.max_age is None else ages.now - ages.max_age
    overdue = {address for address, moment in when.items() if _before(moment, limit)} - older
    return replace(
        report,
        drifted=tuple(sorted(_newer(report.drifted, older), key=lambda change: change.address not in overdue)),
        missing=_newer(report.missing, older),
        not_adopted=_newer(report.not_adopted, older),
        older=tuple(change for change in told if change.address in older),
        overdue=frozenset(overdue),
        undated=frozenset(address for address, moment in when.items() if moment is None),
    )


def _newer(changes: tuple[Change, ...], older: set[Address]) -> tuple[Change, ...]:
    return tuple(change for change in changes if change.address not in older)


def _before(moment: datetime | None, limit: datetime | None) -> bool:
    return moment is not None and limit is not None and moment < limit
