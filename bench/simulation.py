"""Workers that send as fast as they may, against a limiter, on a clock that is only a number: nothing waits."""

from __future__ import annotations

import heapq
import itertools
import math
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from bench.limiters import Limiter, Verdict
from gcsync.remote.quota import Closed, Headers, Pass, Quota

Event = Callable[[], None]


@dataclass(frozen=True, slots=True)
class Scene:
    """`latency`: the shortest and longest seconds of a round trip. `others`: requests per second of other clients with
    the same token. `headers` and `asks`: the share of answers with the limit's headers, and of 429s with Retry-After.
    `rounding` makes whole seconds of the time that is left.
    """

    limiter: Limiter
    workers: int = 8
    latency: tuple[float, float] = (0.005, 0.2)
    headers: float = 1.0
    asks: float = 1.0
    others: float = 0.0
    rounding: Callable[[float], int] = math.ceil
    seconds: float = 600.0
    seed: int = 1
    changes: tuple[tuple[float, int], ...] = ()


@dataclass
class Result:
    """When requests were admitted and refused, and how often the unluckiest request was refused in a row."""

    scene: Scene
    admitted: list[float] = field(default_factory=list)
    refused: list[float] = field(default_factory=list)
    per_worker: list[int] = field(default_factory=list)
    most_refusals: int = 0
    waits: int = 0

    def refused_share(self, since: float = 0.0) -> float:
        refused, admitted = _after(self.refused, since), _after(self.admitted, since)
        return refused / max(1, refused + admitted)

    def used_share(self, since: float = 0.0) -> float:
        """Of what the limiter allows, or where that is more than the workers can send, of that."""
        scene = self.scene
        seconds = scene.seconds - since
        low, high = scene.latency
        able = scene.workers * seconds / ((low + high) / 2)
        allowed = (scene.limiter.allowed / scene.limiter.window - scene.others) * seconds
        return _after(self.admitted, since) / min(able, allowed)


def _after(times: list[float], since: float) -> int:
    return sum(time >= since for time in times)


class Simulation:
    """One run. The queue stands for the threads: the first in it asks, the others wait behind it."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.quota = Quota()
        self.now = 0.0
        self.result = Result(scene, per_worker=[0] * scene.workers)
        self._random = Random(scene.seed)
        self._order = itertools.count()
        self._events: list[tuple[float, int, Event]] = []
        self._queue = deque(range(scene.workers))
        self._refusals = [0] * scene.workers
        self._asks_again = math.inf

    def run(self) -> Result:
        scene = self.scene
        for time, allowed in scene.changes:
            self._at(time, lambda allowed=allowed: setattr(scene.limiter, "allowed", allowed))
        if scene.others:
            self._at(self._random.expovariate(scene.others), self._other)
        self._serve_queue()
        while self._events and self._events[0][0] <= scene.seconds:
            self.now, _, event = heapq.heappop(self._events)
            event()
        return self.result

    def _at(self, time: float, event: Event) -> None:
        heapq.heappush(self._events, (time, next(self._order), event))

    def _serve_queue(self) -> None:
        while self._queue:
            decision = self.quota.admit(self.now)
            if isinstance(decision, Closed):
                self._wake_at(decision.until)
                return
            self._send(self._queue.popleft(), decision)

    def _wake_at(self, until: float) -> None:
        if self.quota.in_flight == 0 and until == math.inf:
            raise AssertionError("nothing is in flight and no time is named: this would wait for ever")
        if until == math.inf or until == self._asks_again:
            return
        self._asks_again = until
        self.result.waits += 1
        self._at(max(until, self.now), self._woken)

    def _woken(self) -> None:
        self._asks_again = math.inf
        self._serve_queue()

    def _send(self, worker: int, leave: Pass) -> None:
        trip = self._random.uniform(*self.scene.latency)
        there = trip * self._random.random()
        self._at(self.now + there, lambda: self._arrive(worker, leave, trip - there))

    def _arrive(self, worker: int, leave: Pass, back: float) -> None:
        verdict = self.scene.limiter.take(self.now)
        (self.result.admitted if verdict.admitted else self.result.refused).append(self.now)
        self._at(self.now + back, lambda: self._answer(worker, leave, verdict))

    def _answer(self, worker: int, leave: Pass, verdict: Verdict) -> None:
        rounded = max(0, self.scene.rounding(verdict.left))
        headers = (
            Headers(verdict.count, self.scene.limiter.allowed, rounded) if self._says(self.scene.headers) else None
        )
        if verdict.admitted:
            self.result.per_worker[worker] += 1
            self._refusals[worker] = 0
            self.quota.answered(leave, self.now, headers)
            self._queue.append(worker)
        else:
            self._refusals[worker] += 1
            self.result.most_refusals = max(self.result.most_refusals, self._refusals[worker])
            self.quota.refused(leave, self.now, headers, rounded if self._says(self.scene.asks) else None)
            self._queue.append(worker)
        self._serve_queue()

    def _says(self, share: float) -> bool:
        return share >= 1.0 or self._random.random() < share

    def _other(self) -> None:
        self.scene.limiter.take(self.now)
        self._at(self.now + self._random.expovariate(self.scene.others), self._other)


def simulate(scene: Scene) -> Result:
    return Simulation(scene).run()
