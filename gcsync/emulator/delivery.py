"""One event on its way to one destination: what was tried, what came of it, and when the next try is due.

Times are emulated seconds: a day is 86,400 of them, however short the emulator makes one. The seed document tells of
retries "for up to 24 hours" with exponential backoff; the first wait and the longest are the emulator's own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

FIRST_WAIT: Final = 1.0
LONGEST_WAIT: Final = 3600.0
RETRIED_FOR: Final = 86_400.0
_MOST_DOUBLINGS: Final = 12


class State(StrEnum):
    """What became of a delivery so far."""

    PENDING = "pending"
    DELIVERED = "delivered"
    GIVEN_UP = "given up"
    NOT_SENT = "not sent"
    """The emulator was not told that it may send there."""


@dataclass(frozen=True, slots=True)
class Destination:
    """Where it goes: the stream it belongs to, its URL and its headers as they were declared when the event came."""

    stream_id: str
    stream: str
    url: str
    headers: tuple[tuple[str, str], ...] = ()

    @property
    def key(self) -> tuple[str, tuple[tuple[str, str], ...]]:
        """What is verified by a handshake."""
        return self.url, self.headers


@dataclass(frozen=True, slots=True)
class Attempt:
    """A request to a destination: `what` is `handshake` or `event`; `status` None for one without an answer."""

    what: str
    at: float
    status: int | None
    outcome: str


@dataclass(slots=True)
class Delivery:
    """`body` is the same bytes on every attempt. `begun` is when the event was emitted, in emulated seconds."""

    id: str
    event_id: str
    event_type: str
    destination: Destination
    body: bytes = field(repr=False)
    begun: float = 0.0
    state: State = State.PENDING
    attempts: list[Attempt] = field(default_factory=list)
    note: str = ""

    def record(self, attempt: Attempt) -> float | None:
        """Keep a failed attempt: when the next one is due, or None (given up) where that would be after 24 hours."""
        self.attempts.append(attempt)
        due = attempt.at + wait_after(len(self.attempts))
        if due - self.begun > RETRIED_FOR:
            self.state = State.GIVEN_UP
            return None
        return due

    def to_json(self, host: str) -> dict[str, Any]:
        """For the log. Of the URL only the host is in it, since the rest may be secret."""
        attempts: list[Mapping[str, Any]] = [
            {"what": one.what, "at": round(one.at - self.begun, 3), "status": one.status, "outcome": one.outcome}
            for one in self.attempts
        ]
        return {
            "id": self.id,
            "eventId": self.event_id,
            "eventType": self.event_type,
            "stream": self.destination.stream,
            "streamId": self.destination.stream_id,
            "host": host,
            "state": self.state.value,
            "note": self.note,
            "attempts": attempts,
        }


def wait_after(attempts: int) -> float:
    """Seconds from a failed attempt to the next: doubled each time, up to an hour."""
    doublings: int = min(attempts - 1, _MOST_DOUBLINGS)
    return min(FIRST_WAIT * 2.0**doublings, LONGEST_WAIT)
