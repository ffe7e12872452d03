"""`gcsync receiver stats` and `replay`; `serve` is held in tests/receiver/test_server.py."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
from pathlib import Path
from typing import Any

import pytest

from gcsync.receiver.dead_letter import DeadLetters
from gcsync.receiver.interface import Event
from gcsync.receiver.stores import open_store
from tests.e2e.documents import as_published
from tests.e2e.workplace import Inside, clean_environment
from tests.receiver.stores.redis_servers import redis_server


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


def test_stats_of_a_server_say_what_is_not_known_and_no_password(work: Inside, tmp_path: Path) -> None:
    with redis_server(tmp_path / "redis", "--requirepass", "watched-word") as one:
        work.environ["GCSYNC_RECEIVER_STORE_PASSWORD"] = "watched-word"
        ran = work.gcsync("receiver", "stats", "--store", f"redis://{one.address}/0")
        assert (ran.code, ran.err) == (0, "")
        assert ran.out.splitlines()[0].split() == ["ids", "remembered", "unknown"]
        assert int(ran.out.splitlines()[1].split()[1]) > 0
        # What only looks neither writes nor minds that the server may forget.
        with one.client() as client:
            client.auth("watched-word")
            assert client.dbsize() == 0
        ran = work.gcsync("receiver", "serve", "--insecure-no-auth", "--store", f"redis://{one.address}/0")
        assert (ran.code, "error[GC818]" in ran.err, "watched-word" in ran.err) == (1, True, False)


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


def test_a_replay_takes_nothing_but_a_file_away(work: Inside) -> None:
    pipe = work.folder / "pipe"
    os.mkfifo(pipe)
    for name in ("pipe", "."):
        ran = work.gcsync("receiver", "replay", name)
        assert (ran.code, f"error[GC807]: FILE: {name} is no file" in ran.err) == (1, True)
    assert pipe.is_fifo()


def test_a_replay_makes_no_store_that_its_sink_has_no_use_for(work: Inside) -> None:
    DeadLetters(work.folder / "dead.jsonl").write(event("e-1"), 10, "why")
    assert work.gcsync("receiver", "replay", "dead.jsonl", "--sink", "jsonl:again.jsonl").code == 0
    assert not list(work.folder.glob("events.db*"))


def test_a_replay_into_the_file_of_dead_letters_is_refused(work: Inside) -> None:
    DeadLetters(work.folder / "dead.jsonl").write(event("e-1"), 10, "why")
    before = (work.folder / "dead.jsonl").read_bytes()
    ran = work.gcsync("receiver", "replay", "dead.jsonl", "--sink", "jsonl:dead.jsonl")
    assert (ran.code, "error[GC807]" in ran.err) == (1, True)
    assert (work.folder / "dead.jsonl").read_bytes() == before


def test_a_replay_of_nothing_leaves_nothing_behind(work: Inside) -> None:
    before = set(work.folder.iterdir())
    assert work.gcsync("receiver", "replay", "none.jsonl", "--sink", "jsonl:other.jsonl").code == 1
    assert set(work.folder.iterdir()) == before


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
        (("--auth", "header:Content-Length"), "GC808"),
        (("--auth", "bearer", "--insecure-no-auth"), "GC808"),
        (("--insecure-no-auth", "--drain", "inf"), "GC600"),
        (("--insecure-no-auth", "--dead-letter", "."), "GC807"),
        (("--insecure-no-auth", "--dead-letter", "events.jsonl"), "GC807"),
        (("--insecure-no-auth", "--dead-letter", "/dev/null/dead.jsonl"), "GC807"),
        (("--retention", "long"), "GC813"),
        (("--retention", "0h"), "GC813"),
        (("--insecure-no-auth", "--port", "99999"), "GC600"),
        (("--insecure-no-auth", "--trusted-proxy", "proxy.example.com"), "GC600"),
        (("--insecure-no-auth", "--store", "x"), "GC800"),
        (("--insecure-no-auth", "--sink", "x"), "GC804"),
    ],
)
def test_what_cannot_be_served_is_told(work: Inside, arguments: tuple[str, ...], code: str) -> None:
    ran = work.gcsync("receiver", "serve", "--port", "0", *arguments)
    assert (ran.code, ran.out) == (1, "")
    assert f"error[{code}]" in ran.err


def test_each_option_is_a_variable_too_and_yields_to_the_command_line(work: Inside) -> None:
    named = {"GCSYNC_RECEIVER_INSECURE_NO_AUTH": "true", "GCSYNC_RECEIVER_PORT": "0"}
    assert "error[GC804]" in work.gcsync("receiver", "serve", GCSYNC_RECEIVER_SINK="x", **named).err
    assert "error[GC808]" in work.gcsync("receiver", "serve", GCSYNC_RECEIVER_AUTH="none").err
    fill(work.folder, 1)
    ran = work.gcsync("receiver", "stats", GCSYNC_RECEIVER_STORE=f"sqlite:///{work.folder}/events.db")
    assert (ran.code, ran.err) == (0, "")
    missing = work.gcsync(
        "receiver", "stats", "--store", "sqlite:///no.db", GCSYNC_RECEIVER_STORE="sqlite:///events.db"
    )
    assert "error[GC801]" in missing.err


def test_every_variable_is_named_as_its_option_is() -> None:
    """typer names a variable after the function's parameter."""
    import typer.main

    from gcsync.cli.app import app

    found: Any = typer.main.get_command(app)
    options = found.commands["receiver"].commands["serve"].params
    shared = {"verbose", "no_color", "emulator", "emulator_db"}
    for option in options:
        if option.name not in shared:
            assert f"--{option.name.replace('_', '-')}" in option.opts


def test_the_zip_is_told_with_what_lambda_asks_for(work: Inside, monkeypatch: pytest.MonkeyPatch) -> None:
    from gcsync.receiver.packaging import bytecode, wheels

    monkeypatch.setattr(wheels, "unpacked", lambda *target: {})
    monkeypatch.setattr(bytecode, "compiled", lambda files, python: {})
    (work.folder / "handlers.py").write_text("def handle(event): ...\n", encoding="utf-8")
    ran = work.gcsync("receiver", "package", "lambda", "--add", "handlers.py", "--python", "3.12")
    assert (ran.code, ran.err) == (0, "")
    assert "gcsync.receiver.aws_lambda.handler.handler" in ran.out
    assert "python3.12, arm64" in ran.out
    assert "no, for want of a python3.12 here" in ran.out
    told = json.loads(work.gcsync("receiver", "package", "lambda", "--add", "handlers.py", "--format", "json").out)
    content = (work.folder / "receiver.zip").read_bytes()
    assert (told["file"], told["bytes"]) == ("receiver.zip", len(content))
    assert told["sha256"] == hashlib.sha256(content).hexdigest()


def test_a_zip_that_cannot_be_built_leaves_nothing(work: Inside) -> None:
    ran = work.gcsync("receiver", "package", "lambda", "--add", "missing.py")
    assert (ran.code, list(work.folder.iterdir())) == (1, [])
    assert "error[GC866]" in ran.err
