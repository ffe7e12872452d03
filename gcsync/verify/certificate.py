"""What TLS says of a server: its chain, its name and its days, each a line of its own; and why it says nothing."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final

from gcsync.model.check import Check, CheckStatus
from gcsync.verify.connection import words
from gcsync.verify.endpoint import Endpoint

FEW_DAYS: Final = 21

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
_PORT_HINT: Final = "is the port that of https?"
_NO_SITE_HINT: Final = "set the server up for this name, with a certificate for it, or declare the name that it serves"
_VERSION_HINT: Final = "let the server speak TLS 1.2 or newer"
_ALERT_HINT: Final = (
    "look into the logs of the server: mostly it asks for a certificate of the client (mutual TLS), which no sender "
    "of events has, or shares no cipher with the others"
)
_ENDED_HINT: Final = f"{_PORT_HINT} A firewall, or a server that is not set up for this name, ends it too"

# Source of the numbers: openssl-verification-options(1), X509_V_ERR_*.
_EXPIRED: Final = 10
_WRONG_TIME: Final = (9, _EXPIRED)
_WRONG_NAME: Final = (62, 64)
_NO_ISSUER: Final = (2, 20, 21)


def untrusted(error: ssl.SSLCertVerificationError, endpoint: Endpoint) -> Iterator[Check]:
    """OpenSSL names the first thing that it dislikes: the chain, then the name, then the time."""
    trusted = Check("tls", CheckStatus.OK, "the chain is trusted")
    said = error.verify_message
    if error.verify_code in _WRONG_NAME:
        yield trusted
        yield _fail("host_name", f"the certificate is not issued for {endpoint.shown_host}", _NAME_HINT)
    elif error.verify_code in _WRONG_TIME:
        yield trusted
        message = "the certificate has expired" if error.verify_code == _EXPIRED else f"the {said}"
        yield _fail("expiry", message, _EXPIRY_HINT if error.verify_code == _EXPIRED else _CLOCK_HINT, "GC828")
    else:
        hint = _INTERMEDIATE_HINT if error.verify_code in _NO_ISSUER else _CHAIN_HINT
        yield _fail("tls", f"the certificate of {endpoint.shown_host} is not trusted: {said}", hint)


def no_tls(error: OSError, endpoint: Endpoint, seconds: float) -> Check:
    """A handshake of TLS that did not come to its end, for another reason than the certificate.

    The reasons are the names of OpenSSL, `SSL_R_*` of openssl/sslerr.h.
    """
    reason = (error.reason or "") if isinstance(error, ssl.SSLError) else ""
    said = words(error, seconds)
    if isinstance(error, TimeoutError):
        return _fail("tls", f"no answer to the TLS handshake within {seconds:g} s", _PORT_HINT)
    if "UNRECOGNIZED_NAME" in reason:
        return _fail("tls", f"it knows no {endpoint.shown_host}: {said}", _NO_SITE_HINT)
    if "PROTOCOL_VERSION" in reason or reason == "UNSUPPORTED_PROTOCOL":
        return _fail("tls", f"it speaks an old version of TLS only: {said}", _VERSION_HINT)
    if "ALERT" in reason:
        return _fail("tls", f"it breaks the TLS handshake off: {said}", _ALERT_HINT)
    if "EOF" in reason or not isinstance(error, ssl.SSLError):
        return _fail("tls", f"the connection was ended in the TLS handshake: {said}", _ENDED_HINT)
    return _fail("tls", f"it does not speak TLS: {said}", _PORT_HINT)


def expiry(secured: ssl.SSLSocket, now: datetime) -> Check:
    """How long the certificate is still valid."""
    certificate = secured.getpeercert() or {}
    ends = datetime.fromtimestamp(ssl.cert_time_to_seconds(str(certificate["notAfter"])), UTC)
    days = (ends - now).days
    left = "less than a day" if days < 1 else "1 more day" if days == 1 else f"{days} more days"
    message = f"the certificate is valid for {left}, until {ends:%Y-%m-%d}"
    if days < FEW_DAYS:
        return Check("expiry", CheckStatus.WARN, message, _EXPIRY_HINT, "GC828")
    return Check("expiry", CheckStatus.OK, message)


def _fail(part: str, message: str, hint: str, code: str = "GC827") -> Check:
    return Check(part, CheckStatus.FAIL, message, hint, code)
