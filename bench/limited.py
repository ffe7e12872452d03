"""1,000 creates under a limit of 300 requests a minute, on a simulated clock. `python -m bench limited`.

The engine, the kind, the session, the retries and the pacing are the real ones, with their threads; only the network
and the clock are not. The time is held to that of a perfect client, which knows the limit and is never refused.
"""

from __future__ import annotations

import copy
import heapq
import io
import itertools
import math
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests
from requests.adapters import BaseAdapter
from requests.structures import CaseInsensitiveDict

from bench.figures import Figure
from bench.limiters import Limiter, Verdict
from bench.organization import ORGANIZATION, stack_text
from bench.pacing import ALLOWED, LIMITERS, WINDOW, limiter
from bench.slow_organization import Organization as Server

OBJECTS = 1_000
LATENCY = 0.05
PARALLELISM = 16
MOST_TIME = 1.05
# Where no header tells the limit, the first refusals do: as many as are on their way at that moment.
MOST_REFUSED = {True: 0.01, False: 0.02}
_QUIET = 0.002


class SimulatedClock:
    """A clock that jumps to the next time for which a thread waits, once no thread has anything left to do.

    That is so when `threads` wait, or when for a moment of real time no other has begun to, and none could run: on a
    busy machine one may have something to do and wait for the processor.
    """

    def __init__(self, threads: int) -> None:
        self.now = 0.0
        self._threads = threads
        self._changed = threading.Condition()
        self._waiting: list[tuple[float, int]] = []
        self._numbers = itertools.count()

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        with self._changed:
            mine = (self.now + seconds, next(self._numbers))
            heapq.heappush(self._waiting, mine)
            while self.now < mine[0]:
                self._wait(mine)
            self._waiting.remove(mine)
            heapq.heapify(self._waiting)
            self._changed.notify_all()

    def _wait(self, mine: tuple[float, int]) -> None:
        if self._waiting[0] != mine:
            self._changed.wait()
            return
        if len(self._waiting) >= self._threads or not (self._changed.wait(_QUIET) or _another_could_run()):
            self.now = mine[0]
            self._changed.notify_all()


def _another_could_run() -> bool:
    """Whether a thread of this process has work, as the kernel sees it; False where there is no /proc."""
    mine = str(threading.get_native_id())
    for task in Path("/proc/self/task").glob("[0-9]*/stat"):
        try:
            state = task.read_text().rpartition(")")[2].split()[0]
        except OSError:
            # It has just ended.
            continue
        if state == "R" and task.parent.name != mine:
            return True
    return False


@dataclass
class LimitedServer(BaseAdapter):
    """A requests adapter: an organization behind a limiter, whose answers take `LATENCY`."""

    limiter: Limiter
    clock: SimulatedClock
    headers: bool
    organization: Server = field(default_factory=Server)
    refused: int = 0
    requests: int = 0
    last: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def send(self, request: requests.PreparedRequest, **_: Any) -> requests.Response:
        with self._lock:
            verdict = self.limiter.take(self.clock.now)
            self.requests += 1
            self.refused += not verdict.admitted
        self.clock.sleep(LATENCY)
        self.last = max(self.last, self.clock.now)
        body = request.body if isinstance(request.body, bytes) else str(request.body or "").encode()
        answer = self.organization.answer(str(request.method), request.path_url, body) if verdict.admitted else None
        return self._response(answer or (429, b'{"status": 429, "code": "too.many.requests"}'), verdict)

    def _response(self, answer: tuple[int, bytes], verdict: Verdict) -> requests.Response:
        response = requests.Response()
        response.status_code, body = answer
        left = str(max(0, math.ceil(verdict.left)))
        told = {"count": str(verdict.count), "allowed": str(self.limiter.allowed), "reset": left}
        headers = {f"inin-ratelimit-{name}": value for name, value in told.items()} if self.headers else {}
        headers |= {} if verdict.admitted else {"Retry-After": left}
        response.headers = CaseInsensitiveDict({"Content-Type": "application/json"} | headers)
        response.raw = io.BytesIO(body)
        return response

    def close(self) -> None:
        pass


@dataclass(frozen=True, slots=True)
class Result:
    """What an apply took, and what a perfect client would have: simulated seconds to the last answer."""

    created: int
    requests: int
    refused: int
    seconds: float
    perfect: float


def measure() -> Iterator[Figure]:
    """For each limiter, with and without the limit's headers: the time and the share refused."""
    for headers in (True, False):
        for name in LIMITERS:
            result = simulate(name, headers=headers)
            what = f"{OBJECTS:,} creates, {ALLOWED} a minute, {name}, {'headers' if headers else 'no headers'}"
            detail = f"{result.seconds:.1f} s and {result.perfect:.1f} s, simulated"
            yield Figure(f"time / the limit's own, {what}", result.seconds / result.perfect, MOST_TIME, detail)
            refused = f"{result.refused} of {result.requests:,}"
            share = result.refused * 100 / result.requests
            yield Figure(f"refused with 429, {what}", share, MOST_REFUSED[headers] * 100, refused, "%")


def simulate(name: str, *, headers: bool, objects: int = OBJECTS, allowed: int = ALLOWED) -> Result:
    """One apply of `objects` creates under the limiter of that name."""
    from gcsync.cli.walk import all_kinds
    from gcsync.engine import StopRequest, execute
    from gcsync.model.value import Secret
    from gcsync.remote.session import GenesysSession
    from gcsync.remote.settings import Credentials, Endpoint

    clock = SimulatedClock(PARALLELISM)
    server = LimitedServer(limiter(name, allowed, WINDOW), clock, headers)
    url = "https://api.mypurecloud.com"
    credentials = Credentials(access_token=Secret("bench"))
    session = GenesysSession(
        Endpoint("us-east-1", url, url), credentials, read_only=False, adapter=server, sleep=clock.sleep, clock=clock
    )
    with session:
        report = execute(
            _plan(objects),
            all_kinds(),
            session,
            parallelism=PARALLELISM,
            stop=StopRequest(),
            on_event=lambda event: None,
            adopt_late=True,
            sleep=clock.sleep,
        )
    needed = server.requests - server.refused
    perfect = perfect_seconds(limiter(name, allowed, WINDOW), needed)
    return Result(report.counts["created"], server.requests, server.refused, server.last, perfect)


def _plan(objects: int) -> Any:
    from gcsync.engine import Options, Refreshed, compute
    from gcsync.model.plan import Target
    from gcsync.model.resource import Listing, Organization
    from gcsync.stack import Inputs, load

    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "bench.yaml"
        file.write_text(stack_text(objects), encoding="utf-8")
        (stack,) = load([str(file)], Inputs(), folder=file.parent)
    target = Target(Organization(**ORGANIZATION), "us-east-1", "bench")
    return compute(stack, Refreshed({"stream": Listing(())}), target, Options(), fingerprint_key=None)


def perfect_seconds(limiter: Limiter, count: int) -> float:
    """When the last of `count` answers comes to a client that sends each request as soon as it will be admitted."""
    free = [0.0] * PARALLELISM
    now = 0.0
    for _ in range(count):
        now = max(now, heapq.heappop(free))
        while not (verdict := copy.deepcopy(limiter).take(now)).admitted:
            now += max(verdict.left, 1e-6)
        limiter.take(now)
        heapq.heappush(free, now + LATENCY)
    return max(free)
