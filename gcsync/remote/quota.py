"""How many requests the API still allows, worked out from its answers: the rules of pacing, without threads or clock.

Whoever sends asks `admit` before each request and reports each answer. Two rules, since limiters differ
(reasons: docs/decisions/0008-pacing.md):

    by count    the server's own count of its window, plus what is in flight, stays below what is allowed
    by own log  of one's own requests, never more than allowed are younger than the window is long

Times are seconds of one monotonic clock; those of the server are never used, only durations.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

# Genesys's own Go SDK gives up where Retry-After asks for more (apiclient.go).
LONGEST_WAIT: Final = 180.0
_LONGEST_BACKOFF: Final = 30.0
# A server that rounds `reset` down opens up to a second later than it says; one that also lags, two.
_MOST_MARGIN: Final = 2.0
_MOST_REMEMBERED: Final = 20_000
# After a refusal, so many requests go well before the limit is tried anew where nothing but a refusal tells it.
_TRY_AFTER: Final = 200


@dataclass(frozen=True, slots=True)
class Headers:
    """What an answer says of the limit: requests counted in this window, allowed in one, seconds until it resets."""

    count: int
    allowed: int
    reset: float


class Purpose(Enum):
    """What else is to be learnt from the answer to a request."""

    PLAIN = auto()
    SPAN = auto()  # whether the window is no longer than assumed
    LIMIT = auto()  # whether one more is allowed than ever went well


@dataclass(frozen=True, slots=True)
class Pass:
    """Leave to send one request; it is handed back with the answer. `alone`: all others wait for that answer."""

    number: int
    opening: int
    forgotten: int
    alone: bool = False
    purpose: Purpose = Purpose.PLAIN


@dataclass(frozen=True, slots=True)
class Closed:
    """No leave before `until`; `math.inf` where only the answer to a request in flight can tell."""

    until: float


class Quota:
    """What is known of one limit. Every method takes constant time, on average over the requests."""

    def __init__(self) -> None:
        self.in_flight = 0
        self._most_in_flight = 0
        self._number = 0
        self._opening = 0
        self._alone: int | None = None
        self._held_until = -math.inf
        self._held = False
        self._held_for = Purpose.PLAIN
        self._held_seconds = 0.0
        self._refusals_in_a_row = 0
        self._allowed: int | None = None
        self._told = False
        self._count = 0
        self._own = 0
        self._ends = math.inf
        self._margin = 0.0
        self._log = _Log()
        self._slides = False
        self._shared = False
        # The server's count before the window's first answer that told it; unknown until then.
        self._base: int | None = None
        self._blocked = False
        self._span_confirmed = False
        self._well = 0
        self._try_after = _TRY_AFTER

    @property
    def span(self) -> float:
        """How long the window seems to be; infinite as long as nothing told it."""
        return self._log.span

    def admit(self, now: float) -> Pass | Closed:
        """Leave to send a request now, or how long there is none."""
        if now < self._held_until:
            return Closed(self._held_until)
        if self._alone is not None:
            return Closed(math.inf)
        if self._held:
            self._open_after_refusal()
            return self._go(alone=True)
        if self._allowed is None:
            return self._go()
        if self._slides or not self._told:
            return self._by_own_log(now, self._allowed)
        return self._by_count(now, self._allowed)

    def answered(self, leave: Pass, now: float, headers: Headers | None) -> None:
        """Report an answer that was no refusal; `headers` where it had all of them."""
        self._ended(leave, now, admitted=True)
        self._well += 1
        if leave.opening == self._opening:
            self._refusals_in_a_row = 0
            if leave.purpose is Purpose.SPAN:
                self._span_confirmed = True
        self._learn(leave, now, headers)
        if headers is not None and leave.opening == self._opening:
            self._tell_kind(leave, headers)
        if leave.purpose is Purpose.LIMIT and self._allowed is not None and not self._told:
            self._allowed += 1
            self._try_after = _TRY_AFTER

    def refused(self, leave: Pass, now: float, headers: Headers | None, after: float | None) -> None:
        """Report a refusal (429); `after` is what it asks to wait, in seconds, None where it says nothing."""
        self._ended(leave, now, admitted=False)
        self._learn(leave, now, headers)
        if leave.opening != self._opening or (after is not None and after > LONGEST_WAIT):
            return
        if not self._held:
            self._hold(leave, now, after)
        elif after:
            self._held_until = min(self._held_until, now + after)

    def lost(self, leave: Pass, now: float) -> None:
        """Report that no answer came: the request may have been counted all the same."""
        self._ended(leave, now, admitted=True)
        self._learn(leave, now, None)

    def held_for(self, now: float) -> float:
        """Seconds until the hold after a refusal ends; 0 without one."""
        return max(0.0, self._held_until - now)

    def _go(self, *, alone: bool = False, purpose: Purpose = Purpose.PLAIN) -> Pass:
        self.in_flight += 1
        self._most_in_flight = max(self._most_in_flight, self.in_flight)
        self._number += 1
        if alone:
            self._alone = self._number
        return Pass(self._number, self._opening, self._log.forgotten, alone, purpose)

    def _ended(self, leave: Pass, now: float, *, admitted: bool) -> None:
        self.in_flight -= 1
        if self._alone == leave.number:
            self._alone = None
        self._log.add(now, admitted=admitted)

    def _by_count(self, now: float, allowed: int) -> Pass | Closed:
        if now >= self._ends + self._margin:
            used = self._count + self.in_flight
            self._turn()
            return self._go(alone=used + self._most_in_flight > allowed)
        if self._base is not None:
            if self._count + self._reserved() < allowed:
                return self._go()
            return Closed(self._ends + self._margin)
        self._log.forget(now)
        if max(self._log.load, self._count) + self.in_flight < allowed:
            return self._go()
        return Closed(min(self._ends + self._margin, self._log.frees_at()))

    def _reserved(self) -> float:
        """The requests in flight, and those that others with the same token are likely to send meanwhile."""
        others = max(0, self._count - (self._base or 0) - self._own)
        return self.in_flight * (1 + others / self._own) if self._own else self.in_flight

    def _turn(self) -> None:
        """A new window seems to have begun; what was sent before says nothing of it."""
        self._opening += 1
        self._count = self._own = 0
        self._base = None
        self._ends = math.inf

    def _by_own_log(self, now: float, allowed: int) -> Pass | Closed:
        self._log.forget(now)
        if self._log.load + self.in_flight < allowed:
            tested = self._blocked and not self._span_confirmed and self._own >= allowed
            self._blocked = False
            return self._go(alone=True, purpose=Purpose.SPAN) if tested else self._go()
        self._blocked = True
        if not self.in_flight and self._may_try():
            return self._go(alone=True, purpose=Purpose.LIMIT)
        return Closed(self._log.frees_at())

    def _may_try(self) -> bool:
        """Whether one request more than ever went well may be risked: seldom, and only where no header tells."""
        return not self._told and self._span_confirmed and self._well >= self._try_after

    def _learn(self, leave: Pass, now: float, headers: Headers | None) -> None:
        if headers is None:
            if leave.opening == self._opening:
                self._count += 1
                self._own += 1
                self._ends = min(self._ends, now + self.span)
            return
        if not self._told:
            self._told, self._allowed = True, headers.allowed
        reset = min(headers.reset, LONGEST_WAIT)
        self._log.widen(reset)
        self._log.forget(now)
        if leave.opening != self._opening:
            return
        self._allowed = headers.allowed
        self._base = headers.count - 1 - self._own if self._base is None else self._base
        self._count = max(self._count, headers.count)
        self._own += 1
        self._ends = min(self._ends, now + reset)

    def _tell_kind(self, leave: Pass, headers: Headers) -> None:
        """A count that stays high where a window should have begun anew, and is one's own, is that of a sliding one."""
        own = self._log.load + self.in_flight + self._log.forgotten - leave.forgotten
        if self._slides:
            self._slides = headers.count <= own
        elif leave.alone and not self._shared and headers.allowed / 2 < headers.count <= own:
            self._slides = self._blocked = True
            self._span_confirmed = False

    def _hold(self, leave: Pass, now: float, after: float | None) -> None:
        """Close until the time that a refusal names, or for a while that doubles."""
        self._refusals_in_a_row += 1
        backoff = min(_LONGEST_BACKOFF, 2.0 ** (self._refusals_in_a_row - 1))
        seconds = after if after else backoff
        self._held, self._held_until = True, now + seconds
        self._held_for, self._held_seconds = leave.purpose, seconds
        if leave.alone and self._told and not self._slides and seconds <= _MOST_MARGIN:
            self._margin = min(_MOST_MARGIN, self._margin + 0.5)

    def _open_after_refusal(self) -> None:
        """The hold is over: conclude from it how long the window is and how many requests it takes."""
        self._held = False
        self._well = 0
        if not self._told:
            self._conclude(self._held_until)
        elif self._slides:
            self._doubt(self._held_until)
        self._turn()

    def _doubt(self, until: float) -> None:
        """One's own log went wrong: the window is a little longer than told, or others use up the limit as well."""
        longer = until - self._log.freed_at
        self._slides = False
        self._shared = self._span_confirmed or longer > self.span + _MOST_MARGIN
        if not self._shared:
            self._log.widen(longer)

    def _conclude(self, until: float) -> None:
        """Room comes at `until`, so what counts now is younger than that by no more than the window's length."""
        if self._allowed is None:
            if self._log.admitted <= self._most_in_flight:
                # The window was used up before the first request, and is no measure of what is allowed.
                self._log.clear()
                return
            self._allowed = self._log.admitted
            self._log.widen(until - self._log.oldest(until))
            self._try_after = _TRY_AFTER // 2
        elif self._held_for is Purpose.LIMIT:
            self._try_after *= 2
        elif not self._span_confirmed:
            # What was taken for free still counted: the window is longer.
            self._log.widen(until - self._log.freed_at)
        elif self._held_seconds <= _MOST_MARGIN:
            self._log.widen(self.span + self._held_seconds / 2)
            self._allowed = max(1, math.floor(self._allowed * 0.95))
        else:
            counted = self._log.admitted_since(until - self.span)
            self._allowed = max(1, math.floor(self._allowed * 0.75), min(self._allowed - 1, counted))


