from __future__ import annotations

import asyncio
import errno
import json
import os
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gcsync.model.diagnostic import DiagnosticError
from gcsync.receiver.interface import Event, SinkFailure
from gcsync.receiver.sinks import lines
from gcsync.receiver.sinks.jsonl import open_lines
from gcsync.receiver.sinks.lines import LineFile, line_of, read_line

LONGEST_SECONDS = 600


def event(number: int) -> Event:
    return Event(f"e-{number}", "x", "2026-11-25T09:30:00.000Z", {}, f'{{"id":"e-{number}",  "u":"ü"}}')


def handle(sink_text: str, count: int, first: int = 0) -> None:
    async def act() -> None:
        sink = open_lines(sink_text)
        try:
            await asyncio.gather(*(sink.handle(event(number)) for number in range(first, first + count)))
        finally:
            await sink.close()

    asyncio.run(act())


def test_a_line_is_what_the_contract_says(tmp_path: Path) -> None:
    handle(f"{tmp_path}/new/events.jsonl", 1)
    text = (tmp_path / "new/events.jsonl").read_text()
    assert text == (
        '{"id": "e-0", "type": "x", "received_at": "2026-11-25T09:30:00.000Z", "event": {"id":"e-0",  "u":"ü"}}\n'
    )
    assert json.loads(text)["event"] == {"id": "e-0", "u": "ü"}


TEXTS = st.text(st.characters(exclude_categories=["Cs"]))


