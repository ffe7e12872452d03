"""How well the rate limit is kept and used, on a simulated clock. `python -m bench pacing`.

Each figure is the worst over the latencies. Requests refused count from the start, the rate used after the first
window. The limit is the default of Genesys Cloud, 300 requests in a minute.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from bench.figures import Figure
from bench.limiters import Fixed, FromFirst, Limiter, Sliding
from bench.simulation import Result, Scene, simulate

ALLOWED = 300
WINDOW = 60.0
LIMITERS = ("fixed", "fixed from the first request", "sliding", "sliding, refused count")
WORKERS = (8, 16)
LATENCIES = ((0.005, 0.005), (0.05, 0.05), (0.2, 0.2), (0.005, 0.2))


@dataclass(frozen=True, slots=True)
class Condition:
    """What the server tells, and what is asked of pacing then."""

    name: str
    most_refused: float
    least_used: float
    headers: float = 1.0
    others: float = 0.0


CONDITIONS = (
    Condition("headers", 0.01, 0.95),
    Condition("headers on a third of the answers", 0.01, 0.95, headers=1 / 3),
    Condition("headers, another client uses 30 %", 0.01, 0.95, others=0.3 * ALLOWED / WINDOW),
    Condition("no headers", 0.02, 0.85, headers=0.0),
)


def limiter(name: str, allowed: int = ALLOWED, window: float = WINDOW) -> Limiter:
    """A new limiter of that name; a fixed window is under way for a good half when the first request comes."""
    if name == "fixed":
        return Fixed(allowed, window, phase=window * 0.37)
    if name == "fixed from the first request":
        return FromFirst(allowed, window)
    return Sliding(allowed, window, strict=name != "sliding")


def applies(condition: Condition, name: str) -> bool:
    """Where refused requests count and another client never stops, the window never has room: nothing to be had."""
    return not (condition.others and name == "sliding, refused count")


def scene(condition: Condition, name: str, workers: int, latency: tuple[float, float]) -> Scene:
    return Scene(limiter(name), workers, latency, headers=condition.headers, others=condition.others)


def measure() -> Iterator[Figure]:
    """The share refused and the share used, for every condition, limiter and number of threads."""
    for condition in CONDITIONS:
        for name in LIMITERS:
            if applies(condition, name):
                for workers in WORKERS:
                    results = [simulate(scene(condition, name, workers, latency)) for latency in LATENCIES]
                    yield from _figures(condition, f"{condition.name}: {name}, {workers} threads", results)


def _figures(condition: Condition, what: str, results: list[Result]) -> Iterator[Figure]:
    refused = max(result.refused_share() for result in results)
    used = min(result.used_share(WINDOW) for result in results)
    low, high = min(low for low, _ in LATENCIES), max(high for _, high in LATENCIES)
    detail = f"{math.ceil(low * 1000)} to {math.ceil(high * 1000)} ms"
    yield Figure(f"refused with 429, {what}", refused * 100, condition.most_refused * 100, detail, "%")
    yield Figure(f"of the rate used, {what}", used * 100, condition.least_used * 100, detail, "%", least=True)
