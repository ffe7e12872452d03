"""`gcsync trace` as JSON (schemas/trace.schema.json)."""

from __future__ import annotations

import json
from typing import Any

from gcsync.model.trace import NO_BODY, Delivery, Trace, Tracing
from gcsync.model.value import format_path


def render_json_trace(found: Tracing) -> str:
    """`{"event": {id, type, topic}, "source": "stacks"|"organization", "traces": [...], "not_checked": [...]}`, a line.

    A trace is `{stack, kind, address, name, id, verdict, reason, cure, attribute, file, line, column, deliveries,
    declared}`; `declared` is what its file says, where that is another verdict. What there is not is null.
    """
    event = {"id": found.event.id, "type": found.event.type, "topic": found.event.topic}
    document = {
        "event": event,
        "source": "organization" if found.remote else "stacks",
        "traces": [_trace(trace) for trace in found.traces],
        "not_checked": [{"kind": entry.kind, "reason": entry.reason} for entry in found.not_checked],
    }
    return json.dumps(document) + "\n"


def _trace(trace: Trace) -> dict[str, Any]:
    place = trace.place
    return {
        "stack": trace.stack or None,
        "kind": trace.kind,
        "address": trace.address or None,
        "name": trace.name or None,
        "id": trace.object_id,
        "verdict": trace.selection.verdict.value,
        "reason": trace.selection.reason,
        "cure": trace.selection.cure or None,
        "attribute": format_path(trace.selection.path) or None,
        "file": place.file if place is not None else None,
        "line": place.line if place is not None else None,
        "column": place.column if place is not None else None,
        "deliveries": [_delivery(delivery) for delivery in trace.deliveries],
        "declared": None if trace.declared is None else _trace(trace.declared),
    }


def _delivery(delivery: Delivery) -> dict[str, Any]:
    return {
        "method": delivery.method,
        "to": delivery.to,
        "headers": list(delivery.headers),
        "body": None if delivery.body is NO_BODY else delivery.body,
        "note": delivery.note or None,
    }
