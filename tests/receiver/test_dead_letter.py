"""The file of dead letters, and what becomes of it when it is replayed."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from gcsync.model.diagnostic import DiagnosticError
from gcsync.receiver.dead_letter import DeadLetters, Replayed, replay
from gcsync.receiver.interface import Event, SinkFailure


def event(number: int) -> Event:
    return Event(f"e-{number}", "x", "2026-11-25T09:30:00.000Z", {"n": 1.1}, '{"n": 1.10,  "ü": "\\u00fc"}')


class Cut(BaseException):
    """The process ends."""


class Ledger:
    """A sink that refuses some events, and at one of them the process ends: before it takes it, or just after."""

    def __init__(self, *, refused: str = "", cut_before: str = "", cut_after: str = "") -> None:
        self.got: list[str] = []
        self.texts: set[str] = set()
        self._refused, self._cut_before, self._cut_after = refused, cut_before, cut_after

    async def handle(self, event: Event) -> None:
        if event.id == self._cut_before:
            raise Cut
        if event.id == self._refused:
            raise SinkFailure("no")
        self.got.append(event.id)
        self.texts.add(event.text)
        if event.id == self._cut_after:
            raise Cut

    async def close(self) -> None:
        pass


@pytest.fixture
def letters(tmp_path: Path) -> DeadLetters:
    letters = DeadLetters(tmp_path / "dead.jsonl")
    for number in range(4):
        letters.write(event(number), 10, 'why "it" is \\ here')
    return letters


def replayed(letters: DeadLetters, sink: Ledger) -> Replayed:
    return asyncio.run(replay(letters, sink))


def cut_off(letters: DeadLetters, sink: Ledger) -> None:
    with pytest.raises(Cut):
        replayed(letters, sink)


def code_of(letters: DeadLetters) -> str:
    with pytest.raises(DiagnosticError) as caught:
        replayed(letters, Ledger())
    return caught.value.diagnostics[0].code


def test_an_event_goes_to_the_sink_letter_for_letter(letters: DeadLetters) -> None:
    sink = Ledger()
    assert replayed(letters, sink) == Replayed(4, 0)
    assert sink.got == ["e-0", "e-1", "e-2", "e-3"]
    assert sink.texts == {event(0).text}
    assert not letters.waiting()


def test_a_replay_that_was_cut_off_goes_on_where_it_ended(letters: DeadLetters) -> None:
    first, second = Ledger(refused="e-0", cut_before="e-2"), Ledger()
    cut_off(letters, first)
    # The one that was refused is a dead letter again, and waits for its turn.
    assert replayed(letters, second) == Replayed(2, 0)
    assert (first.got, second.got) == (["e-1"], ["e-2", "e-3"])
    assert replayed(letters, second) == Replayed(1, 0)
    assert second.got == ["e-2", "e-3", "e-0"]


def test_at_most_the_event_that_was_under_way_is_sent_twice(letters: DeadLetters) -> None:
    first, second = Ledger(cut_after="e-2"), Ledger()
    cut_off(letters, first)
    replayed(letters, second)
    assert (first.got, second.got) == (["e-0", "e-1", "e-2"], ["e-2", "e-3"])


def test_half_a_line_of_a_crash_is_no_reason_to_send_nothing(letters: DeadLetters) -> None:
    with letters.path.open("ab") as file:
        file.write(b'{"id": "e-4", "type": "x", "rec')
    assert replayed(letters, Ledger()) == Replayed(4, 0)


def test_a_last_line_without_its_newline_is_sent(letters: DeadLetters) -> None:
    letters.path.write_bytes(letters.path.read_bytes().rstrip())
    letters.check()
    assert replayed(letters, Ledger()) == Replayed(4, 0)


@pytest.mark.parametrize(
    "line",
    [
        b"garbage",
        b"[]",
        b"7",
        b"\xff",
        b'"#"',
        b'{"id": "\\ud800", "type": "x", "received_at": "x", "event": {}}',
        b'{"id": "i", "type": "x", "received_at": "x", "attempts": 1e400, "event": {}}',
        b'{"id": "i", "type": "x", "received_at": "x", "attempts": "many", "event": {}}',
        b'{"id": "i", "type": "x", "received_at": "x", "event": {"n": NaN}}',
        b'{"id": "i", "type": "x", "received_at": "x", "event": []}',
        b'{"id": 1, "type": "x", "received_at": "x", "event": {}}',
        b'{"id": "i"}',
        b"[" * 100_000,
    ],
)
def test_where_a_line_is_no_dead_letter_nothing_is_sent(letters: DeadLetters, line: bytes) -> None:
    content = letters.path.read_bytes() + line + b"\n"
    letters.path.write_bytes(content)
    assert code_of(letters) == "GC807"
    assert letters.path.read_bytes() == content


def test_a_letter_that_was_edited_is_sent_as_it_is_now(letters: DeadLetters) -> None:
    letters.path.write_text(
        '{"id": "i", "type": "x", "received_at": "x", "event": {"n": 1}, "note": {}}\n', encoding="utf-8"
    )
    sink = Ledger()
    assert replayed(letters, sink) == Replayed(1, 0)
    assert sink.texts == {'{"n": 1}'}


def test_one_replay_at_a_time(letters: DeadLetters) -> None:
    other = DeadLetters(letters.path)
    with letters.alone(), pytest.raises(DiagnosticError, match="under way"), other.alone():
        pass
    with other.alone():
        pass


@pytest.mark.parametrize("sink", ["jsonl:{}", "jsonl:{}?rotate=1M", "jsonl:{}/../dead.jsonl"])
def test_the_sinks_own_file_holds_no_dead_letters(tmp_path: Path, sink: str) -> None:
    (tmp_path / "dead.jsonl").touch()
    letters = DeadLetters(tmp_path / "dead.jsonl")
    path = letters.path if ".." not in sink else tmp_path / "folder"
    with pytest.raises(DiagnosticError):
        letters.keep_apart(sink.format(path), "--dead-letter")
    for other in (f"jsonl:{tmp_path}/events.jsonl", "sqlite:", "https://dead.jsonl"):
        letters.keep_apart(other, "--dead-letter")


def test_a_file_of_something_else_is_told_before_an_event_hangs_on_it(tmp_path: Path) -> None:
    (tmp_path / "notes").write_bytes(b"a note")
    with pytest.raises(DiagnosticError, match="was not changed"):
        DeadLetters(tmp_path / "notes").check()
    assert (tmp_path / "notes").read_bytes() == b"a note"
