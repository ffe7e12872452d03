"""Security of the edges, against real servers: TLS, redirects, proxies, and answers that would not end."""

from __future__ import annotations

import gzip
import itertools
import socket
import threading
import zlib
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

from gcsync.model.diagnostic import Diagnostic, DiagnosticError
from gcsync.model.failure import OutcomeUnknown, RemoteError
from gcsync.model.value import Secret
from gcsync.remote import bodies
from gcsync.remote.bodies import read_reply
from gcsync.remote.session import GenesysSession
from gcsync.remote.settings import Credentials, Endpoint, resolve_credentials
from gcsync.remote.wire import NoReply
from tests.remote.edges import Authority, proxying, serving

PATH = "/api/v2/eventstreams/a"
TOKEN = Credentials(access_token=Secret("sesame-token"))
CLIENT = Credentials("client", Secret("sesame-secret"))


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


def ask(
    url: str, environ: dict[str, str] | None = None, *, credentials: Credentials = TOKEN, post: bool = False
) -> Any:
    session = GenesysSession(
        Endpoint("us-east-1", url, url), credentials, read_only=False, environ=environ or {}, sleep=lambda _: None
    )
    with session:
        return session.post("/api/v2/eventstreams", {"name": "a"}) if post else session.get(PATH)


def refusal(url: str, environ: dict[str, str] | None = None, **how: Any) -> Diagnostic:
    with pytest.raises(RemoteError) as caught:
        ask(url, environ, **how)
    return caught.value.diagnostic


