"""Rate limiters: so many requests per token in a window, counted in this process.

    fixed    a window begins with a token's first request after the last one; its count ends with it
    sliding  of the requests admitted in the last so many seconds there are never more than allowed

They are plain values of counts and times: a simulation can pass a clock of its own and wait for nothing. They are not
safe for threads; the server asks them from its one event loop.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Mapping

LIMITERS = ("fixed", "sliding")
_UNLIMITED = 1_000_000
"""What `inin-ratelimit-allowed` says when nothing is refused: high enough for a client never to slow down."""


class RateLimiter(ABC):
    """`allowed` requests per key in `window` seconds, None for any number; `clock` gives seconds."""

    def __init__(self, allowed: int | None, window: float, clock: Callable[[], float]) -> None:
        self.allowed = allowed
        self.window = window
        self._clock = clock

    @abstractmethod
    def admit(self, key: str) -> bool:
        """Count a request; False when it is over the limit."""

    @abstractmethod
    def count(self, key: str) -> int:
        """How many requests of the key the window holds now."""

    @abstractmethod
    def ends(self, key: str) -> float:
        """When, on the clock, the key is given more room again."""

    def seconds_left(self, key: str) -> int:
        """Whole seconds until there is more room, at least one: what `Retry-After` says."""
        return max(1, math.ceil(self.ends(key) - self._clock()))

    def headers(self, key: str) -> Mapping[str, str]:
        """Names and meaning as in a real answer (Genesys blog on SDK logging, 2021-05-06): reset is in seconds."""
        return {
            "inin-ratelimit-count": str(self.count(key)),
            "inin-ratelimit-allowed": str(self.allowed or _UNLIMITED),
            "inin-ratelimit-reset": str(self.seconds_left(key)),
        }


class FixedWindow(RateLimiter):
    """A refused request counts too, as the count of a real answer goes past what is allowed."""

    def __init__(self, allowed: int | None, window: float, clock: Callable[[], float]) -> None:
        super().__init__(allowed, window, clock)
        self._windows: dict[str, tuple[float, int]] = {}

    def admit(self, key: str) -> bool:
        began, count = self._windows.get(key, (0.0, 0))
        if not count or self._is_over(began):
            self._windows = {other: found for other, found in self._windows.items() if not self._is_over(found[0])}
            began, count = self._clock(), 0
        self._windows[key] = (began, count + 1)
        return self.allowed is None or count < self.allowed

    def count(self, key: str) -> int:
        began, count = self._windows.get(key, (0.0, 0))
        return 0 if self._is_over(began) else count

    def ends(self, key: str) -> float:
        began, _ = self._windows.get(key, (-math.inf, 0))
        return (self._clock() if self._is_over(began) else began) + self.window

    def _is_over(self, began: float) -> bool:
        # A clock that was set back ends the window too.
        return not began <= self._clock() < began + self.window


class SlidingWindow(RateLimiter):
    """A refused request is not counted, so that a client that waits as told is admitted again."""

    def __init__(self, allowed: int | None, window: float, clock: Callable[[], float]) -> None:
        super().__init__(allowed, window, clock)
        self._admitted: dict[str, deque[float]] = {}

    def admit(self, key: str) -> bool:
        admitted = self._current(key)
        if self.allowed is not None and len(admitted) >= self.allowed:
            return False
        admitted.append(self._clock())
        self._admitted[key] = admitted
        return True

    def count(self, key: str) -> int:
        return len(self._current(key))

    def ends(self, key: str) -> float:
        admitted = self._current(key)
        return (admitted[0] if admitted else self._clock()) + self.window

    def _current(self, key: str) -> deque[float]:
        now, admitted = self._clock(), self._admitted.get(key, deque())
        if admitted and admitted[-1] > now:
            admitted.clear()
        while admitted and admitted[0] + self.window <= now:
            admitted.popleft()
        if not admitted:
            self._admitted.pop(key, None)
        return admitted


def rate_limiter(name: str, allowed: int | None, window: float, clock: Callable[[], float]) -> RateLimiter:
    """The limiter of that name, one of `LIMITERS`."""
    return (SlidingWindow if name == "sliding" else FixedWindow)(allowed, window, clock)
