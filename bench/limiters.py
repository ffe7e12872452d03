"""Models of rate limiters for the simulation: how a server counts, what it tells of it, and whom else it serves.

Written from the descriptions of the algorithms, not from the emulator's, so that one mistake is not made twice.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass, field

Rounding = Callable[[float], int]


@dataclass(frozen=True, slots=True)
class Verdict:
    """`count` after this request, and the seconds until the window ends or, sliding, has room again."""

    admitted: bool
    count: int
    left: float


@dataclass
class Fixed:
    """Windows follow each other from `phase` on; a refused request counts too."""

    allowed: int
    window: float
    phase: float = 0.0
    _number: int | None = None
    _count: int = 0

    def take(self, now: float) -> Verdict:
        number = math.floor((now - self.phase) / self.window)
        if number != self._number:
            self._number, self._count = number, 0
        self._count += 1
        return Verdict(self._count <= self.allowed, self._count, self.phase + (number + 1) * self.window - now)


@dataclass
class FromFirst:
    """A window begins with the first request after the end of the last one."""

    allowed: int
    window: float
    _began: float = -math.inf
    _count: int = 0

    def take(self, now: float) -> Verdict:
        if now >= self._began + self.window:
            self._began, self._count = now, 0
        self._count += 1
        return Verdict(self._count <= self.allowed, self._count, self._began + self.window - now)


@dataclass
class Sliding:
    """Never more than `allowed` in any `window` seconds. `strict`: a refused request counts too."""

    allowed: int
    window: float
    strict: bool = False
    _times: list[float] = field(default_factory=list)

    def take(self, now: float) -> Verdict:
        del self._times[: bisect_right(self._times, now - self.window)]
        admitted = len(self._times) < self.allowed
        if admitted or self.strict:
            self._times.append(now)
        # Those before the last `allowed` do not matter: room comes when the oldest of these leaves.
        decisive = self._times[-self.allowed :]
        return Verdict(admitted, len(self._times), decisive[0] + self.window - now)


Limiter = Fixed | FromFirst | Sliding
