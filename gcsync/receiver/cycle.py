"""A request and its answer on uvicorn's connection, with the two short ways for what nearly every request needs."""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, RequestResponseCycle

from gcsync.receiver.shortcuts import Shortcut


class JoinedWrites(asyncio.Transport):
    """Writes what is written in one turn of the event loop at once: the head of an answer and its body."""

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__()
        self._transport = transport
        self._loop = loop
        self._parts: list[bytes | bytearray | memoryview[Any]] = []

    def write(self, data: bytes | bytearray | memoryview[Any]) -> None:
        """As soon as it is flushed, or this turn ends."""
        if not self._parts:
            self._loop.call_soon(self.flush)
        self._parts.append(data)

    def flush(self) -> None:
        """Write what waits."""
        if self._parts:
            parts = self._parts
            self._parts = []
            self._transport.write(b"".join(parts))

    def write_now(self, data: bytes) -> None:
        """Behind what waits."""
        self.flush()
        self._transport.write(data)

    def close(self) -> None:
        """Close when all is written."""
        self.flush()
        self._transport.close()

    def abort(self) -> None:
        """Close at once; what waits is lost."""
        self._parts = []
        self._transport.abort()

    def is_closing(self) -> bool:
        """As the transport beneath."""
        return self._transport.is_closing()


class Cycle(RequestResponseCycle, Shortcut):
    """uvicorn's cycle. Its state after a short way is the one that `receive` or `send` would have left."""

    def whole_body(self) -> bytes | None:
        """As Shortcut says."""
        if self.more_body or self.disconnected or self.response_complete or self.waiting_for_100_continue:
            return None
        self.flow.resume_reading()
        self.message_event.clear()
        body = bytes(self.body)
        self.body = bytearray()
        return body

    def answer(self, status: int, body: bytes) -> bool:
        """As Shortcut says."""
        if self.response_started or self.flow.write_paused or self.access_log:
            return False
        if self.disconnected:
            return True
        parts = [STATUS_LINE[status]]
        for name, value in self.default_headers:
            parts += (name, b": ", value, b"\r\n")
        parts.append(b"content-length: %d\r\ncontent-type: application/json\r\n" % len(body))
        parts.append(b"\r\n" if self.keep_alive else b"connection: close\r\n\r\n")
        parts.append(body)
        self.waiting_for_100_continue = False
        self.response_started = True
        self.chunked_encoding = False
        self.response_complete = True
        self._write(b"".join(parts))
        self.message_event.set()
        if not self.keep_alive:
            self.transport.close()
        self.on_response()
        return True

    def _write(self, data: bytes) -> None:
        transport = self.transport
        if isinstance(transport, JoinedWrites):
            transport.write_now(data)
        else:
            transport.write(data)
