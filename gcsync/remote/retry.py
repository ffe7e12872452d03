"""When a request is sent again, after how long, and how that is said. One policy for everything, built on tenacity.

| what happened                          | read   | PUT, PATCH, DELETE | POST that creates |
|----------------------------------------|--------|--------------------|-------------------|
| 429, or a connection that was not made | again  | again              | again             |
| 502, 503, 504, dropped, timed out      | again  | again              | outcome unknown   |
| 408, 500                               | again  | outcome unknown    | outcome unknown   |

A PATCH is only ever sent with whole values, so that twice is the same as once. A prompt call (wire.py) is not sent
again at all: who sent it has to read the object anew first.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

import tenacity

from gcsync.remote.quota import LONGEST_WAIT
from gcsync.remote.wait import Wait
from gcsync.remote.wire import TOKEN_PATH, Call, NoReply, Reply, Trouble

ATTEMPTS: Final = 6
CONNECT_ATTEMPTS: Final = 3
LONGEST_BACKOFF: Final = 30.0

_GATEWAY: Final = frozenset({502, 503, 504})
_READS_ONLY: Final = frozenset({408, 500})


class Interrupted(Exception):
    """Internal to gcsync.remote: asked to stop before the request was sent (again).

    `uncertain` says that an earlier try of a write may have been carried out.
    """

    def __init__(self, *, uncertain: bool = False) -> None:
        super().__init__()
        self.uncertain = uncertain


class Again(Exception):
    """Internal to gcsync.remote: a try that may be repeated. With all tries used up it leaves `Retry.run`.

    Holds the answer, or the reason why there is none; `after` is what the server asks to wait, in seconds.
    """

    def __init__(
        self, reply: Reply | None = None, missing: NoReply | None = None, *, rate_limited: bool = False
    ) -> None:
        super().__init__()
        self.reply = reply
        self.missing = missing
        self.rate_limited = rate_limited
        self.after = asked_to_wait(reply, rate_limited=rate_limited) if reply is not None else None

    @property
    def never_made(self) -> bool:
        return self.missing is not None and self.missing.trouble is Trouble.NEVER_SENT

    @property
    def uncertain(self) -> bool:
        """Whether a write may have been carried out all the same."""
        return not self.never_made and not self.rate_limited

    @property
    def asks_too_much(self) -> bool:
        return self.after is not None and self.after > LONGEST_WAIT

    @property
    def reason(self) -> str:
        return str(self.reply.status) if self.reply is not None else str(self.missing and self.missing.trouble.value)

    @property
    def attempts(self) -> int:
        return CONNECT_ATTEMPTS if self.never_made else ATTEMPTS


@dataclass(frozen=True)
class Surroundings:
    """Everything that is not the same twice: waiting, randomness, time, and the wish to stop."""

    sleep: Callable[[float], object]
    random: Callable[[], float]
    clock: Callable[[], float]
    notify: Callable[[Wait], None]
    stop: threading.Event

    def pause(self, wait: Wait) -> None:
        """Announce a wait and wait. Raises Interrupted."""
        self.notify(wait)
        self.sleep_for(wait.seconds)

    def sleep_for(self, seconds: float) -> None:
        """Wait for what has been announced. Raises Interrupted."""
        if self.sleep is time.sleep:
            self.stop.wait(seconds)
        else:
            self.sleep(seconds)
        self.check()

    def check(self) -> None:
        if self.stop.is_set():
            raise Interrupted


class Retry:
    """Sends a call until there is an answer worth having.

    `refused` hears of the API's refusals for its rate limit, with the number of the next try, and sees to the wait.
    """

    def __init__(self, surroundings: Surroundings, refused: Callable[[Again, int], None]) -> None:
        self._surroundings = surroundings
        self._refused = refused

    def run(self, call: Call, send: Callable[[], Reply]) -> Reply:
        """The answer, of whatever status. Raises Again with all tries used up, NoReply, Interrupted."""
        uncertain = False

        def once() -> Reply:
            nonlocal uncertain
            self._surroundings.check()
            try:
                reply = _classify(call, send)
            except Again as again:
                uncertain = uncertain or again.uncertain
                raise
            return replace(reply, uncertain=True) if uncertain and not call.reads else reply

        try:
            return _first_alone(once, lambda: self._retrying(call))
        except Interrupted:
            raise Interrupted(uncertain=uncertain and not call.reads) from None

    def _retrying(self, call: Call) -> tenacity.Retrying:
        return tenacity.Retrying(
            retry=tenacity.retry_if_exception(lambda error: isinstance(error, Again) and _repeatable(call, error)),
            stop=lambda state: state.attempt_number >= _again(state).attempts,
            wait=self._seconds,
            sleep=lambda _seconds: None,
            before_sleep=lambda state: self._pause(call, state),
            reraise=True,
        )

    def _seconds(self, state: tenacity.RetryCallState) -> float:
        """What the server asks for and up to a second more, so that a crowd does not return at once; else backoff."""
        after = _again(state).after
        if after is not None:
            return after + self._surroundings.random()
        longest = min(LONGEST_BACKOFF, 2.0 ** (state.attempt_number - 1))
        return longest * (0.5 + self._surroundings.random() / 2)

    def _pause(self, call: Call, state: tenacity.RetryCallState) -> None:
        again = _again(state)
        if again.rate_limited and call.host == "api":
            self._refused(again, state.attempt_number + 1)
            return
        self._surroundings.pause(Wait(state.upcoming_sleep, again.reason, state.attempt_number + 1, again.attempts))


def _first_alone(once: Callable[[], Reply], retrying: Callable[[], tenacity.Retrying]) -> Reply:
    """The answer to the first try where there is one, which is nearly always; else what tenacity makes of it."""
    try:
        return once()
    except Again as again:
        failed = [again]

    def first_or_next() -> Reply:
        if failed:
            raise failed.pop()
        return once()

    return retrying()(first_or_next)


def _classify(call: Call, send: Callable[[], Reply]) -> Reply:
    try:
        reply = send()
    except NoReply as missing:
        if missing.trouble in (Trouble.NEVER_SENT, Trouble.DROPPED):
            raise Again(missing=missing) from None
        raise
    if is_rate_limit(call, reply):
        raise Again(reply, rate_limited=True)
    if reply.status in _GATEWAY or reply.status in _READS_ONLY:
        raise Again(reply)
    return reply


def _repeatable(call: Call, again: Again) -> bool:
    if again.asks_too_much or call.prompt:
        return False
    if call.reads or not again.uncertain:
        return True
    status = again.reply.status if again.reply is not None else None
    return call.idempotent and status not in _READS_ONLY


def is_rate_limit(call: Call, reply: Reply) -> bool:
    """429; the login answers 400 `invalid_request (rate limit exceeded;...` (Terraform provider, provider.go:344)."""
    if reply.status == 429:
        return True
    return call.path == TOKEN_PATH and reply.status == 400 and b"rate limit exceeded" in reply.body[:4096].lower()


def asked_to_wait(reply: Reply, *, rate_limited: bool) -> float | None:
    """Seconds from Retry-After (a number or a date), or from the rate limit's window; None where nothing is asked."""
    seconds = _retry_after(reply.headers.get("Retry-After", ""), reply.headers.get("Date", ""))
    if seconds is None and rate_limited:
        seconds = whole_number(reply.headers.get("inin-ratelimit-reset", ""))
    return seconds


def whole_number(text: str) -> float | None:
    text = text.strip()
    return float(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _retry_after(text: str, date: str) -> float | None:
    """A date is taken by the server's own clock, so that a wrong one here does not matter."""
    number = whole_number(text)
    if number is not None or not text:
        return number
    until, server_now = _instant(text), _instant(date)
    return None if until is None or server_now is None else max(0.0, (until - server_now).total_seconds())


def _instant(text: str) -> datetime | None:
    try:
        instant = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return instant if instant.tzinfo is not None else instant.replace(tzinfo=UTC)


def _again(state: tenacity.RetryCallState) -> Again:
    error = state.outcome.exception() if state.outcome is not None else None
    if not isinstance(error, Again):
        raise TypeError("tenacity asks about a try that did not fail in a known way")
    return error
