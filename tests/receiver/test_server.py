"""The receiver as a process: crashes, signals, hostile connections, TLS."""

from __future__ import annotations

import contextlib
import http.client
import json
import signal
import socket
import ssl
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from gcsync.model.diagnostic import DiagnosticError
from gcsync.receiver.server import ReceiverSettings, serve
from tests.doctor.certificates import make_certificate
from tests.receiver.serving import (
    LONGEST_SECONDS,
    SECRET,
    Served,
    body_of,
    deliver,
    halting,
    listens,
    look,
    post,
    served,
    until,
)

QUICK = ("--drain", "0", "--grace", "5")
MOST_TRIES = 20
SLOWLY = """
import pathlib, time

def handle(event):
    pathlib.Path("begun").touch()
    while not pathlib.Path("go").exists():
        time.sleep(0.02)
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_with_0_after_the_requests_under_way(tmp_path: Path, number: int) -> None:
    (tmp_path / "slowly.py").write_text(SLOWLY)
    with served(tmp_path, "--sink", "python:slowly:handle", "--drain", "0", "--grace", "600") as one:
        answers: list[int] = []

        def send() -> None:
            answers.append(deliver(one, body_of("e-1"))[0])

        thread = threading.Thread(target=send)
        thread.start()
        until(lambda: (tmp_path / "begun").exists())
        one.process.send_signal(number)
        until(lambda: not listens(one))
        assert (one.process.poll(), answers) == (None, [])
        (tmp_path / "go").touch()
        code = one.process.wait(LONGEST_SECONDS)
        err = one.said()
        thread.join()
    assert (code, answers, err) == (0, [200], "")


def test_readiness_drops_before_requests_are_refused(tmp_path: Path) -> None:
    with served(tmp_path, "--drain", "600") as one:
        assert look(one, "/readyz")[0] == 200
        one.process.send_signal(signal.SIGTERM)
        until(lambda: look(one, "/readyz")[0] == 503)
        assert json.loads(look(one, "/readyz")[1]) == {"status": "draining"}
        assert deliver(one, body_of("e-1"))[0] == 200


def test_a_receiver_ends_by_itself_when_load_balancers_had_their_time(tmp_path: Path) -> None:
    with served(tmp_path, "--drain", "0.2") as one:
        assert one.end()[0] == 0


def test_a_second_signal_waits_for_no_load_balancer(tmp_path: Path) -> None:
    with served(tmp_path, "--drain", "600") as one:
        one.process.send_signal(signal.SIGTERM)
        until(lambda: look(one, "/readyz")[0] == 503)
        assert one.process.poll() is None
        assert one.end()[0] == 0


@pytest.mark.skipif(sys.platform != "linux", reason="no limit can be set for another process")
@pytest.mark.parametrize("sink", ["sqlite:", "jsonl:events.jsonl"])
def test_a_full_disk_drops_readiness_until_there_is_room_again(tmp_path: Path, sink: str) -> None:
    with served(tmp_path, "--sink", sink, *QUICK) as one:
        assert (deliver(one, body_of("e-0"))[0], look(one, "/readyz")[0]) == (200, 200)
        import resource

        # As a full disk does, it lets files be read and not grow.
        before = resource.prlimit(one.process.pid, resource.RLIMIT_FSIZE, (4096, resource.RLIM_INFINITY))
        answers = {deliver(one, body_of(f"e-{number}"))[0] for number in range(1, 30)}
        assert answers & {500, 503}
        assert answers <= {200, 500, 503}
        assert (look(one, "/readyz"), look(one, "/healthz")[0]) == ((503, '{"status": "store unavailable"}'), 200)
        resource.prlimit(one.process.pid, resource.RLIMIT_FSIZE, before)
        assert {deliver(one, body_of(f"e-{number}"))[0] for number in range(30)} == {200}
        assert look(one, "/readyz")[0] == 200


def raw(one: Served, data: bytes) -> bytes:
    """What is answered to bytes that no library would send, until the connection is closed or nothing comes."""
    found = b""
    with socket.create_connection(one.address, timeout=LONGEST_SECONDS) as connection:
        # It may have answered, and ended the connection, before it was sent everything.
        with contextlib.suppress(ConnectionError):
            connection.sendall(data)
        try:
            while chunk := connection.recv(65536):
                found += chunk
        except (TimeoutError, ConnectionResetError):
            pass
    return found


HEAD = f"POST /genesys-events HTTP/1.1\r\nHost: x\r\nX-Api-Key: {SECRET}\r\nContent-Type: application/json\r\n".encode()
HOSTILE = {
    "no HTTP at all": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\r\n\r\n", b"HTTP/1.1 400"),
    "length and chunks": (HEAD + b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", b"HTTP/1.1 400"),
    "two lengths": (HEAD + b"Content-Length: 4\r\nContent-Length: 5\r\n\r\nnull", b"HTTP/1.1 400"),
    "a length below zero": (HEAD + b"Content-Length: -1\r\n\r\n", b"HTTP/1.1 400"),
    "a chunk of no length": (HEAD + b"Transfer-Encoding: chunked\r\n\r\nxyz\r\n", b"HTTP/1.1 400"),
    "a head without end": (HEAD + b"X: y\r\n" * 9000, b"HTTP/1.1 431"),
    "one endless field": (HEAD + b"X: " + b"y" * 90_000, b"HTTP/1.1 431"),
    "a long address": (b"POST /" + b"y" * 90_000, b"HTTP/1.1 431"),
    "a full head that is too long": (HEAD + b"X: y\r\n" * 9000 + b"Content-Length: 0\r\n\r\n", b"HTTP/1.1 431"),
}


@pytest.mark.parametrize(("data", "begin"), HOSTILE.values(), ids=HOSTILE)
def test_what_no_sender_sends_is_refused_and_the_next_one_served(shared: Served, data: bytes, begin: bytes) -> None:
    assert raw(shared, data)[: len(begin)] == begin
    assert deliver(shared, b'{"verification_token": "t"}') == (200, b'{"verification_token": "t"}')


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("shared"), *QUICK) as one:
        yield one


def test_a_body_in_chunks_is_taken_and_bounded(shared: Served) -> None:
    connection = http.client.HTTPConnection(*shared.address, timeout=LONGEST_SECONDS)
    headers = {"Content-Type": "application/json", "X-Api-Key": SECRET}
    for size, status in ((1000, 200), (1100, 413)):
        chunks = iter([b'{"eventType": "x", "id": "chunks", "data": "', *[b"y" * 1000] * size, b'"}'])
        connection.request("POST", "/genesys-events", chunks, headers, encode_chunked=True)
        answer = connection.getresponse()
        assert (answer.status, answer.read() != b"") == (status, True)
    connection.close()


def test_requests_that_come_before_the_answers_are_answered_in_turn(shared: Served) -> None:
    bodies = [b'{"verification_token": %d}' % number for number in range(3)]
    parts = [HEAD + b"Content-Length: %d\r\n" % len(body) for body in bodies]
    parts[-1] += b"Connection: close\r\n"
    found = raw(shared, b"".join(part + b"\r\n" + body for part, body in zip(parts, bodies, strict=True)))
    assert [body in found for body in bodies] == [True] * 3
    assert found.count(b"HTTP/1.1 200") == 3


def test_senders_who_trickle_are_not_waited_for(tmp_path: Path) -> None:
    with halting(tmp_path, "sqlite:", head_seconds=0.4, body_seconds=0.4) as one:
        assert raw(one, b"").startswith(b"HTTP/1.1 408")
        assert raw(one, b"POST /genesys-events HTTP/1.1\r\nHost").startswith(b"HTTP/1.1 408")
        assert raw(one, HEAD + b"Content-Length: 9\r\n\r\nnul").startswith(b"HTTP/1.1 408")
        # Refused by its announced length, and then never sent: read and thrown away for so long, and no longer. More
        # than once, for a process that is held up between connecting and sending is such a sender itself.
        found = (raw(one, HEAD + b"Content-Length: 9999999\r\n\r\nnul") for _ in range(MOST_TRIES))
        assert any(answer.startswith(b"HTTP/1.1 413") for answer in found)
        assert one.end()[0] == 0


def test_two_receivers_share_a_store(tmp_path: Path) -> None:
    with (
        served(tmp_path, "--sink", "jsonl:a.jsonl", *QUICK) as one,
        served(tmp_path, "--sink", "jsonl:b.jsonl", *QUICK) as two,
    ):
        assert json.loads(deliver(one, body_of("e-1"))[1])["status"] == "success"
        assert json.loads(deliver(two, body_of("e-1"))[1])["status"] == "duplicate"
    assert (tmp_path / "b.jsonl").read_text() == ""


def test_a_trusted_proxy_tells_the_peer_and_nobody_else_does(tmp_path: Path) -> None:
    told = [{"X-Forwarded-For": peer} for peer in ("192.0.2.1", "192.0.2.2", "192.0.2.1")]
    for more, statuses in ((("--trusted-proxy", "127.0.0.1"), [200, 200, 429]), ((), [200, 429, 429])):
        with served(tmp_path, "--sink", "sqlite:", "--rate-limit", "0.01", *more, *QUICK) as one:
            assert [deliver(one, body_of("e-1"), **headers)[0] for headers in told] == statuses


def test_it_speaks_tls(tmp_path: Path) -> None:
    made = make_certificate(tmp_path)
    with served(tmp_path, "--tls-cert", str(made.certificate), "--tls-key", str(made.key), *QUICK) as one:
        assert one.url.startswith("https://127.0.0.1:")
        context = ssl.create_default_context(cafile=str(made.trusted))
        connection = http.client.HTTPSConnection("localhost", one.address[1], timeout=LONGEST_SECONDS, context=context)
        assert post(connection, b'{"verification_token": "t"}')[0] == 200
        connection.close()


def refused(folder: Path, environ: dict[str, str] | None = None, **how: object) -> str:
    settings = {"store": f"sqlite:///{folder}/e.db", "sink": "sqlite:", "auth": "none", "insecure": True, "port": 0}
    with pytest.raises(DiagnosticError) as caught:
        serve(ReceiverSettings(**settings | how), environ or {}, lambda url: None)  # type: ignore[arg-type]
    return caught.value.diagnostics[0].code


def test_what_cannot_be_served_is_told_before_anything_listens(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        assert refused(tmp_path, port=other.getsockname()[1]) == "GC810"
    assert refused(tmp_path, host="no.such.host.invalid") == "GC810"
    assert refused(tmp_path, certificate=tmp_path / "none.pem") == "GC811"
    (tmp_path / "text.pem").write_text("no PEM")
    assert refused(tmp_path, certificate=tmp_path / "text.pem") == "GC811"
    assert refused(tmp_path, key=tmp_path / "text.pem") == "GC811"
    assert refused(tmp_path, insecure=False) == "GC808"
    assert refused(tmp_path, insecure=False, auth="header:") == "GC808"
    assert refused(tmp_path, insecure=False, auth="bearer") == "GC809"
    assert refused(tmp_path, {"GCSYNC_RECEIVER_SECRET": "no-colon"}, insecure=False, auth="basic") == "GC809"
    assert refused(tmp_path, {"GCSYNC_RECEIVER_SECRET": "x\n"}, insecure=False, auth="bearer") == "GC809"
    assert refused(tmp_path, sink="carrier-pigeon:") == "GC804"
