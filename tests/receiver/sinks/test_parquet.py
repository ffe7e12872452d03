"""Events as Parquet: durable as lines first, and each in a file once, whatever moment the receiver ends at."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from gcsync.model.diagnostic import DiagnosticError
from gcsync.receiver.interface import Event
from gcsync.receiver.sinks import lines, open_sink, parquet, parquet_files
from gcsync.receiver.sinks.jsonl import lock_lines
from gcsync.receiver.sinks.lines import LineFile
from gcsync.receiver.sinks.parquet_files import Interrupted, ParquetFiles
from tests.house.source import ROOT

LONGEST_SECONDS = 180


def event(number: int, day: str = "2026-11-26") -> Event:
    return Event(f"e-{number}", "v2.x", f"{day}T23:59:59.{number:03}Z", {}, f'{{"id":"e-{number}",  "u":"ü\u2028"}}')


def open_parquet(rest: object) -> Any:
    return open_sink(f"parquet:{rest}", None, {})  # type: ignore[arg-type]


def handle(rest: object, events: Sequence[Event]) -> None:
    async def act() -> None:
        sink = open_parquet(rest)
        try:
            await asyncio.gather(*(sink.handle(one) for one in events))
        finally:
            await sink.close()

    asyncio.run(act())


def files(folder: Path) -> list[Path]:
    """What a reader of Parquet takes for data."""
    return sorted(folder.glob("date=*/*.parquet"))


def rows(folder: Path) -> list[dict[str, Any]]:
    return [row for path in files(folder) for row in pq.ParquetFile(path).read().to_pylist()]


def ids(folder: Path) -> list[str]:
    return [row["id"] for row in rows(folder)]


def spools(folder: Path) -> list[str]:
    """What waits; the open one is no matter while it is empty. The converter may remove one between two looks."""
    waiting = []
    for path in (folder / ".spool").iterdir():
        with contextlib.suppress(FileNotFoundError):
            if path.is_dir() or path.stat().st_size:
                waiting.append(path.name)
    return sorted(waiting)


def spool(folder: Path, events: Sequence[Event], name: str = "events-20011126T000000000000Z.jsonl") -> Path:
    """A spool as an earlier process has left it."""
    path = folder / ".spool" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"".join(lines.line_of(one) for one in events))
    return path


@contextmanager
def converting(
    folder: Path, rotate_at: int = 1_000_000, every: float = 3600, clock: Callable[[], float] = time.monotonic
) -> Iterator[Any]:
    """A sink that looks all the time, and tries again at once."""
    settings = parquet.Settings(folder, rotate_at, every, "zstd")
    lines_sink = lock_lines(LineFile(folder / ".spool/events.jsonl", rotate_at))
    made = ParquetFiles(folder, "zstd")
    converter = parquet.Converter(settings, lines_sink, made, look_seconds=0.01, retry_seconds=0.01, clock=clock)
    sink = parquet.ParquetSink(lines_sink, converter)
    try:
        yield sink
    finally:
        asyncio.run(sink.close())


def until(there: Callable[[], bool]) -> None:
    end = time.monotonic() + LONGEST_SECONDS
    while not there():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_an_event_is_a_row_with_its_text_as_it_came_in_the_folder_of_its_day(tmp_path: Path) -> None:
    handle(tmp_path / "new", [event(0), event(1, "2026-11-27"), event(2)])
    one, two = files(tmp_path / "new")
    assert (one.parent.name, two.parent.name) == ("date=2026-11-26", "date=2026-11-27")
    assert one.name == two.name
    read = pq.ParquetFile(one).read()
    assert [(field.name, str(field.type), field.nullable) for field in read.schema] == [
        ("id", "string", False),
        ("type", "string", False),
        ("received_at", "timestamp[ms, tz=UTC]", False),
        ("event", "string", False),
    ]
    assert read["id"].to_pylist() == ["e-0", "e-2"]
    (row,) = pq.ParquetFile(two).read().to_pylist()
    assert (row["type"], row["received_at"].isoformat()) == ("v2.x", "2026-11-27T23:59:59.001000+00:00")
    assert row["event"] == event(1).text
    assert spools(tmp_path / "new") == []
    assert os.name == "nt" or one.stat().st_mode & 0o777 == 0o600


def test_an_event_is_on_the_disk_as_a_line_before_any_parquet(tmp_path: Path) -> None:
    with converting(tmp_path) as sink:
        sink.handle_all([event(0)])
        assert (tmp_path / ".spool/events.jsonl").read_bytes() == lines.line_of(event(0))
        assert files(tmp_path) == []


def test_the_names_of_new_folders_are_on_the_disk_before_any_event(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[Path] = []
    monkeypatch.setattr(parquet, "sync_folder", synced.append)
    handle(tmp_path / "new", [])
    assert synced == [tmp_path / "new", tmp_path]


def test_a_spool_of_the_size_is_converted_while_events_come(tmp_path: Path) -> None:
    with converting(tmp_path, rotate_at=200) as sink:
        for number in range(4):
            sink.handle_all([event(number)])
        until(lambda: ids(tmp_path) == ["e-0", "e-1"])
    assert ids(tmp_path) == ["e-0", "e-1", "e-2", "e-3"]


def test_a_small_spool_is_converted_after_the_time_and_an_empty_one_is_left(tmp_path: Path) -> None:
    now = [0.0]
    with converting(tmp_path, every=900, clock=lambda: now[0]) as sink:
        sink.handle_all([event(0)])
        now[0] = 899
        time.sleep(0.05)
        assert files(tmp_path) == []
        now[0] = 1800
        until(lambda: ids(tmp_path) == ["e-0"])
        now[0] = 9000
    assert len(files(tmp_path)) == 1


class Killed(BaseException):
    """The process is no more."""


def killing(monkeypatch: pytest.MonkeyPatch, owner: Any, name: str, at: int) -> None:
    real, count = getattr(owner, name), [0]

    def call(*arguments: Any, **more: Any) -> Any:
        count[0] += 1
        if count[0] == at:
            raise Killed
        return real(*arguments, **more)

    monkeypatch.setattr(owner, name, call)


def let_go(dates: Any) -> None:
    for _, file, writer in dates._open.values():
        writer.is_open = False
        file.close()


@pytest.mark.parametrize(
    ("owner", "name", "at", "finished"),
    [
        (pq.ParquetWriter, "write_table", 1, 0),
        (pq.ParquetWriter, "close", 1, 0),
        (os, "fsync", 2, 0),
        (Path, "replace", 1, 0),
        (Path, "replace", 2, 1),
        (Path, "unlink", 1, 2),
    ],
    ids=["a row group", "the footer", "the disk", "the first name", "the second name", "the end of the spool"],
)
def test_a_crash_at_each_step_loses_nothing_and_doubles_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, owner: Any, name: str, at: int, finished: int
) -> None:
    path = spool(tmp_path, [event(0), event(1, "2026-11-27"), event(2)])
    with monkeypatch.context() as patch, contextlib.suppress(Killed):
        # A killed process takes nothing away behind itself.
        patch.setattr(parquet_files._Dates, "close", let_go)
        killing(patch, owner, name, at)
        ParquetFiles(tmp_path, "zstd").convert(path)
    assert (len(files(tmp_path)), path.exists()) == (finished, True)
    first = [(one, one.stat().st_mtime_ns) for one in files(tmp_path)]
    handle(tmp_path, [])
    assert sorted(ids(tmp_path)) == ["e-0", "e-1", "e-2"]
    assert spools(tmp_path) == []
    assert [(one, one.stat().st_mtime_ns) for one, _ in first] == first


def test_what_an_earlier_process_has_spooled_is_converted_at_the_start(tmp_path: Path) -> None:
    spool(tmp_path, [event(0)])
    spool(tmp_path, [event(1)], "events.jsonl")
    (tmp_path / ".spool/events-20011125T000000000000Z.2001-11-25.tmp").write_bytes(b"PAR1 half")
    with converting(tmp_path):
        until(lambda: ids(tmp_path) == ["e-0", "e-1"])
        until(lambda: spools(tmp_path) == [])


@pytest.mark.parametrize("name", ["write_table", "close"])
def test_a_failure_is_told_and_tried_again_and_events_are_taken_meanwhile(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    def full(*_: Any, **__: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch, converting(tmp_path, rotate_at=1) as sink:
        patch.setattr(pq.ParquetWriter, name, full)
        for number in range(2):
            sink.handle_all([event(number)])
        until(lambda: "No space left on device" in caplog.text)
        assert files(tmp_path) == []
        sink.handle_all([event(2)])
        patch.undo()
        until(lambda: ids(tmp_path) == ["e-0", "e-1"])
    assert ids(tmp_path) == ["e-0", "e-1", "e-2"]
    assert spools(tmp_path) == []
    assert "e-0" not in caplog.text


def test_a_spool_that_cannot_be_read_holds_up_no_other(tmp_path: Path) -> None:
    (tmp_path / ".spool/events-20011125T000000000000Z.jsonl").mkdir(parents=True)
    spool(tmp_path, [event(0)])
    handle(tmp_path, [])
    assert ids(tmp_path) == ["e-0"]


def test_lines_that_are_no_events_are_kept_aside(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = spool(tmp_path, [event(0)])
    spoilt = [b"\0\0\0\n", b"\xff\n", lines.line_of(event(1)).replace(b"2026-11-26", b"2026-11-66")]
    path.write_bytes(path.read_bytes() + b"".join(spoilt) + lines.line_of(event(2)))
    handle(tmp_path, [])
    assert ids(tmp_path) == ["e-0", "e-2"]
    assert path.with_suffix(".unreadable").read_bytes() == b"".join(spoilt)
    assert "3 lines" in caplog.text


def test_a_row_group_is_all_that_is_held_and_the_end_waits_for_one_only(tmp_path: Path) -> None:
    path = spool(tmp_path, [event(number) for number in range(100, 200)])
    asked = []
    made = ParquetFiles(tmp_path, "none", group_bytes=path.stat().st_size // 5)
    with pytest.raises(Interrupted):
        made.convert(path, lambda: len(asked) == 3 or asked.append(0) is not None)
    assert (files(tmp_path), spools(tmp_path)) == ([], [path.name])
    made.convert(path)
    (one,) = files(tmp_path)
    groups = pq.ParquetFile(one).metadata
    assert [groups.row_group(number).num_rows for number in range(groups.num_row_groups)] == [20] * 5
    assert ids(tmp_path) == [f"e-{number}" for number in range(100, 200)]


def test_the_end_leaves_to_the_next_start_what_takes_too_long(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = spool(tmp_path, [event(0)])
    with monkeypatch.context() as patch:
        patch.setattr(parquet.Converter, "_is_late", lambda _: True)
        handle(tmp_path, [event(1)])
    assert (files(tmp_path), len(spools(tmp_path)), path.exists()) == ([], 2, True)
    handle(tmp_path, [])
    assert ids(tmp_path) == ["e-0", "e-1"]


@pytest.mark.parametrize("name", ["snappy", "gzip", "none", "zstd"])
def test_it_is_compressed_as_told(tmp_path: Path, name: str) -> None:
    handle(f"{tmp_path}?compression={name}", [event(0)])
    (one,) = files(tmp_path)
    found = pq.ParquetFile(one).metadata.row_group(0).column(0).compression.lower()
    assert found == {"none": "uncompressed"}.get(name, name)


@pytest.mark.parametrize(
    "rest", ["", "?rotate=1M", "f?rotate=x", "f?rotate=0", "f?every=soon", "f?every=0s", "f?compression=lzo", "f?x=1"]
)
def test_other_settings_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rest: str) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(DiagnosticError) as caught:
        open_parquet(rest)
    assert caught.value.diagnostics[0].code == "GC804"
    assert list(tmp_path.iterdir()) == []


def test_a_second_receiver_is_refused_and_so_is_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with converting(tmp_path):
        for folder in (tmp_path, tmp_path / "file"):
            with pytest.raises(DiagnosticError) as caught:
                open_parquet(folder)
            assert caught.value.diagnostics[0].code == "GC805"


def test_without_the_extra_it_says_which(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    with pytest.raises(DiagnosticError) as caught:
        open_parquet(tmp_path / "events")
    (told,) = caught.value.diagnostics
    assert (told.code, told.hint) == ("GC812", "pip install 'gcsync[receiver,parquet]'")
    assert not (tmp_path / "events").exists()


@pytest.mark.full
def test_duckdb_answers_the_queries_of_the_documentation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import duckdb

    monkeypatch.chdir(tmp_path)
    text = '{"id": "e-0", "data": {"conversationId": "c-1"}}'
    one, other = event(1), event(2, "2026-10-31")
    handle("events", [Event("e-0", "v2.y", "2026-11-26T09:30:00.000Z", {}, text), one, one, other])
    page = (ROOT / "docs/receiver.md").read_text(encoding="utf-8").partition("### Parquet")[2]
    first, second = page.partition("```sql\n")[2].partition("```")[0].split("\n\n")
    assert duckdb.sql(first).fetchall() == [("v2.x", 2), ("v2.y", 1)]
    (row, *_) = duckdb.sql(second).fetchall()
    assert row[1] == "c-1"


PEAK = """
import resource, sys
from pathlib import Path
from gcsync.receiver.sinks.parquet_files import ParquetFiles
spool = Path(sys.argv[1])
ParquetFiles(spool.parent, "zstd").convert(spool)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


@pytest.mark.full
def test_memory_does_not_grow_with_the_spool(tmp_path: Path) -> None:
    texts = [json.dumps({"id": number, "x": os.urandom(480).hex()}) for number in range(1000)]
    megabyte = b"".join(lines.line_of(Event("e", "v2.x", "2026-11-26T09:30:00.000Z", {}, text)) for text in texts)
    peaks = []
    for megabytes in (40, 160):
        path = tmp_path / f"events-{megabytes}.jsonl"
        with path.open("wb") as file:
            for _ in range(megabytes):
                file.write(megabyte)
        done = subprocess.run([sys.executable, "-c", PEAK, str(path)], capture_output=True, text=True, check=True)
        peaks.append(int(done.stdout) / 1000)
    assert peaks[1] < peaks[0] + 40
