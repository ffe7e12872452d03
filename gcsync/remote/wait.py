"""A wait before a request, as a value that the caller announces."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Wait:
    """`seconds` until the try `attempt` of `attempts`; 0 attempts for a pause before the API refuses anything.

    `reason` is a status (`429`) or a few words (`connection dropped`).
    """

    seconds: float
    reason: str
    attempt: int = 0
    attempts: int = 0

    def __str__(self) -> str:
        tries = f", {self.attempt} of {self.attempts}" if self.attempts else ""
        return f"waiting {math.ceil(self.seconds)} s ({self.reason}{tries})"
