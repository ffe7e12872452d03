"""Waiting before the API refuses: one for a whole conversation, so that all its threads keep one limit together.

Headers (Genesys blog, trace of a real response): `inin-ratelimit-count`, `inin-ratelimit-allowed`, and
`inin-ratelimit-reset`, in seconds. The rules are in `gcsync/remote/quota.py`; here are the threads.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable

from gcsync.remote.quota import LONGEST_WAIT, Headers, Pass, Quota
from gcsync.remote.retry import Again, Surroundings, asked_to_wait, is_rate_limit, whole_number
from gcsync.remote.wait import Wait
from gcsync.remote.wire import Call, Reply

# While requests are in flight each answer wakes whoever waits; this often the wish to stop is looked at as well.
_LOOK_AGAIN = 0.25


class Pacer:
    """Lets requests through one by one, as the limit allows. Safe to use from several threads.

    Of the threads that have to wait one watches the clock, the others stand behind it: they do not wake at once.
    """

    def __init__(self, surroundings: Surroundings) -> None:
        self._surroundings = surroundings
        self._quota = Quota()
        self._first_in_line = threading.Lock()
        self._changed = threading.Condition()
        self._announced_until = -math.inf
        self._slept_until = -math.inf

    def exchange(self, call: Call, send: Callable[[], Reply]) -> Reply:
        """What `send` returns, once there is leave to send. Raises Interrupted, and what `send` raises."""
        with self._first_in_line:
            leave = self._leave()
        reply = None
        try:
            reply = send()
        finally:
            with self._changed:
                self._report(call, leave, reply)
                self._changed.notify()
        return reply

    def refused(self, again: Again, attempt: int) -> None:
        """Announce the wait after a refusal; `exchange` waits, when the request comes again as try `attempt`."""
        with self._changed:
            seconds = self._quota.held_for(self._now())
        self._announce(Wait(seconds, again.reason, attempt, again.attempts))

    def _leave(self) -> Pass:
        while True:
            self._surroundings.check()
            with self._changed:
                now = self._now()
                decision = self._quota.admit(now)
                if isinstance(decision, Pass):
                    return decision
                seconds = min(decision.until - now, LONGEST_WAIT)
                in_flight = self._quota.in_flight > 0
                if in_flight:
                    self._changed.wait(min(seconds, _LOOK_AGAIN))
            if not in_flight:
                self._announce(Wait(seconds, "rate limit used up"))
                self._surroundings.sleep_for(seconds)
                self._slept_until = now + seconds

    def _now(self) -> float:
        """The time; a wait that has been waited is over, whatever the clock says."""
        return max(self._surroundings.clock(), self._slept_until)

    def _report(self, call: Call, leave: Pass, reply: Reply | None) -> None:
        now = self._now()
        if reply is None:
            self._quota.lost(leave, now)
        elif is_rate_limit(call, reply):
            self._quota.refused(leave, now, _headers(reply), asked_to_wait(reply, rate_limited=True))
        else:
            self._quota.answered(leave, now, _headers(reply))

    def _announce(self, wait: Wait) -> None:
        """Say a wait, once in a window however many threads wait and however often."""
        with self._changed:
            now = self._now()
            if now < self._announced_until or wait.seconds <= 0:
                return
            span = self._quota.span
            self._announced_until = now + (max(wait.seconds, span) if span < math.inf else wait.seconds)
        self._surroundings.notify(wait)


def _headers(reply: Reply) -> Headers | None:
    """The limit as an answer tells it; None where a header is lacking or odd."""
    names = ("inin-ratelimit-count", "inin-ratelimit-allowed", "inin-ratelimit-reset")
    count, allowed, reset = (whole_number(reply.headers.get(name, "")) for name in names)
    if count is None or reset is None or not allowed:
        return None
    return Headers(int(count), int(allowed), reset)
