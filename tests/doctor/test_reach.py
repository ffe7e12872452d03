"""Over real sockets on this machine; only names that do not exist are made up."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from gcsync.doctor.reach import Network, check_host
from gcsync.model.check import Check, CheckStatus
from tests.doctor.certificates import make_certificate

OK, FAIL, NOT_CHECKED = CheckStatus.OK, CheckStatus.FAIL, CheckStatus.NOT_CHECKED


@contextmanager
def listening(talk: Callable[[socket.socket], object]) -> Iterator[int]:
    """A server that talks once to whoever comes; yields its port."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            try:
                connection, _ = server.accept()
            except OSError:
                return
            with connection:
                talk(connection)

        thread = threading.Thread(target=serve)
        thread.start()
        yield server.getsockname()[1]
        server.shutdown(socket.SHUT_RDWR)
        thread.join()


@pytest.fixture
def closed_port() -> Iterator[int]:
    """A port that is bound, so that no one else takes it, and that nobody listens at."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield int(bound.getsockname()[1])


def statuses(checks: list[Check]) -> list[tuple[str, CheckStatus, str]]:
    return [(check.check, check.status, check.code) for check in checks]


def check(url: str, network: Network | None = None, **environ: str) -> list[Check]:
    return list(check_host("api", url, environ, network or Network()))


def test_a_name_that_leads_nowhere_is_told_and_the_rest_is_not_checked() -> None:
    def resolve(*_: Any, **__: Any) -> list[Any]:
        raise socket.gaierror(-2, "Name or service not known")

    found = check("https://api.example.com", Network(resolve=resolve))
    assert statuses(found) == [
        ("api.dns", FAIL, "GC691"),
        ("api.tcp", NOT_CHECKED, ""),
        ("api.tls", NOT_CHECKED, ""),
    ]
    assert found[0].message == "the name of api.example.com cannot be resolved: Name or service not known"


def test_a_port_that_nothing_listens_on_is_told_from_the_name(closed_port: int) -> None:
    found = check(f"https://127.0.0.1:{closed_port}")
    assert statuses(found) == [("api.dns", OK, ""), ("api.tcp", FAIL, "GC692"), ("api.tls", NOT_CHECKED, "")]
    assert found[1].message == f"127.0.0.1, port {closed_port}: Connection refused"


def test_a_port_that_never_answers_is_waited_for_only_so_long() -> None:
    def connect(_address: Any, *, timeout: float) -> socket.socket:
        raise TimeoutError(f"timed out after {timeout}")

    found = check("https://127.0.0.1", Network(connect=connect))
    assert found[1].message == "127.0.0.1, port 443: no answer within 5 s"


def test_a_server_that_does_not_speak_tls_is_told_from_one_that_is_not_there() -> None:
    with listening(lambda connection: connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")) as port:
        found = check(f"https://127.0.0.1:{port}")
    assert statuses(found) == [("api.dns", OK, ""), ("api.tcp", OK, ""), ("api.tls", FAIL, "GC693")]
    assert found[2].message.startswith("the TLS handshake with 127.0.0.1 failed: ")


def test_plain_http_to_this_machine_has_no_tls_to_check() -> None:
    with listening(lambda _: None) as port:
        found = check(f"http://127.0.0.1:{port}")
    assert statuses(found) == [("api.dns", OK, ""), ("api.tcp", OK, ""), ("api.tls", NOT_CHECKED, "")]


@pytest.mark.parametrize("trusted", [True, False])
def test_a_certificate_is_checked_against_what_the_environment_names(tmp_path: Path, trusted: bool) -> None:
    made = make_certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(made.certificate, made.key)

    def talk(connection: socket.socket) -> None:
        with suppress(OSError):
            context.wrap_socket(connection, server_side=True).close()

    environ = {"SSL_CERT_FILE": str(made.trusted)} if trusted else {}
    with listening(talk) as port:
        found = check(f"https://localhost:{port}", **environ)
    assert (found[2].check, found[2].status) == ("api.tls", OK if trusted else FAIL)
    said = "the certificate of localhost is trusted" if trusted else "the certificate of localhost is not trusted: "
    assert said in found[2].message


def test_a_certificate_file_that_is_none_is_named(tmp_path: Path) -> None:
    with listening(lambda _: None) as port:
        found = check(f"https://127.0.0.1:{port}", REQUESTS_CA_BUNDLE=str(tmp_path / "absent.pem"))
    assert statuses(found)[2] == ("api.tls", FAIL, "GC331")


def test_behind_a_proxy_it_is_the_proxy_that_must_be_reached(closed_port: int) -> None:
    found = check("https://api.example.com", HTTPS_PROXY=f"http://user:hidden-word@127.0.0.1:{closed_port}")
    assert statuses(found) == [("api.dns", NOT_CHECKED, ""), ("api.tcp", FAIL, "GC692"), ("api.tls", NOT_CHECKED, "")]
    assert found[1].message == f"the proxy 127.0.0.1, port {closed_port}: Connection refused"
    assert "hidden-word" not in repr(found)


@pytest.mark.parametrize("proxy", ["http://[::1", "http://127.0.0.1:77777", "http://", ":::"])
def test_a_variable_that_names_no_proxy_is_told(proxy: str) -> None:
    found = check("https://api.example.com", HTTPS_PROXY=proxy)
    assert statuses(found)[1] == ("api.tcp", FAIL, "GC692")
    assert found[1].message == "what the environment names is no URL of a proxy"


def test_a_proxy_that_answers_is_all_that_can_be_seen() -> None:
    with listening(lambda _: None) as port:
        found = check("https://api.example.com", https_proxy=f"127.0.0.1:{port}")
    assert [one.status for one in found] == [NOT_CHECKED, OK, NOT_CHECKED]
