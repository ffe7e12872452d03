"""Batches of messages: what they may hold, who shares one, and that a refused one fails alone."""

from __future__ import annotations

import asyncio
import itertools
import json
import threading
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gcsync.receiver.interface import Event, SinkFailure
from gcsync.receiver.propagation import carrying
from gcsync.receiver.sinks.lanes import (
    LANES,
    BatchingSink,
    Message,
    Most,
    attributes,
    plain_id,
    plain_text,
    portions,
    refusals,
    size_of,
)
from tests.examples import count

MOST = Most(messages=3, together=100, one=80, name="Queue")


def event(text: str, event_id: str = "e-1", kind: str = "conversation:start") -> Event:
    return Event(event_id, kind, "2026-11-26T09:30:00.000Z", {}, text)


def answer(code: str) -> Exception:
    from botocore.exceptions import ClientError

    return ClientError({"Error": {"Code": code, "Message": "a customer's name"}}, "Send")


class Kept:
    """Keeps the batches it is asked to send, and refuses what it is told to."""

    most = MOST

    def __init__(self, *, refuse: str = "", fail: dict[str, str] | None = None) -> None:
        self.batches: list[list[str]] = []
        self.go = threading.Event()
        self.closed = False
        self._refuse = refuse
        self._fail = fail or {}

    def message(self, event: Event) -> Message:
        return Message({"text": event.text}, len(event.text))

    def send(self, entries: Sequence[dict[str, Any]]) -> list[str | None]:
        self.go.wait(180)
        texts = [entry["text"] for entry in entries]
        self.batches.append(texts)
        for text, code in self._fail.items():
            if text in texts:
                raise answer(code)
        return ["Refused" if text == self._refuse else None for text in texts]

    def close(self) -> None:
        self.closed = True


def outcomes(sender: Kept, texts: Sequence[str]) -> list[str]:
    """What became of events that came at once: empty, or why it failed."""

    async def act() -> list[str]:
        sink = BatchingSink(sender)
        asked = [asyncio.create_task(sink.handle(event(text))) for text in texts]
        # All of them have come after one turn.
        await asyncio.sleep(0)
        sender.go.set()
        found = await asyncio.gather(*asked, return_exceptions=True)
        await sink.close()
        assert sender.closed
        return ["" if one is None else str(one) for one in found]

    return asyncio.run(act())


def test_what_comes_at_once_shares_batches() -> None:
    sender = Kept()
    assert outcomes(sender, [str(number) for number in range(60)]) == [""] * 60
    assert sorted(int(text) for batch in sender.batches for text in batch) == list(range(60))
    assert max(len(batch) for batch in sender.batches) == 3
    assert len(sender.batches) <= 20 + 2 * LANES


def test_what_is_refused_of_a_batch_fails_alone() -> None:
    texts = [str(number) for number in range(30)]
    found = outcomes(Kept(refuse="17"), texts)
    assert {text: why for text, why in zip(texts, found, strict=True) if why} == {"17": "Queue: Refused"}


@pytest.mark.parametrize("code", ["InvalidMessageContents", "AWS.SimpleQueueService.BatchRequestTooLong"])
def test_a_batch_that_is_refused_for_one_of_its_events_harms_no_other(code: str) -> None:
    texts = [str(number) for number in range(30)]
    found = outcomes(Kept(fail={"17": code}), texts)
    assert {text: why for text, why in zip(texts, found, strict=True) if why} == {"17": f"Queue: {code}"}


def test_what_concerns_all_of_a_batch_is_asked_once_and_fails_all_without_its_words() -> None:
    texts = [str(number) for number in range(30)]
    sender = Kept(fail=dict.fromkeys(texts, "ThrottlingException"))
    assert outcomes(sender, texts) == ["Queue: ThrottlingException"] * 30
    assert len(sender.batches) <= 10 + 2 * LANES


def test_an_event_that_is_too_large_is_not_sent() -> None:
    sender = Kept()
    assert outcomes(sender, ["x" * 81, "y"]) == ["the event takes 81 bytes, and Queue takes 80 at most", ""]
    assert sender.batches == [["y"]]


