"""Group commit: what many requests ask for at once is done by one thread in one go, with one write to the disk."""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

Asked = TypeVar("Asked")
Given = TypeVar("Given")

MAX_BATCH = 512


@dataclass(frozen=True, slots=True)
class _Wish(Generic[Asked]):
    asked: Asked
    future: asyncio.Future[Any]
    loop: asyncio.AbstractEventLoop


class Closed(Exception):
    """Nothing is taken any more."""


class Batches(Generic[Asked, Given]):
    """`work` gets up to `most` wishes in the order they came, and returns as many results, all in one thread.

    What it raises goes to everyone of the batch; a result that is an exception is raised for its asker alone. A wish
    whose asker went away before its turn is left out. `end` runs in that thread last.
    """

    def __init__(
        self,
        name: str,
        work: Callable[[list[Asked]], list[Given]],
        *,
        end: Callable[[], None] = lambda: None,
        most: int = MAX_BATCH,
    ) -> None:
        self._work = work
        self._end = end
        self._most = most
        self._wishes: queue.SimpleQueue[_Wish[Asked] | None] = queue.SimpleQueue()
        self._closed = False
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    async def ask(self, asked: Asked) -> Given:
        """The result for one wish. Raises what the work raised, or Closed."""
        if self._closed:
            raise Closed
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Given] = loop.create_future()
        self._wishes.put(_Wish(asked, future, loop))
        return await future

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
                wanted = [wish for wish in batch if not wish.future.cancelled()]
                if wanted:
                    self._do(wanted)
        finally:
            self._end()

    def _next(self) -> tuple[list[_Wish[Asked]], bool]:
        """What is there by now, at least one; False after the last one."""
        batch: list[_Wish[Asked]] = []
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

    def _do(self, batch: list[_Wish[Asked]]) -> None:
        try:
            outcomes: list[Any] = list(self._work([wish.asked for wish in batch]))
        except Exception as error:
            outcomes = [error] * len(batch)
        for loop in {wish.loop for wish in batch}:
            told = [(wish.future, outcome) for wish, outcome in zip(batch, outcomes, strict=True) if wish.loop is loop]
            if not loop.is_closed():
                loop.call_soon_threadsafe(_tell, told)


def _tell(outcomes: Iterable[tuple[asyncio.Future[Any], Any]]) -> None:
    for future, outcome in outcomes:
        if future.done():
            continue
        if isinstance(outcome, BaseException):
            future.set_exception(outcome)
        else:
            future.set_result(outcome)
