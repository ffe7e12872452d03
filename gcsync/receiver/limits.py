"""What a sender may take of the receiver: memory, time, and requests per second."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from gcsync.receiver.deadlines import TaskDeadlines
from gcsync.receiver.shortcuts import shortcut

if TYPE_CHECKING:
    from starlette.types import Receive

_MAX_PEERS = 10_000


@dataclass(frozen=True, slots=True)
class Limits:
    """`head` (all header fields together), `body` and `held` in bytes, `body_seconds` in seconds.

    `requests` and `held` bound what is in handling at a time: more is answered 503. `rate` is what one peer may ask
    for in a second, 0 for any number.
    """

    head: int = 32 * 1024
    body: int = 1024 * 1024
    body_seconds: float = 10.0
    requests: int = 512
    held: int = 64 * 1024 * 1024
    rate: float = 0.0


class TooLarge(Exception):
    """The body is longer than allowed."""


class TooSlow(Exception):
    """The body did not come in time."""


class Gone(Exception):
    """The sender went away before its body was there."""


class Full(Exception):
    """There is as much in handling as may be."""


class Room:
    """Counts the requests in handling and the bytes of their bodies."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self.requests = 0
        self.held = 0

    def enter(self) -> Share:
        """A share for one request, to be left with `with`. Raises Full."""
        if self.requests >= self._limits.requests:
            raise Full
        self.requests += 1
        return Share(self)

    def leave(self, held: int) -> None:
        """A request is answered, and its body forgotten."""
        self.requests -= 1
        self.held -= held

    @property
    def full(self) -> bool:
        """Whether another request would be one too many."""
        return self.requests >= self._limits.requests

    @property
    def under_way(self) -> int:
        """Requests in handling."""
        return self.requests

    def hold(self, count: int) -> None:
        """Raises Full."""
        if self.held + count > self._limits.held:
            raise Full
        self.held += count


class Share:
    """What one request holds of the room, until it leaves."""

    def __init__(self, room: Room) -> None:
        self._room = room
        self.held = 0

    def __enter__(self) -> Share:
        return self

    def __exit__(self, *how: object) -> None:
        self._room.leave(self.held)

    def hold(self, count: int) -> None:
        """Raises Full."""
        self._room.hold(count)
        self.held += count


class Bodies:
    """Reads the bodies of requests within the limits."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._deadlines = TaskDeadlines(limits.body_seconds)

    async def read(self, receive: Receive, share: Share) -> bytes:
        """The body, whether its length was announced or not. Raises TooLarge, TooSlow, Gone, Full."""
        short = shortcut(receive)
        body = short.whole_body() if short is not None else None
        if body is not None:
            if len(body) > self._limits.body:
                raise TooLarge
            share.hold(len(body))
            return body
        try:
            with self._deadlines:
                return await self._read(receive, share)
        except TimeoutError:
            raise TooSlow from None

    async def _read(self, receive: Receive, share: Share) -> bytes:
        chunks: list[bytes] = []
        length = 0
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise Gone
            chunk: bytes = message.get("body", b"")
            length += len(chunk)
            if length > self._limits.body:
                raise TooLarge
            share.hold(len(chunk))
            chunks.append(chunk)
            if not message.get("more_body", False):
                return b"".join(chunks)


class Rates:
    """A bucket of tokens per peer; those of the peers that were silent longest are forgotten first."""

    def __init__(self, per_second: float, clock: Callable[[], float]) -> None:
        self._per_second = per_second
        self._most = max(per_second, 1.0)
        self._clock = clock
        self._peers: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def admit(self, peer: str) -> bool:
        """Whether the peer may ask now; a second's worth may come at once."""
        if not self._per_second:
            return True
        now = self._clock()
        tokens, then = self._peers.pop(peer, (self._most, now))
        tokens = min(self._most, tokens + (now - then) * self._per_second)
        admitted = tokens >= 1
        self._peers[peer] = (tokens - 1 if admitted else tokens, now)
        if len(self._peers) > _MAX_PEERS:
            self._peers.popitem(last=False)
        return admitted


RETRY_SECONDS: Final = 1
"""What Retry-After tells a sender to wait at least."""
