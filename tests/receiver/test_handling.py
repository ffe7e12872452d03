from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from gcsync.model.diagnostic import DiagnosticError
from gcsync.receiver.dead_letter import DeadLetters, Replayed, replay
from gcsync.receiver.handling import Outcome
from gcsync.receiver.interface import Claim, Event, SinkFailure
from tests.receiver.asgi import Kept, Receiver, receiver, run, waited_for


def event(event_id: str = "e-1") -> Event:
    payload = {"id": event_id, "eventType": "x"}
    return Event(event_id, "x", "2026-11-25T09:30:00.000Z", payload, json.dumps(payload))


async def closed(running: Receiver) -> None:
    await running.store.close()


class Raising(Kept):
    """A sink with a fault of its own."""

    async def handle(self, event: Event) -> None:
        raise RuntimeError(event.id)


def test_a_sink_that_raises_anything_is_a_failure_and_the_id_is_free(tmp_path: Path) -> None:
    async def act() -> None:
        running = receiver(tmp_path, Raising())
        assert await running.handling.take(event()) is Outcome.FAILED
        assert await running.store.state("e-1") is None
        await closed(running)

    run(act())


def test_a_sink_that_takes_too_long_is_a_failure(tmp_path: Path) -> None:
    async def act() -> None:
        running = receiver(tmp_path, Kept(pause=600), sink_seconds=0.05)
        assert await running.handling.take(event()) is Outcome.FAILED
        assert await running.store.state("e-1") is None
        await closed(running)

    run(act())


def test_the_claim_of_a_crashed_process_is_taken_over(tmp_path: Path) -> None:
    now = [1_800_000_000.0]

    async def act() -> None:
        running = receiver(tmp_path, wait_seconds=0.05, clock=lambda: now[0])
        await running.store.claim("e-1", "dead")
        assert await running.handling.take(event()) is Outcome.BUSY
        now[0] += 61
        assert await running.handling.take(event()) is Outcome.SUCCESS
        assert running.sink.calls == 1
        await closed(running)

    run(act())


def test_another_process_that_fails_is_told_as_it_is(tmp_path: Path) -> None:
    async def act() -> None:
        running = receiver(tmp_path)
        await running.store.claim("e-1", "another")
        asked = waited_for(running.store)
        waiting = asyncio.create_task(running.handling.take(event()))
        await asked.wait()
        await running.store.release("e-1", "another")
        assert await waiting is Outcome.FAILED
        await closed(running)

    run(act())


def test_a_store_that_is_gone_is_busy_not_failed(tmp_path: Path) -> None:
    async def act() -> None:
        running = receiver(tmp_path)
        await closed(running)
        assert await running.handling.take(event()) is Outcome.BUSY

    run(act())


