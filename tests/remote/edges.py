"""Servers of this machine at the edge of gcsync: one with TLS, one that redirects, a proxy."""

from __future__ import annotations

import contextlib
import datetime
import select
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import trustme

LONGEST_SECONDS = 180
BODY = b'{"id": "a"}'


@dataclass
class Heard:
    """What a server was asked: `METHOD path` lines, and the headers of each."""

    lines: list[str] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)


@contextmanager
def serving(
    status: int = 200, headers: dict[str, str] | None = None, *, context: ssl.SSLContext | None = None
) -> Iterator[tuple[str, Heard]]:
    """A server that gives everybody the same answer, behind TLS with a `context`."""
    heard = Heard()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            heard.lines.append(f"{self.command} {self.path}")
            heard.headers.append(dict(self.headers))
            self.send_response(status)
            for name, value in ({"Content-Length": str(len(BODY))} | (headers or {})).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(BODY)

        def do_POST(self) -> None:
            self.do_GET()

        def log_message(self, *_: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def get_request(self) -> Any:
            connection, address = super().get_request()
            return (context.wrap_socket(connection, server_side=True) if context else connection), address

        def handle_error(self, *_: object) -> None:
            """A client that does not trust the certificate hangs up."""

    with Server(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"{'https' if context else 'http'}://localhost:{server.server_address[1]}", heard
        finally:
            server.shutdown()
            thread.join()


@dataclass(frozen=True)
class Authority:
    """A certificate authority: `trusted` is the file that makes a client trust it."""

    folder: Path
    ca: trustme.CA = field(default_factory=trustme.CA)

    @property
    def trusted(self) -> str:
        path = self.folder / "authority.pem"
        self.ca.cert_pem.write_to_path(path)
        return str(path)

    def context(self, host: str = "localhost", *, expired: bool = False) -> ssl.SSLContext:
        """What a server shows for a host name."""
        yesterday = datetime.datetime(2001, 1, 2, tzinfo=datetime.UTC)
        made = self.ca.issue_cert(host, not_after=yesterday) if expired else self.ca.issue_cert(host)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        made.configure_cert(context)
        return context


@contextmanager
def proxying(target: tuple[str, int]) -> Iterator[tuple[int, Heard]]:
    """A proxy that leads every CONNECT to `target`; its port, and what it was asked."""
    heard = Heard()
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection, contextlib.suppress(OSError):
                head = _read_head(connection)
                lines = head.decode().split("\r\n")
                heard.lines.append(lines[0])
                heard.headers.append(dict(line.split(": ", 1) for line in lines[1:] if ": " in line))
                with socket.create_connection(target) as onward:
                    connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
                    _pump(connection, onward)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield listener.getsockname()[1], heard
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()


def _read_head(connection: socket.socket) -> bytes:
    head = b""
    while b"\r\n\r\n" not in head:
        received = connection.recv(4096)
        if not received:
            return head
        head += received
    return head


def _pump(one: socket.socket, other: socket.socket) -> None:
    while True:
        ready, _, _ = select.select([one, other], [], [], LONGEST_SECONDS)
        if not ready:
            return
        for source in ready:
            data = source.recv(65536)
            if not data:
                return
            (other if source is one else one).sendall(data)
