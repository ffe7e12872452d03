"""A clock that moves only when something waits for it."""

from __future__ import annotations


class Clock:
    """Seconds of one simulated, monotonic clock."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += max(0.0, seconds)
