"""HTTP connections that take no more time and memory than a request needs until the application has it."""

from __future__ import annotations

import asyncio
from typing import Any, Final

import httptools  # noqa: F401 - what the protocol below is built on: its absence is told before anything listens
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_SECONDS: Final = 10.0
HEAD_BYTES: Final = 32 * 1024
_DISCARDED_BYTES = 16 * 1024 * 1024


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

    def close(self) -> None:
        """Close when all is written."""
        self.flush()
        self._transport.close()

    def is_closing(self) -> bool:
        """As the transport beneath."""
        return self._transport.is_closing()


class Limited(HttpToolsProtocol):
    """uvicorn's protocol with a limit on how long and how large the head of a request may be.

    A head begins with the connection or with its first byte, and ends where the application gets the request. What is
    left of a body after its answer is read and thrown away, so that a sender gets to read the answer, and for as long
    as a head may take.
    """

    head_seconds = HEAD_SECONDS
    head_bytes = HEAD_BYTES

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        self._unasked = 0
        self._in_body = False
        self._patience: asyncio.TimerHandle | None = None
        super().connection_made(transport)
        self._joined = JoinedWrites(transport, self.loop)
        self.transport = self._joined
        self._wait()

    def data_received(self, data: bytes) -> None:
        before = self.cycle
        super().data_received(data)
        if self.cycle is not before or self._is_answering() or self.transport.is_closing():
            self._unasked = 0
            self._stop_waiting()
            return
        self._wait()
        self._unasked += len(data)
        if self._unasked > (_DISCARDED_BYTES if self._in_body else self.head_bytes):
            self._refuse(b"431 Request Header Fields Too Large")

    def on_headers_complete(self) -> None:
        self._in_body = True
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        self._in_body = False
        super().on_message_complete()

    def on_response_complete(self) -> None:
        self._joined.flush()
        super().on_response_complete()
        if self._in_body:
            self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_waiting()
        super().connection_lost(exc)

    def _is_answering(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def _wait(self) -> None:
        if self._patience is None:
            self._patience = self.loop.call_later(self.head_seconds, self._refuse, b"408 Request Timeout")

    def _stop_waiting(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None

    def _refuse(self, status: bytes) -> None:
        self._stop_waiting()
        if self.transport.is_closing():
            return
        if not self._in_body:
            self.transport.write(b"HTTP/1.1 " + status + b"\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
        self.transport.close()


def protocol(head_seconds: float = HEAD_SECONDS, head_bytes: int = HEAD_BYTES) -> type[Limited]:
    """The protocol with these limits."""
    return type("Limited", (Limited,), {"head_seconds": head_seconds, "head_bytes": head_bytes})
