"""The stores that the suite of test_every_store.py is held against. A new one adds a maker, and that is all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from gcsync.receiver.interface import Store
from gcsync.receiver.stores import Retention, open_store
from tests.receiver.stores.redis_servers import shared_redis


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


Maker: TypeAlias = Callable[[Path], str]
"""The URL of an empty store for one test, given a folder of that test."""

MAKERS: dict[str, Maker] = {
    "sqlite": lambda folder: f"sqlite:///{folder}/events.db",
    "redis": lambda folder: shared_redis().url(folder),
}


@dataclass(frozen=True)
class Place:
    """Where a store is: it may be opened more than once, as by several processes."""

    url: str
    clock: Clock
    retention: Retention

    def open(self) -> Store:
        return open_store(self.url, retention=self.retention, claim_seconds=60.0, clock=self.clock)
