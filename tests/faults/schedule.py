"""What goes wrong in one run, and when: drawn from a seed, request by request."""

from __future__ import annotations

import random
from dataclasses import dataclass
from enum import Enum


class Fault(Enum):
    """`before` and `after`: before the request was carried out, or when it had been. The values stand in the table."""

    RATE_LIMITED = "429"
    RATE_LIMITED_SILENTLY = "429 without a time"
    E500_BEFORE = "500 before"
    E500_AFTER = "500 after"
    GATEWAY_BEFORE = "502, 503, 504 before"
    GATEWAY_AFTER = "502, 503, 504 after"
    UNREACHABLE = "no connection"
    RESET_BEFORE = "reset before"
    RESET_AFTER = "reset after"
    SLOW_BEFORE = "time-out before"
    SLOW_AFTER = "time-out after"
    LATE = "carried out later"
    EMPTY = "200 without a body"
    TOKEN_ENDED = "token ended (401)"
    DENIED = "403 once"
    CRASH_BEFORE = "crash before"
    CRASH_AFTER = "crash after"


CRASHES = (Fault.CRASH_BEFORE, Fault.CRASH_AFTER)
DONE_ALL_THE_SAME = (Fault.E500_AFTER, Fault.GATEWAY_AFTER, Fault.RESET_AFTER, Fault.SLOW_AFTER, Fault.EMPTY)
_WRITES_ONLY = (Fault.LATE, Fault.EMPTY)
_ORDINARY = tuple(fault for fault in Fault if fault not in (*CRASHES, Fault.DENIED))
_OF_THE_LOGIN = (Fault.RATE_LIMITED, Fault.GATEWAY_BEFORE, Fault.UNREACHABLE, Fault.RESET_BEFORE, Fault.SLOW_BEFORE)


@dataclass(frozen=True, slots=True)
class Limit:
    """A rate limit of its own: so many requests in each window of so many seconds."""

    allowed: int
    seconds: float


class Schedule:
    """The faults of one seed. `share` of the requests fail, before `others` of them another writer does something."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(f"faults {seed}")
        draw = self.random
        self.share = draw.choice((0.0, 0.05, 0.15, 0.3))
        self.others = draw.choice((0.0, 0.05, 0.15, 0.4))
        self.lag = draw.choice((0.0, 3.0, 8.0))
        self.limit = draw.choice((None, None, None, Limit(30, 10.0), Limit(12, 4.0)))
        self.crash_at = draw.randint(1, 30) if draw.random() < 0.4 else None
        self.crash = draw.choice(CRASHES)
        self.token_seconds = draw.choice((86_400, 86_400, 20, 90))
        self.denials = draw.choice((0, 1))
        self.favourite = draw.choice(_ORDINARY) if draw.random() < 0.3 else None

    def strike(self, number: int, *, writes: bool) -> Fault | None:
        """What happens to the request of a number; None when all is well."""
        if number == self.crash_at:
            return self.crash
        if self.random.random() >= self.share:
            return None
        fault = self.favourite or self.random.choice((*_ORDINARY, Fault.DENIED))
        if fault is Fault.DENIED:
            self.denials -= 1
            return fault if self.denials >= 0 else None
        return fault if writes or fault not in _WRITES_ONLY else None

    def strike_login(self) -> Fault | None:
        """The same for a request for a token."""
        return self.random.choice(_OF_THE_LOGIN) if self.random.random() < self.share / 2 else None

    def someone_acts(self) -> bool:
        return self.random.random() < self.others

    def draw_lag(self) -> tuple[float, float]:
        """How many seconds a read and a listing are behind a write."""
        if not self.lag or self.random.random() < 0.5:
            return 0.0, 0.0
        listing = self.random.uniform(0.0, self.lag)
        return (self.random.uniform(0.0, listing) if self.random.random() < 0.3 else 0.0), listing
