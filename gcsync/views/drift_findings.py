"""What a drift report says, one finding after the other: what JUnit, SARIF and annotations have in common."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from gcsync.model.address import Address
from gcsync.model.diagnostic import Place
from gcsync.model.drift import Accepted, DriftReport, settling_commands
from gcsync.model.plan import ABSENT, AttributeChange, Change, NotChecked, Reason
from gcsync.model.value import Secret, Value
from gcsync.views.blame import about, blame_text
from gcsync.views.explain import explain
from gcsync.views.style import Style, cells, clean
from gcsync.views.text_value import difference, inline

_STYLE: Final = Style(width=100)

_LONGEST_VALUE: Final = 60
"""Cells of a value that a message of one line repeats; a longer one stands in the details."""


class Verdict(StrEnum):
    """What is to be said of a resource, or of one of its attributes."""

    DRIFTED = "drifted"
    CONFLICT = "conflict"
    MISSING = "missing"
    NOT_ADOPTED = "not adopted"
    NOT_CHECKED = "not checked"


CODES: Final[dict[Verdict, str]] = {
    Verdict.DRIFTED: "GC715",
    Verdict.CONFLICT: "GC716",
    Verdict.MISSING: "GC717",
    Verdict.NOT_ADOPTED: "GC718",
    Verdict.NOT_CHECKED: "GC719",
}
"""The code under which each verdict is explained, and tracked over runs."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding. All of its texts are cleaned: no control character is left in them.

    `subject` is an address, or what stands for one: `every trigger`, `stream 0f9a`. `message` is one line; `details`
    are the lines of an indented difference, declared -> actual, where one line does not hold it. With `accepted` a
    baseline knows it: it is no drift.
    """

    verdict: Verdict
    subject: str
    kind: str
    message: str
    place: Place | None = None
    address: Address | None = None
    attribute: str = ""
    details: tuple[str, ...] = ()
    commands: tuple[str, ...] = ()
    blame: str = ""
    about: tuple[str, ...] = ()
    """Sentences: that it is overdue, who it was, that nobody can date it; each as far as that was asked."""
    accepted: Accepted | None = None
    unread_kind: bool = False
    """A whole kind that the organization may have, and nobody could read."""

    @property
    def code(self) -> str:
        return CODES[self.verdict]


def findings(report: DriftReport) -> Iterator[Finding]:
    """Every finding of a report, sorted as the report is; what is merely pending is none."""
    for change in report.drifted:
        yield from (_drifted(report, change, attribute) for attribute in change.attributes)
    for known in report.known:
        for attribute in known.change.attributes:
            yield _drifted(report, known.change, attribute, known.accepted)
    for change in report.missing:
        yield _whole(report, change, Verdict.MISSING, "declared and not there: deleted by hand, or never applied")
    for change in report.not_adopted:
        yield _whole(report, change, Verdict.NOT_ADOPTED, "there, under its declared name, without gcsync's marker")
    places = {change.address: change.place for change in report.plan.changes}
    for item in report.not_checked:
        yield _not_checked(report, item, places.get(item.address) if item.address is not None else None)


def first_line(report: DriftReport) -> Place | None:
    """Where a finding stands that no line declares: at the top of the stack file."""
    return Place(report.plan.file, 1, 1) if report.plan.file else None


def _blame(report: DriftReport, change: Change) -> str:
    blame = report.blame.get(change.address)
    return "" if blame is None else blame_text(blame)


def _drifted(
    report: DriftReport, change: Change, attribute: AttributeChange, accepted: Accepted | None = None
) -> Finding:
    conflict = attribute.reason is Reason.CONFLICT
    subject, name = clean(str(change.address)), clean(attribute.name)
    words = f"{subject}: {name} {_difference(attribute)}"
    told = _short(attribute.after) is not None and _short(attribute.before) is not None
    return Finding(
        Verdict.CONFLICT if conflict else Verdict.DRIFTED,
        subject,
        change.address.kind,
        words + ("; the stack changed it too, since the last apply" if conflict else ""),
        attribute.place or change.place or first_line(report),
        change.address,
        name,
        () if told else tuple(difference(explain(name, attribute.after, attribute.before), _STYLE, 0)),
        settling_commands(report, change),
        _blame(report, change),
        about(report, change),
        accepted,
    )


def _difference(attribute: AttributeChange) -> str:
    """`is true, the stack declares false`; what is long, or nested, is said without its values."""
    declared, actual = _short(attribute.after), _short(attribute.before)
    if isinstance(attribute.after, Secret) and isinstance(attribute.before, Secret):
        return "is another sensitive value than the stack declares"
    if declared is None or actual is None:
        return "was changed outside gcsync"
    if attribute.before is ABSENT:
        return f"is not set, the stack declares {declared}"
    return f"is {actual}, the stack declares {'none' if attribute.after is ABSENT else declared}"


def _short(value: Value) -> str | None:
    text = inline(value)
    return text if text is not None and cells(text) <= _LONGEST_VALUE else None


def _whole(report: DriftReport, change: Change, verdict: Verdict, words: str) -> Finding:
    subject = clean(str(change.address))
    return Finding(
        verdict,
        subject,
        change.address.kind,
        f"{subject} is {words}",
        change.place or first_line(report),
        change.address,
        commands=settling_commands(report, change)[:1],
        blame=_blame(report, change),
        about=about(report, change),
    )


def _not_checked(report: DriftReport, item: NotChecked, place: Place | None) -> Finding:
    if item.whole_kind:
        subject = f"every {clean(item.kind)}"
    else:
        subject = clean(str(item.address) if item.address is not None else f"{item.kind} {item.id}")
    attribute = clean(item.attribute or "")
    what = f"{subject}: {attribute}" if attribute else subject
    hint = (f"hint: {clean(item.hint)}",) if item.hint else ()
    return Finding(
        Verdict.NOT_CHECKED,
        subject,
        item.kind,
        f"{what} was not checked: {clean(item.reason)}",
        place or first_line(report),
        item.address,
        attribute,
        hint,
        unread_kind=item.unread_kind,
    )
