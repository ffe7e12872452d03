"""The transport over real sockets: what a network does wrong, and what must never leave the machine."""

from __future__ import annotations

import re
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import certifi
import pytest
import requests
from urllib3.exceptions import MaxRetryError, SSLError

from gcsync.model.diagnostic import DiagnosticError
from gcsync.model.failure import OutcomeUnknown, RemoteError
from gcsync.model.value import Secret
from gcsync.remote import bodies, transport
from gcsync.remote.session import GenesysSession
from gcsync.remote.settings import Credentials, Endpoint
from tests.remote.answering import Answer, converse

PATH = "/api/v2/eventstreams/a"
OK = b"HTTP/1.1 200 OK\r\n"
GIVEN = Credentials(access_token=Secret("given"))


@contextmanager
def session_with(url: str, **options: Any) -> Iterator[GenesysSession]:
    session = GenesysSession(
        Endpoint("us-east-1", url, url), GIVEN, read_only=False, sleep=lambda _: None, random=lambda: 0.0, **options
    )
    with session:
        yield session


@contextmanager
def serving(answer: Callable[[socket.socket], None]) -> Iterator[str]:
    """A server on this machine that hands each connection, its request read, to `answer`, and closes it."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            # A client that has heard enough may be gone.
            with connection, suppress(OSError):
                read_request(connection)
                answer(connection)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()


def read_request(connection: socket.socket) -> None:
    """All of it, which may come in pieces: a connection that is closed with something unread is reset instead."""
    found = connection.recv(65536)
    while found.startswith((b"GET ", b"POST ")):
        head, end, body = found.partition(b"\r\n\r\n")
        length = re.search(rb"(?i)\r\ncontent-length: *([0-9]+)", head)
        if end and len(body) >= (int(length[1]) if length else 0):
            return
        if not (more := connection.recv(65536)):
            return
        found += more


def failure(url: str, send: Callable[[GenesysSession], object], **options: Any) -> RemoteError:
    with session_with(url, **options) as session, pytest.raises(RemoteError) as caught:
        send(session)
    return caught.value


def get(session: GenesysSession) -> object:
    return session.get(PATH)


def post(session: GenesysSession) -> object:
    return session.post("/api/v2/eventstreams", {"name": "calls"})


@pytest.fixture
def closed_port() -> Iterator[int]:
    """A port that is bound, so that no one else takes it, and that nobody listens at."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield bound.getsockname()[1]


@pytest.mark.parametrize("send", [get, post])
def test_a_refused_connection_is_one_clear_error(send: Callable[[GenesysSession], object], closed_port: int) -> None:
    waits: list[str] = []
    error = failure(f"http://127.0.0.1:{closed_port}", send, notify=lambda wait: waits.append(str(wait)))
    assert (type(error), error.diagnostic.code) == (RemoteError, "GC319")
    assert f"127.0.0.1:{closed_port} refuses connections" in error.diagnostic.message
    assert "GENESYS_CLOUD_API_URL" in error.diagnostic.hint
    assert waits == ["waiting 1 s (no connection, 2 of 3)", "waiting 1 s (no connection, 3 of 3)"]


def test_a_name_that_does_not_resolve_is_said_to_be_that(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", fail)
    error = failure("https://api.nowhere.example", get)
    assert "the name of api.nowhere.example cannot be resolved" in error.diagnostic.message


def test_a_proxy_that_cannot_be_reached_is_told_from_the_host(closed_port: int) -> None:
    environ = {"HTTPS_PROXY": f"http://user:hidden-word@127.0.0.1:{closed_port}"}
    error = failure("https://api.nowhere.example", get, environ=environ)
    assert "the proxy to api.nowhere.example cannot be used" in error.diagnostic.message
    assert "HTTPS_PROXY" in error.diagnostic.hint
    assert "hidden-word" not in f"{error.diagnostic}"


@pytest.mark.parametrize(("send", "kind"), [(get, RemoteError), (post, OutcomeUnknown)])
@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{",
    ],
    ids=["no answer", "half of the body", "half of a chunk"],
)
def test_a_connection_dropped_before_the_end_of_the_answer(
    said: bytes, send: Callable[[GenesysSession], object], kind: type[RemoteError]
) -> None:
    with serving(lambda connection: connection.sendall(said)) as url:
        error = failure(url, send)
    assert type(error) is kind
    assert "dropped the connection before its answer was complete" in error.diagnostic.message


@pytest.mark.parametrize("said", [b"SSH-2.0-OpenSSH_9.7\r\n", b"HTTP/1.1 2OO OK\r\n\r\n", b"\x00\x01\x02"])
def test_a_server_that_does_not_speak_http_is_an_error(said: bytes) -> None:
    with serving(lambda connection: connection.sendall(said)) as url:
        assert failure(url, get).diagnostic.code == "GC319"


def test_a_server_that_never_answers_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "READ_SECONDS", 0.05)
    done = threading.Event()
    with serving(lambda _: done.wait() and None) as url:
        try:
            error = failure(url, post)
        finally:
            done.set()
    assert isinstance(error, OutcomeUnknown)
    assert "did not answer within" in error.diagnostic.message


