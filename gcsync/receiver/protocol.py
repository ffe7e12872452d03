"""HTTP connections that take no more time and memory than a request needs until the application has it.

What uvicorn's protocol does not see to, and this one does: how long a head may take and how large it may be; a body
that goes on behind its answer; an answer that nobody reads; one answer to each request, in turn, whatever follows it;
and that a wish to go on in another protocol is no reason to read a body as if it were the next request.
"""

from __future__ import annotations

import asyncio
from typing import Final

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from gcsync.receiver.cycle import Cycle, JoinedWrites

HEAD_SECONDS: Final = 10.0
HEAD_BYTES: Final = 32 * 1024
_DISCARDED_BYTES = 16 * 1024 * 1024
_QUEUED_REQUESTS = 256
_NO_HTTP = "Invalid HTTP request received."


class Limited(HttpToolsProtocol):
    """uvicorn's protocol with a limit on how long and how large the head of a request may be.

    A head begins with the connection or with its first byte, and ends where the application gets the request. What is
    left of a body after its answer is read and thrown away, so that a sender gets to read the answer, and for as long
    as a head may take; so long, too, a sender may leave an answer unread.
    """

    head_seconds = HEAD_SECONDS
    head_bytes = HEAD_BYTES

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        self._unasked = 0
        self._in_body = False
        self._ended = False
        self._broken = False
        self._patience: asyncio.TimerHandle | None = None
        self._unread: asyncio.TimerHandle | None = None
        super().connection_made(transport)
        self._joined = JoinedWrites(transport, self.loop)
        self.transport = self._joined
        self._wait()

    def data_received(self, data: bytes) -> None:
        if self._broken:
            return
        before = self.cycle
        self._ended = False
        self._unset_keepalive_if_required()
        self._feed(data)
        # _ended: what is thrown away has ended with these bytes, and nothing else has begun.
        if self.cycle is not before or self._ended or self._is_answering() or self.transport.is_closing():
            self._unasked = 0
            self._stop_waiting()
            return
        self._wait()
        self._unasked += len(data)
        if self._unasked > (_DISCARDED_BYTES if self._in_body else self.head_bytes):
            self._refuse(b"431 Request Header Fields Too Large")

    def _feed(self, data: bytes) -> None:
        rest = memoryview(data)
        try:
            while rest:
                try:
                    self.parser.feed_data(rest)
                except httptools.HttpParserUpgrade as upgrade:
                    rest = rest[upgrade.args[0] :]
                    self._stay()
                else:
                    return
        except httptools.HttpParserError:
            self.send_400_response(_NO_HTTP)

    def _stay(self) -> None:
        """Read the head again as if it did not wish for another protocol (RFC 9110, section 7.8: it is a wish).

        The parser skips the body of such a request, and would take it for the next one. Raises HttpParserError.
        """
        version = self.parser.get_http_version().encode()
        lines = [b"%s %s HTTP/%s" % (self.parser.get_method(), self.url, version)]
        lines += [b"%s: %s" % field for field in self.headers if field[0] != b"upgrade"]
        self.parser = httptools.HttpRequestParser(self)
        self.parser.feed_data(b"\r\n".join(lines) + b"\r\n\r\n")

    def on_message_begin(self) -> None:
        self._ended = False
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        if self.parser.should_upgrade():
            if self.parser.get_method() == b"CONNECT":
                raise ValueError("a tunnel")
            return
        if len(self.pipeline) >= _QUEUED_REQUESTS:
            raise ValueError("more requests than anybody sends before the first answer")
        names = [name for name, _ in self.headers]
        if names.count(b"host") != 1 and self.parser.get_http_version() == "1.1":
            raise ValueError("one host is to be named (RFC 9112, section 3.2)")
        if b"transfer-encoding" in names and not self._is_chunked_only():
            raise ValueError("what readers of HTTP understand in more than one way (RFC 9112, section 6.1)")
        super().on_headers_complete()
        # uvicorn names its own class; the task that it has made runs later.
        self.cycle.__class__ = Cycle
        self._in_body = True

    def on_message_complete(self) -> None:
        if self.parser.should_upgrade():
            return
        super().on_message_complete()
        self._in_body = False
        self._ended = True
        if self.cycle.response_complete and not self.transport.is_closing():
            # uvicorn took these bytes for a request, and gave up counting how long the connection rests.
            self._unset_keepalive_if_required()
            self.timeout_keep_alive_task = self.loop.call_later(
                self.timeout_keep_alive, self.timeout_keep_alive_handler
            )

    def on_response_complete(self) -> None:
        self._joined.flush()
        more = bool(self.pipeline)
        super().on_response_complete()
        if self.transport.is_closing():
            self._hasten()
        elif self._broken and not more:
            super().send_400_response(_NO_HTTP)
            self._hasten()
        elif self._in_body and not self._is_answering():
            self._wait()

    def send_400_response(self, msg: str) -> None:
        """Answer what is no HTTP, behind the answers to what came before it; what has its answer gets no second one."""
        self._broken = True
        self._stop_waiting()
        if self.pipeline and self._in_body:
            # Its body is what is broken, and it was not begun.
            self.pipeline.popleft()
            return
        if self._is_answering() and not self._in_body:
            return
        if self._in_body and self.cycle.response_started:
            self.transport.close()
        else:
            super().send_400_response(msg)
        self._hasten()

    def eof_received(self) -> bool:  # type: ignore[override]
        """Answer what was asked also where the sender said that it sends no more; TLS knows no such half."""
        if self.scheme == "https" or not self._is_answering() or (self._in_body and not self._broken):
            return False
        # What is broken is answered behind the others, and ends the connection then.
        self.cycle.keep_alive = self.cycle.keep_alive and self._broken
        return True

    def pause_writing(self) -> None:
        super().pause_writing()
        self._hasten()

    def resume_writing(self) -> None:
        if not self.transport.is_closing():
            self._take_time()
        super().resume_writing()

    def timeout_keep_alive_handler(self) -> None:
        super().timeout_keep_alive_handler()
        self._hasten()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_waiting()
        self._take_time()
        super().connection_lost(exc)

    def _is_answering(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def _is_chunked_only(self) -> bool:
        codings = [value.strip().lower() for name, value in self.headers if name == b"transfer-encoding"]
        return codings == [b"chunked"]

    def _wait(self) -> None:
        if self._patience is None:
            self._patience = self.loop.call_later(self.head_seconds, self._refuse, b"408 Request Timeout")

    def _stop_waiting(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None

    def _hasten(self) -> None:
        """End the connection for good if what was written is not read in time: closing it waits for the reader."""
        if self._unread is None:
            self._unread = self.loop.call_later(self.head_seconds, self.transport.abort)

    def _take_time(self) -> None:
        if self._unread is not None:
            self._unread.cancel()
            self._unread = None

    def _refuse(self, status: bytes) -> None:
        self._stop_waiting()
        if self.transport.is_closing():
            return
        if not self._in_body:
            self.transport.write(b"HTTP/1.1 " + status + b"\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
        self.transport.close()
        self._hasten()


def protocol(head_seconds: float = HEAD_SECONDS, head_bytes: int = HEAD_BYTES) -> type[Limited]:
    """The protocol with these limits."""
    return type("Limited", (Limited,), {"head_seconds": head_seconds, "head_bytes": head_bytes})
