"""A line of the file of dead letters, read again. Anybody may have edited it meanwhile."""

from __future__ import annotations

import json
import re
from typing import Any, Final

from gcsync.receiver.event import can_be_written, strictly
from gcsync.receiver.interface import Event

BEGIN: Final = b'{"id": "'
"""How a line begins that was written by the receiver."""
_TEXT = r'"[^"\\]*+(?:\\.[^"\\]*+)*+"'
# As sinks.lines.line_of writes it.
_LETTER = re.compile(
    rf'\{{"id": {_TEXT}, "type": {_TEXT}, "received_at": {_TEXT}, "attempts": [0-9]+, "reason": {_TEXT}, '
    r'"event": (\{.*\})\}\n?'
)


def letter_of(line: bytes) -> tuple[Event, int] | None:
    """The event, letter for letter as it came, and its attempts; None for what is no dead letter."""
    try:
        text = line.decode()
        found: Any = strictly(text)
        event_id, kind, moment = (found[name] for name in ("id", "type", "received_at"))
        payload, attempts = found["event"], found.get("attempts", 0)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None
    if not all(isinstance(name, str) and can_be_written(name) for name in (event_id, kind, moment)):
        return None
    if not isinstance(payload, dict) or not isinstance(attempts, int):
        return None
    return Event(event_id, kind, moment, payload, _text(text, payload)), attempts


def _text(line: str, payload: dict[str, Any]) -> str:
    """The event's own spelling, where the line is as it was written: another one may change a number."""
    found = _LETTER.fullmatch(line)
    return found[1] if found is not None else json.dumps(payload)
