"""A kill at each place of an event's way: claim ─▶ handle ─▶ done ─▶ answer."""

from __future__ import annotations

import http.client
import os
import signal
import sqlite3
import threading
import time
from pathlib import Path

import pytest

from tests.kills.receiver import CLAIMED, COMMITTED, COMMITTING, HANDLED, WRITING
from tests.kills.sinks import JSONL, SQLITE, Sink, sink_of
from tests.receiver.serving import LONGEST_SECONDS, Served, body_of, deliver, halting

CLAIM_SECONDS = 1.5
SUCCESS = (200, b'{"status": "success", "event_id": "e-1"}')
DUPLICATE = (200, b'{"status": "duplicate"}')
BUSY = (503, b'{"error": "Busy"}')


def killed_at(sink: Sink, place: str) -> None:
    """Deliver e-1 to a receiver that halts there, and kill it."""
    with halting(sink.folder, sink.argument, claim_seconds=CLAIM_SECONDS, halt=place) as one:
        answers: list[object] = []
        thread = threading.Thread(target=lambda: answers.append(unanswered(one)))
        thread.start()
        end = time.monotonic() + LONGEST_SECONDS
        while not (sink.folder / "halted").exists():
            assert time.monotonic() < end, f"it never came to {place}"
            time.sleep(0.01)
        os.kill(one.process.pid, signal.SIGKILL)
        thread.join()
    assert answers == [None]


def unanswered(one: Served) -> tuple[int, bytes] | None:
    try:
        return deliver(one, body_of("e-1"))
    except (OSError, http.client.HTTPException):
        return None


def until_settled(one: Served) -> tuple[int, bytes]:
    """The first answer that is no wish to come again; a claim may have to end before."""
    end = time.monotonic() + LONGEST_SECONDS
    while (answer := deliver(one, body_of("e-1")))[0] != 200:
        assert answer[0] in (500, 503)
        assert time.monotonic() < end
    return answer


PLACES = [
    # sink, place, times in the ledger after the kill, the answer after a new start, times in the ledger then
    pytest.param(JSONL, CLAIMED, 0, SUCCESS, 1, marks=pytest.mark.full),
    pytest.param(JSONL, WRITING, 0, SUCCESS, 1, id="jsonl-half a line"),
    pytest.param(JSONL, HANDLED, 1, SUCCESS, 2, marks=pytest.mark.full),
    pytest.param(JSONL, COMMITTING, 1, SUCCESS, 2, marks=pytest.mark.full),
    pytest.param(JSONL, COMMITTED, 1, DUPLICATE, 1, marks=pytest.mark.full),
    pytest.param(SQLITE, COMMITTING, 0, SUCCESS, 1, marks=pytest.mark.full),
    pytest.param(SQLITE, COMMITTED, 1, DUPLICATE, 1, marks=pytest.mark.full),
]


@pytest.mark.parametrize(("name", "place", "before", "answer", "after"), PLACES)
def test_a_kill_there_leads_to_handling_again_and_never_to_loss(
    tmp_path: Path, name: str, place: str, before: int, answer: tuple[int, bytes], after: int
) -> None:
    with sink_of(name, tmp_path) as sink:
        killed_at(sink, place)
        if place is WRITING:
            assert (tmp_path / "events.jsonl").read_bytes()[-1:] not in (b"", b"\n")
        with halting(tmp_path, sink.argument, claim_seconds=CLAIM_SECONDS) as one:
            # Opening the file takes half a line away.
            assert sink.ledger() == ["e-1"] * before
            assert until_settled(one) == answer
            assert deliver(one, body_of("e-1")) == DUPLICATE
        assert sink.ledger() == ["e-1"] * after


@pytest.mark.full
def test_a_dead_process_is_waited_for_until_its_claim_ends(tmp_path: Path) -> None:
    with sink_of(JSONL, tmp_path) as sink:
        killed_at(sink, CLAIMED)
        # As if it had been killed this moment, whatever this machine does beside.
        prolong(tmp_path, 3600)
        with halting(tmp_path, sink.argument, wait_seconds=0.3) as one:
            assert deliver(one, body_of("e-1")) == BUSY
            prolong(tmp_path, -1)
            assert deliver(one, body_of("e-1")) == SUCCESS
        assert sink.ledger() == ["e-1"]


def prolong(folder: Path, seconds: float) -> None:
    connection = sqlite3.connect(folder / "events.db", LONGEST_SECONDS)
    with connection:
        assert connection.execute("UPDATE claims SET ends = ?", (time.time() + seconds,)).rowcount == 1
    connection.close()
