"""Known drift, set aside: what a baseline accepts is told and is no reason to wake anybody up."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from gcsync.engine.selection import near
from gcsync.model.address import Address
from gcsync.model.diagnostic import Diagnostic, Severity
from gcsync.model.drift import Accepted, DriftReport, KnownDrift
from gcsync.model.plan import ABSENT, AttributeChange, Change
from gcsync.model.value import holds_secret, holds_unreadable
from gcsync.schema.semantics import kind_schema, sort_key

_REMOVE = "take the entry out of the baseline"


def with_baseline(reports: Sequence[DriftReport], entries: Sequence[Accepted], today: date) -> tuple[DriftReport, ...]:
    """The reports with what the entries accept in `known`, and what is to be said of the entries in `baseline`.

    `today` is a day in UTC. An entry accepts drift of every stack of the run that has its address; one that expired
    accepts nothing. Nothing else changes: an apply writes what is declared, known or not.
    """
    sorting = _Sorting()
    for entry in entries:
        if entry.expires >= today:
            sorting.entries.setdefault((entry.address, entry.attribute), []).append(entry)
    told = [sorting.report(report) for report in reports]
    return _with_notes(told, list(_notes(told, entries, sorting.used, today)))


def _accepts(entry: Accepted, attribute: AttributeChange) -> bool:
    """Whether an entry for the attribute accepts its actual value. One that nobody may see equals none of a file."""
    if entry.any_value:
        return True
    actual = None if attribute.before is ABSENT else attribute.before
    if holds_secret(actual) or holds_unreadable(actual):
        return False
    shape = kind_schema(entry.address.kind).attributes[entry.attribute]
    return sort_key(shape.comparable(entry.value)) == sort_key(shape.comparable(actual))


@dataclass(slots=True)
class _Sorting:
    """`entries` by address and attribute; `used` are those, by identity, that accepted something."""

    entries: dict[tuple[Address, str], list[Accepted]] = field(default_factory=dict)
    used: set[int] = field(default_factory=set)

    def report(self, report: DriftReport) -> DriftReport:
        known: list[KnownDrift] = []
        drifted: list[Change] = []
        for change in report.drifted:
            rest: list[AttributeChange] = []
            for attribute in change.attributes:
                accepted = self._accepted(change, attribute)
                if accepted is None:
                    rest.append(attribute)
                else:
                    known.append(KnownDrift(replace(change, attributes=(attribute,)), accepted))
            if rest:
                drifted.append(replace(change, attributes=tuple(rest)))
        return replace(report, drifted=tuple(drifted), known=tuple(known))

    def _accepted(self, change: Change, attribute: AttributeChange) -> Accepted | None:
        meant = self.entries.get((change.address, attribute.name), ())
        matching = [entry for entry in meant if _accepts(entry, attribute)]
        self.used.update(map(id, matching))
        return matching[0] if matching else None


def _notes(
    reports: Sequence[DriftReport], entries: Sequence[Accepted], used: set[int], today: date
) -> Iterator[tuple[DriftReport | None, Diagnostic]]:
    """What is to be said of entries, each with the report that it is about; None where it is about none."""
    for entry in entries:
        owners = [report for report in reports if entry.address in report.plan.known]
        about = owners[0] if owners else None
        if entry.expires < today:
            hint = f"settle the drift, or give a new date and say why again; or {_REMOVE}"
            yield about, _note("GC726", entry, f"expired on {entry.expires}: it accepts nothing any more", hint)
        elif not owners:
            found = near(str(entry.address), sorted({one for report in reports for one in report.plan.known}))
            hint = f'did you mean "{found[0]}"?' if found else f"correct the address, or {_REMOVE}"
            yield None, _note("GC725", entry, "no stack of this run declares or owns it", hint)
        elif id(entry) not in used and not any(_unread(report, entry) for report in owners):
            yield about, _note("GC727", entry, *_why_unused(owners, entry))


def _why_unused(owners: Sequence[DriftReport], entry: Accepted) -> tuple[str, str]:
    """What is to be said of an entry that accepted nothing, and the next step."""
    drifting = [
        attribute
        for report in owners
        for change in report.drifted
        if change.address == entry.address
        for attribute in change.attributes
        if attribute.name == entry.attribute
    ]
    if not drifting:
        return f"{entry.attribute} has not drifted (any more)", _REMOVE
    if any(holds_secret(attribute.before) for attribute in drifting):
        hint = "leave `value` out: then any value of the attribute is accepted"
        return f"{entry.attribute} is sensitive, so that no `value` can be compared", hint
    hint = "somebody changed it again: settle the drift, or accept the new value and say why"
    return f"{entry.attribute} has another value than the one accepted", hint


def _unread(report: DriftReport, entry: Accepted) -> bool:
    """Whether nobody could look: then nobody knows whether there is drift."""
    return report.plan.errored or any(
        (item.whole_kind and item.kind == entry.address.kind)
        or (item.address == entry.address and item.attribute in (None, entry.attribute))
        for item in report.not_checked
    )


def _note(code: str, entry: Accepted, message: str, hint: str) -> Diagnostic:
    return Diagnostic(code, message, Severity.WARNING, entry.place, str(entry.address), hint=hint)


def _with_notes(
    reports: Sequence[DriftReport], notes: Sequence[tuple[DriftReport | None, Diagnostic]]
) -> tuple[DriftReport, ...]:
    """Each note once: at the report that it is about, at the first where it is about none."""
    found = [
        replace(report, baseline=tuple(note for about, note in notes if about is report or (about is None and not at)))
        for at, report in enumerate(reports)
    ]
    return tuple(found)
