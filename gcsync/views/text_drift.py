"""Drift as text: what someone changed outside gcsync, and what is told beside it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from gcsync.model.drift import DriftReport, KnownDrift, settling_commands
from gcsync.model.plan import ABSENT, AttributeChange, Change, Reason
from gcsync.views.blame import OVERDUE, blame_text, undated_text
from gcsync.views.diagnostics import render_diagnostics
from gcsync.views.explain import explain
from gcsync.views.style import Style, Tone, clean, paragraph, plural, quote
from gcsync.views.text_change import HEADS, INDENT, not_checked_lines
from gcsync.views.text_plan import plan_title
from gcsync.views.text_value import difference, inline

_SAME: Final = "last applied = declared -> actual"
_DECLARED: Final = "declared -> actual"
_CONFLICT: Final = "! last applied: unknown (only its fingerprint is kept); the stack changed it since, too"
_LONGEST_PINNED: Final = 40
_WHERE: Final = " " * INDENT
_DEEPER: Final = " " * (INDENT + 4)


def render_drift(reports: Sequence[DriftReport], style: Style) -> str:
    """What drifted, attribute by attribute; the closing line counts over all reports."""
    blocks = [block for report in reports for block in _report(report, style, headed=len(reports) > 1)]
    blocks += _offer(reports, style)
    return "\n".join("\n".join(block) + "\n" for block in [*blocks, [style.paint(drift_closing(reports), Tone.BOLD)]])


def _report(report: DriftReport, style: Style, *, headed: bool) -> Iterator[list[str]]:
    if headed:
        yield [style.paint(plan_title(report.plan), Tone.BOLD)]
    for change in report.drifted:
        yield list(_drifted(report, change, style))
    meaning = "declared and not there: deleted by hand, or never applied"
    yield from _section("missing", meaning, report, report.missing, style)
    yield from _section("not adopted", "there, without gcsync's marker", report, report.not_adopted, style)
    if report.known:
        yield list(_known(report.known, style))
    if report.baseline:
        yield render_diagnostics(report.baseline, style).splitlines()
    if report.older:
        yield list(_older(report.older, style))
    if report.pending:
        yield list(_pending(report.pending, style))
    if report.look_alikes:
        yield list(_look_alikes(report, style))
    if report.not_checked:
        yield not_checked_lines(report.not_checked, style)
    for diagnostic in report.plan.diagnostics:
        yield render_diagnostics([diagnostic], style).splitlines()


def _drifted(report: DriftReport, change: Change, style: Style) -> Iterator[str]:
    conflict = change.has_conflict
    tone = Tone.CONFLICT if conflict else Tone.CHANGED
    yield from _head("drifted", change, style, tone, _DECLARED if conflict else _SAME)
    for attribute in change.attributes:
        yield from _attribute(attribute, style, mixed=conflict)
    yield from _about(report, change, style)
    yield from _settling(report, change, style)


def _attribute(attribute: AttributeChange, style: Style, *, mixed: bool) -> Iterator[str]:
    """Declared -> actual. What was last applied is said once for all, in the headline, unless one is in conflict."""
    node = explain(attribute.name, attribute.after, attribute.before)
    if attribute.reason is Reason.CONFLICT:
        yield from difference(node, style, INDENT, "CONFLICT", Tone.CONFLICT)
        yield from paragraph(_CONFLICT, style, first=_DEEPER, indent=_DEEPER + "  ", tone=Tone.CONFLICT)
    else:
        yield from difference(node, style, INDENT, "last applied as declared" if mixed else "")


def _about(report: DriftReport, change: Change, style: Style) -> Iterator[str]:
    """Who it was, where that was asked; and how old it is, where that was."""
    if change.address in report.overdue:
        lead = _WHERE + "! "
        yield from paragraph(OVERDUE, style, first=lead, indent=lead, tone=Tone.DESTRUCTIVE)
    blame = report.blame.get(change.address)
    if blame is not None:
        lead = _WHERE + "# "
        tone = Tone.BOLD if blame.known else Tone.DIM
        yield from paragraph(blame_text(blame), style, first=lead, indent=lead + "  ", tone=tone)
    if undated := undated_text(report, change):
        lead = _WHERE + "# "
        yield from paragraph(undated, style, first=lead, indent=lead, tone=Tone.DIM)


def _settling(report: DriftReport, change: Change, style: Style) -> Iterator[str]:
    """Never folded: a command is there to be copied."""
    apply, accept = settling_commands(report, change)
    yield _WHERE + style.paint(f"undo it:  {clean(apply)}", Tone.HINT)
    yield _WHERE + style.paint(f"keep it:  {clean(accept)}", Tone.HINT)


def _section(
    word: str, meaning: str, report: DriftReport, changes: Sequence[Change], style: Style
) -> Iterator[list[str]]:
    if not changes:
        return
    lines: list[str] = []
    for change in changes:
        lines += _head(word, change, style, Tone.DESTRUCTIVE)
        lines += _about(report, change, style)
        apply, _ = settling_commands(report, change)
        lines.append(_WHERE + style.paint(f"mend it:  {clean(apply)}", Tone.HINT))
    yield [*lines, *paragraph(meaning, style, first=_WHERE + "# ", indent=_WHERE + "# ", tone=Tone.DIM)]


def _known(known: Sequence[KnownDrift], style: Style) -> Iterator[str]:
    yield style.paint("Known, which is no drift: accepted by the baseline.", Tone.DIM)
    for one in known:
        entry = one.accepted
        actual = inline(one.change.attributes[0].before)
        value = f" is {actual}" if actual is not None and one.change.attributes[0].before is not ABSENT else ""
        text = f"{clean(str(entry.address))}: {clean(entry.attribute)}{value}, until {entry.expires}: "
        place = f" ({clean(str(entry.place))})" if entry.place is not None else ""
        yield from paragraph(text + clean(entry.reason) + place, style, first="  = ", indent="    ", tone=Tone.DIM)


def _older(changes: Sequence[Change], style: Style) -> Iterator[str]:
    names = ", ".join(clean(str(change.address)) for change in changes)
    text = f"Left out by --since, as {plural(len(changes), 'object')} changed last before that: {names}"
    yield from paragraph(text, style, indent="  ", tone=Tone.DIM)


def _pending(changes: Sequence[Change], style: Style) -> Iterator[str]:
    yield style.paint("Pending, which is no drift: edited in the stack and not applied yet.", Tone.DIM)
    for change in changes:
        mark, word, _ = HEADS[change.action]
        what = ", ".join(clean(attribute.name) for attribute in change.differing)
        text = f"{clean(str(change.address))}" + (f": {what}" if what else "")
        yield from paragraph(text, style, first=f"{mark:>3} {word:<8}", indent=" " * 12, tone=Tone.DIM)


def _look_alikes(report: DriftReport, style: Style) -> Iterator[str]:
    yield style.paint("For information: unmanaged, and does the same. Events may arrive twice.", Tone.DIM)
    for one in report.look_alikes:
        text = f"{quote(one.name)} ({clean(one.id)}) does what {clean(str(one.address))} does"
        yield from paragraph(text, style, first="  i ", indent="    ", tone=Tone.DIM)


def _head(word: str, change: Change, style: Style, tone: Tone, note: str = "") -> Iterator[str]:
    lead = f"  ! {word} {clean(str(change.address))}"
    name = f"  {quote(change.name)}" if change.name and change.name != change.address.key else ""
    yield style.paint(lead, tone) + name + (style.paint(f"  # {note}", Tone.DIM) if note else "")


def _offer(reports: Sequence[DriftReport], style: Style) -> list[list[str]]:
    """How to accept drift for a while, by the first that there is."""
    first = next((change for report in reports for change in report.drifted if change.attributes), None)
    if first is None:
        return []
    attribute = first.attributes[0]
    address = str(first.address) if first.address.each is None else f"'{first.address}'"
    what = "To live with it for a while, list it in a file and give that as --baseline FILE (`version: 1`, `known:`):"
    entry = (
        f"- {{address: {address}, attribute: {attribute.name}, {_value(attribute)}reason: WHY, expires: YYYY-MM-DD}}"
    )
    return [[*paragraph(what, style, indent="  ", tone=Tone.DIM), style.paint(f"  {entry}", Tone.DIM)]]


def _value(attribute: AttributeChange) -> str:
    """The actual value as an entry pins it, where it is short and can be shown; JSON's escapes are YAML's too."""
    actual = attribute.before
    text = inline(actual) if isinstance(actual, str | bool | int | float) else None
    return f"value: {text}, " if text is not None and len(text) <= _LONGEST_PINNED else ""


def drift_closing(reports: Sequence[DriftReport]) -> str:
    """`Drift: 1 drifted, …`, or `No drift. …`, over all reports."""
    counts = {
        "drifted": sum(len(report.drifted) for report in reports),
        "missing": sum(len(report.missing) for report in reports),
        "not adopted": sum(len(report.not_adopted) for report in reports),
        "pending": sum(len(report.pending) for report in reports),
        "not checked": sum(len(report.not_checked) for report in reports),
    }
    asked = {
        "known": sum(len(report.known) for report in reports),
        "older": sum(len(report.older) for report in reports),
        "overdue": sum(len(report.overdue) for report in reports),
    }
    counts |= {name: count for name, count in asked.items() if count}
    if any(counts.values()) or any(report.plan.errored for report in reports):
        return f"Drift: {', '.join(f'{count} {name}' for name, count in counts.items())}."
    return f"No drift. The organization matches the {'stack' if len(reports) == 1 else 'stacks'}."
