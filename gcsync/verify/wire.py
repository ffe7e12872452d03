"""One HTTP request over a connection that is open, byte by byte as it was asked for, and one answer.

It is no client for general use, on purpose: it follows no redirect, keeps no cookie, decompresses nothing, and can send
what no library would send, since `receiver test` must.
"""

from __future__ import annotations

import http.client
import io
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from gcsync import __version__
from gcsync.verify.endpoint import Endpoint

LONGEST_BODY: Final = 256 * 1024


class Trouble(StrEnum):
    """Why there was no answer."""

    SLOW = "slow"
    CUT = "cut"
    NOT_HTTP = "not HTTP"
    NO_CERTIFICATE = "no certificate of the client"


class NoAnswer(Exception):
    """There was no answer that could be read."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(trouble.value)
        self.trouble = trouble


@dataclass(frozen=True, slots=True)
class Answer:
    """`headers` by their names in lower case; `body` at most `LONGEST_BODY` bytes; `seconds` until its last byte."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    seconds: float = 0.0

    @property
    def media_type(self) -> str:
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()


def compose(
    endpoint: Endpoint,
    body: bytes,
    *,
    method: str = "POST",
    media_type: str = "application/json",
    framing: tuple[tuple[str, str], ...] | None = None,
    headers: tuple[tuple[str, str], ...] | None = None,
) -> bytes:
    """A request. `framing` replaces the honest Content-Length, `headers` those of the endpoint."""
    declared = endpoint.headers if headers is None else headers
    names = {name.lower() for name, _ in declared}
    own = [("Host", endpoint.place), ("User-Agent", f"gcsync/{__version__}"), ("Accept", "application/json")]
    own += [("Content-Type", media_type)] if body else []
    length = (("Content-Length", str(len(body))),) if body or method == "POST" else ()
    sent = [*((name, value) for name, value in own if name.lower() not in names), *declared]
    lines = [*sent, *(length if framing is None else framing), ("Connection", "close")]
    head = "".join(f"{name}: {value}\r\n" for name, value in lines)
    return f"{method} {endpoint.target} HTTP/1.1\r\n{head}\r\n".encode("latin-1") + body


def exchange(
    connection: socket.socket, request: bytes, seconds: float, clock: Callable[[], float], *, method: str = "POST"
) -> Answer:
    """Send the request and read the answer, all of it within `seconds`. Raises NoAnswer."""
    began = clock()
    with limited(connection, seconds) as ran_out:
        try:
            _send(connection, request)
            answer = http.client.HTTPResponse(connection, method=method)
            answer.begin()
            body = answer.read(LONGEST_BODY)
        except (http.client.BadStatusLine, http.client.LineTooLong) as error:
            cut = isinstance(error, http.client.RemoteDisconnected)
            raise NoAnswer(_trouble(ran_out, Trouble.CUT if cut else Trouble.NOT_HTTP)) from None
        except TimeoutError:
            raise NoAnswer(Trouble.SLOW) from None
        except ssl.SSLError as error:
            # With TLS 1.3 a server refuses a client without a certificate only after the handshake.
            asked = "CERTIFICATE_REQUIRED" in (error.reason or "")
            raise NoAnswer(_trouble(ran_out, Trouble.NO_CERTIFICATE if asked else Trouble.CUT)) from None
        except (OSError, http.client.HTTPException, ValueError):
            raise NoAnswer(_trouble(ran_out, Trouble.CUT)) from None
        if ran_out.is_set():
            raise NoAnswer(Trouble.SLOW)
    headers = {name.lower(): value for name, value in answer.getheaders()}
    if len(body) < LONGEST_BODY and answer.length:
        raise NoAnswer(Trouble.CUT)
    return Answer(answer.status, headers, body, clock() - began)


def _send(connection: socket.socket, request: bytes) -> None:
    """A server may answer before it has read everything, and close: what it said is still there to be read."""
    try:
        connection.sendall(request)
    except TimeoutError:
        raise
    except OSError:
        return


def _trouble(ran_out: threading.Event, otherwise: Trouble) -> Trouble:
    return Trouble.SLOW if ran_out.is_set() else otherwise


@contextmanager
def limited(connection: socket.socket, seconds: float) -> Iterator[threading.Event]:
    """End the connection after so many seconds, however slowly it goes on; the event tells that this happened.

    A time limit of the socket alone begins anew with every byte.
    """
    ran_out = threading.Event()

    def end() -> None:
        ran_out.set()
        try:
            # Not the method of a TLS connection: that one takes its state away under the thread that reads.
            socket.socket.shutdown(connection, socket.SHUT_RDWR)
        except OSError:
            return

    connection.settimeout(seconds)
    timer = threading.Timer(seconds, end)
    timer.daemon = True
    timer.start()
    try:
        yield ran_out
    finally:
        timer.cancel()


def read_status(connection: socket.socket) -> int:
    """The status of an answer to CONNECT, read without a byte of what comes after it. Raises NoAnswer, OSError."""
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        received = connection.recv(1)
        if not received or len(head) > 16_384:
            raise NoAnswer(Trouble.CUT)
        head += received
    words = io.BytesIO(head).readline().split()
    if len(words) < 2 or not words[0].startswith(b"HTTP/") or not words[1].isdigit():
        raise NoAnswer(Trouble.NOT_HTTP)
    return int(words[1])
