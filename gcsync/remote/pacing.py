"""Waiting before the API refuses: what the rate limit's headers say, shared by all threads of a run.

Headers (Genesys blog, trace of a real response): `inin-ratelimit-count`, `inin-ratelimit-allowed`, and
`inin-ratelimit-reset`, in seconds.
"""

from __future__ import annotations

import threading

from gcsync.remote.retry import LONGEST_WAIT, Surroundings, whole_number
from gcsync.remote.wait import Wait
from gcsync.remote.wire import Reply


class Pacer:
    """Holds every request back while the window that the headers speak of is used up."""

    def __init__(self, surroundings: Surroundings) -> None:
        self._surroundings = surroundings
        self._lock = threading.Lock()
        self._open_at = 0.0

    def learn(self, reply: Reply) -> None:
        """Take note of an answer's headers; those that are lacking or odd say nothing."""
        names = ("inin-ratelimit-count", "inin-ratelimit-allowed", "inin-ratelimit-reset")
        count, allowed, reset = (whole_number(reply.headers.get(name, "")) for name in names)
        if count is None or allowed is None or reset is None or count < allowed or not allowed:
            return
        with self._lock:
            self._open_at = max(self._open_at, self._surroundings.clock() + min(reset, LONGEST_WAIT))

    def wait(self) -> None:
        """Wait for the window to open again, if it is closed. Raises Interrupted."""
        with self._lock:
            seconds = self._open_at - self._surroundings.clock()
        if seconds > 0:
            self._surroundings.pause(Wait(seconds, "rate limit used up"))
