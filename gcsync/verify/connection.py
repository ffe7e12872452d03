"""A connection to the very address that was checked, or through the proxy that the environment names."""

from __future__ import annotations

import base64
import errno
import socket
import ssl
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from gcsync.verify.endpoint import Endpoint
from gcsync.verify.wire import NoAnswer, limited, read_status

_TRIED: Final = 4
"""Of the addresses of a host; each may take its time."""
_NO_WAY: Final = (errno.ENETUNREACH, errno.EHOSTUNREACH, errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT)
"""What a machine without IPv6 says of an IPv6 address."""


@dataclass(frozen=True, slots=True)
class Network:
    """What a test replaces: looking a name up, opening a connection to an address, and the time that passes."""

    resolve: Callable[..., list[Any]] = socket.getaddrinfo
    connect: Callable[..., socket.socket] = socket.create_connection
    clock: Callable[[], float] = time.monotonic


class NoConnection(Exception):
    """No connection was made; the message says why, for a person."""


class UnknownProxy(NoConnection):
    """The proxy is of a kind that is not spoken here: nothing was tried."""


def look_up(endpoint: Endpoint, network: Network) -> list[str]:
    """The addresses of the host, each once, in the order in which the system would try them. Raises NoConnection."""
    try:
        found = network.resolve(endpoint.host, endpoint.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise NoConnection(words(error, 0)) from None
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def dial(endpoint: Endpoint, addresses: Sequence[str], network: Network, seconds: float) -> socket.socket:
    """A connection to the first of the addresses that takes one: the name is not looked up again.

    Raises NoConnection with what one of them said; that there is no way to another is said only where there is to none.
    """
    refused, no_way = "", ""
    for address in _in_turn(addresses)[:_TRIED]:
        try:
            return network.connect((address, endpoint.port), timeout=seconds)
        except OSError as error:
            told = f"{endpoint.shown_address(address)}, port {endpoint.port}: {words(error, seconds)}"
            if error.errno in _NO_WAY:
                no_way = no_way or told
            else:
                refused = told
    raise NoConnection(refused or no_way or "it has no address")


def _in_turn(addresses: Sequence[str]) -> list[str]:
    """IPv6 and IPv4 by turns: a machine that has only one of them finds its own among the first."""
    kinds = dict.fromkeys(":" in address for address in addresses)
    groups = [[address for address in addresses if (":" in address) is kind] for kind in kinds]
    return [address for group in zip_longest(*groups) for address in group if address is not None]


def through(proxy: str, endpoint: Endpoint, network: Network, seconds: float) -> socket.socket:
    """A tunnel through an HTTP proxy, which looks the name up. Raises NoConnection; nothing is told of its password."""
    try:
        parts = urlsplit(proxy if "://" in proxy else f"http://{proxy}")
        host, port = parts.hostname, parts.port or 80
    except ValueError:
        raise NoConnection("what the environment names is no URL of a proxy") from None
    if parts.scheme != "http":
        raise UnknownProxy("only a proxy with http:// can be used here")
    if not host:
        raise NoConnection("what the environment names is no URL of a proxy")
    try:
        connection = network.connect((host, port), timeout=seconds)
    except (OSError, ValueError) as error:
        raise NoConnection(f"the proxy takes no connection: {words(error, seconds)}") from None
    try:
        with limited(connection, seconds):
            connection.sendall(_connect_request(endpoint, parts.username, parts.password))
            status = read_status(connection)
    except (OSError, NoAnswer):
        connection.close()
        raise NoConnection("the proxy did not answer") from None
    if status != 200:
        connection.close()
        raise NoConnection(f"the proxy refuses to connect to it ({status})")
    return connection


def _connect_request(endpoint: Endpoint, user: str | None, password: str | None) -> bytes:
    host = f"[{endpoint.host}]" if ":" in endpoint.host else endpoint.host
    lines = [f"CONNECT {host}:{endpoint.port} HTTP/1.1", f"Host: {host}:{endpoint.port}"]
    if user is not None:
        pair = f"{unquote(user)}:{unquote(password or '')}".encode()
        lines.append(f"Proxy-Authorization: Basic {base64.b64encode(pair).decode()}")
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


def secure(connection: socket.socket, host: str, context: ssl.SSLContext, seconds: float) -> ssl.SSLSocket:
    """TLS on a connection, with the name of the host checked. Raises OSError (ssl.SSLError among them)."""
    # RFC 6066, section 3: the name without the dot at its end.
    secured = context.wrap_socket(connection, server_hostname=host.removesuffix("."), do_handshake_on_connect=False)
    try:
        with limited(secured, seconds) as ran_out:
            try:
                secured.do_handshake()
            except OSError:
                if ran_out.is_set():
                    raise TimeoutError from None
                raise
    except BaseException:
        secured.close()
        raise
    return secured


def words(error: Exception, seconds: float) -> str:
    """What went wrong, for a person: `Connection refused`."""
    if isinstance(error, TimeoutError):
        return f"no answer within {seconds:g} s"
    if isinstance(error, ssl.SSLError):
        return (error.reason or "the TLS handshake failed").replace("_", " ").lower()
    return getattr(error, "strerror", None) or type(error).__name__
