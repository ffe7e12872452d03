"""A destination, against a TLS server of the test: each broken joint has a line of its own."""

from __future__ import annotations

import errno
import json
import os
import socket
import threading
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from gcsync.model.check import Check, CheckStatus
from gcsync.verify import Probe, destination, read_endpoint
from gcsync.verify.destination import PARTS, check_endpoint
from gcsync.verify.wire import exchange
from tests.verify.endpoints import (
    HOST,
    PATIENCE_SECONDS,
    TOKEN,
    Received,
    Server,
    endpoint,
    http,
    still,
    unheard,
)


def look(server: Server, *, url: str = "", headers: dict[str, str] | None = None, **changes: Any) -> dict[str, Check]:
    found = check_endpoint(read_endpoint(url or server.url(), headers or {}), server.probe(**changes))
    assert tuple(check.check for check in found) == PARTS
    return {check.check: check for check in found}


def statuses(found: dict[str, Check]) -> str:
    """`ok ok fail - -`, in the order of the parts."""
    return " ".join(str(check.status).replace("not_checked", "-") for check in found.values())


def test_where_all_is_well_every_line_is_ok_and_one_handshake_was_sent(tmp_path: Path) -> None:
    with endpoint(tmp_path) as server:
        found = look(server, url=server.url("/events?code=s3cret"), headers={"X-Api-Key": "k-1"})
    assert statuses(found) == "ok ok ok ok ok ok ok"
    assert found["dns"].message == f"{HOST} is 127.0.0.1"
    assert found["address"].message == "127.0.0.1 is this machine itself, which is allowed here"
    (received,) = server.received
    assert (received.method, received.target, received.token) == ("POST", "/events?code=s3cret", TOKEN)
    assert received.headers["host"] == f"{HOST}:{server.port}"
    assert (received.headers["x-api-key"], received.headers["content-type"]) == ("k-1", "application/json")


def test_user_information_of_the_url_goes_as_basic_authentication(tmp_path: Path) -> None:
    with endpoint(tmp_path) as server:
        look(server, url=f"https://user:p%40ss@{HOST}:{server.port}/")
    assert server.received[0].headers["authorization"] == "Basic dXNlcjpwQHNz"


