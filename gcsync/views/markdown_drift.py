"""Drift in Markdown, for the issue or comment that wakes somebody up: what differs, who did it, how to settle it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Final

from gcsync.model.drift import Accepted, DriftReport, KnownDrift, settling_commands
from gcsync.model.plan import AttributeChange, Change, Reason
from gcsync.views.blame import OVERDUE, blame_text, undated_text
from gcsync.views.markdown_diff import attribute_diff, not_checked_line
from gcsync.views.markdown_escape import cell_code, code, prose
from gcsync.views.markdown_marker import MarkdownMarker, digest, render_marker
from gcsync.views.markdown_parts import (
    Part,
    commands,
    details,
    diagnostics_part,
    diff_block,
    document,
    errors_and_warnings,
    not_checked_part,
    place_text,
    quiet_part,
    resource_cell,
    sentence,
    stack_part,
    table,
    word_cell,
)
from gcsync.views.style import clean, quote

_AS_DECLARED: Final = "last applied: as declared"
_NOBODY_KNOWS: Final = (
    "CONFLICT: the stack changed this too, since the last apply; what was last applied nobody knows, "
    "only a fingerprint of it is kept"
)
_MISSING: Final = "declared and not there: deleted by hand, or never applied"
_NOT_ADOPTED: Final = "there, without gcsync's marker"
_PENDING: Final = "edited in the stack and not applied yet"


def render_markdown_drift(reports: Sequence[DriftReport]) -> str:
    """What drifted, stack by stack, after the marker and a line that says it all."""
    body = document(_body(reports))
    # Who did it, when, and how long ago may be told today and not tomorrow; the drift is the same.
    timeless = document(_body([replace(one, blame={}, overdue=frozenset(), undated=frozenset()) for one in reports]))
    return f"{render_marker(_marker(reports, timeless))}\n{body}"


def _marker(reports: Sequence[DriftReport], timeless: str) -> MarkdownMarker:
    plans = [report.plan for report in reports]
    return MarkdownMarker(
        kind="drift",
        stacks=tuple(plan.owner for plan in plans),
        organization=",".join(dict.fromkeys(plan.target.organization.id for plan in plans)),
        found=any(report.found() for report in reports),
        digest=digest(timeless),
    )


def _body(reports: Sequence[DriftReport]) -> Iterator[Part]:
    yield [f"### {_summary(reports)}"]
    several = len(reports) > 1
    for report in sorted(reports, key=lambda report: not report.found()):
        if not (several and _is_quiet(report)):
            yield from stack_part(report.plan, headed=several)
            yield from _section(report)
    yield quiet_part([report.plan for report in reports if several and _is_quiet(report)], "No drift")


def _is_quiet(report: DriftReport) -> bool:
    beside = (report.pending, report.not_checked, report.known, report.baseline, report.look_alikes, report.older)
    return not report.found() and not any(beside) and not report.plan.diagnostics


def _summary(reports: Sequence[DriftReport]) -> str:
    """`🔴 contact-center: 1 DRIFTED, 1 MISSING; 2 pending.`: what a phone shows of it all."""
    found = any(report.found() for report in reports)
    errored = any(report.plan.errored for report in reports)
    light = "🔴" if found or errored else "🟢"
    whose = f"{code(reports[0].plan.owner)}: " if len(reports) == 1 else f"{len(reports)} stacks: " if reports else ""
    loud = _counted(
        {
            "DRIFTED": sum(len(report.drifted) for report in reports),
            "MISSING": sum(len(report.missing) for report in reports),
            "NOT ADOPTED": sum(len(report.not_adopted) for report in reports),
        }
    )
    beside = _counted(
        {
            "in conflict": sum(change.has_conflict for report in reports for change in report.drifted),
            "pending": sum(len(report.pending) for report in reports),
            "known": sum(len(report.known) for report in reports),
            "older": sum(len(report.older) for report in reports),
            "OVERDUE": sum(len(report.overdue) for report in reports),
            "not checked": sum(len(report.not_checked) for report in reports),
        }
    )
    counts = "; ".join(part for part in (loud if loud or errored else "no drift", beside) if part)
    said = [f"{counts}." if counts else "", "Not everything could be compared." if errored else ""]
    return f"{light} {whose}{' '.join(part for part in said if part)}"


def _counted(counts: dict[str, int]) -> str:
    return ", ".join(f"{count} {word}" for word, count in counts.items() if count)


def _section(report: DriftReport) -> Iterator[Part]:
    errors, warnings = errors_and_warnings(report.plan.diagnostics)
    drifted = sorted(report.drifted, key=lambda change: not change.has_conflict)
    yield errors
    yield table(("What", "Resource", "What differs"), _rows(report, drifted))
    yield not_checked_part(report.not_checked)
    yield diagnostics_part("The baseline", report.baseline)
    yield warnings
    yield _look_alikes(report)
    yield _older(report)
    for change in drifted:
        yield details("DRIFTED", change, _drifted(report, change), note="conflict" if change.has_conflict else "")
    for change in report.missing:
        yield details("MISSING", change, _to_settle(report, change, _MISSING))
    for change in report.not_adopted:
        yield details("NOT ADOPTED", change, _to_settle(report, change, _NOT_ADOPTED))
    for known in report.known:
        yield details("known", known.change, _known(known))


def _rows(report: DriftReport, drifted: Sequence[Change]) -> Iterator[tuple[str, str, str]]:
    for change in drifted:
        who = _blame(report, change, cell_code)
        what = ", ".join(map(_attribute, change.attributes))
        yield word_cell("DRIFTED"), resource_cell(change), f"{what}<br>{who}" if who else what
    for word, meaning, changes in (
        ("MISSING", _MISSING, report.missing),
        ("NOT ADOPTED", _NOT_ADOPTED, report.not_adopted),
    ):
        for change in changes:
            who = _blame(report, change, cell_code)
            yield word_cell(word), resource_cell(change), f"{meaning}<br>{who}" if who else meaning
    for change in report.pending:
        what = ", ".join(cell_code(attribute.name) for attribute in change.differing)
        yield "pending", resource_cell(change), f"{change.action.value}{f' {what}' if what else ''}; {_PENDING}"
    for known in report.known:
        what = ", ".join(map(_attribute, known.change.attributes))
        yield "known", resource_cell(known.change), f"{what}<br>{_accepted(known.accepted, cell_code)}"


def _attribute(attribute: AttributeChange) -> str:
    return cell_code(attribute.name) + (" (**conflict**)" if attribute.reason is Reason.CONFLICT else "")


def _blame(report: DriftReport, change: Change, shown: Callable[[str], str] = code) -> str:
    """Who changed it, when and from which client, as far as anybody can tell; empty where nobody was asked."""
    blame = report.blame.get(change.address)
    return "" if blame is None else blame_text(blame, shown, prose)


def _drifted(report: DriftReport, change: Change) -> Iterator[Part]:
    who = _blame(report, change)
    declared = f"declared at {place_text(change.place)}" if change.place is not None else ""
    said = "; ".join(
        part for part in (_age(report, change), who, f"id {code(change.id)}" if change.id else "", declared) if part
    )
    yield [sentence(said)] if said else []
    yield diff_block(_differences(change))
    apply, accept = settling_commands(report, change)
    yield commands([(clean(apply), "undo it"), (clean(accept), "keep it")])


def _differences(change: Change) -> list[str]:
    return ["--- declared", "+++ actual", *(line for one in change.attributes for line in _difference(one))]


def _difference(attribute: AttributeChange) -> Iterator[str]:
    """From what is declared to what is there, and what is known of the last apply."""
    if attribute.reason is Reason.NOT_CHECKED:
        yield not_checked_line(attribute)
        return
    turned = replace(attribute, before=attribute.after, after=attribute.before)
    conflict = attribute.reason is Reason.CONFLICT
    yield from attribute_diff(turned, "" if conflict else _AS_DECLARED, _NOBODY_KNOWS if conflict else "")


def _to_settle(report: DriftReport, change: Change, meaning: str) -> Iterator[Part]:
    who = _blame(report, change)
    declared = f"declared at {place_text(change.place)}" if change.place is not None else ""
    yield [sentence("; ".join(part for part in (meaning, _age(report, change), who, declared) if part))]
    apply, _ = settling_commands(report, change)
    yield commands([(clean(apply), "mend it")])


def _age(report: DriftReport, change: Change) -> str:
    """How old it is, where that was asked."""
    if change.address in report.overdue:
        return OVERDUE.replace("OVERDUE", "**OVERDUE**").replace("--max-age", "`--max-age`")
    return undated_text(report, change).replace("--blame", "`--blame`")


def _older(report: DriftReport) -> Part:
    names = ", ".join(code(str(change.address)) for change in report.older)
    return [f"Left out by `--since`, as it changed last before that: {names}"] if report.older else []


def _known(known: KnownDrift) -> Iterator[Part]:
    yield [sentence(_accepted(known.accepted))]
    yield diff_block(_differences(known.change))


def _accepted(accepted: Accepted, shown: Callable[[str], str] = code) -> str:
    place = f" ({shown(str(accepted.place))})" if accepted.place is not None else ""
    return f"accepted until {accepted.expires.isoformat()}: {prose(accepted.reason)}{place}"


def _look_alikes(report: DriftReport) -> Part:
    if not report.look_alikes:
        return []
    lines = [
        f"- {code(quote(found.name))} ({code(found.id)}) does what {code(str(found.address))} does"
        for found in report.look_alikes
    ]
    return ["**Look-alikes**, unmanaged: events may arrive twice", "", *lines]
