"""That the short ways leave what the long ones leave: the same bytes, the same state."""

from __future__ import annotations

import asyncio
import logging
from types import SimpleNamespace
from typing import Any

import pytest
from uvicorn.protocols.http.flow_control import FlowControl

from gcsync.receiver.application import Answer
from gcsync.receiver.cycle import Cycle
from gcsync.receiver.shortcuts import shortcut


class Wire(asyncio.Transport):
    def __init__(self) -> None:
        super().__init__()
        self.written = b""
        self.closed = False

    def write(self, data: Any) -> None:
        self.written += data

    def close(self) -> None:
        self.closed = True

    def pause_reading(self) -> None:
        pass

    def resume_reading(self) -> None:
        pass

    def is_closing(self) -> bool:
        return self.closed


def cycle(*, keep_alive: bool = True, expects: bool = False) -> tuple[Cycle, Wire, list[str]]:
    wire, ended = Wire(), []
    log = logging.getLogger("none")
    made = Cycle(
        scope={"type": "http", "method": "POST"},  # type: ignore[typeddict-item]
        transport=wire,
        flow=FlowControl(wire),
        logger=log,
        access_logger=log,
        access_log=False,
        default_headers=[(b"date", b"Thu, 26 Nov 2026 00:00:00 GMT")],
        message_event=asyncio.Event(),
        expect_100_continue=expects,
        keep_alive=keep_alive,
        on_response=lambda: ended.append("response"),
    )
    return made, wire, ended


def state(of: Cycle) -> dict[str, Any]:
    names = ("response_started", "response_complete", "waiting_for_100_continue", "chunked_encoding", "keep_alive")
    return {name: getattr(of, name) for name in names} | {
        "left": of.expected_content_length,
        "set": of.message_event.is_set(),
    }


@pytest.mark.parametrize("keep_alive", [True, False])
@pytest.mark.parametrize("expects", [True, False])
@pytest.mark.parametrize("status", [200, 400, 500])
def test_an_answer_is_the_same_either_way(keep_alive: bool, expects: bool, status: int) -> None:
    async def act() -> None:
        answer = Answer({"status": "grüße"}, status)
        long, long_wire, long_ended = cycle(keep_alive=keep_alive, expects=expects)
        await answer({"type": "http"}, long.receive, long.send)
        short, short_wire, short_ended = cycle(keep_alive=keep_alive, expects=expects)
        assert short.answer(status, bytes(answer.body))
        assert short_wire.written == long_wire.written
        assert (short_wire.closed, short_ended) == (long_wire.closed, long_ended)
        assert state(short) == state(long)

    asyncio.run(act())


def test_nobody_is_answered_twice_or_when_gone_and_a_full_wire_is_waited_for() -> None:
    async def act() -> None:
        made, wire, _ = cycle()
        made.flow.pause_writing()
        assert not made.answer(200, b"{}")
        made.flow.resume_writing()
        made.disconnected = True
        assert made.answer(200, b"{}")
        assert wire.written == b""
        made.disconnected = False
        assert made.answer(200, b"{}")
        assert not made.answer(200, b"{}")

    asyncio.run(act())


def test_a_body_is_had_at_once_when_all_of_it_is_there_and_once() -> None:
    async def act() -> None:
        made, _, _ = cycle()
        made.body += b"half"
        assert made.whole_body() is None
        made.body += b" and half"
        made.more_body = False
        made.message_event.set()
        assert made.whole_body() == b"half and half"
        assert not made.message_event.is_set()
        made.disconnected = True
        assert made.whole_body() is None
        assert (await made.receive())["type"] == "http.disconnect"

    asyncio.run(act())


def test_who_expects_to_be_told_to_continue_is_told() -> None:
    async def act() -> None:
        made, wire, _ = cycle(expects=True)
        made.more_body = False
        assert made.whole_body() is None
        made.message_event.set()
        await made.receive()
        assert wire.written == b"HTTP/1.1 100 Continue\r\n\r\n"

    asyncio.run(act())


def test_who_stands_in_between_sees_everything() -> None:
    async def act() -> None:
        made, _, _ = cycle()

        async def send(message: Any) -> None:
            await made.send(message)

        assert shortcut(made.send) is made
        assert shortcut(send) is None
        assert shortcut(SimpleNamespace().__repr__) is None

    asyncio.run(act())