class TestTheAddress:
    @pytest.mark.parametrize("address", ["127.0.0.1", "10.0.0.7", "169.254.169.254", "::1", "::ffff:10.0.0.1"])
    def test_a_private_one_is_refused_before_any_connection(self, tmp_path: Path, address: str) -> None:
        with endpoint(tmp_path) as server:
            network = still(lambda *_, **__: [(0, 0, 0, "", (address, server.port))])
            found = look(server, allow_private=False, network=network)
        assert (statuses(found), found["address"].code) == ("ok fail - - - - -", "GC825")
        assert found["handshake"].message == "address failed"
        assert server.connections == 0

    def test_one_private_one_among_public_ones_is_enough(self, tmp_path: Path) -> None:
        entries = [(0, 0, 0, "", (address, 443)) for address in ("93.184.216.34", "192.168.1.1")]
        probe = Probe({}, lambda: datetime.now(UTC), lambda: TOKEN, still(lambda *_, **__: entries, never))
        found = check_endpoint(read_endpoint(f"https://{HOST}/", {}), probe)
        assert found[1].message == "not public: 192.168.1.1 is a private network; no connection was made"

    def test_the_connection_goes_to_the_address_that_was_checked_and_the_name_is_looked_up_once(
        self, tmp_path: Path
    ) -> None:
        asked, connected = [], []
        with endpoint(tmp_path) as server:

            def resolve(host: str, port: int, **_: Any) -> list[Any]:
                """Public at first, this machine from then on."""
                asked.append(host)
                return [(0, 0, 0, "", ("93.184.216.34" if len(asked) == 1 else "127.0.0.1", port))]

            def connect(where: tuple[str, int], timeout: float) -> socket.socket:
                connected.append(where[0])
                return socket.create_connection(("127.0.0.1", where[1]), timeout)

            found = look(server, allow_private=False, network=still(resolve, connect))
        assert (statuses(found), asked, connected) == ("ok ok ok ok ok ok ok", [HOST], ["93.184.216.34"])

    def test_a_name_that_nobody_knows(self, tmp_path: Path) -> None:
        def resolve(*_: Any, **__: Any) -> list[Any]:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

        with endpoint(tmp_path) as server:
            found = look(server, network=still(resolve))
        assert (statuses(found), found["dns"].code) == ("fail - - - - - -", "GC824")
        assert found["dns"].message == f"the name of {HOST}:{server.port} cannot be resolved: Name or service not known"

    def test_the_next_address_is_taken_where_the_first_takes_no_connection(self, tmp_path: Path) -> None:
        with endpoint(tmp_path) as server:
            entries = [(0, 0, 0, "", (address, server.port)) for address in ("127.0.0.0", "127.0.0.1")]

            def connect(where: tuple[str, int], timeout: float) -> socket.socket:
                if where[0] == "127.0.0.0":
                    raise ConnectionRefusedError(111, "Connection refused")
                return socket.create_connection(where, timeout)

            found = look(server, network=still(lambda *_, **__: entries, connect))
        assert statuses(found) == "ok ok ok ok ok ok ok"

    def test_many_addresses_of_one_kind_do_not_hide_those_of_the_other(self, tmp_path: Path) -> None:
        with endpoint(tmp_path) as server:
            addresses = [f"2600:9000::{number}" for number in range(8)] + ["93.184.216.34"]
            entries = [(0, 0, 0, "", (address, server.port)) for address in addresses]

            def connect(where: tuple[str, int], timeout: float) -> socket.socket:
                """On a machine without IPv6."""
                if ":" in where[0]:
                    raise OSError(errno.ENETUNREACH, "Network is unreachable")
                return socket.create_connection(("127.0.0.1", where[1]), timeout)

            found = look(server, allow_private=False, network=still(lambda *_, **__: entries, connect))
        assert statuses(found) == "ok ok ok ok ok ok ok"

    def test_that_a_machine_has_no_ipv6_is_not_what_is_told(self, tmp_path: Path) -> None:
        def connect(where: tuple[str, int], **_: Any) -> socket.socket:
            number = errno.ENETUNREACH if ":" in where[0] else errno.ECONNREFUSED
            raise OSError(number, os.strerror(number))

        with endpoint(tmp_path) as server:
            entries = [(0, 0, 0, "", (address, 443)) for address in ("93.184.216.34", "2600:9000::1")]
            found = look(server, network=still(lambda *_, **__: entries, connect))
        assert found["connection"].message == f"93.184.216.34, port {server.port}: Connection refused"

    def test_a_port_on_which_nothing_listens(self, tmp_path: Path) -> None:
        with unheard() as port:
            found = look(Server(port, tmp_path), environ={})
        assert (statuses(found), found["connection"].code) == ("ok ok fail - - - -", "GC826")
        assert found["connection"].message == f"127.0.0.1, port {port}: Connection refused"


def never(*_: Any, **__: Any) -> socket.socket:
    raise AssertionError("a connection was made")


class TestTheCertificate:
    def test_of_an_authority_that_nobody_trusts(self, tmp_path: Path) -> None:
        with endpoint(tmp_path, trusted=False) as server:
            found = look(server)
        assert (statuses(found), found["tls"].code) == ("ok ok ok fail - - -", "GC827")
        assert server.received == []

    def test_of_another_name(self, tmp_path: Path) -> None:
        with endpoint(tmp_path, name="other.example.com") as server:
            found = look(server)
        assert (statuses(found), found["host_name"].code) == ("ok ok ok ok fail - -", "GC827")
        assert found["host_name"].message == f"the certificate is not issued for {HOST}"

    def test_that_has_expired(self, tmp_path: Path) -> None:
        with endpoint(tmp_path, expires=datetime.now(UTC) - timedelta(days=1)) as server:
            found = look(server)
        assert (statuses(found), found["expiry"].code) == ("ok ok ok ok - fail -", "GC828")
        assert found["expiry"].message == "the certificate has expired"

    @pytest.mark.parametrize(
        ("days", "status", "left"),
        [
            (0, "warn", "less than a day"),
            (1, "warn", "1 more day"),
            (20, "warn", "20 more days"),
            (22, "ok", "22 more days"),
        ],
    )
    def test_that_ends_soon(self, tmp_path: Path, days: int, status: str, left: str) -> None:
        expires = datetime.now(UTC) + timedelta(days=days, hours=5)
        with endpoint(tmp_path, expires=expires) as server:
            found = look(server)
        assert (found["expiry"].status, found["handshake"].status) == (status, CheckStatus.OK)
        assert found["expiry"].message == f"the certificate is valid for {left}, until {expires:%Y-%m-%d}"

    def test_of_a_name_that_is_written_with_a_dot_at_its_end(self, tmp_path: Path) -> None:
        with endpoint(tmp_path) as server:
            found = look(server, url=f"https://{HOST}.:{server.port}/")
        assert statuses(found) == "ok ok ok ok ok ok ok"

    def test_none_at_all(self, tmp_path: Path) -> None:
        with plain_server(b"HTTP/1.1 400 Bad Request\r\n\r\n") as port:
            found = look(Server(port, tmp_path), environ={})
        assert (statuses(found), found["tls"].code) == ("ok ok ok fail - - -", "GC827")
        assert found["tls"].message.startswith("it does not speak TLS: ")