class _Log:
    """One's own requests of the last `span` seconds, by the time of their answers: the server took them earlier."""

    def __init__(self) -> None:
        self.span = math.inf
        self.admitted = 0
        self.forgotten = 0
        self.freed_at = math.inf
        self._entries: deque[tuple[float, bool]] = deque()

    @property
    def load(self) -> int:
        """All of them: a refused request may count as well."""
        return len(self._entries)

    def add(self, now: float, *, admitted: bool) -> None:
        self._entries.append((now, admitted))
        self.admitted += admitted
        if len(self._entries) > _MOST_REMEMBERED or now - self._entries[0][0] > LONGEST_WAIT:
            self._pop()

    def forget(self, now: float) -> None:
        while self._entries and self.frees_at() <= now:
            self._pop()

    def frees_at(self) -> float:
        return self._entries[0][0] + self.span if self._entries else math.inf

    def oldest(self, otherwise: float) -> float:
        return self._entries[0][0] if self._entries else otherwise

    def admitted_since(self, time: float) -> int:
        return sum(admitted for answered, admitted in self._entries if answered > time)

    def widen(self, span: float) -> None:
        """Take the window for at least that long, but for no longer than anyone waits."""
        span = min(span, LONGEST_WAIT)
        if span > 0 and (self.span == math.inf or span > self.span):
            self.span = span

    def clear(self) -> None:
        self.admitted = 0
        self._entries.clear()

    def _pop(self) -> None:
        self.freed_at, admitted = self._entries.popleft()
        self.admitted -= admitted
        self.forgotten += 1