def test_plain_http_where_tls_should_be_is_said_to_be_that() -> None:
    with serving(lambda connection: connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")) as url:
        error = failure(url.replace("http://", "https://"), get)
    assert (error.diagnostic.code, "does not speak TLS" in error.diagnostic.message) == ("GC320", True)


def test_a_certificate_that_is_not_trusted_is_an_error_at_once() -> None:
    cause = SSLError(ssl.SSLCertVerificationError(1, "certificate verify failed: self-signed certificate"))
    talk = converse([requests.exceptions.SSLError(MaxRetryError(None, "/", cause))])  # type: ignore[arg-type]
    with pytest.raises(RemoteError) as caught:
        post(talk.session)
    found = caught.value.diagnostic
    assert (type(caught.value), found.code, talk.waits) == (RemoteError, "GC320", [])
    assert found.message.endswith("the certificate of api.mypurecloud.com is not trusted")
    assert "REQUESTS_CA_BUNDLE" in found.hint


@pytest.mark.parametrize("proxy", ["gopher://127.0.0.1:1", "http://[::1", "http://"])
def test_a_proxy_that_is_no_url_is_an_error_at_once(proxy: str) -> None:
    error = failure("https://api.nowhere.example", post, environ={"HTTPS_PROXY": proxy})
    assert (type(error), error.diagnostic.code) == (RemoteError, "GC319")
    assert "HTTPS_PROXY" in error.diagnostic.hint


def test_an_answer_without_end_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "LARGEST_ANSWER", 1024 * 1024)

    def flood(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        try:
            while True:
                connection.sendall(b" " * 65536)
        except OSError:
            return

    with serving(flood) as url:
        error = failure(url, get)
    assert (error.diagnostic.code, error.diagnostic.message) == (
        "GC323",
        f"GET {PATH}: the answer is larger than 1 MiB",
    )


def test_connections_are_kept_for_the_next_request() -> None:
    ports: list[int] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            ports.append(self.client_address[1])
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        with session_with(f"http://127.0.0.1:{server.server_port}") as session:
            for _ in range(5):
                session.get(PATH)
        server.shutdown()
        thread.join()
    assert len(ports) == 5
    assert len(set(ports)) == 1


def test_the_users_netrc_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("default login someone password else\n")
    monkeypatch.setenv("NETRC", str(netrc))
    talk = converse([Answer(200, {})])
    talk.session.get(PATH)
    assert talk.server.requests[-1].headers["Authorization"] == "Bearer token-1"


@pytest.mark.parametrize(
    ("environ", "proxies"),
    [
        ({}, {}),
        ({"HTTPS_PROXY": "http://p:1", "http_proxy": "http://q:2"}, {"https": "http://p:1", "http": "http://q:2"}),
        ({"https_proxy": "http://lower:1", "HTTPS_PROXY": "http://upper:1"}, {"https": "http://lower:1"}),
        ({"ALL_PROXY": "http://p:1"}, {"all": "http://p:1"}),
        ({"HTTPS_PROXY": "http://p:1", "NO_PROXY": "mypurecloud.com"}, {}),
        ({"HTTPS_PROXY": "http://p:1", "no_proxy": "*"}, {}),
        ({"HTTPS_PROXY": "http://p:1", "NO_PROXY": "example.com"}, {"https": "http://p:1"}),
    ],
)
def test_proxies_are_those_of_the_given_environment(environ: dict[str, str], proxies: dict[str, str]) -> None:
    talk = converse([Answer(200, {})], environ=environ)
    talk.session.get(PATH)
    assert [options["proxies"] for options in talk.server.options] == [proxies, proxies]


def test_what_goes_to_this_machine_goes_through_no_proxy() -> None:
    here = Endpoint("us-east-1", "http://127.0.0.1:1", "http://localhost:1")
    talk = converse([Answer(200, {})], endpoint=here, environ={"HTTP_PROXY": "http://p:1", "ALL_PROXY": "http://p:1"})
    talk.session.get(PATH)
    assert [options["proxies"] for options in talk.server.options] == [{}, {}]


def test_the_proxies_of_the_process_are_not_used_unless_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://p:1")
    talk = converse([Answer(200, {})])
    talk.session.get(PATH)
    assert [options["proxies"] for options in talk.server.options] == [{}, {}]


@pytest.mark.parametrize("variable", ["REQUESTS_CA_BUNDLE", "SSL_CERT_FILE"])
def test_certificates_are_checked_against_the_file_that_is_named(variable: str, tmp_path: Path) -> None:
    bundle = certifi.where()
    for environ, verify in (({}, True), ({variable: bundle}, bundle), ({variable: str(tmp_path)}, str(tmp_path))):
        talk = converse([Answer(200, {})], environ=environ)
        talk.session.get(PATH)
        assert [options["verify"] for options in talk.server.options] == [verify, verify]


@pytest.mark.parametrize("content", [None, "", "no certificate"])
def test_a_file_without_certificates_is_an_error_before_any_request(content: str | None, tmp_path: Path) -> None:
    path = tmp_path / "bundle.pem"
    if content is not None:
        path.write_text(content)
    with pytest.raises(DiagnosticError) as caught:
        converse([], environ={"SSL_CERT_FILE": str(path)})
    (found,) = caught.value.diagnostics
    assert found.code == "GC331"
    assert found.message == f"SSL_CERT_FILE: {path} cannot be read as a file of certificates"