class TestTls:
    def test_a_certificate_of_a_trusted_authority_is_taken(self, authority: Authority) -> None:
        with serving(context=authority.context()) as (url, _):
            for variable in ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"):
                assert ask(url, {variable: authority.trusted}) == {"id": "a"}

    @pytest.mark.parametrize("name", ["", "PYTHONHTTPSVERIFY", "CURL_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE"])
    def test_no_variable_turns_the_check_off(
        self, authority: Authority, name: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        environ = {name: "0" if name == "PYTHONHTTPSVERIFY" else ""} if name else {}
        for variable, value in environ.items():
            monkeypatch.setenv(variable, value)
        with serving(context=authority.context()) as (url, heard):
            assert refusal(url, environ).code == "GC320"
        assert heard.lines == []

    @pytest.mark.parametrize("how", ["another host", "expired", "another authority"])
    def test_a_certificate_that_does_not_fit_is_refused(self, authority: Authority, how: str, tmp_path: Path) -> None:
        (tmp_path / "other").mkdir()
        trusted = Authority(tmp_path / "other").trusted if how == "another authority" else authority.trusted
        context = authority.context("example.com" if how == "another host" else "localhost", expired=how == "expired")
        with serving(context=context) as (url, heard):
            found = refusal(url, {"SSL_CERT_FILE": trusted})
        assert (found.code, heard.lines) == ("GC320", [])
        assert "is not trusted" in found.message


class TestRedirects:
    @pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
    @pytest.mark.parametrize("what", ["GET", "POST", "token"])
    def test_none_is_followed(self, status: int, what: str) -> None:
        with (
            serving() as (elsewhere, heard),
            serving(status, {"Location": f"{elsewhere}/?token=sesame-token"}) as (url, asked),
        ):
            found = refusal(url, credentials=CLIENT if what == "token" else TOKEN, post=what == "POST")
        assert (found.code, heard.lines, len(asked.lines)) == ("GC324", [], 1)
        assert "sesame" not in f"{found}"


class TestProxies:
    def test_tls_goes_through_and_the_proxy_sees_its_own_credentials_only(self, authority: Authority) -> None:
        with serving(context=authority.context("api.example.com")) as (url, heard):
            target = ("127.0.0.1", urlsplit(url).port or 0)
            with proxying(target) as (port, asked):
                environ = {
                    "HTTPS_PROXY": f"http://user:sesame-proxy@127.0.0.1:{port}",
                    "SSL_CERT_FILE": authority.trusted,
                }
                assert ask("https://api.example.com", environ) == {"id": "a"}
        assert asked.lines == ["CONNECT api.example.com:443 HTTP/1.0"] or asked.lines == [
            "CONNECT api.example.com:443 HTTP/1.1"
        ]
        assert asked.headers[0]["Proxy-Authorization"].startswith("Basic ")
        assert "sesame-token" not in str(asked)
        assert "Proxy-Authorization" not in heard.headers[0]

    def test_a_proxy_that_opens_tls_is_found_out(self, authority: Authority) -> None:
        with (
            serving(context=authority.context("api.example.com")) as (url, heard),
            proxying(("127.0.0.1", urlsplit(url).port or 0)) as (port, _),
        ):
            environ = {"HTTPS_PROXY": f"http://127.0.0.1:{port}"}
            assert refusal("https://api.example.com", environ).code == "GC320"
        assert heard.lines == []

    @pytest.mark.parametrize("exempt", [{}, {"NO_PROXY": "localhost"}, {"no_proxy": "*"}])
    def test_what_goes_to_this_machine_does_not_go_through_one(self, exempt: dict[str, str]) -> None:
        with serving() as (url, _), proxying(("127.0.0.1", 9)) as (port, asked):
            proxy = f"http://127.0.0.1:{port}"
            assert ask(url, {"HTTP_PROXY": proxy, "HTTPS_PROXY": proxy, "ALL_PROXY": proxy} | exempt) == {"id": "a"}
        assert asked.lines == []


class TestAnswersWithoutBounds:
    def test_a_packed_answer_is_taken_though_none_was_asked_for(self) -> None:
        for encoding, packed in (("gzip", gzip.compress(b"{}")), ("deflate", zlib.compress(b"{}"))):
            assert read_reply(answer(packed, encoding), lambda: 0.0).body == b"{}"

    def test_a_bomb_is_not_unpacked(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(bodies, "LARGEST_ANSWER", 1024 * 1024)
        bomb = gzip.compress(bytes(200 * 1024 * 1024))
        with pytest.raises(NoReply, match="larger than 1 MiB"):
            read_reply(answer(bomb, "gzip"), lambda: 0.0)

    @pytest.mark.parametrize(
        ("body", "encoding", "said"),
        [
            (b"x", "br", "not asked for"),
            (gzip.compress(gzip.compress(b"{}")), "gzip, gzip", "not asked for"),
            (b"no gzip at all", "gzip", "cannot be unpacked"),
            (gzip.compress(b"{}" * 100)[:-9], "gzip", "ended before"),
        ],
        ids=["of another kind", "packed twice", "not packed", "cut"],
    )
    def test_what_cannot_be_unpacked_is_an_error(self, body: bytes, encoding: str, said: str) -> None:
        with pytest.raises(NoReply, match=said):
            read_reply(answer(body, encoding), lambda: 0.0)

    def test_a_server_that_sends_a_byte_now_and_then_is_given_up(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(bodies, "LONGEST_SECONDS", 0.05)
        stop = threading.Event()
        with socket.create_server(("127.0.0.1", 0)) as listener:
            thread = threading.Thread(target=drip, args=(listener, stop))
            thread.start()
            try:
                with pytest.raises(OutcomeUnknown, match="was not complete after 0 s"):
                    ask(f"http://127.0.0.1:{listener.getsockname()[1]}", post=True)
            finally:
                stop.set()
                thread.join()

    def test_time_is_counted_from_the_headers(self) -> None:
        ticks = itertools.chain([0.0], itertools.repeat(bodies.LONGEST_SECONDS))
        assert read_reply(answer(b"{}"), lambda: next(ticks)).body == b"{}"


def drip(listener: socket.socket, stop: threading.Event) -> None:
    connection, _ = listener.accept()
    with connection:
        connection.recv(65536)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
        while not stop.wait(0.01):
            try:
                connection.sendall(b" ")
            except OSError:
                return


def answer(body: bytes, encoding: str = "") -> requests.Response:
    import io

    response = requests.Response()
    response.status_code, response.raw = 200, io.BytesIO(body)
    response.headers["Content-Encoding"] = encoding
    return response


@pytest.mark.parametrize("value", ["a\r\nX-Injected: 1", "a\nb", "a\x00b", "ä", "a b", "a\u2028b"])
@pytest.mark.parametrize("part", ["CLIENT_ID", "CLIENT_SECRET", "ACCESS_TOKEN"])
def test_a_credential_cannot_bring_a_header_along(part: str, value: str) -> None:
    given = {"CLIENT_ID": "client", "CLIENT_SECRET": "secret"} | {part: value}
    with pytest.raises(DiagnosticError) as caught:
        resolve_credentials(None, {f"GENESYS_CLOUD_{name}": text for name, text in given.items()})
    (found,) = caught.value.diagnostics
    assert (found.code, value in f"{found}") == ("GC302", False)
