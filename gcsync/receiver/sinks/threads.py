"""Threads for calls that may never come back: what they do is waited for, and not for ever."""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import Executor, Future
from typing import Any, Final, TypeAlias

CLOSE_SECONDS: Final = 5.0
"""How long the end waits for calls under way; those of requests had the time that a sink gets before."""

_Call: TypeAlias = "tuple[Future[Any], Callable[..., Any], tuple[Any, ...], dict[str, Any]]"

_log = logging.getLogger(__name__)


class Threads(Executor):
    """At most so many, begun as they are needed. Unlike Python's own, they do not keep the process from ending."""

    def __init__(self, most: int, name: str, *, close_seconds: float = CLOSE_SECONDS) -> None:
        self._most = most
        self._name = name
        self._close_seconds = close_seconds
        self._calls: queue.SimpleQueue[_Call | None] = queue.SimpleQueue()
        self._idle = threading.Semaphore(0)
        self._threads: list[threading.Thread] = []

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Called from one thread. What was cancelled before its turn is not called."""
        future: Future[Any] = Future()
        self._calls.put((future, fn, args, kwargs))
        if not self._idle.acquire(blocking=False) and len(self._threads) < self._most:
            thread = threading.Thread(target=self._run, name=f"{self._name}-{len(self._threads)}", daemon=True)
            self._threads.append(thread)
            thread.start()
        return future

    def end(self) -> None:
        """Let what is under way come to its end, for as long as there is time. Doing so twice is no error."""
        for _ in self._threads:
            self._calls.put(None)
        until = time.monotonic() + self._close_seconds
        for thread in self._threads:
            thread.join(max(0.0, until - time.monotonic()))
        left = sum(thread.is_alive() for thread in self._threads)
        if left:
            _log.error("%d calls of the sink have not come back, and are left alone", left)
        self._threads = []

    def _run(self) -> None:
        while (call := self._calls.get()) is not None:
            future, function, arguments, named = call
            if future.set_running_or_notify_cancel():
                try:
                    result = function(*arguments, **named)
                except BaseException as error:
                    future.set_exception(error)
                else:
                    future.set_result(result)
            # Nothing of an event is kept until the next one comes.
            del call, future, function, arguments, named
            self._idle.release()
