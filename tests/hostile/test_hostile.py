"""Whatever is sent: an answer that is declared or the end of the connection, nothing smuggled, and it lives on."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.hostile.attacks import by_hand, cut, drawn, slow
from tests.hostile.cases import HEAD, SECRET_REQUEST, request
from tests.hostile.judge import complaints, out_of_turn, second_reading
from tests.hostile.target import Target, attacked
from tests.hostile.wire import Answer, Exchange

SHARE = 8
LIMIT_SECONDS = 1.0
MEMORY = 12 * 1024 * 1024


@pytest.fixture
def target(tmp_path: Path) -> Iterator[Target]:
    with attacked(tmp_path) as one:
        yield one


def test_hostile_requests_are_answered_as_declared_or_cut_off(target: Target) -> None:
    by_hand(target, SHARE)
    drawn(target, 30, 1)
    cut(target, 20)
    target.end()
    assert target.violations == []
    assert target.requests >= 100


@pytest.mark.full
def test_a_thousand_hostile_requests_leave_nothing_behind(target: Target) -> None:
    sizes = []
    for round_ in range(3):
        by_hand(target)
        drawn(target, 500, round_)
        cut(target, 100)
        assert target.descriptors_left() <= 0
        sizes.append(target.memory())
    target.end()
    assert target.violations == []
    assert target.requests >= 3_000
    # What one round takes of the memory, the next ones use again.
    assert sizes[2] - sizes[1] < MEMORY, sizes


@pytest.mark.parametrize("connections", [2, pytest.param(50, marks=pytest.mark.full)])
def test_slow_ones_are_ended_and_keep_nobody_waiting(tmp_path: Path, connections: int) -> None:
    with attacked(tmp_path, head_seconds=LIMIT_SECONDS, body_seconds=LIMIT_SECONDS) as one:
        assert slow(one, connections, LIMIT_SECONDS) == []
        assert one.descriptors_left() <= 0
        assert one.running.end() == (0, "")


def test_two_readers_agree_on_what_a_request_is() -> None:
    body = b'{"id": "a", "eventType": "x"}'
    other = body.replace(b"a", b"b")
    assert second_reading(request(body) + request(other)) == (2, ["a", "b"])
    assert second_reading(request(body) + b"no HTTP") == (2, ["a"])
    assert second_reading(request(body).replace(b"POST ", b"POST  ")) == (1, ["a"])
    assert second_reading(request(body, b"Content-Length: 5\r\n")) == (1, [])
    assert second_reading(request(body, b"Connection: close\r\n") + request(other)) == (1, ["a"])
    assert second_reading(request(body, head=HEAD.replace(b"X-Api-Key", b"X-Other")) + request(other)) == (
        2,
        [None, "b"],
    )
    assert second_reading(request(body + SECRET_REQUEST)) == (1, [None])


def test_an_answer_out_of_turn_is_noticed() -> None:
    success = Answer(200, {"content-type": "application/json"}, b'{"status": "success", "event_id": "a"}')
    refused = Answer(400, {"content-type": "text/plain"}, b"Invalid HTTP request received.")
    assert out_of_turn(Exchange((success, refused)), ["a"], {"a"}) == []
    assert out_of_turn(Exchange((refused,)), ["a"], set()) == []
    assert len(out_of_turn(Exchange((refused,)), ["a"], {"a"})) == 1


def test_what_is_not_declared_is_noticed() -> None:
    json = {"content-type": "application/json"}
    fine = Answer(400, json, b'{"error": "Invalid payload"}')
    assert complaints(Exchange((fine,)), 1) == []
    assert complaints(Exchange((fine, fine)), 1) == ["2 answers to 1 requests"]
    assert complaints(Exchange((), hung=True), 1) == ["the connection was neither answered nor ended"]
    assert complaints(Exchange((Answer(503, json, b'{"error": "Busy"}'),)), 1) == ["503 without Retry-After"]
    for status, body in ((502, b"{}"), (500, b'{"error": "Traceback"}'), (200, b'{"status": "ok", "more": 1}')):
        assert len(complaints(Exchange((Answer(status, json, body),)), 1)) == 1


def test_the_second_reader_shares_nothing_with_the_first() -> None:
    from tests.hostile import judge, wire

    for module in (judge, wire):
        assert "httptools" not in inspect.getsource(module)
        assert "uvicorn" not in inspect.getsource(module)
