"""What an apply did, as text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gcsync.model.outcome import Outcome, Report, Status
from gcsync.model.plan import Action
from gcsync.views.diagnostics import render_diagnostics
from gcsync.views.json_report import render_json_report
from gcsync.views.style import Style, Tone, clean, paragraph, plural, quote

__all__ = ["outcome_lines", "render_json_report", "render_report"]

_DONE = {
    Action.CREATE: "created",
    Action.UPDATE: "updated",
    Action.MOVE: "moved",
    Action.RELEASE: "released",
    Action.ADOPT: "adopted",
    Action.REPLACE: "replaced",
    Action.DELETE: "deleted",
    Action.NO_OP: "unchanged",
}
_MARKS = {
    Status.DONE: ("ok", Tone.ADDED),
    Status.NOT_VERIFIED: ("??", Tone.WARNING),
    Status.DIFFERS: ("!!", Tone.ERROR),
    Status.FAILED: ("!!", Tone.ERROR),
    Status.SKIPPED: ("--", Tone.DIM),
}
_SIGNALS = {2: "interrupted", 15: "terminated"}


def render_report(reports: Sequence[Report], style: Style) -> str:
    """A line per outcome in the order of the plan, what failed with its diagnostic; then the closing line."""
    blocks = []
    for report in reports:
        title = [style.paint(f"Stack {clean(report.stack)}", Tone.BOLD)] if len(reports) > 1 else []
        lines = [line for outcome in report.outcomes for line in outcome_lines(outcome, style)]
        blocks += [block for block in (title, lines) if block]
    blocks.append([*_remarks(reports, style), style.paint(_closing(reports), Tone.BOLD)])
    return "\n".join("\n".join(block) + "\n" for block in blocks)


def outcome_lines(outcome: Outcome, style: Style) -> Iterator[str]:
    """The end of one change; the CLI may print it while the others still run."""
    mark, tone = _MARKS[outcome.status]
    said = _DONE[outcome.action] if outcome.status is Status.DONE else f"{outcome.action.value} {outcome.status.value}"
    name = outcome.change.name
    text = clean(str(outcome.address)) + (f"  {quote(name)}" if name and name != outcome.address.key else "")
    notes = [f"id {clean(outcome.id)}"] if outcome.id and outcome.action is Action.CREATE else []
    notes += [clean(outcome.note)] if outcome.note else []
    tail = f" ({'; '.join(notes)})" if notes else ""
    first, *more = paragraph(f"{text}: {said}{tail}", style, first=f" {mark} ", indent="    ")
    yield first.replace(mark, style.paint(mark, tone), 1)
    yield from more
    if outcome.diagnostic is not None:
        for line in render_diagnostics([outcome.diagnostic], style).splitlines():
            yield f"    {line}"


def _remarks(reports: Sequence[Report], style: Style) -> Iterator[str]:
    unverified = sum(report.count(Status.NOT_VERIFIED) for report in reports)
    if unverified:
        which = "it" if unverified == 1 else "they"
        text = f"{plural(unverified, 'object')} written, not verified: {which} could not be read back."
        yield from paragraph(text, style, tone=Tone.WARNING)
    signals = [report.interrupted for report in reports if report.interrupted is not None]
    if signals:
        text = f"{_SIGNALS.get(signals[0], f'ended by signal {signals[0]}').capitalize()}: nothing more was begun."
        yield from paragraph(text, style, tone=Tone.ERROR)


def _closing(reports: Sequence[Report]) -> str:
    names = ("created", "updated", "replaced", "deleted", "adopted", "failed", "skipped")
    return "Applied: " + ", ".join(f"{sum(r.counts[name] for r in reports)} {name}" for name in names) + "."
