"""Group commit: what many requests ask for at once is done by one thread in one go, with one write to the disk."""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Callable, Iterable
from typing import Any, Generic, TypeAlias, TypeVar

from gcsync.receiver.deadlines import Deadlines

Asked = TypeVar("Asked")
Given = TypeVar("Given")

MAX_BATCH = 512

_Future: TypeAlias = "asyncio.Future[Any]"


class Closed(Exception):
    """Nothing is taken any more."""


class Batches(Generic[Asked, Given]):
    """`work` gets up to `most` wishes in the order they came, and returns as many results, all in one thread.

    What it raises goes to everyone of the batch; a result that is an exception is raised for its asker alone. A wish
    whose asker went away before its turn is left out. `patience` is how many seconds an asker waits. `end` runs in that
    thread, last.
    """

    def __init__(
        self,
        name: str,
        work: Callable[[list[Asked]], list[Given]],
        *,
        end: Callable[[], None] = lambda: None,
        most: int = MAX_BATCH,
        patience: float | None = None,
    ) -> None:
        self._work = work
        self._end = end
        self._most = most
        self._deadlines: Deadlines[_Future] | None = None if patience is None else Deadlines(patience, _give_up)
        self._wishes: queue.SimpleQueue[tuple[Asked, _Future] | None] = queue.SimpleQueue()
        self._closed = False
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    async def ask(self, asked: Asked) -> Given:
        """The result for one wish. Raises what the work raised, Closed, or TimeoutError."""
        if self._closed:
            raise Closed
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Given] = loop.create_future()
        if self._deadlines is None:
            self._wishes.put((asked, future))
            return await future
        self._deadlines.add(future, loop)
        try:
            self._wishes.put((asked, future))
            return await future
        finally:
            self._deadlines.remove(future)

    @property
    def closed(self) -> bool:
        """Whether nothing is taken any more."""
        return self._closed

    def waiting(self) -> int:
        """How many wishes wait for their turn."""
        return self._wishes.qsize()

    async def close(self) -> None:
        """Do what was asked for, then end the thread. Doing so twice is no error."""
        if not self._closed:
            self._closed = True
            self._wishes.put(None)
        await asyncio.to_thread(self._thread.join)

    def _run(self) -> None:
        try:
            open_ = True
            while open_:
                batch, open_ = self._next()
                wanted = [wish for wish in batch if not wish[1].done()]
                if wanted:
                    self._do(wanted)
        finally:
            self._end()

    def _next(self) -> tuple[list[tuple[Asked, _Future]], bool]:
        """What is there by now, at least one; False after the last one."""
        batch: list[tuple[Asked, _Future]] = []
        wish = self._wishes.get()
        while wish is not None:
            batch.append(wish)
            if len(batch) == self._most:
                return batch, True
            try:
                wish = self._wishes.get_nowait()
            except queue.Empty:
                return batch, True
        return batch, False

    def _do(self, batch: list[tuple[Asked, _Future]]) -> None:
        try:
            outcomes: list[Any] = list(self._work([asked for asked, _ in batch]))
        except Exception as error:
            outcomes = [error] * len(batch)
        told: dict[asyncio.AbstractEventLoop, list[tuple[_Future, Any]]] = {}
        for (_, future), outcome in zip(batch, outcomes, strict=True):
            told.setdefault(future.get_loop(), []).append((future, outcome))
        for loop, theirs in told.items():
            if not loop.is_closed():
                loop.call_soon_threadsafe(_tell, theirs)


def _tell(outcomes: Iterable[tuple[_Future, Any]]) -> None:
    for future, outcome in outcomes:
        if future.done():
            continue
        if isinstance(outcome, BaseException):
            future.set_exception(outcome)
        else:
            future.set_result(outcome)


def _give_up(future: _Future) -> None:
    if not future.done():
        future.set_exception(TimeoutError())
