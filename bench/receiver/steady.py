"""Requests at a constant rate, whether the server keeps up or not.

wrk sends when it was answered, so a server that stalls is asked less and looks quicker than it is. Here every request
has a moment at which it is due, and its latency counts from there, whatever held it up.
"""

from __future__ import annotations

import asyncio
import math
import re
import uuid
from collections import deque
from collections.abc import Callable, Sequence
from typing import Final
from urllib.parse import urlsplit

from bench.receiver.servers import SECRET
from bench.receiver.wrk import CONNECTIONS

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)\r\n", re.IGNORECASE)
_PATIENCE_SECONDS: Final = 60.0
_TICK_SECONDS: Final = 0.002
"""uvloop rounds to milliseconds, and a timer of none would spin on the processor that the server needs."""


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least this share (above 0, at most 1) of them does not exceed."""
    return sorted(values)[math.ceil(share * len(values)) - 1]


def latencies(url: str, rate: float, seconds: float) -> list[float]:
    """Of each request, in milliseconds from when it was due. Raises RuntimeError for an answer that is no success."""
    import uvloop

    return uvloop.run(_run(url, rate, seconds))


async def _run(url: str, rate: float, seconds: float) -> list[float]:
    loop = asyncio.get_running_loop()
    host, port = urlsplit(url).hostname, urlsplit(url).port
    sender = _Sender(loop, max(1, round(rate * seconds)), rate)
    for _ in range(CONNECTIONS):
        _, connection = await loop.create_connection(lambda: _Connection(sender.answered, sender.failed), host, port)
        sender.free.append(connection)
    try:
        sender.begin()
        async with asyncio.timeout(seconds + _PATIENCE_SECONDS):
            return await sender.done
    finally:
        for connection in sender.connections:
            connection.close()


class _Sender:
    """Gives each request that is due to a free connection, in their order."""

    def __init__(self, loop: asyncio.AbstractEventLoop, count: int, rate: float) -> None:
        self._loop = loop
        self._count = count
        self._rate = rate
        self._sent = 0
        self._found: list[float] = []
        self.free: deque[_Connection] = deque()
        self.connections: list[_Connection] = []
        self.done: asyncio.Future[list[float]] = loop.create_future()

    def begin(self) -> None:
        self.connections = list(self.free)
        self._first = self._loop.time()
        self._send()

    def _due(self) -> float:
        return self._first + self._sent / self._rate

    def _send(self) -> None:
        now = self._loop.time()
        while self.free and self._sent < self._count and self._due() <= now:
            self.free.popleft().send(self._due())
            self._sent += 1
        if self.free and self._sent < self._count:
            self._loop.call_at(max(self._due(), now + _TICK_SECONDS), self._send)

    def answered(self, connection: _Connection, due: float) -> None:
        self._found.append((self._loop.time() - due) * 1000)
        was_held_up = not self.free
        self.free.append(connection)
        if len(self._found) == self._count and not self.done.done():
            self.done.set_result(self._found)
        if was_held_up:
            self._send()

    def failed(self, reason: str) -> None:
        if not self.done.done():
            self.done.set_exception(RuntimeError(reason))


class _Connection(asyncio.Protocol):
    """One request at a time."""

    def __init__(self, answered: Callable[[_Connection, float], None], failed: Callable[[str], None]) -> None:
        self._answered = answered
        self._failed = failed
        self._closed = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        self._transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        if not self._closed:
            self._failed("the server closed a connection")

    def send(self, due: float) -> None:
        self._due = due
        self._data = b""
        self._transport.write(request_of(str(uuid.uuid4())))

    def data_received(self, data: bytes) -> None:
        self._data += data
        head, separator, body = self._data.partition(b"\r\n\r\n")
        length = _LENGTH.search(head + b"\r\n")
        if not separator or length is None or len(body) < int(length[1]):
            return
        if b" 200 " not in head.partition(b"\r\n")[0]:
            self._failed(f"answered {head.partition(chr(13).encode())[0].decode('latin-1')}")
            return
        self._answered(self, self._due)

    def close(self) -> None:
        self._closed = True
        self._transport.close()


def request_of(event_id: str) -> bytes:
    """A request of HTTP/1.1 with an event of 1 KiB."""
    begin = f'{{"id":"{event_id}","eventType":"conversation:start","data":{{"mediaType":"VOICE","note":"'
    body = f'{begin}{"x" * (1024 - len(begin) - 3)}"}}}}'
    head = (
        f"POST /genesys-events HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nX-Api-Key: {SECRET}\r\n"
    )
    return f"{head}Content-Length: {len(body)}\r\n\r\n{body}".encode()
