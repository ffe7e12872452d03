"""Senders who remember what was acknowledged to them, and the kill in the midst of their requests."""

from __future__ import annotations

import contextlib
import http.client
import os
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from tests.receiver.serving import LONGEST_SECONDS, Served, body_of, post, until

_MOST_EVENTS = 120
_PAUSE_SECONDS = 0.004
_PATIENCE_SECONDS = 300.0


def workers_of(running: Served) -> list[int]:
    """The processes that it has started, in their order; none where it serves alone."""
    number = running.process.pid
    listed = Path(f"/proc/{number}/task/{number}/children")
    return [int(child) for child in listed.read_text().split()] if listed.exists() else []


def kill_all(running: Served) -> None:
    """The receiver, and its workers if it has any, each dead when this returns: nothing of it writes any more."""
    parent = running.process.pid
    # Stopped first, so that it starts no other one meanwhile; its workers die in this moment, not behind a pause.
    _signal(parent, signal.SIGSTOP)
    numbers = [parent, *workers_of(running)]
    for number in numbers[1:]:
        _signal(number, signal.SIGKILL)
    until(lambda: state_of(parent) in ("", "Z", "T"))
    numbers += workers_of(running)
    for number in numbers:
        _signal(number, signal.SIGKILL)
    until(lambda: all(state_of(number) in ("", "Z") for number in numbers))


def _signal(number: int, what: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(number, what)


def state_of(number: int) -> str:
    """The state of a process as /proc has it, Z for one that is dead; empty where there is none, or no /proc."""
    try:
        return Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return ""


def kill_one(running: Served) -> None:
    """One of its workers."""
    os.kill(workers_of(running)[-1], signal.SIGKILL)


class NothingMoves(AssertionError):
    """The receiver acknowledges nothing any more."""


@dataclass
class Senders:
    """`count` of them, each with ids of its own; one that was not acknowledged is sent again, as Genesys Cloud would.

    `cut` counts for each id how often a kill came between its request and the answer.
    """

    seed: int = 0
    count: int = 8
    acknowledged: set[str] = field(default_factory=set)
    waiting: list[str] = field(default_factory=list)
    cut: Counter[str] = field(default_factory=Counter)
    answers: Counter[int] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self._changed = threading.Condition()
        self._random = random.Random(self.seed)
        self._number = 0
        self._sent: set[str] = set()
        self._ending = False

    def until_killed(self, running: Served, kill: Callable[[Served], None] = kill_all) -> set[str]:
        """Send, and kill at a random moment; the ids that were sent by then and never answered.

        The moment is chosen by how many events were acknowledged, so that a slow machine only takes longer for it.
        """
        before = Counter(self.cut)
        target = len(self.acknowledged) + self._random.randint(1, _MOST_EVENTS)
        threads = self._begin(running)
        self._wait(lambda: len(self.acknowledged) >= target and bool(self._sent))
        time.sleep(self._random.uniform(0, _PAUSE_SECONDS))
        with self._changed:
            under_way = set(self._sent)
            kill(running)
            # Whoever was cut off ends; so do the others, whose worker may live.
            self._ending = True
        self._end(threads)
        self._ending = False
        return under_way & set(self.cut - before)

    def until_all_is_acknowledged(self, running: Served) -> None:
        """Send again what waits, and nothing new."""
        self._ending = True
        threads = self._begin(running)
        self._end(threads)
        self._ending = False
        if self.waiting:
            raise NothingMoves(f"{len(self.waiting)} events are not acknowledged: {self.answers}")

    def _begin(self, running: Served) -> list[threading.Thread]:
        threads = [threading.Thread(target=self._send, args=(running,)) for _ in range(self.count)]
        for thread in threads:
            thread.start()
        return threads

    def _end(self, threads: list[threading.Thread]) -> None:
        for thread in threads:
            thread.join()
        self._sent.clear()

    def _wait(self, until: object) -> None:
        with self._changed:
            if not self._changed.wait_for(until, _PATIENCE_SECONDS):  # type: ignore[arg-type]
                raise NothingMoves(f"nothing is acknowledged any more: {self.answers}")

    def _next(self) -> str | None:
        with self._changed:
            if self.waiting:
                return self.waiting.pop(0)
            if self._ending:
                return None
            self._number += 1
            return f"e-{self._number}"

    def _send(self, running: Served) -> None:
        connection = http.client.HTTPConnection(*running.address, timeout=LONGEST_SECONDS)
        end = time.monotonic() + _PATIENCE_SECONDS
        event_id = self._next()
        try:
            while event_id is not None and time.monotonic() < end:
                self._settle(event_id, self._post(connection, event_id))
                event_id = self._next()
        except (OSError, http.client.HTTPException):
            assert event_id is not None
            with self._changed:
                self.cut[event_id] += 1
                self.waiting.append(event_id)
        finally:
            connection.close()

    def _post(self, connection: http.client.HTTPConnection, event_id: str) -> int:
        if connection.sock is None:
            connection.connect()
        with self._changed:
            self._sent.add(event_id)
        return post(connection, body_of(event_id))[0]

    def _settle(self, event_id: str, status: int) -> None:
        with self._changed:
            self._sent.discard(event_id)
            self.answers[status] += 1
            if status == 200:
                self.acknowledged.add(event_id)
            else:
                self.waiting.append(event_id)
            self._changed.notify_all()
