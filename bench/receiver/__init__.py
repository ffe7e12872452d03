"""`python -m bench receiver`: the receiver beside a Flask sketch and an echo, and what a million events cost.

    servers      the processes that are measured: sketch, echo, `gcsync receiver serve`
    wrk, steady  the two ways to send: as much as goes, and at a constant rate
    throughput   requests per second, and the 99th percentile, as ratios within a round
    growth       processor time, latency and memory while the store grows

Everything shares two cores, as in reality. Files are made below the current folder, whose disk should be a real one.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench.figures import Figure


@dataclass(frozen=True)
class Plan:
    """How often and how long (in seconds) each server is measured, and how many ids the store grows to."""

    rounds: int
    seconds: int
    events: int


WHOLE: Final = Plan(rounds=5, seconds=5, events=1_000_000)
QUICK: Final = Plan(rounds=2, seconds=2, events=50_000)
SOAK_EVENTS: Final = 10_000_000


def measure(plan: Plan = WHOLE) -> Iterator[Figure]:
    """Every figure. Raises SystemExit where wrk is missing."""
    from bench.receiver import growth, throughput
    from bench.receiver.wrk import need_wrk

    need_wrk()
    with _two_cores(), tempfile.TemporaryDirectory(prefix=".bench-receiver-", dir=Path.cwd()) as name:
        folder = Path(name)
        print(f"      a write of 4 KiB reaches the disk in {_sync_milliseconds(folder):.2f} ms", flush=True)
        if plan.rounds:
            yield from throughput.measure(folder, plan.rounds, plan.seconds)
        yield from growth.measure(folder, plan.events)


def quickly() -> Iterator[Figure]:
    """In a minute; for a look, not for the record."""
    return measure(QUICK)


def soak() -> Iterator[Figure]:
    """Only the growth, to ten million ids: an hour or more."""
    return measure(Plan(0, 0, SOAK_EVENTS))


@contextmanager
def _two_cores() -> Iterator[None]:
    """Let this process and all that it starts have two cores of those it may use."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, sorted(before)[:2])
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def _sync_milliseconds(folder: Path) -> float:
    with (folder / "sync").open("wb") as file:
        begun = time.perf_counter()
        for _ in range(50):
            file.write(bytes(4096))
            file.flush()
            os.fsync(file.fileno())
    return (time.perf_counter() - begun) / 50 * 1000