@given(TEXTS, TEXTS, st.dictionaries(TEXTS, TEXTS), st.booleans())
def test_a_line_is_read_back_letter_for_letter(event_id: str, kind: str, payload: dict[str, str], plain: bool) -> None:
    text = json.dumps(payload, ensure_ascii=plain)
    line = line_of(Event(event_id, kind, "2026-11-25T09:30:00.000Z", payload, text))
    assert read_line(line) == (event_id, kind, "2026-11-25T09:30:00.000Z", text)
    for torn in (line[:-1], line[1:], line[: len(line) // 2] + b"\n", line + line):
        with pytest.raises(ValueError, match=r"line|decode"):
            read_line(torn)


def test_lines_of_requests_at_once_are_whole_and_synced_together(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[int] = []
    go, real = threading.Event(), os.fsync

    def sync(descriptor: int) -> None:
        go.wait(LONGEST_SECONDS)
        synced.append(descriptor)
        real(descriptor)

    async def act() -> None:
        sink = open_lines(f"{tmp_path}/events.jsonl")
        monkeypatch.setattr(lines.os, "fsync", sync)
        asked = [asyncio.create_task(sink.handle(event(number))) for number in range(200)]
        # All of them have asked after one turn.
        await asyncio.sleep(0)
        go.set()
        await asyncio.gather(*asked)
        await sink.close()

    asyncio.run(act())
    found = [json.loads(line)["id"] for line in (tmp_path / "events.jsonl").read_text().splitlines()]
    assert sorted(found) == sorted(f"e-{number}" for number in range(200))
    # Of those that came while the first was written, and of all others.
    assert 1 <= len(synced) <= 2


def test_half_a_line_of_a_crash_is_taken_away_and_the_rest_stays(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    for torn in (b'{"id": "ha', b"x" * 200_000):
        path.write_bytes(b'{"id": "whole"}\n' + torn)
        handle(str(path), 1)
        assert [json.loads(line)["id"] for line in path.read_text().splitlines()] == ["whole", "e-0"]
    path.write_bytes(b'{"id": "all of it to')
    handle(str(path), 1)
    assert len(path.read_text().splitlines()) == 1


def test_a_whole_line_stays_though_an_editor_took_its_newline(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    path.write_bytes(b'{"id": "first"}\n{"id": "last"}')
    handle(str(path), 1)
    assert [json.loads(line)["id"] for line in path.read_text().splitlines()] == ["first", "last", "e-0"]


@pytest.mark.parametrize("content", [b"a note\nwithout an end", b"SQLite format 3\0", b"[1]", b"\0\0"])
def test_a_file_of_something_else_keeps_every_byte(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "notes.txt"
    path.write_bytes(content)
    with pytest.raises(DiagnosticError) as caught:
        handle(str(path), 1)
    assert caught.value.diagnostics[0].code == "GC805"
    assert path.read_bytes() == content


def test_a_new_file_is_begun_at_its_size_and_nothing_is_lost(tmp_path: Path) -> None:
    for number in range(6):
        handle(f"{tmp_path}/events.jsonl?rotate=150", 1, first=number)
    files = sorted(tmp_path.glob("events-*.jsonl"))
    assert len(files) == 2
    texts = "".join(path.read_text() for path in [*files, tmp_path / "events.jsonl"])
    assert [json.loads(line)["id"] for line in texts.splitlines()] == [f"e-{number}" for number in range(6)]


def test_a_new_file_is_begun_when_told_unless_nothing_is_there(tmp_path: Path) -> None:
    file = LineFile(tmp_path / "events.jsonl")
    file.rotate()
    assert list(tmp_path.glob("events-*")) == []
    file.append([b"x\n"])
    file.rotate()
    file.append([b"y\n"])
    file.close()
    (old,) = tmp_path.glob("events-*.jsonl")
    assert (old.read_bytes(), file.path.read_bytes()) == (b"x\n", b"y\n")


def test_only_so_many_old_files_are_kept_when_that_is_asked_for(tmp_path: Path) -> None:
    (tmp_path / "events-of-another.jsonl").write_text("kept")
    for number in range(6):
        handle(f"{tmp_path}/events.jsonl?rotate=1&keep=2", 1, first=number)
    assert len(list(tmp_path.glob("events-2*.jsonl"))) == 2
    assert (tmp_path / "events-of-another.jsonl").exists()


def test_a_file_that_was_moved_away_is_begun_anew(tmp_path: Path) -> None:
    async def act() -> None:
        sink = open_lines(f"{tmp_path}/events.jsonl")
        await sink.handle(event(0))
        (tmp_path / "events.jsonl").rename(tmp_path / "moved")
        await sink.handle(event(1))
        await sink.close()

    asyncio.run(act())
    assert "e-0" in (tmp_path / "moved").read_text()
    assert "e-1" in (tmp_path / "events.jsonl").read_text()


def test_a_full_disk_is_a_failure_and_leaves_whole_lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "events.jsonl"
    long = Event("long", "x", "2026-11-25T09:30:00.000Z", {}, json.dumps("y" * 200))
    real = os.write

    def full(descriptor: int, data: bytes) -> int:
        if path.stat().st_size > 100:
            raise OSError(errno.ENOSPC, "No space left on device")
        return real(descriptor, bytes(data)[:60])

    async def act() -> None:
        sink = open_lines(str(path))
        monkeypatch.setattr(lines.os, "write", full)
        # Together in any case: the first of them alone would find room.
        with pytest.raises(OSError, match="No space left"):
            sink.handle_all([event(0), event(1)])
        with pytest.raises(SinkFailure, match="No space left"):
            await sink.handle(long)
        monkeypatch.setattr(lines.os, "write", real)
        await sink.handle(event(2))
        await sink.close()

    asyncio.run(act())
    assert [json.loads(line)["id"] for line in path.read_text().splitlines()] == ["e-2"]


WRITER = """
import sys
from pathlib import Path
from gcsync.receiver.sinks.lines import LineFile

file = LineFile(Path("events.jsonl"), rotate_at=20_000)
for number in range(150):
    file.append([f'{{"id": "{sys.argv[1]}-{number}-{part}", "x": "{"y" * 40}"}}\\n'.encode() for part in range(5)])
"""


def test_two_processes_write_whole_lines_and_rotate_in_turn(tmp_path: Path) -> None:
    environ = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])}
    line = [sys.executable, "-c", WRITER]
    writers = [subprocess.Popen([*line, name], cwd=tmp_path, env=environ) for name in "ab"]
    assert [writer.wait(LONGEST_SECONDS) for writer in writers] == [0, 0]
    files = list(tmp_path.glob("events*.jsonl"))
    assert len(files) > 2
    found = [json.loads(line)["id"] for path in files for line in path.read_text().splitlines()]
    expected = [f"{name}-{number}-{part}" for name in "ab" for number in range(150) for part in range(5)]
    assert sorted(found) == sorted(expected)


def test_half_a_line_of_a_writer_that_died_spoils_no_line_of_another(tmp_path: Path) -> None:
    file = LineFile(tmp_path / "events.jsonl")
    file.append([b"one\n"])
    with file.path.open("ab") as other:
        other.write(b"half a li")
    file.append([b"two\n"])
    file.close()
    assert file.path.read_bytes() == b"one\ntwo\n"


def test_what_did_not_reach_the_disk_is_taken_back_unless_another_wrote_behind_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, other = LineFile(tmp_path / "events.jsonl"), LineFile(tmp_path / "events.jsonl")
    file.append([b"one\n"])
    other.append([b"two\n"])
    real = os.fsync

    def failing(descriptor: int) -> None:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            return
        monkeypatch.setattr(lines.os, "fsync", real)
        other.append(behind)
        raise OSError(errno.EIO, "Input/output error")

    behind: list[bytes] = []
    for line, left in (b"", b"one\ntwo\n"), (b"four\n", b"one\ntwo\nthree\nfour\n"):
        behind[:] = [line]
        monkeypatch.setattr(lines.os, "fsync", failing)
        with pytest.raises(OSError, match="Input/output"):
            file.append([b"three\n"])
        assert file.path.read_bytes() == left
    file.append([b"five\n"])
    assert file.path.read_bytes() == b"one\ntwo\nthree\nfour\nfive\n"
    file.close()
    other.close()


@pytest.mark.parametrize("query", ["rotate=x", "rotate=1T", "keep=many", "other=1", "rotate=-1"])
def test_other_settings_are_told(tmp_path: Path, query: str) -> None:
    with pytest.raises(DiagnosticError) as caught:
        open_lines(f"{tmp_path}/events.jsonl?{query}")
    assert caught.value.diagnostics[0].code == "GC804"


def test_what_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for name in ("file/events.jsonl", ""):
        with pytest.raises(DiagnosticError) as caught:
            open_lines(f"{tmp_path}/{name}")
        assert caught.value.diagnostics[0].code == "GC805"


def test_nobody_else_may_read_it(tmp_path: Path) -> None:
    file = LineFile(tmp_path / "events.jsonl")
    file.append([b"x\n"])
    file.close()
    file.close()
    assert os.name == "nt" or file.path.stat().st_mode & 0o777 == 0o600
