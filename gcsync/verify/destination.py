"""One destination: its name, its addresses, its certificate, and the handshake, each a line of its own.

The handshake is the only thing that is sent: one, over the connection whose address and certificate were checked.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Final

from gcsync.model.check import Check, CheckStatus
from gcsync.model.diagnostic import DiagnosticError
from gcsync.remote.redaction import Redactor
from gcsync.remote.settings import is_loopback
from gcsync.verify.addresses import why_not_public
from gcsync.verify.connection import Network, NoConnection, UnknownProxy, dial, look_up, secure, through, words
from gcsync.verify.endpoint import Endpoint
from gcsync.verify.handshake import judge, request_body, unanswered
from gcsync.verify.wire import NoAnswer, compose, exchange

PARTS: Final = ("dns", "address", "connection", "tls", "host_name", "expiry", "handshake")
FEW_DAYS: Final = 21

_DNS_HINT: Final = "correct the URL, or publish the name: Genesys Cloud must be able to resolve it"
_PUBLIC_HINT: Final = (
    "Genesys Cloud cannot reach it; make the endpoint public, or, where a VPC endpoint leads to it, check from inside "
    "with --allow-private"
)
_CONNECTION_HINT: Final = (
    "is it running, and does its firewall or security group let the addresses of Genesys Cloud in, on this port?"
)
_ROUTE_HINT: Final = "is it running there, and is --connect-to right?"
_CHAIN_HINT: Final = (
    "install a certificate of a public authority with its whole chain (the intermediate ones too); for an authority "
    "of your own, set REQUESTS_CA_BUNDLE here, and see that the sender trusts it"
)
_INTERMEDIATE_HINT: Final = (
    "the server must send its intermediate certificates after its own (fullchain.pem, not cert.pem): browsers fetch "
    "them, senders do not; for an authority of your own, set REQUESTS_CA_BUNDLE here, and see that the sender trusts it"
)
_CLOCK_HINT: Final = "is the clock of this machine right (gcsync doctor tells)? Else the certificate begins too late"
_NAME_HINT: Final = "issue the certificate for this name, or declare the name that it is issued for"
_EXPIRY_HINT: Final = "renew the certificate; see why its automatic renewal did not"
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
        return f"{host} is {', '.join(addresses)}"

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
            yield from _untrusted(error, endpoint)
            return
        except DiagnosticError as error:
            found = error.diagnostics[0]
            yield _fail("tls", found.message, found.hint, found.code)
            return
        except OSError as error:
            yield _fail("tls", f"it does not speak TLS: {words(error, seconds)}", "is the port that of https?", "GC827")
            return
        with secured:
            yield _ok("tls", f"{secured.version()}, the chain is trusted")
            yield _ok("host_name", f"the certificate is issued for {endpoint.shown_host}")
            yield _expiry(secured, self.probe.now())
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
        return judge(answer, token, redactor.clean)


def _untrusted(error: ssl.SSLCertVerificationError, endpoint: Endpoint) -> Iterator[Check]:
    """OpenSSL names the first thing that it dislikes: the chain, then the name, then the time.

    Source of the numbers: openssl-verification-options(1), X509_V_ERR_*.
    """
    trusted = _ok("tls", "the chain is trusted")
    said = error.verify_message
    if error.verify_code in _WRONG_NAME:
        yield trusted
        yield _fail("host_name", f"the certificate is not issued for {endpoint.shown_host}", _NAME_HINT, "GC827")
    elif error.verify_code in _WRONG_TIME:
        yield trusted
        message = "the certificate has expired" if error.verify_code == _EXPIRED else f"the {said}"
        yield _fail("expiry", message, _EXPIRY_HINT if error.verify_code == _EXPIRED else _CLOCK_HINT, "GC828")
    else:
        hint = _INTERMEDIATE_HINT if error.verify_code in _NO_ISSUER else _CHAIN_HINT
        yield _fail("tls", f"the certificate of {endpoint.shown_host} is not trusted: {said}", hint, "GC827")


_EXPIRED: Final = 10
_WRONG_TIME: Final = (9, _EXPIRED)
_WRONG_NAME: Final = (62, 64)
_NO_ISSUER: Final = (2, 20, 21)


def _expiry(secured: ssl.SSLSocket, now: datetime) -> Check:
    """How long the certificate is still valid."""
    certificate = secured.getpeercert() or {}
    ends = datetime.fromtimestamp(ssl.cert_time_to_seconds(str(certificate["notAfter"])), UTC)
    days = (ends - now).days
    message = f"the certificate is valid for {days} more days, until {ends:%Y-%m-%d}"
    if days < FEW_DAYS:
        return Check("expiry", CheckStatus.WARN, message, _EXPIRY_HINT, "GC828")
    return _ok("expiry", message)


def _ok(part: str, message: str) -> Check:
    return Check(part, CheckStatus.OK, message)


def _fail(part: str, message: str, hint: str, code: str) -> Check:
    return Check(part, CheckStatus.FAIL, message, hint, code)
