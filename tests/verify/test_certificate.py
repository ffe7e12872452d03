"""Why TLS comes to no end: what a server does instead is told apart."""

from __future__ import annotations

import io
import socket
import ssl
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gcsync.model.check import Check, CheckStatus
from gcsync.verify import read_endpoint
from gcsync.verify.certificate import no_tls
from gcsync.verify.destination import check_endpoint
from gcsync.verify.handshake import unanswered
from gcsync.verify.wire import NoAnswer, exchange
from tests.verify.endpoints import HOST, endpoint


def asks_for_a_certificate(context: ssl.SSLContext) -> None:
    context.verify_mode = ssl.CERT_REQUIRED


def and_is_old(context: ssl.SSLContext) -> None:
    asks_for_a_certificate(context)
    context.maximum_version = ssl.TLSVersion.TLSv1_2


def knows_no_such_name(context: ssl.SSLContext) -> None:
    context.sni_callback = lambda *_: ssl.ALERT_DESCRIPTION_UNRECOGNIZED_NAME


def failed(folder: Path, adjust: Callable[[ssl.SSLContext], object]) -> Check:
    with endpoint(folder, adjust=adjust) as server:
        found = check_endpoint(read_endpoint(server.url(), {}), server.probe())
    return next(check for check in found if check.status is CheckStatus.FAIL)


def test_a_server_that_has_no_such_name(tmp_path: Path) -> None:
    found = failed(tmp_path, knows_no_such_name)
    assert (found.check, found.code) == ("tls", "GC827")
    assert found.message.startswith(f"it knows no {HOST}: ")


class Refusing(io.RawIOBase):
    """What is read of a connection with TLS 1.3 whose server misses the certificate of the client."""

    def readinto(self, _buffer: object) -> int:
        raise said("TLSV13_ALERT_CERTIFICATE_REQUIRED")

    def readable(self) -> bool:
        return True


class Connection(socket.socket):
    def sendall(self, *_: object) -> None:
        return None

    def makefile(self, *_: object, **__: object) -> Any:  # type: ignore[override]
        return io.BufferedReader(Refusing())


def test_a_server_that_asks_for_a_certificate_of_the_client() -> None:
    with Connection() as connection, pytest.raises(NoAnswer) as caught:
        exchange(connection, b"", 5, lambda: 0.0)
    found = unanswered(caught.value, 5)
    assert (found.check, found.code) == ("handshake", "GC831")
    assert found.message == "it asks for a certificate of the client (mutual TLS)"


def test_the_same_before_tls_1_3_where_openssl_tells_less(tmp_path: Path) -> None:
    found = failed(tmp_path, and_is_old)
    assert (found.check, found.code) == ("tls", "GC827")
    assert found.message.startswith("it breaks the TLS handshake off: ")
    assert "mutual TLS" in found.hint


def said(reason: str) -> ssl.SSLError:
    error = ssl.SSLError(1, reason)
    error.reason = reason
    return error


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (said("WRONG_VERSION_NUMBER"), "it does not speak TLS: wrong version number"),
        (
            said("TLSV1_ALERT_PROTOCOL_VERSION"),
            "it speaks an old version of TLS only: tlsv1 alert protocol version",
        ),
        (said("UNSUPPORTED_PROTOCOL"), "it speaks an old version of TLS only: unsupported protocol"),
        (
            said("UNEXPECTED_EOF_WHILE_READING"),
            "the connection was ended in the TLS handshake: unexpected eof while reading",
        ),
        (
            ConnectionResetError(104, "Connection reset by peer"),
            "the connection was ended in the TLS handshake: Connection reset by peer",
        ),
        (TimeoutError("timed out"), "no answer to the TLS handshake within 2 s"),
    ],
    ids=["no TLS", "refused as too new", "too old for us", "ended", "reset", "silent"],
)
def test_what_is_told_of_it(error: OSError, message: str) -> None:
    found = no_tls(error, read_endpoint(f"https://{HOST}/", {}), 2)
    assert (found.check, found.status, found.message) == ("tls", CheckStatus.FAIL, message)
    assert found.hint
