"""Delivers events in the background: a handshake first, then the event, again and again until it is taken.

A destination is asked for its handshake until it answers it once; meanwhile nothing is delivered to it. What is on its
way lives in the memory of this process, and ends with it.
"""

from __future__ import annotations

import heapq
import json
import logging
import threading
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from gcsync.emulator.delivery import Attempt, Delivery, Destination, State
from gcsync.emulator.selection import sends
from gcsync.emulator.sending import ANSWER_SECONDS, CONNECT_SECONDS, Reply, Sender, handshake_body, handshake_problem

_log = logging.getLogger("gcsync.emulator")

WORKERS: Final = 8
KEPT_DELIVERIES: Final = 100_000
_HANDSHAKE_PAUSE: Final = 0.01


class Courier:
    """`now` gives seconds that only grow; `scale` is how many emulated seconds pass in one of them."""

    def __init__(
        self, sender: Sender, now: Callable[[], float], new_id: Callable[[], str], *, scale: float = 1.0
    ) -> None:
        self._sender = sender
        self._now = now
        self._scale = scale
        self._new_id = new_id
        self._changed = threading.Condition()
        self._due: list[tuple[float, int, Delivery]] = []
        self._sequence = 0
        self._kept: deque[Delivery] = deque(maxlen=KEPT_DELIVERIES)
        self._verified: set[Any] = set()
        self._asking: dict[Any, threading.Lock] = {}
        self._workers: list[threading.Thread] = []
        self._closed = False

    def emit(self, event: Mapping[str, Any], event_type: str, streams: Iterable[Mapping[str, Any]]) -> list[Delivery]:
        """Send an event to every destination of every stream that selects it; one without an id is given one.

        Returns at once, with a delivery per destination.
        """
        given = event if event.get("id") else {**event, "id": self._new_id()}
        body = json.dumps(given, ensure_ascii=False).encode()
        found = [
            Delivery(self._new_id(), str(given["id"]), event_type, destination, body, self._time())
            for stream in streams
            if sends(stream, event_type)
            for destination in _destinations(stream)
        ]
        with self._changed:
            self._start()
            for delivery in found:
                self._take(delivery)
            self._changed.notify_all()
        return found

    def log(self) -> list[dict[str, Any]]:
        """Every delivery that is remembered, oldest first."""
        with self._changed:
            return [self.describe(delivery) for delivery in self._kept]

    def describe(self, delivery: Delivery) -> dict[str, Any]:
        return delivery.to_json(urlsplit(delivery.destination.url).hostname or "")

    def forget(self) -> None:
        """Forget every delivery, those under way included, and which destinations are verified."""
        with self._changed:
            for delivery in self._kept:
                # One of them may be under way just now, and would be tried again.
                if delivery.state is State.PENDING:
                    delivery.state, delivery.note = State.GIVEN_UP, "it was told to forget it"
            self._kept.clear()
            self._due.clear()
            self._verified.clear()

    def close(self) -> None:
        """Begin nothing more, and wait for the requests under way, as long as one may take."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        ends = self._now() + CONNECT_SECONDS + ANSWER_SECONDS
        for worker in self._workers:
            worker.join(max(0.0, ends - self._now()))

    def _time(self) -> float:
        return self._now() * self._scale

    def _start(self) -> None:
        if not self._workers and not self._closed:
            self._workers = [
                threading.Thread(target=self._work, name=f"courier-{n}", daemon=True) for n in range(WORKERS)
            ]
            for worker in self._workers:
                worker.start()

    def _take(self, delivery: Delivery) -> None:
        self._kept.append(delivery)
        refusal = self._sender.refusal(delivery.destination.url)
        if refusal is not None:
            delivery.state, delivery.note = State.NOT_SENT, refusal
        else:
            self._schedule(delivery, delivery.begun)

    def _schedule(self, delivery: Delivery, due: float) -> None:
        self._sequence += 1
        heapq.heappush(self._due, (due, self._sequence, delivery))

    def _work(self) -> None:
        while (delivery := self._next()) is not None:
            try:
                due = self._attempt(delivery)
            except Exception as error:
                _log.error("a delivery ended: %r", error)
                delivery.state, delivery.note = State.GIVEN_UP, "the emulator has a fault of its own"
                continue
            with self._changed:
                if due is not None and delivery.state is State.PENDING:
                    self._schedule(delivery, due)
                    self._changed.notify()

    def _next(self) -> Delivery | None:
        """The next delivery that is due, once it is; None when there will be no more."""
        with self._changed:
            while not self._closed:
                wait = (self._due[0][0] - self._time()) / self._scale if self._due else None
                if wait is not None and wait <= 0:
                    return heapq.heappop(self._due)[2]
                self._changed.wait(wait)
        return None

    def _attempt(self, delivery: Delivery) -> float | None:
        """Try once: when to try again, None when it is over."""
        with self._changed:
            asking = self._asking.setdefault(delivery.destination.key, threading.Lock())
        # One asks a destination for its handshake at a time, and keeps no worker waiting for what it hears.
        if not asking.acquire(blocking=False):
            return self._time() + _HANDSHAKE_PAUSE * self._scale
        try:
            problem, status = self._handshake(delivery)
        finally:
            asking.release()
        if problem is not None:
            return self._failed(delivery, "handshake", status, problem)
        reply = self._sender.post(delivery.destination, delivery.body)
        if not reply.taken:
            return self._failed(delivery, "event", reply.status, _said(reply))
        with self._changed:
            delivery.attempts.append(Attempt("event", self._time(), reply.status, _said(reply)))
            delivery.state = State.DELIVERED
        return None

    def _handshake(self, delivery: Delivery) -> tuple[str | None, int | None]:
        """Why the destination is not verified, None where it is; and what it answered."""
        destination = delivery.destination
        if destination.key in self._verified:
            return None, None
        token = self._new_id()
        reply = self._sender.post(destination, handshake_body(token))
        problem = handshake_problem(reply, token)
        if problem is None:
            with self._changed:
                self._verified.add(destination.key)
                delivery.attempts.append(Attempt("handshake", self._time(), reply.status, "echoed"))
        return problem, reply.status

    def _failed(self, delivery: Delivery, what: str, status: int | None, outcome: str) -> float | None:
        with self._changed:
            return delivery.record(Attempt(what, self._time(), status, outcome))


def _said(reply: Reply) -> str:
    return reply.problem if reply.status is None else f"answered {reply.status}"


def _destinations(stream: Mapping[str, Any]) -> Iterable[Destination]:
    for one in stream.get("destinations") or ():
        headers = tuple((one.get("headers") or {}).items())
        yield Destination(stream["id"], stream["name"], one["url"], headers)
