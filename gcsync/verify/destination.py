"""One destination: its name, its addresses, its certificate, and the handshake, each a line of its own.

The handshake is the only thing that is sent: one, over the connection whose address and certificate were checked.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from gcsync.model.check import Check, CheckStatus
from gcsync.model.diagnostic import DiagnosticError
from gcsync.remote.redaction import Redactor
from gcsync.remote.settings import is_loopback
from gcsync.verify.addresses import why_not_public
from gcsync.verify.certificate import expiry, no_tls, untrusted
from gcsync.verify.connection import Network, NoConnection, UnknownProxy, dial, look_up, secure, through
from gcsync.verify.endpoint import Endpoint
from gcsync.verify.handshake import judge, request_body, unanswered
from gcsync.verify.wire import NoAnswer, compose, exchange

PARTS: Final = ("dns", "address", "connection", "tls", "host_name", "expiry", "handshake")

_DNS_HINT: Final = "correct the URL, or publish the name: Genesys Cloud must be able to resolve it"
_PUBLIC_HINT: Final = (
    "Genesys Cloud cannot reach it; make the endpoint public, or, where a VPC endpoint leads to it, check from inside "
    "with --allow-private"
)
_CONNECTION_HINT: Final = (
    "is it running, and does its firewall or security group let the addresses of Genesys Cloud in, on this port?"
)
_ROUTE_HINT: Final = "is it running there, and is --connect-to right?"
_NONE_SENT_HINT: Final = (
    "none was sent: declare the header that it expects under `headers` of the destination; receiver test takes --auth"
)
_PROXY_HINT: Final = "check HTTPS_PROXY, ALL_PROXY and NO_PROXY"


@dataclass(frozen=True)
class Probe:
    """The edge: environment, time, network, and how far to go. `seconds` is for each of connection, TLS and answer."""

    environ: Mapping[str, str]
    now: Callable[[], datetime]
    token: Callable[[], str]
    """A new token for each handshake; upper and lower case, so that a changed case shows."""
    network: Network = field(default_factory=Network)
    allow_private: bool = False
    seconds: float = 10.0
    routes: Mapping[tuple[str, int], tuple[str, int]] = field(default_factory=dict)
    """`--connect-to`: where the connection for a host and port goes instead. TLS and request keep the name."""


def check_endpoint(endpoint: Endpoint, probe: Probe) -> tuple[Check, ...]:
    """A check for each of `PARTS`, in their order. What a failure before it kept from being checked says so."""
    found = list(_Look(endpoint, probe).checks())
    done = {check.check for check in found}
    reason = _why_not(found)
    missing = [Check(part, CheckStatus.NOT_CHECKED, reason) for part in PARTS if part not in done]
    return tuple(sorted([*found, *missing], key=lambda check: PARTS.index(check.check)))


def _why_not(found: Sequence[Check]) -> str:
    """What keeps the rest from being checked."""
    last = found[-1]
    if last.check == "connection" and last.status is CheckStatus.NOT_CHECKED:
        return "no connection was made"
    failed = next((check.check for check in found if check.status is CheckStatus.FAIL), "")
    return f"{failed} failed" if failed and failed != "handshake" else "the connection is not encrypted"


def not_checked(reason: str, hint: str = "", code: str = "") -> tuple[Check, ...]:
    """The same lines where nothing can be looked at."""
    return tuple(Check(part, CheckStatus.NOT_CHECKED, reason, hint, code) for part in PARTS)


@dataclass(frozen=True, slots=True)
class _Look:
    endpoint: Endpoint
    probe: Probe

    def checks(self) -> Iterator[Check]:
        """Ends with the first failure that leaves nothing to look at."""
        from requests.utils import select_proxy

        from gcsync.remote.transport import proxies_for

        proxy = select_proxy(self.endpoint.origin, proxies_for(self.endpoint.origin, self.probe.environ))
        route = self.probe.routes.get((self.endpoint.host.lower(), self.endpoint.port))
        if self.endpoint.scheme == "http" and not is_loopback(self.endpoint.host):
            message = "plain http is for this machine only: credentials and events would go unencrypted"
            yield _fail("connection", message, "use https://", "GC826")
        elif route is not None:
            yield from self._by_route(*route)
        elif proxy is None:
            yield from self._directly()
        else:
            yield from self._through(proxy)

    def _directly(self) -> Iterator[Check]:
        shown = self.endpoint.shown
        try:
            addresses = look_up(self.endpoint, self.probe.network)
        except NoConnection as error:
            yield _fail("dns", f"the name of {shown} cannot be resolved: {error}", _DNS_HINT, "GC824")
            return
        yield _ok("dns", self._found(addresses))
        address = self._address(addresses)
        yield address
        if address.status is CheckStatus.FAIL:
            return
        yield from self._connected(lambda: dial(self.endpoint, addresses, self.probe.network, self.probe.seconds))

    def _found(self, addresses: list[str]) -> str:
        host = self.endpoint.shown_host
        if addresses == [self.endpoint.host]:
            return f"{host} is an address itself"
        if self.endpoint.sensitive:
            return f"{host} has {len(addresses)} address{'es' * (len(addresses) > 1)}"
        return f"{host} is {', '.join(sorted(addresses))}"

    def _address(self, addresses: list[str]) -> Check:
        """Every address must be public: the sender may take any of them."""
        private = {address: reason for address in addresses if (reason := why_not_public(address))}
        if not private:
            return _ok("address", "public" if len(addresses) == 1 else f"all {len(addresses)} are public")
        told = ", ".join(f"{self.endpoint.shown_address(address)} is {reason}" for address, reason in private.items())
        if self.probe.allow_private:
            return _ok("address", f"{told}, which is allowed here")
        return _fail("address", f"not public: {told}; no connection was made", _PUBLIC_HINT, "GC825")

    def _through(self, proxy: str) -> Iterator[Check]:
        """The proxy looks the name up and connects, so its rules decide what can be reached."""
        reason = why_not_public(self.endpoint.host)
        yield Check("dns", CheckStatus.NOT_CHECKED, "the proxy looks names up")
        if reason == "no IP address" or self.probe.allow_private:
            yield Check("address", CheckStatus.NOT_CHECKED, "the proxy looks names up")
        elif reason:
            yield _fail("address", f"not public: {self.endpoint.shown_host} is {reason}", _PUBLIC_HINT, "GC825")
            return
        else:
            yield _ok("address", "public")
        network, seconds = self.probe.network, self.probe.seconds
        opened = f"port {self.endpoint.port} is open, through the proxy"
        yield from self._connected(
            lambda: through(proxy, self.endpoint, network, seconds), _PROXY_HINT, "GC839", opened
        )

    def _by_route(self, host: str, port: int) -> Iterator[Check]:
        """Whoever names an address on the command line means it, private or not."""
        there = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        yield Check("dns", CheckStatus.NOT_CHECKED, f"--connect-to leads to {there}")
        yield Check("address", CheckStatus.NOT_CHECKED, f"--connect-to leads to {there}")
        elsewhere, network, seconds = replace(self.endpoint, port=port), self.probe.network, self.probe.seconds
        yield from self._connected(
            lambda: dial(elsewhere, [host], network, seconds), _ROUTE_HINT, opened=f"{there} is open"
        )

    def _connected(
        self,
        connect: Callable[[], socket.socket],
        hint: str = _CONNECTION_HINT,
        code: str = "GC826",
        opened: str = "",
    ) -> Iterator[Check]:
        """`hint` and `code` are those of a connection that is not made; `opened` says that it was."""
        try:
            connection = connect()
        except UnknownProxy as error:
            yield Check("connection", CheckStatus.NOT_CHECKED, str(error), _PROXY_HINT, "GC839")
            return
        except NoConnection as error:
            yield _fail("connection", str(error), hint, code)
            return
        with connection:
            yield _ok("connection", opened or f"port {self.endpoint.port} is open")
            if self.endpoint.scheme == "http":
                yield self._handshake(connection)
            else:
                yield from self._secured(connection)

    def _secured(self, connection: socket.socket) -> Iterator[Check]:
        from gcsync.remote.transport import trusting_context

        endpoint, seconds = self.endpoint, self.probe.seconds
        try:
            secured = secure(connection, endpoint.host, trusting_context(self.probe.environ), seconds)
        except ssl.SSLCertVerificationError as error:
            yield from untrusted(error, endpoint)
            return
        except DiagnosticError as error:
            found = error.diagnostics[0]
            yield _fail("tls", found.message, found.hint, found.code)
            return
        except OSError as error:
            yield no_tls(error, endpoint, seconds)
            return
        with secured:
            yield _ok("tls", f"{secured.version()}, the chain is trusted")
            yield _ok("host_name", f"the certificate is issued for {endpoint.shown_host}")
            yield expiry(secured, self.probe.now())
            yield self._handshake(secured)

    def _handshake(self, connection: socket.socket) -> Check:
        token, seconds = self.probe.token(), self.probe.seconds
        redactor = Redactor()
        redactor.learn(*self.endpoint.secrets)
        request = compose(self.endpoint, request_body(token))
        try:
            answer = exchange(connection, request, seconds, self.probe.network.clock)
        except NoAnswer as error:
            return unanswered(error, seconds)
        found = judge(answer, token, redactor.clean)
        return replace(found, hint=_NONE_SENT_HINT) if answer.status == 401 and not self.endpoint.headers else found


def _ok(part: str, message: str) -> Check:
    return Check(part, CheckStatus.OK, message)


def _fail(part: str, message: str, hint: str, code: str) -> Check:
    return Check(part, CheckStatus.FAIL, message, hint, code)
