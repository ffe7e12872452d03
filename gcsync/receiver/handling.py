"""An event's way: claim ─▶ handle ─▶ done, once for each id however many requests bring it at a time.

nobody has it    claim it, hand it to the sink, mark it done               SUCCESS, or FAILED and the id is free
it was handled   nothing                                                   DUPLICATE
another does     wait for that outcome, in this process or another's       the same outcome, or BUSY

A store and a sink that both can take many events through all of it at once, and so spare two of three turns between
threads, are let do so; what fails there goes the way of a single event.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
from enum import StrEnum
from typing import Final, Protocol

from gcsync.receiver.dead_letter import DeadLetters
from gcsync.receiver.health import StoreHealth
from gcsync.receiver.interface import (
    BatchingStore,
    BatchSink,
    Claim,
    Event,
    Sink,
    SinkFailure,
    Store,
    StoreUnavailable,
)
from gcsync.receiver.sinks.recording import RecordingSink

WAIT_SECONDS: Final = 10.0
"""How long a request waits for another's outcome."""
SINK_SECONDS: Final = 45.0
"""A sink that takes longer has failed: its claim must not end while it works."""
_POLL_SECONDS = 0.1

_log = logging.getLogger(__name__)


class Outcome(StrEnum):
    """What became of an event."""

    SUCCESS = "success"
    DUPLICATE = "duplicate"
    SET_ASIDE = "set aside"
    """It is among the dead letters: settled, as far as the sender is concerned."""
    FAILED = "failed"
    BUSY = "busy"
    """Nobody knows yet: the sender should come again."""


_KEPT: Final = (Outcome.SUCCESS, Outcome.SET_ASIDE)
"""What only a store has that was written to."""


class Takes(Protocol):
    """What the application asks for each event: Handling, or what watches it."""

    async def take(self, event: Event) -> Outcome:
        """What became of the event. Raises nothing."""


class Handling:
    """Takes events for one store and one sink. `holder` is a text that no other process has."""

    def __init__(
        self,
        store: Store,
        sink: Sink,
        holder: str,
        *,
        dead_letters: DeadLetters | None = None,
        max_attempts: int = 0,
        wait_seconds: float = WAIT_SECONDS,
        sink_seconds: float = SINK_SECONDS,
        health: StoreHealth | None = None,
    ) -> None:
        self._store = store
        self._sink = sink
        self._holders = (f"{holder}:{number}" for number in itertools.count())
        self._dead_letters = dead_letters
        self._max_attempts = max_attempts if dead_letters is not None else 0
        self._wait_seconds = wait_seconds
        self._sink_seconds = sink_seconds
        self._health = health or StoreHealth()
        # Asked once: whether an object has these methods takes longer than an event.
        self._recording = sink.store if isinstance(sink, RecordingSink) else None
        self._batching = (
            (store, sink.handle_all) if isinstance(store, BatchingStore) and isinstance(sink, BatchSink) else None
        )
        self._under_way: dict[str, asyncio.Future[Outcome]] = {}

    async def take(self, event: Event) -> Outcome:
        """What became of the event: handled and durable by now, or to be sent again. Raises nothing."""
        other = self._under_way.get(event.id)
        if other is not None:
            await asyncio.wait([other], timeout=self._wait_seconds)
            return other.result() if other.done() else Outcome.BUSY
        mine: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        self._under_way[event.id] = mine
        outcome = Outcome.BUSY
        try:
            outcome = await self._take(event)
            if outcome in _KEPT:
                self._health.served()
        except StoreUnavailable as error:
            self._health.failed()
            _log.error("%s", error)
        except Exception as error:
            outcome = Outcome.FAILED
            _log.error("handling failed: %s", type(error).__name__)
            _log.debug("where it happened", exc_info=True)
        finally:
            del self._under_way[event.id]
            mine.set_result(outcome)
        return outcome

    async def _take(self, event: Event) -> Outcome:
        if self._recording is not None:
            return await self._known(event, await self._recording.record(event)) or Outcome.SUCCESS
        holder = next(self._holders)
        if self._batching is None:
            claimed = await self._store.claim(event.id, holder)
        else:
            store, handle_all = self._batching
            found = await store.handle_with(event, holder, handle_all, self._max_attempts)
            if found.handled:
                return _handled(kept=found.kept)
            claimed = found.claimed
        return await self._known(event, claimed.claim) or await self._handle(event, holder, claimed.attempts)

    async def _known(self, event: Event, claim: Claim) -> Outcome | None:
        """The outcome where somebody else has handled the event or is about to; None where it is ours."""
        if claim is Claim.HANDLED:
            return Outcome.DUPLICATE
        return await self._wait(event.id) if claim is Claim.TAKEN else None

    async def _wait(self, event_id: str) -> Outcome:
        """The outcome of another process."""
        loop = asyncio.get_running_loop()
        end = loop.time() + self._wait_seconds
        while loop.time() < end:
            state = await self._store.state(event_id)
            if state is not Claim.TAKEN:
                return Outcome.SUCCESS if state is Claim.HANDLED else Outcome.FAILED
            await asyncio.sleep(_POLL_SECONDS)
        return Outcome.BUSY

    async def _handle(self, event: Event, holder: str, attempts: int) -> Outcome:
        # One more than allowed: the attempts before ended in crashes, so that nobody could count them as failures.
        if 0 < self._max_attempts < attempts:
            return await self._give_up(event, holder, attempts - 1, "the receiver ended while it was handled")
        try:
            async with asyncio.timeout(self._sink_seconds):
                await self._sink.handle(event)
        except (SinkFailure, TimeoutError) as error:
            reason = str(error) if isinstance(error, SinkFailure) else "the sink took too long"
            _log.error("the sink failed, attempt %d: %s", attempts, reason)
            if 0 < self._max_attempts <= attempts:
                return await self._give_up(event, holder, attempts, reason)
            await self._store.release(event.id, holder)
            return Outcome.FAILED
        except Exception:
            await self._store.release(event.id, holder)
            raise
        return _handled(kept=await self._store.done(event.id, holder))

    async def _give_up(self, event: Event, holder: str, attempts: int, reason: str) -> Outcome:
        """Keep the event in the file of dead letters; for the sender it is settled."""
        assert self._dead_letters is not None  # noqa: S101 - max_attempts is 0 without a file
        try:
            await self._dead_letters.add(event, attempts, reason)
        except OSError as error:
            _log.error("the file of dead letters cannot be written: %s", error.strerror or error)
            await self._store.release(event.id, holder)
            return Outcome.FAILED
        await self._store.done(event.id, holder)
        _log.error("an event was set aside after %d attempts", attempts)
        return Outcome.SET_ASIDE


def _handled(*, kept: bool) -> Outcome:
    if not kept:
        _log.warning("a claim was lost while its event was handled: the event may be handled twice")
    return Outcome.SUCCESS
