"""Which streams an event goes to, judged by what is stored of them: the emulator's own reading of the seed document.

A disabled stream sends nothing; `eventTypes` that are empty, or hold `*`, send every event.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def type_of(event: Mapping[str, Any]) -> str | None:
    """The type of an event: `eventType`, or the `detail-type` of an EventBridge envelope; None without either."""
    found = event.get("eventType", event.get("detail-type"))
    return found if isinstance(found, str) and found else None


def sends(stream: Mapping[str, Any], event_type: str) -> bool:
    """Whether a stream, as it is on the wire, sends events of the type."""
    wanted = stream.get("eventTypes") or ["*"]
    return stream.get("enabled", True) is True and ("*" in wanted or event_type in wanted)