def letters_in(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_after_its_last_attempt_an_event_is_set_aside_and_settled(tmp_path: Path) -> None:
    path = tmp_path / "dead.jsonl"

    async def act() -> None:
        running = receiver(tmp_path, Kept(failures=99), dead_letters=DeadLetters(path), max_attempts=3)
        given = [(await running.event("e-1")).status for _ in range(4)]
        assert given == [500, 500, 200, 200]
        assert await running.store.state("e-1") is Claim.HANDLED
        await closed(running)

    run(act())
    (letter,) = letters_in(path)
    assert (letter["id"], letter["attempts"], letter["reason"]) == ("e-1", 3, "told to fail")
    assert letter["event"] == {"id": "e-1", "eventType": "conversation:start", "data": {}}


def test_an_event_that_ends_the_process_each_time_is_set_aside_unseen(tmp_path: Path) -> None:
    path = tmp_path / "dead.jsonl"
    now = [1_800_000_000.0]

    async def act() -> None:
        how = {"dead_letters": DeadLetters(path), "max_attempts": 2, "clock": lambda: now[0]}
        running = receiver(tmp_path, **how)
        for number in range(2):
            await running.store.claim("e-1", f"crashed {number}")
            now[0] += 61
        assert await running.handling.take(event()) is Outcome.SET_ASIDE
        assert running.sink.calls == 0
        await closed(running)

    run(act())
    assert letters_in(path)[0]["attempts"] == 2


def test_where_dead_letters_cannot_be_written_nothing_is_acknowledged(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    async def act() -> None:
        letters = DeadLetters(tmp_path / "file" / "dead.jsonl")
        running = receiver(tmp_path, Kept(failures=9), dead_letters=letters, max_attempts=1)
        assert await running.handling.take(event()) is Outcome.FAILED
        assert await running.store.state("e-1") is None
        await closed(running)

    run(act())


class TestReplay:
    def test_hands_every_letter_to_the_sink_and_keeps_what_it_refuses(self, tmp_path: Path) -> None:
        letters = DeadLetters(tmp_path / "dead.jsonl")
        for number in range(3):
            letters.write(event(f"e-{number}"), 5, "why")
        sink = Kept(failures=1)
        assert run(replay(letters, sink)) == Replayed(taken=2, refused=1)
        assert [one.id for one in sink.events] == ["e-1", "e-2"]
        assert [(one["id"], one["attempts"]) for one in letters_in(letters.path)] == [("e-0", 6)]
        assert run(replay(letters, sink)) == Replayed(taken=1)
        assert not letters.path.exists()
        assert list(tmp_path.glob("*.replaying")) == []

    def test_goes_on_with_what_one_that_was_cut_off_had_taken(self, tmp_path: Path) -> None:
        letters = DeadLetters(tmp_path / "dead.jsonl")
        letters.write(event("before"), 5, "why")
        letters.take()
        letters.write(event("since"), 5, "why")
        sink = Kept()
        run(replay(letters, sink))
        run(replay(letters, sink))
        assert [one.id for one in sink.events] == ["before", "since"]

    @pytest.mark.parametrize("text", [None, "no letter\n", '{"id": 1}\n', "[]\n", '{"id":"a","type":"x"}\n'])
    def test_sends_nothing_of_a_file_that_is_none(self, tmp_path: Path, text: str | None) -> None:
        letters = DeadLetters(tmp_path / "dead.jsonl")
        if text is not None:
            letters.write(event(), 5, "why")
            with letters.path.open("a") as file:
                file.write(text)
        sink = Kept()
        with pytest.raises(DiagnosticError) as caught:
            run(replay(letters, sink))
        assert (caught.value.diagnostics[0].code, sink.calls) == ("GC807", 0)
        assert letters.path.exists() == (text is not None)


class Together(Kept):
    """A sink that takes many at once, unless one of them is bad, and single ones unless they are."""

    def handle_all(self, events: Sequence[Event]) -> None:
        if any(one.id == "bad" for one in events):
            raise SinkFailure("one of them is bad")
        self.events.extend(events)

    async def handle(self, event: Event) -> None:
        self.handle_all([event])


def test_one_event_that_a_sink_refuses_keeps_no_other_from_it(tmp_path: Path) -> None:
    async def act() -> None:
        running = receiver(tmp_path, Together())
        ids = ["a", "b", "bad", "c"]
        found = await asyncio.gather(*(running.handling.take(event(event_id)) for event_id in ids))
        assert found == [Outcome.SUCCESS, Outcome.SUCCESS, Outcome.FAILED, Outcome.SUCCESS]
        assert sorted(one.id for one in running.sink.events) == ["a", "b", "c"]
        assert await running.store.state("bad") is None
        assert await running.handling.take(event("a")) is Outcome.DUPLICATE
        await closed(running)

    run(act())


def test_a_sink_of_many_at_once_has_dead_letters_as_any_other(tmp_path: Path) -> None:
    async def act() -> None:
        letters = DeadLetters(tmp_path / "dead.jsonl")
        running = receiver(tmp_path, Together(), dead_letters=letters, max_attempts=2)
        found = [await running.handling.take(event("bad")) for _ in range(3)]
        assert found == [Outcome.FAILED, Outcome.SET_ASIDE, Outcome.DUPLICATE]
        await closed(running)

    run(act())