class TestTheAnswer:
    @pytest.mark.parametrize(
        ("behaviour", "message", "code"),
        [
            (
                lambda *_: http(302, location="https://login.example.com/x?t=1"),
                "it redirects (302) to https://",
                "GC830",
            ),
            (lambda *_: http(401), "it refuses the credential (401)", "GC831"),
            (lambda *_: http(404), "there is nothing that takes a POST at this path (404)", "GC832"),
            (lambda *_: http(429), "it throttles (429)", "GC832"),
            (lambda *_: http(502, "<html>"), "it answers 502", "GC832"),
            (lambda *_: b"SSH-2.0-OpenSSH_9.6\r\n", "what it answered is not HTTP", "GC833"),
            (lambda *_: b"", "the connection was cut before the answer was complete", "GC833"),
            (lambda *_: http(200, "x" * 50)[:-20], "the connection was cut before the answer was complete", "GC833"),
        ],
    )
    def test_that_is_no_echo(self, tmp_path: Path, behaviour: Any, message: str, code: str) -> None:
        with endpoint(tmp_path, behaviour) as server:
            found = look(server)
        assert statuses(found) == "ok ok ok ok ok ok fail"
        assert (found["handshake"].message[: len(message)], found["handshake"].code) == (message, code)
        assert len(server.received) == 1

    @pytest.mark.parametrize("way", ["silent", "byte by byte"])
    def test_that_does_not_come_in_time(self, tmp_path: Path, way: str, monkeypatch: pytest.MonkeyPatch) -> None:
        over = threading.Event()
        # For the answer alone: a slow machine may well take longer for TLS.
        monkeypatch.setattr(
            destination, "exchange", lambda connection, request, _, clock: exchange(connection, request, 0.4, clock)
        )

        def drip(_: Received, connection: socket.socket) -> None:
            for byte in b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 1000 if way == "byte by byte" else b"":
                if over.wait(0.05):
                    return
                connection.sendall(bytes([byte]))
            over.wait(PATIENCE_SECONDS)

        with endpoint(tmp_path, drip) as server:
            found = look(server)
            over.set()
        assert found["handshake"].message == f"no answer within {PATIENCE_SECONDS:g} s"

    def test_that_refuses_who_sends_no_credential_is_told_so(self, tmp_path: Path) -> None:
        with endpoint(tmp_path, lambda *_: http(401)) as server:
            without, with_one = look(server), look(server, headers={"X-Api-Key": "k-1"})
        assert without["handshake"].hint.startswith("none was sent: declare the header that it expects")
        assert with_one["handshake"].hint.startswith("compare the header that the stack declares")

    def test_that_comes_late_is_a_warning(self, tmp_path: Path) -> None:
        passed = iter([0.0, 3.5])
        with endpoint(tmp_path) as server:
            found = look(server, network=still(server.resolve, clock=lambda: next(passed)))
        assert (found["handshake"].status, found["handshake"].code) == (CheckStatus.WARN, "GC833")

    def test_that_repeats_the_credential_is_not_repeated(self, tmp_path: Path) -> None:
        def reflect(received: Received, _: socket.socket) -> bytes:
            return http(200, json.dumps({received.headers["x-key"]: 1, "verification_token": received.token}))

        with endpoint(tmp_path, reflect) as server:
            found = look(server, headers={"X-Key": "hunter2-hunter2"})
        assert found["handshake"].message == "its answer has another field: (sensitive value)"


