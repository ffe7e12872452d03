"""`gcsync receiver stats` and `replay`; `serve` is held in tests/receiver/test_server.py."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from gcsync.receiver.dead_letter import DeadLetters
from gcsync.receiver.interface import Event
from gcsync.receiver.stores import open_store
from tests.e2e.documents import as_published
from tests.e2e.workplace import Inside, clean_environment


def event(event_id: str) -> Event:
    return Event(event_id, "x", "2026-11-25T09:30:00.000Z", {"id": event_id}, f'{{"id": "{event_id}"}}')


@pytest.fixture
def work(tmp_path: Path) -> Inside:
    return Inside(tmp_path, clean_environment())


def fill(folder: Path, count: int) -> None:
    async def act() -> None:
        store = open_store(f"sqlite:///{folder}/events.db")
        for number in range(count):
            await store.claim(f"e-{number}", "one")
            await store.done(f"e-{number}", "one")
        await store.close()

    asyncio.run(act())


def test_stats_tell_what_a_store_holds(work: Inside) -> None:
    fill(work.folder, 3)
    ran = work.gcsync("receiver", "stats", "--format", "json")
    assert (ran.code, ran.err) == (0, "")
    assert as_published("receiver_stats", ran.document)["ids"] == 3
    text = work.gcsync("receiver", "stats", "--store", "sqlite:///events.db")
    assert text.out.splitlines()[0].split() == ["ids", "remembered", "3"]


def test_stats_make_no_store(work: Inside) -> None:
    ran = work.gcsync("receiver", "stats")
    assert (ran.code, ran.out) == (1, "")
    assert "error[GC801]: --store: there is no store at events.db" in ran.err
    assert list(work.folder.iterdir()) == []


def test_replay_hands_dead_letters_to_the_sink(work: Inside) -> None:
    letters = DeadLetters(work.folder / "dead.jsonl")
    for number in range(2):
        letters.write(event(f"e-{number}"), 10, "why")
    ran = work.gcsync("receiver", "replay", "dead.jsonl", "--sink", "jsonl:again.jsonl")
    assert (ran.code, ran.out) == (0, "Replayed: 2 handled, 0 refused again.\n")
    lines = (work.folder / "again.jsonl").read_text().splitlines()
    assert [json.loads(line)["id"] for line in lines] == ["e-0", "e-1"]
    ran = work.gcsync("receiver", "replay", "dead.jsonl")
    assert (ran.code, "error[GC807]" in ran.err) == (1, True)


def test_a_replay_that_is_refused_again_ends_with_1(work: Inside) -> None:
    DeadLetters(work.folder / "dead.jsonl").write(event("e-1"), 10, "why")
    ran = work.gcsync("receiver", "replay", "dead.jsonl", "--sink", "http://127.0.0.1:9/")
    assert (ran.code, ran.out) == (1, "Replayed: 0 handled, 1 refused again.\n")
    assert "e-1" in (work.folder / "dead.jsonl").read_text()


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ((), "GC809"),
        (("--auth", "none"), "GC808"),
        (("--retention", "long"), "GC813"),
        (("--insecure-no-auth", "--store", "x"), "GC800"),
        (("--insecure-no-auth", "--sink", "x"), "GC804"),
    ],
)
def test_what_cannot_be_served_is_told(work: Inside, arguments: tuple[str, ...], code: str) -> None:
    ran = work.gcsync("receiver", "serve", "--port", "0", *arguments)
    assert (ran.code, ran.out) == (1, "")
    assert f"error[{code}]" in ran.err
