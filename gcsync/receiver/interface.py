"""What the receiver asks of a store, which knows the ids of events, and of a sink, which does something with an event.

An event goes through claim, handle, done. Who claims an id and dies loses the claim after a while, so the event is
handled again rather than lost; whose handling fails gives the id back. Times are seconds since 1970 from the clock that
a store is opened with.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol, TypeAlias, TypeGuard, runtime_checkable


@dataclass(frozen=True, slots=True)
class Event:
    """One event. `id` is its own, or `sha256:` and the digest of the body where it has none.

    `type` is its `eventType`, or the `detail-type` of an EventBridge envelope; `received_at` is ISO 8601 in UTC, to the
    millisecond; `payload` the JSON object as it came, and `text` that object as JSON on one line.
    """

    id: str
    type: str
    received_at: str
    payload: Mapping[str, Any]
    text: str


class Claim(StrEnum):
    """What became of the wish to handle an id."""

    MINE = "mine"
    """Whoever asked is to handle it now."""
    HANDLED = "handled"
    """It was handled before, and durably."""
    TAKEN = "taken"
    """Another holder is handling it at the moment."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """`attempts` counts how often the id was claimed without being handled, this time included."""

    claim: Claim
    attempts: int = 1


@dataclass(frozen=True, slots=True)
class Handled:
    """What a BatchingStore did with an event. `kept` is False where its claim was lost while the sink had it."""

    claimed: Claimed
    handled: bool = False
    kept: bool = True


HandleAll: TypeAlias = "Callable[[Sequence[Event]], None]"
"""The `handle_all` of a BatchSink."""


@dataclass(frozen=True, slots=True)
class StoreSize:
    """How many ids a store knows, and the bytes it takes; None where that cannot be had cheaply.

    `in_handling` counts the ids that are claimed at the moment, `failed` those whose handling failed and that were not
    handled since, `events` the rows of a RecordingStore's own table.
    """

    ids: int | None
    size: int | None
    in_handling: int | None = None
    failed: int | None = None
    events: int | None = None


class StoreUnavailable(Exception):
    """The store cannot be reached, or is too slow right now: the sender should come again (503 with Retry-After)."""


class SinkFailure(Exception):
    """The sink did not take the event. The message is for the log and holds nothing of the event."""


def is_recording(store: Store) -> TypeGuard[RecordingStore]:
    """Whether the store has a table of events of its own."""
    return isinstance(store, RecordingStore)


class Store(Protocol):
    """Knows which ids were handled, for at least the retention. Safe for several processes at once.

    Every method may raise StoreUnavailable. What `done` has returned for survives `kill -9` of every process.
    """

    async def claim(self, event_id: str, holder: str) -> Claimed:
        """Claim an id for a holder (a text of its own for each request). An expired claim is taken over."""

    async def done(self, event_id: str, holder: str) -> bool:
        """The id was handled: durable when this returns. False where the claim was lost to another holder meanwhile."""

    async def release(self, event_id: str, holder: str) -> None:
        """The handling failed: the id is free again, and its attempts are kept. Of a claim that is lost, nothing."""

    async def state(self, event_id: str) -> Claim | None:
        """HANDLED, TAKEN, or None where the id is free: for a request that waits for another's outcome."""

    async def size(self) -> StoreSize:
        """For /metrics and `receiver stats`."""

    async def sweep(self) -> int:
        """Forget ids past the retention, and the oldest past the size limit; how many. Called now and then."""

    async def close(self) -> None:
        """Finish what was begun."""


@runtime_checkable
class RecordingStore(Store, Protocol):
    """A store with a table of events of its own: claim, event and done in one transaction (the sink `sqlite:`)."""

    async def record(self, event: Event) -> Claim:
        """MINE: written now, once and durably. HANDLED: it was there. TAKEN: another holder claimed it."""

    async def record_again(self, event: Event) -> None:
        """Write the event whether its id was handled or not: for the replay of dead letters."""


@runtime_checkable
class BatchingStore(Store, Protocol):
    """A store that takes many events through claim, handle and done in one go, for a BatchSink."""

    async def handle_with(self, event: Event, holder: str, handle_all: HandleAll, most_attempts: int) -> Handled:
        """Claim the event and, if that succeeds, hand it to the sink with others and mark it as done.

        Claimed and no more is an event that the sink did not take with the others, or that was claimed more than
        `most_attempts` times (0 for any number): the claim is the caller's then.
        """


class Sink(Protocol):
    """Does something with an event. `handle` returns once that is durable as far as the sink can promise."""

    async def handle(self, event: Event) -> None:
        """Raises SinkFailure. May be called again with the same event after a crash."""

    async def close(self) -> None:
        """Write out what is buffered."""


@runtime_checkable
class BatchSink(Sink, Protocol):
    """A sink that takes many events at once, and quickly."""

    def handle_all(self, events: Sequence[Event]) -> None:
        """All of them or none, durable when this returns; called from any thread. May raise anything."""
