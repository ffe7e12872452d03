"""`gcsync trace` as text: per object the verdict, what decides and where, and what the destination would get."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import groupby
from typing import Final

from gcsync.model.trace import NO_BODY, Delivery, Event, Trace, Tracing, Verdict
from gcsync.views.style import Style, Tone, clean, paragraph, plural, shorten

_TONES: Final = {
    Verdict.SELECTED: Tone.ADDED,
    Verdict.NOT_SELECTED: Tone.REMOVED,
    Verdict.NOT_KNOWN: Tone.CHANGED,
}
_INDENT: Final = "      "


def render_trace(found: Tracing, style: Style) -> str:
    """The event, everything that could select it, stack by stack, and how many do."""
    lines = [style.paint(_event(found.event), Tone.BOLD)]
    for stack, traces in groupby(found.traces, key=lambda trace: trace.stack):
        lines += ["", style.paint(f"Stack {clean(stack)}" if stack else "Without a marker of gcsync", Tone.BOLD)]
        lines += [line for trace in traces for line in _trace(trace, style)]
    lines += [""] if found.traces else []
    for entry in found.not_checked:
        lines += paragraph(f"not checked: {entry.kind}: {clean(entry.reason)}", style, indent="  ")
    return "\n".join([*lines, *paragraph(_closing(found), style)]) + "\n"


def _event(event: Event) -> str:
    known = f" (id {clean(event.id)})" if event.id is not None else ""
    return f"Event {clean(event.label)}{known}"


def _closing(found: Tracing) -> str:
    place = "in the organization" if found.remote else "declared"
    if not found.traces:
        return f"Nothing {place} could select it."
    selected = sum(trace.selected for trace in found.traces)
    unknown = sum(trace.selection.verdict is Verdict.NOT_KNOWN for trace in found.traces)
    more = f", {unknown} not known" if unknown else ""
    return f"Selected by {selected} of {plural(len(found.traces), 'object')} {place}{more}."


def _trace(trace: Trace, style: Style) -> Iterator[str]:
    verdict = trace.selection.verdict
    name = trace.address or f'{trace.kind} "{trace.name}"'
    object_id = f" ({clean(trace.object_id)})" if trace.object_id is not None else ""
    yield f"  {clean(name)}{object_id}: {style.paint(verdict, _TONES[verdict])}"
    yield from paragraph(_reason(trace), style, first=_INDENT, indent=f"{_INDENT}  ")
    if trace.selection.cure:
        yield from paragraph(f"to let it through: {trace.selection.cure}", style, first=_INDENT, tone=Tone.HINT)
    if trace.declared is not None:
        said = f"its file says {trace.declared.selection.verdict}: {_reason(trace.declared)}"
        hint = "not applied yet, or changed by hand: gcsync plan tells"
        yield from paragraph(f"{said}; {hint}", style, first=_INDENT, indent=f"{_INDENT}  ", tone=Tone.WARNING)
    for delivery in trace.deliveries:
        yield from _delivery(delivery, style)


def _reason(trace: Trace) -> str:
    where = f" ({trace.place.file}:{trace.place.line})" if trace.place is not None else ""
    return clean(f"{trace.selection.reason}{where}")


def _delivery(delivery: Delivery, style: Style) -> Iterator[str]:
    note = f", {delivery.note}" if delivery.note else ""
    yield from paragraph(f"to: {delivery.method} {clean(delivery.to)}{note}", style, first=_INDENT, indent=_INDENT)
    if delivery.headers:
        headers = clean(", ".join(delivery.headers))
        yield from paragraph(f"headers: {headers}", style, first=f"{_INDENT}  ", indent=f"{_INDENT}    ")
    if delivery.body is not NO_BODY:
        lead = f"{_INDENT}  body: "
        text = clean(json.dumps(delivery.body, ensure_ascii=False))
        yield lead + shorten(text, style.room(lead))
