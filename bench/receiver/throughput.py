"""How many events in a second, and how soon each, beside the sketch and the echo.

All of them take turns, so that a machine that is busy for a while slows each of them, and ratios are taken within a
round. The receiver's 99th percentile at the sketch's rate counts from when each request was due; the sketch's own is
what wrk saw, which is kind to the sketch.
"""

from __future__ import annotations

import itertools
import statistics
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench.figures import Figure
from bench.receiver.servers import Server, echo, receiver, sketch, stored
from bench.receiver.steady import latencies, percentile
from bench.receiver.wrk import CONNECTIONS, Load, load

SINKS: Final = {"sqlite": "sqlite:", "jsonl": "jsonl:events.jsonl"}
PROCESSES: Final = (2, 1)
"""Workers of the receiver: as many as the sketch has, and one, which is beside the echo of one process."""
LEAST_OF_SKETCH: Final = 1.5
LEAST_OF_ECHO: Final = 0.3
MOST_OF_P99: Final = 1.0


@dataclass(frozen=True)
class Round:
    """What each server did in its turn, and each receiver's 99th percentile, in ms, at the sketch's rate."""

    loads: Mapping[str, Load]
    steady: Mapping[str, float]


def measure(folder: Path, rounds: int, seconds: int) -> Iterator[Figure]:
    """For each sink, two figures with two workers and one with one.

    Raises RuntimeError when an acknowledged event is not in the store.
    """
    with ExitStack() as stack:
        servers = {"sketch": stack.enter_context(sketch(folder)), "echo": stack.enter_context(echo(folder))}
        for name, sink in SINKS.items():
            for workers in PROCESSES:
                own = name_of(name, workers)
                servers[own] = stack.enter_context(receiver(folder, sink, own, workers))
        seeds = itertools.count(1)
        for server in servers.values():
            load(server.url, 1, next(seeds))
        found = [_round(servers, seconds, seeds) for _ in range(rounds)]
        for name in set(servers) - {"sketch", "echo"}:
            acknowledged = sum(each.loads[name].requests for each in found)
            if stored(folder, name) < acknowledged:
                raise RuntimeError(f"the store of {name} holds less than was acknowledged")
    for name, sink in SINKS.items():
        for workers in PROCESSES:
            yield from figures(name, sink.partition(":")[0] + ":", workers, found)


def name_of(sink: str, workers: int) -> str:
    """A receiver's among the servers."""
    return f"{sink}-{workers}"


def _round(servers: Mapping[str, Server], seconds: int, seeds: Iterator[int]) -> Round:
    loads = {name: load(server.url, seconds, next(seeds)) for name, server in servers.items()}
    rate = loads["sketch"].rate
    steady = {}
    for name in SINKS:
        own = name_of(name, PROCESSES[0])
        steady[own] = percentile(latencies(servers[own].url, rate, seconds), 0.99)
    return Round(loads, steady)


def figures(sink: str, title: str, workers: int, rounds: list[Round]) -> Iterator[Figure]:
    """The medians of the ratios within each round, beside servers of as many processes."""
    name = name_of(sink, workers)
    processes = "2 workers" if workers == 2 else "1 worker"
    title = f"{title} {processes},"

    def rate(of: str) -> float:
        return statistics.median(each.loads[of].rate for each in rounds)

    def beside(other: str, told: str, least: float) -> Figure:
        ratio = statistics.median(each.loads[name].rate / each.loads[other].rate for each in rounds)
        detail = (
            f"median of {len(rounds)}, {CONNECTIONS} connections: {rate(name):,.0f} and {rate(other):,.0f} per second"
        )
        return Figure(f"{title} requests per second / {told}", ratio, least, detail, least=True)

    if workers == 1:
        yield beside("echo", "echo, 1 process", LEAST_OF_ECHO)
        return
    yield beside("sketch", "Flask sketch, 2 workers", LEAST_OF_SKETCH)
    ratio = statistics.median(each.steady[name] / each.loads["sketch"].p99 for each in rounds)
    mine = statistics.median(each.steady[name] for each in rounds)
    theirs = statistics.median(each.loads["sketch"].p99 for each in rounds)
    detail = f"{mine:.0f} ms and {theirs:.0f} ms at {rate('sketch'):,.0f} per second"
    yield Figure(f"{title} p99 at the Flask sketch's rate / its own", ratio, MOST_OF_P99, detail)
