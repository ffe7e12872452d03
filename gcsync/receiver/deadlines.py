"""Deadlines of one length, watched by one timer for all: a timer for each request costs more than reading its body."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Hashable
from typing import Any, Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)


class Deadlines(Generic[Key]):
    """`expire` gets each key that is still there `seconds` after it was added. For one event loop at a time."""

    def __init__(self, seconds: float, expire: Callable[[Key], None]) -> None:
        self._seconds = seconds
        self._expire = expire
        self._ends: dict[Key, float] = {}
        self._loop: asyncio.AbstractEventLoop | None = None

    def add(self, key: Key, loop: asyncio.AbstractEventLoop) -> None:
        """Watch a key from now on. What another event loop has left is forgotten."""
        end = loop.time() + self._seconds
        if loop is not self._loop:
            self._ends.clear()
            self._loop = loop
            loop.call_at(end, self._look, loop)
        self._ends[key] = end

    def remove(self, key: Key) -> None:
        """It was in time, or is forgotten already."""
        self._ends.pop(key, None)

    def _look(self, loop: asyncio.AbstractEventLoop) -> None:
        if loop is not self._loop:
            return
        now = loop.time()
        # In the order of their ends, since all have the same time.
        while self._ends:
            key, end = next(iter(self._ends.items()))
            if end > now:
                loop.call_at(end, self._look, loop)
                return
            del self._ends[key]
            self._expire(key)
        # Whoever comes next sets the timer again.
        self._loop = None


class TaskDeadlines:
    """`with deadlines:` in a task raises TimeoutError where what is inside takes longer. Not to be nested in itself."""

    def __init__(self, seconds: float) -> None:
        self._deadlines: Deadlines[asyncio.Task[Any]] = Deadlines(seconds, self._cancel)
        self._late: set[asyncio.Task[Any]] = set()

    def __enter__(self) -> None:
        loop = asyncio.get_running_loop()
        self._deadlines.add(_current(loop), loop)

    def __exit__(self, kind: type[BaseException] | None, *more: object) -> None:
        task = _current(None)
        self._deadlines.remove(task)
        if task in self._late:
            self._late.discard(task)
            # Cancelled by us and nobody else: then it is a matter of time only.
            if task.uncancel() == 0 and kind is asyncio.CancelledError:
                raise TimeoutError from None

    def _cancel(self, task: asyncio.Task[Any]) -> None:
        self._late.add(task)
        task.cancel()


def _current(loop: asyncio.AbstractEventLoop | None) -> asyncio.Task[Any]:
    task = asyncio.current_task(loop)
    if task is None:
        raise RuntimeError("a deadline is for a task")
    return task
