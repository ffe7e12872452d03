"""Drift as text: what someone changed outside gcsync, and what is told beside it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gcsync.model.drift import DriftReport
from gcsync.model.plan import Change, Reason
from gcsync.views.diagnostics import render_diagnostics
from gcsync.views.explain import explain
from gcsync.views.style import Style, Tone, clean, paragraph, quote
from gcsync.views.text_change import HEADS, INDENT, not_checked_lines
from gcsync.views.text_plan import plan_title
from gcsync.views.text_value import difference

_CONFLICT = "! the stack changed this too, since the last apply"


def render_drift(reports: Sequence[DriftReport], style: Style) -> str:
    """What drifted, attribute by attribute, declared -> actual; the closing line counts over all reports."""
    blocks = [block for report in reports for block in _report(report, style, headed=len(reports) > 1)]
    return "\n".join("\n".join(block) + "\n" for block in [*blocks, [style.paint(drift_closing(reports), Tone.BOLD)]])


def _report(report: DriftReport, style: Style, *, headed: bool) -> Iterator[list[str]]:
    if headed:
        yield [style.paint(plan_title(report.plan), Tone.BOLD)]
    for change in report.drifted:
        yield list(_drifted(change, style))
    yield from _section("missing", "declared and not there: deleted by hand, or never applied", report.missing, style)
    yield from _section("not adopted", "there, without gcsync's marker", report.not_adopted, style)
    if report.pending:
        yield list(_pending(report.pending, style))
    if report.not_checked:
        yield not_checked_lines(report.not_checked, style)
    for diagnostic in report.plan.diagnostics:
        yield render_diagnostics([diagnostic], style).splitlines()


def _drifted(change: Change, style: Style) -> Iterator[str]:
    tone = Tone.CONFLICT if change.has_conflict else Tone.CHANGED
    yield from _head("drifted", change, style, tone, "declared -> actual")
    for attribute in change.attributes:
        conflict = attribute.reason is Reason.CONFLICT
        node = explain(attribute.name, attribute.after, attribute.before)
        note, tone = ("CONFLICT", Tone.CONFLICT) if conflict else ("", Tone.DIM)
        yield from difference(node, style, INDENT, note, tone)
        if conflict:
            indent = " " * (INDENT + 4)
            yield from paragraph(_CONFLICT, style, first=indent, indent=indent + "  ", tone=Tone.CONFLICT)


def _section(word: str, meaning: str, changes: Sequence[Change], style: Style) -> Iterator[list[str]]:
    if changes:
        lines = [line for change in changes for line in _head(word, change, style, Tone.DESTRUCTIVE)]
        yield [*lines, *paragraph(meaning, style, first=" " * INDENT + "# ", indent=" " * INDENT + "# ", tone=Tone.DIM)]


def _pending(changes: Sequence[Change], style: Style) -> Iterator[str]:
    yield style.paint("Pending, which is no drift: edited in the stack and not applied yet.", Tone.DIM)
    for change in changes:
        mark, word, _ = HEADS[change.action]
        what = ", ".join(clean(attribute.name) for attribute in change.differing)
        text = f"{clean(str(change.address))}" + (f": {what}" if what else "")
        yield from paragraph(text, style, first=f"{mark:>3} {word:<8}", indent=" " * 12, tone=Tone.DIM)


def _head(word: str, change: Change, style: Style, tone: Tone, note: str = "") -> Iterator[str]:
    lead = f"  ! {word} {clean(str(change.address))}"
    name = f"  {quote(change.name)}" if change.name and change.name != change.address.key else ""
    yield style.paint(lead, tone) + name + (style.paint(f"  # {note}", Tone.DIM) if note else "")


def drift_closing(reports: Sequence[DriftReport]) -> str:
    """`Drift: 1 drifted, …`, or `No drift. …`, over all reports."""
    counts = {
        "drifted": sum(len(report.drifted) for report in reports),
        "missing": sum(len(report.missing) for report in reports),
        "not adopted": sum(len(report.not_adopted) for report in reports),
        "pending": sum(len(report.pending) for report in reports),
        "not checked": sum(len(report.not_checked) for report in reports),
    }
    if any(counts.values()) or any(report.plan.errored for report in reports):
        return f"Drift: {', '.join(f'{count} {name}' for name, count in counts.items())}."
    return f"No drift. The organization matches the {'stack' if len(reports) == 1 else 'stacks'}."
