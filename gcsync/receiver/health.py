"""What requests have found of the store: it may be readable and take nothing, as on a full disk."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

LASTING_SECONDS: Final = 10.0
"""How long a failure keeps readiness down. Whoever gets no requests can find out by no other means than one."""


class StoreHealth:
    """Failing from a request that the store did not serve until one that it did, or for LASTING_SECONDS."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._until: float | None = None

    def failed(self) -> None:
        """The store was asked to keep something, and could not."""
        self._until = self._clock() + LASTING_SECONDS

    def served(self) -> None:
        """The store has kept something."""
        self._until = None

    @property
    def failing(self) -> bool:
        """Whether requests would better go elsewhere."""
        return self._until is not None and self._clock() < self._until
