"""What an event costs, in processor time, latency and memory, while the store grows to a million ids.

Events are sent in ten slices; the ids stay in the store, the lines of the sink do not. What the memory grows by at
first is SQLite's cache of pages (4 MiB, full after some 40,000 ids); from then on it is flat.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench.figures import Figure
from bench.receiver.servers import Server, receiver, stored
from bench.receiver.wrk import CONNECTIONS, load

SLICES: Final = 10
MOST_COST: Final = 1.3
MOST_LATENCY: Final = 1.5
MOST_MEGABYTES: Final = 10.0
_SINK: Final = "jsonl:events.jsonl?rotate=100M&keep=1"
_FIRST_SEED: Final = 1_000_000


@dataclass(frozen=True)
class Slice:
    """Events of a slice, CPU seconds and seconds that they took, and the memory in MB behind it."""

    events: int
    cpu: float
    seconds: float
    megabytes: float

    @property
    def cost(self) -> float:
        """Microseconds of processor time for an event."""
        return self.cpu / self.events * 1_000_000

    @property
    def latency(self) -> float:
        """Milliseconds that a request waits, on average, with so many others."""
        return self.seconds / self.events * CONNECTIONS * 1000


def measure(folder: Path, events: int) -> Iterator[Figure]:
    """Three figures. Raises RuntimeError when an acknowledged event is not in the store."""
    with receiver(folder, _SINK, "growth") as server:
        seeds = itertools.count(_FIRST_SEED)
        # Warm: modules that are imported at the first event, and the first pages of every cache.
        load(server.url, 1, next(seeds))
        slices = [_slice(server, events // SLICES, seeds) for _ in range(SLICES)]
        if stored(folder, "growth") < sum(each.events for each in slices):
            raise RuntimeError("the store holds less than was acknowledged")
    yield from figures(slices)


def _slice(server: Server, events: int, seeds: Iterator[int]) -> Slice:
    cpu, sent, seconds = server.cpu_seconds(), 0, 0.0
    duration = 1
    while sent < events:
        found = load(server.url, duration, next(seeds))
        sent += found.requests
        seconds += found.requests / found.rate
        duration = max(1, min(60, round((events - sent) / found.rate)))
    return Slice(sent, server.cpu_seconds() - cpu, seconds, server.megabytes())


def figures(slices: list[Slice]) -> Iterator[Figure]:
    """The last slice beside the first, and memory from the end of the first on."""
    first, last = slices[0], slices[-1]
    ids = sum(each.events for each in slices)
    of = f"of the last tenth of {_count(ids)} ids / of the first"
    detail = f"{last.cost:.0f} us and {first.cost:.0f} us; all: {', '.join(f'{each.cost:.0f}' for each in slices)}"
    yield Figure(f"processor time per event {of}", last.cost / first.cost, MOST_COST, detail)
    detail = f"mean of {CONNECTIONS} at once, {last.latency:.1f} ms and {first.latency:.1f} ms"
    yield Figure(f"latency {of}", last.latency / first.latency, MOST_LATENCY, detail)
    grown = last.megabytes - first.megabytes
    per_event = grown * 1_000_000 / (ids - first.events)
    courses = ", ".join(f"{each.megabytes:.0f}" for each in slices)
    detail = f"{per_event:.1f} bytes per event; MB after each tenth: {courses}"
    yield Figure(f"memory that {_count(ids)} events add", grown, MOST_MEGABYTES, detail, "MB")


def _count(number: int) -> str:
    return f"{number / 1_000_000:.1f} million" if number >= 100_000 else f"{number:,}"
