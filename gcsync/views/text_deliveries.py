"""`gcsync emulator emit` as text: what became of an event at each destination."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from gcsync.views.style import Style, Tone, clean, paragraph, plural

_TONES: Final = {
    "delivered": Tone.ADDED,
    "pending": Tone.CHANGED,
    "given up": Tone.REMOVED,
    "not sent": Tone.REMOVED,
}
_SHOWN: Final = 3
"""Attempts shown at each end of many."""


def render_deliveries(label: str, deliveries: Sequence[Mapping[str, Any]], style: Style) -> str:
    """Every delivery of the emulator's log, with its attempts; `label` is the event's type."""
    event_id = f" (id {clean(deliveries[0]['eventId'])})" if deliveries else ""
    lines = [style.paint(f"Event {clean(label)}{event_id}", Tone.BOLD)]
    lines += [line for delivery in deliveries for line in _delivery(delivery, style)]
    done = sum(delivery["state"] == "delivered" for delivery in deliveries)
    closing = f"Delivered to {done} of {plural(len(deliveries), 'destination')}."
    return "\n".join([*lines, "", closing if deliveries else "No stream of the emulator selects it."]) + "\n"


def _delivery(delivery: Mapping[str, Any], style: Style) -> Iterator[str]:
    state = str(delivery["state"])
    head = f"  stream {clean(str(delivery['stream']))} to {clean(str(delivery['host']))}: "
    yield head + style.paint(clean(state), _TONES.get(state, Tone.PLAIN))
    if delivery["note"]:
        yield from paragraph(clean(str(delivery["note"])), style, first="      ", indent="        ")
    attempts = delivery["attempts"]
    for attempt in attempts if len(attempts) <= 2 * _SHOWN else attempts[:_SHOWN]:
        yield _attempt(attempt)
    if len(attempts) > 2 * _SHOWN:
        yield f"      ... {plural(len(attempts) - 2 * _SHOWN, 'more attempt')} ..."
        yield from map(_attempt, attempts[-_SHOWN:])


def _attempt(attempt: Mapping[str, Any]) -> str:
    return f"      {_moment(attempt['at'])}  {clean(str(attempt['what']))}: {clean(str(attempt['outcome']))}"


def _moment(seconds: float) -> str:
    """Emulated time since the event: `+00:00:03`."""
    whole = int(seconds)
    return f"+{whole // 3600:02d}:{whole // 60 % 60:02d}:{whole % 60:02d}"