class TestAProxy:
    def test_is_used_and_looks_the_name_up(self, tmp_path: Path) -> None:
        with endpoint(tmp_path) as server, proxy(server.port) as (port, asked):
            environ = server.environ() | {"HTTPS_PROXY": f"http://user:pass@127.0.0.1:{port}"}
            found = look(server, environ=environ, allow_private=False, network=still(never))
        assert statuses(found) == "- - ok ok ok ok ok"
        assert asked[0].startswith(f"CONNECT {HOST}:{server.port} HTTP/1.1\r\n")
        assert "Proxy-Authorization: Basic dXNlcjpwYXNz\r\n" in asked[0]

    def test_is_not_asked_for_a_private_address(self, tmp_path: Path) -> None:
        with endpoint(tmp_path) as server:
            environ = {"HTTPS_PROXY": "http://127.0.0.1:9"}
            url = "https://169.254.169.254/latest"
            found = look(server, url=url, environ=environ, allow_private=False, network=still(never, never))
        assert (found["address"].status, found["connection"].status) == (CheckStatus.FAIL, CheckStatus.NOT_CHECKED)

    def test_that_is_not_there_is_told_without_its_password(self, tmp_path: Path) -> None:
        with unheard() as port:
            environ = {"HTTPS_PROXY": f"http://user:hunter2@127.0.0.1:{port}"}
            found = look(Server(port, tmp_path), url=f"https://{HOST}/", environ=environ)
        assert found["connection"].message == "the proxy takes no connection: Connection refused"
        assert found["connection"].code == "GC839"

    @pytest.mark.parametrize("proxy", ["http://[::1", "http://127.0.0.1:77777", "http://", ":::"])
    def test_that_cannot_be_read_is_told_and_nothing_is_asked(self, tmp_path: Path, proxy: str) -> None:
        with endpoint(tmp_path) as server:
            found = look(server, environ={"HTTPS_PROXY": proxy}, network=still(never, never))
        assert found["connection"].message == "what the environment names is no URL of a proxy"
        assert found["connection"].code == "GC839"

    def test_of_another_kind_leaves_the_endpoint_unchecked(self, tmp_path: Path) -> None:
        with endpoint(tmp_path) as server:
            pass
        found = look(server, environ={"ALL_PROXY": "socks5://127.0.0.1:9"}, network=still(never, never))
        assert (statuses(found), found["connection"].code) == ("- - - - - - -", "GC839")


def test_a_host_that_is_secret_is_not_told(tmp_path: Path) -> None:
    with endpoint(tmp_path, name="other.example.com") as server:
        sealed = read_endpoint(server.url(), {}, sensitive=True)
        checks = check_endpoint(sealed, server.probe())
        refused = check_endpoint(sealed, server.probe(allow_private=False))
    told = repr([sealed, checks, refused])
    assert "its host (sensitive value) has 1 address" in told
    assert HOST not in told.replace(repr(sealed), "")
    assert "127.0.0.1" not in told


@contextmanager
def plain_server(answer: bytes) -> Any:
    """Answers everything with the same bytes, unencrypted."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(4096)
                connection.sendall(answer)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield listener.getsockname()[1]
        thread.join(PATIENCE_SECONDS)


@contextmanager
def proxy(target: int) -> Any:
    """A proxy that leads every tunnel to one port of this machine; what it was asked."""
    asked: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            client, _ = listener.accept()
            with client, socket.create_connection(("127.0.0.1", target)) as server:
                asked.append(client.recv(4096).decode())
                client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
                back = threading.Thread(target=pump, args=(server, client), daemon=True)
                back.start()
                pump(client, server)
                back.join(PATIENCE_SECONDS)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield listener.getsockname()[1], asked
        thread.join(PATIENCE_SECONDS)


def pump(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while some := source.recv(65_536):
            sink.sendall(some)
    with suppress(OSError):
        sink.shutdown(socket.SHUT_WR)
