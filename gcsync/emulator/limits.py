"""The rate limit: so many requests per token in a fixed window, counted in this process."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

_UNLIMITED = 1_000_000
"""What `inin-ratelimit-allowed` says when nothing is refused: high enough for a client never to slow down."""


class RateLimit:
    """Not safe for threads; the server asks it from its one event loop."""

    def __init__(self, allowed: int | None, window: float, clock: Callable[[], float]) -> None:
        self._allowed = allowed
        self._window = window
        self._clock = clock
        self._began = -math.inf
        self._counts: dict[str, int] = {}

    def admit(self, key: str) -> bool:
        """Count a request; False when it is over the limit. A refused request counts too."""
        self._turn()
        self._counts[key] = self._counts.get(key, 0) + 1
        return self._allowed is None or self._counts[key] <= self._allowed

    def seconds_left(self) -> int:
        self._turn()
        return max(1, math.ceil(self._began + self._window - self._clock()))

    def headers(self, key: str) -> Mapping[str, str]:
        """Names and meaning as in a real answer (GENESYS blog on SDK logging, 2021-05-06): reset is in seconds."""
        reset = self.seconds_left()
        return {
            "inin-ratelimit-count": str(self._counts.get(key, 0)),
            "inin-ratelimit-allowed": str(self._allowed or _UNLIMITED),
            "inin-ratelimit-reset": str(reset),
        }

    def _turn(self) -> None:
        now = self._clock()
        if not self._began <= now < self._began + self._window:
            self._began = now
            self._counts = {}