def test_a_slow_batch_holds_up_its_own_lane_alone() -> None:
    class Slow(Kept):
        def send(self, entries: Sequence[dict[str, Any]]) -> list[str | None]:
            return super().send(entries) if entries[0]["text"] == "slow" else [None] * len(entries)

    async def act() -> None:
        sender = Slow()
        sink = BatchingSink(sender)
        slow = asyncio.create_task(sink.handle(event("slow")))
        await asyncio.sleep(0)
        async with asyncio.timeout(120):
            for _ in range(10):
                await sink.handle(event("quick"))
        assert not slow.done()
        sender.go.set()
        await slow
        await sink.close()

    asyncio.run(act())


def test_after_its_end_it_takes_nothing() -> None:
    async def act() -> None:
        sink = BatchingSink(Kept())
        await sink.close()
        with pytest.raises(SinkFailure, match="closed"):
            await sink.handle(event("x"))

    asyncio.run(act())


@settings(max_examples=count(60))
@given(st.lists(st.integers(1, 120), max_size=20))
def test_portions_keep_order_and_limits_and_are_as_few_as_can_be(sizes: list[int]) -> None:
    messages = [Message({"number": number}, size) for number, size in enumerate(sizes)]
    found = portions(messages, MOST)
    assert [message for part in found for message in part] == messages
    for part in found:
        assert len(part) <= MOST.messages
        assert len(part) == 1 or sum(message.size for message in part) <= MOST.together
    for part, following in itertools.pairwise(found):
        assert len(part) == MOST.messages or sum(m.size for m in [*part, following[0]]) > MOST.together


@pytest.mark.parametrize("event_id", ["a b", "ü", "", "a\nb", "x" * 129, "\x7f"])
def test_an_id_that_no_message_may_have_goes_as_its_digest(event_id: str) -> None:
    assert plain_id(event_id).startswith("sha256:")
    assert len(plain_id(event_id)) <= 128
    assert plain_id(event_id) != plain_id(event_id + "x")


@pytest.mark.parametrize("event_id", ["e-1", "x" * 128, "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"])
def test_any_other_goes_as_it_is(event_id: str) -> None:
    assert plain_id(event_id) == event_id


def test_the_event_goes_as_it_came_but_for_what_no_message_may_hold() -> None:
    assert plain_text(event('{"a":  1e2}')) == '{"a":  1e2}'
    text = json.dumps({"a": "\ufffe\uffff\U0001fffe ü"}, ensure_ascii=False)
    assert json.loads(plain_text(event(text))) == {"a": "\ufffe\uffff\U0001fffe ü"}
    assert not set(plain_text(event(text))) & {"\ufffe", "\uffff"}


def test_a_type_that_no_attribute_can_hold_is_left_out() -> None:
    told = attributes(event("{}"))
    assert {name: value["StringValue"] for name, value in told.items()} == {
        "event_id": "e-1",
        "event_type": "conversation:start",
    }
    for kind in ("a\x00b", "\uffff", "x" * 257):
        assert list(attributes(event("{}", kind=kind))) == ["event_id"]


def test_the_trace_that_an_event_belongs_to_goes_along() -> None:
    with carrying({"traceparent": "00-1-2-01", "tracestate": ""}):
        told = attributes(event("{}"))
    assert told["traceparent"] == {"DataType": "String", "StringValue": "00-1-2-01"}
    assert "tracestate" not in told


def test_a_message_is_as_large_as_its_body_and_attributes_in_utf_8() -> None:
    assert size_of("ü", {"n": {"DataType": "String", "StringValue": "ää"}}) == 2 + 1 + 6 + 4


def test_what_an_answer_does_not_name_was_not_taken() -> None:
    told = {"Successful": [{"Id": "2"}], "Failed": [{"Id": "0", "Code": "InternalError", "SenderFault": False}]}
    assert refusals(told, 3) == ["InternalError", "it was not acknowledged", None]
