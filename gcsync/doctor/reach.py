"""Can a host be reached: its name, its port, its certificate, each told apart. Sends no request."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from gcsync.model.check import Check, CheckStatus
from gcsync.model.diagnostic import DiagnosticError

SECONDS: Final = 5.0

_NETWORK_HINT: Final = "check the network, the region, and GENESYS_CLOUD_API_URL and GENESYS_CLOUD_LOGIN_URL"
_NO_PROXY: Final = "what the environment names is no URL of a proxy"
_PROXY_HINT: Final = "check HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY"
_CERTIFICATE_HINT: Final = (
    "behind a proxy that opens TLS, set REQUESTS_CA_BUNDLE or SSL_CERT_FILE to a file with its certificate"
)


@dataclass(frozen=True, slots=True)
class Network:
    """What a test replaces: looking a name up, and opening a connection."""

    resolve: Callable[..., list[Any]] = socket.getaddrinfo
    connect: Callable[..., socket.socket] = socket.create_connection


def check_host(name: str, url: str, environ: Mapping[str, str], network: Network) -> Iterator[Check]:
    """`<name>.dns`, `<name>.tcp` and `<name>.tls` of the host of a URL, or of the proxy that leads there."""
    from requests.utils import select_proxy

    from gcsync.remote.transport import proxies_for

    proxy = select_proxy(url, proxies_for(url, environ))
    host = _Host(name, url, environ, network)
    if proxy is not None:
        yield from host.through(proxy)
    else:
        yield from host.directly()


@dataclass(frozen=True, slots=True)
class _Host:
    name: str
    url: str
    environ: Mapping[str, str]
    network: Network

    def directly(self) -> Iterator[Check]:
        parts = urlsplit(self.url)
        host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
        addresses = self._addresses(host, port)
        if isinstance(addresses, Check):
            yield addresses
            yield from self._not_checked(f"the name of {host} cannot be resolved", "tcp", "tls")
            return
        written = f"{host} is an address itself" if addresses == [host] else f"{host} is {', '.join(addresses)}"
        yield self._ok("dns", written)
        try:
            connection = self.network.connect((host, port), timeout=SECONDS)
        except OSError as error:
            yield self._fail("tcp", f"{host}, port {port}: {_words(error)}", _PORT_HINT, "GC692")
            yield from self._not_checked(f"{host} takes no connection", "tls")
            return
        with connection:
            yield self._ok("tcp", f"{host} takes connections on port {port}")
            yield self._tls(connection, host, parts.scheme)

    def through(self, proxy: str) -> Iterator[Check]:
        """The proxy looks the name up and passes TLS on; whether that works shows in the token and the organization."""
        yield from self._not_checked("the proxy looks names up", "dns")
        try:
            parts = urlsplit(proxy if "://" in proxy else f"http://{proxy}")
            host, port = parts.hostname or "", parts.port or 80
        except ValueError:
            host, port = "", 0
        yield self._proxy(host, port) if host else self._fail("tcp", _NO_PROXY, _PROXY_HINT, "GC692")
        yield from self._not_checked("it goes through the proxy: the check of the token shows it", "tls")

    def _proxy(self, host: str, port: int) -> Check:
        where = f"the proxy {host}, port {port}"
        try:
            with self.network.connect((host, port), timeout=SECONDS):
                return self._ok("tcp", f"{where}, takes connections")
        except (OSError, ValueError) as error:
            return self._fail("tcp", f"{where}: {_words(error)}", _PROXY_HINT, "GC692")

    def _addresses(self, host: str, port: int) -> list[str] | Check:
        try:
            found = self.network.resolve(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            return self._fail("dns", f"the name of {host} cannot be resolved: {_words(error)}", _NETWORK_HINT, "GC691")
        return sorted({str(entry[4][0]) for entry in found})

    def _tls(self, connection: socket.socket, host: str, scheme: str) -> Check:
        from gcsync.remote.transport import trusting_context

        if scheme != "https":
            return next(self._not_checked("plain http to this machine", "tls"))
        try:
            with trusting_context(self.environ).wrap_socket(connection, server_hostname=host) as secured:
                return self._ok("tls", f"{secured.version()}, the certificate of {host} is trusted")
        except ssl.SSLCertVerificationError as error:
            message = f"the certificate of {host} is not trusted: {error.verify_message}"
            return self._fail("tls", message, _CERTIFICATE_HINT, "GC693")
        except DiagnosticError as error:
            found = error.diagnostics[0]
            return self._fail("tls", found.message, found.hint, found.code)
        except OSError as error:
            return self._fail("tls", f"the TLS handshake with {host} failed: {_words(error)}", _SCHEME_HINT, "GC693")

    def _ok(self, part: str, message: str) -> Check:
        return Check(f"{self.name}.{part}", CheckStatus.OK, message)

    def _fail(self, part: str, message: str, hint: str, code: str) -> Check:
        return Check(f"{self.name}.{part}", CheckStatus.FAIL, message, hint, code)

    def _not_checked(self, why: str, *names: str) -> Iterator[Check]:
        for part in names:
            yield Check(f"{self.name}.{part}", CheckStatus.NOT_CHECKED, why)


_PORT_HINT: Final = f"{_NETWORK_HINT}; a firewall that only lets a proxy out takes HTTPS_PROXY"
_SCHEME_HINT: Final = "does the URL begin with the right scheme, and is nothing in between?"


def _words(error: Exception) -> str:
    """What went wrong, for a person: `timed out`, `Connection refused`."""
    if isinstance(error, TimeoutError):
        return f"no answer within {SECONDS:.0f} s"
    if isinstance(error, ssl.SSLError):
        return (error.reason or "the handshake failed").replace("_", " ").lower()
    return getattr(error, "strerror", None) or str(error) or type(error).__name__
