"""A TLS server of one test, whose certificate and answers the test chooses, and that keeps what it was sent."""

from __future__ import annotations

import json
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import trustme

from gcsync.verify import Network, Probe

HOST = "events.example.com"
PATIENCE_SECONDS = 180.0
"""However slow the machine is: nothing that is well takes so long."""
TOKEN = "gcsyncVerify0123456789abcdefToken"


@dataclass(frozen=True)
class Received:
    """A request, as far as it came."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def token(self) -> str:
        return str(json.loads(self.body)["verification_token"])


Behaviour = Callable[[Received, socket.socket], bytes | None]
"""The bytes that are answered; None where it has done something else with the connection."""


@dataclass
class Server:
    port: int
    trusted: Path
    received: list[Received] = field(default_factory=list)
    connections: int = 0

    def url(self, path: str = "/genesys-events", host: str = HOST) -> str:
        return f"https://{host}:{self.port}{path}"

    def environ(self) -> dict[str, str]:
        return {"SSL_CERT_FILE": str(self.trusted)}

    def resolve(self, host: str, port: int, **_: Any) -> list[Any]:
        """Every name is this machine."""
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

    def probe(self, **changes: Any) -> Probe:
        given = {"network": still(self.resolve), "allow_private": True, "seconds": PATIENCE_SECONDS} | changes
        return Probe(given.pop("environ", self.environ()), lambda: datetime.now(UTC), lambda: TOKEN, **given)


def still(*how: Any, clock: Callable[[], float] = lambda: 0.0) -> Network:
    """A network on which every answer comes at once, as far as its clock tells: a slow machine is no slow endpoint."""
    return Network(*how, clock=clock)


@contextmanager
def unheard() -> Iterator[int]:
    """A port of this machine on which nothing listens, and which nobody else gets meanwhile."""
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        yield nobody.getsockname()[1]


def http(status: int, body: str | bytes = b"", media_type: str = "application/json", **headers: str) -> bytes:
    """An answer as a server would write it."""
    raw = body.encode() if isinstance(body, str) else body
    more = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    head = f"HTTP/1.1 {status} Whatever\r\nContent-Type: {media_type}\r\n{more}Content-Length: {len(raw)}\r\n\r\n"
    return head.encode() + raw


def echo(received: Received, _connection: socket.socket) -> bytes:
    """The handshake, as it should be."""
    return http(200, json.dumps({"verification_token": received.token}))


def saying(answer: Callable[[str], Any], **how: Any) -> Behaviour:
    """Answers JSON that is made of the token."""
    return lambda received, _: http(how.pop("status", 200), json.dumps(answer(received.token)), **how)


@contextmanager
def endpoint(
    folder: Path,
    behaviour: Behaviour = echo,
    *,
    name: str = HOST,
    begins: datetime | None = None,
    expires: datetime | None = None,
    trusted: bool = True,
    at_once: bool = True,
    lonely: bool = False,
    adjust: Callable[[ssl.SSLContext], object] = lambda _: None,
) -> Iterator[Server]:
    """Serve on 127.0.0.1; `at_once` False serves one connection after another.

    `lonely`: the server sends its own certificate, and not that of the authority between it and the trusted one.
    `adjust` changes how it speaks TLS.
    """
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    issuer = authority.create_child_ca() if lonely else authority
    leaf = issuer.issue_cert(name, not_before=begins, not_after=expires)
    with trustme.Blob(leaf.private_key_pem.bytes() + leaf.cert_chain_pems[0].bytes()).tempfile() as alone:
        context.load_cert_chain(alone)
    adjust(context)
    path = folder / "authority.pem"
    (authority if trusted else trustme.CA()).cert_pem.write_to_path(str(path))
    listener = socket.create_server(("127.0.0.1", 0))
    server = Server(listener.getsockname()[1], path)
    threads = [threading.Thread(target=_accept, args=(listener, context, server, behaviour, at_once), daemon=True)]
    threads[0].start()
    try:
        yield server
    finally:
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        threads[0].join(PATIENCE_SECONDS)


def _accept(
    listener: socket.socket, context: ssl.SSLContext, server: Server, behaviour: Behaviour, at_once: bool
) -> None:
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        server.connections += 1
        arguments = (connection, context, server, behaviour)
        if at_once:
            threading.Thread(target=_serve, args=arguments, daemon=True).start()
        else:
            _serve(*arguments)


def _serve(connection: socket.socket, context: ssl.SSLContext, server: Server, behaviour: Behaviour) -> None:
    connection.settimeout(PATIENCE_SECONDS)
    with suppress(OSError, ValueError), connection, context.wrap_socket(connection, server_side=True) as secured:
        received = read_request(secured)
        if received is None:
            return
        server.received.append(received)
        answer = behaviour(received, secured)
        if answer is not None:
            secured.sendall(answer)
            with suppress(OSError):
                secured.unwrap()


def read_request(connection: socket.socket) -> Received | None:
    """A request with an honest Content-Length; None where the connection ended before, or two lengths are told."""
    head = b""
    while b"\r\n\r\n" not in head:
        some = connection.recv(65_536)
        if not some:
            return None
        head += some
    text, _, body = head.partition(b"\r\n\r\n")
    first, *lines = text.decode("latin-1").split("\r\n")
    fields = [(name.lower(), value.strip()) for name, _, value in (line.partition(":") for line in lines)]
    headers = dict(fields)
    if [name for name, _ in fields].count("content-length") > 1:
        return None
    while len(body) < int(headers.get("content-length", "0")):
        some = connection.recv(65_536)
        if not some:
            return None
        body += some
    method, target, _ = first.split(" ")
    return Received(method, target, headers, body)
