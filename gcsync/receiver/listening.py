"""The port that a receiver listens on: one socket, or one for each worker."""

from __future__ import annotations

import ipaddress
import socket
import sys
from typing import Final

from gcsync.model.diagnostic import Diagnostic, DiagnosticError

BACKLOG: Final = 1024


def listen(host: str, port: int) -> socket.socket:
    """Raises DiagnosticError (GC810)."""
    try:
        listener = _bound(host, port)
        try:
            listener.listen(BACKLOG)
        except OSError:
            listener.close()
            raise
    except OSError as error:
        raise DiagnosticError(_cannot_listen(host, port, error)) from None
    return listener


def bind_for(workers: int, host: str, port: int) -> list[socket.socket]:
    """A socket of one port for each worker, who is to listen on it. Raises DiagnosticError (GC810).

    Linux gives every socket its share of new connections. Elsewhere all workers have the same socket, and whoever is
    quickest gets a connection.
    """
    if sys.platform != "linux":
        return [listen(host, port)] * workers
    found: list[socket.socket] = []
    try:
        # A port may be shared with any process of this user: only this attempt finds that another one has it.
        _bound(host, port).close()
        for _ in range(workers):
            found.append(_bound(host, port, shared=True))
            port = found[0].getsockname()[1]
    except OSError as error:
        for listener in found:
            listener.close()
        raise DiagnosticError(_cannot_listen(host, port, error)) from None
    return found


def url_of(listener: socket.socket, scheme: str, path: str) -> str:
    """Where the endpoint is, as seen from this machine."""
    host, port = listener.getsockname()[:2]
    address = ipaddress.ip_address(host.partition("%")[0])
    if address.is_unspecified:
        address = ipaddress.ip_address("127.0.0.1" if address.version == 4 else "::1")
    return f"{scheme}://{f'[{address}]' if address.version == 6 else address}:{port}{path}"


def _bound(host: str, port: int, *, shared: bool = False) -> socket.socket:
    family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    listener = socket.socket(family, kind, protocol)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if shared:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        listener.bind(address)
    except OSError:
        listener.close()
        raise
    return listener


def _cannot_listen(host: str, port: int, error: OSError) -> Diagnostic:
    hint = "name another port, or 0 for any free one; --host 0.0.0.0 for all addresses of this machine"
    message = f"the receiver cannot listen on {host}:{port}: {error.strerror or error}"
    return Diagnostic("GC810", message, path="--host, --port", hint=hint)
