"""Connections: one answer to each request, in turn, and an end to whoever takes too long."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
from collections.abc import Iterator, Sequence

import pytest

from gcsync.receiver.protocol import JoinedWrites
from tests.hostile.wire import Answer, answers_of, exchange
from tests.receiver.serving import LONGEST_SECONDS, SECRET, Served, halting

HEAD = f"POST /genesys-events HTTP/1.1\r\nHost: x\r\nX-Api-Key: {SECRET}\r\nContent-Type: application/json\r\n".encode()
STRANGER = HEAD.replace(SECRET.encode(), b"wrong")
LIMIT = 1.0
MOST_TRIES = 20
TRIPLE = b"y" * 3 * 1024 * 1024


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with halting(tmp_path_factory.mktemp("protocol"), "sqlite:", head_seconds=600, body_seconds=600) as one:
        yield one


@pytest.fixture(scope="module")
def hasty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """For what is to be ended, and for nothing else: who is held up is slow himself."""
    with halting(tmp_path_factory.mktemp("hasty"), "sqlite:", head_seconds=LIMIT, body_seconds=LIMIT) as one:
        yield one


def with_length(body: bytes, more: bytes = b"", head: bytes = HEAD) -> bytes:
    return head + more + b"Content-Length: %d\r\n\r\n" % len(body) + body


def event(event_id: str) -> bytes:
    return json.dumps({"id": event_id, "eventType": "x"}).encode()


def told(answers: Sequence[Answer]) -> list[tuple[int, object]]:
    return [(answer.status, answer.document and answer.document.get("event_id")) for answer in answers]


def asked(one: Served, *parts: bytes) -> list[tuple[int, object]]:
    return told(exchange(one.address, parts).answers)


def test_what_is_left_of_a_refused_body_gets_no_answer_of_its_own(shared: Served) -> None:
    assert asked(shared, with_length(TRIPLE), with_length(event("a-1"))) == [(413, None), (200, "a-1")]
    late = STRANGER + b"Content-Length: 5\r\n\r\n", b"12345", with_length(event("a-2"))
    assert asked(shared, *late) == [(401, None), (200, "a-2")]
    with socket.create_connection(shared.address, timeout=LONGEST_SECONDS) as connection:
        connection.sendall(STRANGER + b"Transfer-Encoding: chunked\r\n\r\n")
        # Before the answer, the broken body would be what is answered.
        found = connection.recv(65536)
        connection.sendall(b"no size\r\n")
        while chunk := connection.recv(65536):
            found += chunk
    assert told(answers_of(found)[0]) == [(401, None)]


def test_a_connection_rests_after_a_refused_body(hasty: Served) -> None:
    # One that takes too long over its body does not rest, and this process may be held up for so long.
    assert any(rests(hasty) for _ in range(MOST_TRIES))


def rests(one: Served) -> bool:
    """Whether nothing comes for longer than the limit once the refused body was sent."""
    with socket.create_connection(one.address, timeout=LONGEST_SECONDS) as connection:
        connection.sendall(STRANGER + b"Content-Length: 5\r\n\r\n")
        answers, _ = answers_of(connection.recv(65536))
        with contextlib.suppress(ConnectionError):
            connection.sendall(b"12345")
            connection.settimeout(1.5 * LIMIT)
            try:
                connection.recv(1)
            except TimeoutError:
                return told(answers) == [(401, None)]
    return False


def test_what_is_no_http_is_answered_behind_what_came_before_it(shared: Served) -> None:
    assert asked(shared, with_length(event("b-1")) + b"no HTTP\r\n\r\n") == [(200, "b-1"), (400, None)]
    both = with_length(event("b-2")) + with_length(event("b-3")) + HEAD + b"Content-Length: x\r\n\r\n"
    assert asked(shared, both) == [(200, "b-2"), (200, "b-3"), (400, None)]
    broken = HEAD + b"Transfer-Encoding: chunked\r\n\r\n4\r\nnull\r\nno size\r\n"
    assert asked(shared, with_length(event("b-4")) + broken)[0] == (200, "b-4")
    assert asked(shared, broken) == [(400, None)]


@pytest.mark.parametrize("wish", [b"websocket", b"h2c"])
def test_a_wish_for_another_protocol_is_passed_over(shared: Served, wish: bytes) -> None:
    fields = b"Connection: Upgrade\r\nUpgrade: " + wish + b"\r\n"
    inner = with_length(event("smuggled"))
    assert asked(shared, with_length(event(f"c-{wish!r}"), fields)) == [(200, f"c-{wish!r}")]
    whole = with_length(inner, fields)
    assert asked(shared, whole[: -len(inner)], inner) == [(400, None)]
    assert asked(shared, whole + with_length(event(f"d-{wish!r}"))) == [(400, None), (200, f"d-{wish!r}")]
    assert asked(shared, b"CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n") == [(400, None)]


def test_one_host_is_named(shared: Served) -> None:
    assert asked(shared, with_length(event("e-1"), b"Host: y\r\n")) == [(400, None)]
    assert asked(shared, with_length(event("e-2")).replace(b"Host: x\r\n", b"")) == [(400, None)]
    older = with_length(event("e-3")).replace(b"Host: x\r\n", b"").replace(b"HTTP/1.1", b"HTTP/1.0")
    assert asked(shared, older) == [(200, "e-3")]


def test_no_more_requests_wait_than_anybody_sends_at_once(shared: Served) -> None:
    answers = asked(shared, b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n" * 2_000)
    assert 256 <= len(answers) < 1_000
    assert answers[-2:] == [(200, None), (400, None)]


def test_a_sender_who_ends_his_half_still_gets_the_answer(shared: Served) -> None:
    assert asked(shared, with_length(event("f-1"))) == [(200, "f-1")]
    assert asked(shared, with_length(event("f-2"))[:-1]) == []


@pytest.mark.parametrize("codings", [[b"gzip, chunked"], [b"identity", b"chunked"], [b"chunked", b"chunked"]])
def test_a_body_in_any_coding_but_chunks_is_no_request(shared: Served, codings: list[bytes]) -> None:
    fields = b"".join(b"Transfer-Encoding: " + coding + b"\r\n" for coding in codings)
    chunks = b"\r\n4\r\nnull\r\n0\r\n\r\n"
    assert asked(shared, HEAD + fields + chunks + with_length(event("behind"))) == [(400, None)]


def test_an_answer_that_nobody_reads_is_not_kept(hasty: Served) -> None:
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.settimeout(LONGEST_SECONDS)
        connection.connect(hasty.address)
        token = with_length(b'{"verification_token": "%s"}' % (b"t" * 1_000_000))
        # Reset, where it would wait for its reader for ever.
        with pytest.raises(ConnectionError):
            send_without_end(connection, token)


def send_without_end(connection: socket.socket, data: bytes) -> None:
    while True:
        connection.sendall(data)


class Wire(asyncio.Transport):
    """A transport that keeps what is written."""

    def __init__(self) -> None:
        super().__init__()
        self.written: list[bytes] = []
        self.closed = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.written.append(bytes(data))

    def close(self) -> None:
        self.closed = True

    def is_closing(self) -> bool:
        return self.closed


def test_head_and_body_are_one_write_and_nothing_waits_beyond_the_turn() -> None:
    async def act() -> None:
        wire = Wire()
        joined = JoinedWrites(wire, asyncio.get_running_loop())
        joined.write(b"head ")
        joined.write(b"body")
        assert wire.written == []
        joined.flush()
        assert wire.written == [b"head body"]
        joined.write(b"100 Continue")
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert wire.written == [b"head body", b"100 Continue"]

    asyncio.run(act())


def test_what_waits_is_written_before_the_connection_closes() -> None:
    async def act() -> None:
        wire = Wire()
        joined = JoinedWrites(wire, asyncio.get_running_loop())
        joined.write(b"the last")
        joined.close()
        assert (wire.written, joined.is_closing()) == ([b"the last"], True)

    asyncio.run(act())
