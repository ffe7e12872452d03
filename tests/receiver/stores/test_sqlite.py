"""What is the SQLite store's own: its file, its commits, its table of events."""

from __future__ import annotations

import asyncio
import re
import sqlite3
import stat
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from gcsync.model.diagnostic import DiagnosticError
from gcsync.receiver.interface import Claim, Claimed, Event, Handled, RecordingStore, StoreUnavailable
from gcsync.receiver.stores import Retention, open_store
from gcsync.receiver.stores.sqlite import SqliteStore
from gcsync.receiver.stores.sqlite_file import CACHE_KIBIBYTES
from tests.receiver.stores.every import Clock


def event(event_id: str) -> Event:
    return Event(event_id, "x", "2026-11-25T09:30:00.000Z", {"id": event_id}, f'{{"id": "{event_id}"}}')


def opened(folder: Path, **how: Any) -> SqliteStore:
    store = open_store(f"sqlite:///{folder}/events.db", **how)
    assert isinstance(store, SqliteStore)
    return store


def rows(folder: Path) -> list[tuple[Any, ...]]:
    with sqlite3.connect(folder / "events.db") as connection:
        found = connection.execute("SELECT id, type, received_at, event FROM events ORDER BY sequence").fetchall()
    connection.close()
    return found


def test_event_and_id_are_written_together_and_once(tmp_path: Path) -> None:
    async def act() -> None:
        store = opened(tmp_path)
        assert isinstance(store, RecordingStore)
        found = await asyncio.gather(*(store.record(event("a")) for _ in range(10)))
        assert sorted(found) == [*[Claim.HANDLED] * 9, Claim.MINE]
        assert (await store.claim("a", "one")).claim is Claim.HANDLED
        await store.claim("b", "one")
        assert await store.record(event("b")) is Claim.TAKEN
        await store.release("b", "one")
        assert await store.record(event("b")) is Claim.MINE
        await store.close()

    asyncio.run(act())
    assert rows(tmp_path) == [(i, "x", "2026-11-25T09:30:00.000Z", f'{{"id": "{i}"}}') for i in ("a", "b")]


def test_requests_at_once_share_a_commit(tmp_path: Path) -> None:
    async def act() -> int:
        store = opened(tmp_path)
        statements: list[str] = []
        go = threading.Event()
        store._tables._connection.set_trace_callback(lambda one: go.wait(180) and statements.append(one))
        asked = [asyncio.create_task(store.record(event(f"e-{number}"))) for number in range(100)]
        # All of them have asked after one turn.
        await asyncio.sleep(0)
        go.set()
        await asyncio.gather(*asked)
        await store.close()
        return statements.count("COMMIT")

    # Of those that came while the first was written, and of all others.
    assert 1 <= asyncio.run(act()) <= 2


def test_only_what_is_told_as_durable_waits_for_the_disk(tmp_path: Path) -> None:
    async def act() -> list[str]:
        store = opened(tmp_path)
        statements: list[str] = []
        store._tables._connection.set_trace_callback(statements.append)
        await store.claim("a", "one")
        await store.done("a", "one")
        await store.close()
        return [one for one in statements if "synchronous" in one or one == "COMMIT"]

    assert asyncio.run(act()) == ["PRAGMA synchronous = NORMAL", "COMMIT", "PRAGMA synchronous = FULL", "COMMIT"]


def test_a_file_that_fails_is_told_as_unavailable_and_nothing_is_half_done(tmp_path: Path) -> None:
    async def act() -> None:
        store = opened(tmp_path)
        other = sqlite3.connect(tmp_path / "events.db", isolation_level=None)
        other.execute("CREATE TRIGGER no BEFORE INSERT ON handled BEGIN SELECT raise(ABORT, 'full'); END")
        with pytest.raises(StoreUnavailable, match="full"):
            await store.record(event("a"))
        other.execute("DROP TRIGGER no")
        other.close()
        assert await store.record(event("a")) is Claim.MINE
        await store.close()

    asyncio.run(act())
    assert len(rows(tmp_path)) == 1


def test_the_oldest_ids_go_when_there_are_too_many(tmp_path: Path) -> None:
    async def act() -> None:
        clock = Clock()
        store = opened(tmp_path, retention=Retention(max_ids=3), clock=clock)
        for number in range(5):
            clock.now += 1
            await store.record(event(f"e-{number}"))
        assert await store.sweep() == 2
        assert [await store.state(f"e-{number}") for number in range(5)] == [None, None, *[Claim.HANDLED] * 3]
        assert (await store.size()).ids == 3
        await store.close()

    asyncio.run(act())
    assert len(rows(tmp_path)) == 5


def test_its_size_tells_what_is_under_way_and_what_failed(tmp_path: Path) -> None:
    async def act() -> None:
        store = opened(tmp_path)
        await store.record(event("a"))
        await store.claim("b", "one")
        await store.claim("c", "one")
        await store.release("c", "one")
        found = await store.size()
        assert (found.ids, found.in_handling, found.failed, found.events) == (1, 1, 1, 1)
        await store.close()

    asyncio.run(act())


def test_nobody_else_may_read_the_file(tmp_path: Path) -> None:
    asyncio.run(opened(tmp_path).close())
    assert stat.S_IMODE((tmp_path / "events.db").stat().st_mode) == 0o600


def code_of(url: str, **how: Any) -> str:
    with pytest.raises(DiagnosticError) as caught:
        open_store(url, **how)
    return caught.value.diagnostics[0].code


def test_what_is_no_store_is_told(tmp_path: Path) -> None:
    assert code_of("mysql://host/x") == "GC800"
    assert code_of("events.db") == "GC800"
    assert code_of("sqlite://events.db") == "GC800"
    assert code_of(f"sqlite:///{tmp_path}/none.db", must_exist=True) == "GC801"
    (tmp_path / "file").write_text("x")
    assert code_of(f"sqlite:///{tmp_path}/file/events.db") == "GC803"


def test_another_programs_file_is_told_and_not_changed(tmp_path: Path) -> None:
    text = tmp_path / "text.db"
    text.write_text("no database, but long enough to be looked at as one" * 20)
    connection = sqlite3.connect(tmp_path / "other.db")
    connection.execute("CREATE TABLE t (a)")
    connection.commit()
    connection.close()
    for name in ("text.db", "other.db"):
        before = (tmp_path / name).read_bytes()
        assert code_of(f"sqlite:///{tmp_path}/{name}") == "GC802"
        assert (tmp_path / name).read_bytes() == before


def test_a_later_versions_file_is_left_alone(tmp_path: Path) -> None:
    asyncio.run(opened(tmp_path).close())
    connection = sqlite3.connect(tmp_path / "events.db")
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    assert code_of(f"sqlite:///{tmp_path}/events.db") == "GC802"


def test_its_pages_in_memory_are_bounded_by_bytes_and_not_by_their_number(tmp_path: Path) -> None:
    async def act() -> int:
        store = opened(tmp_path)
        found = store._tables._connection.execute("PRAGMA cache_size").fetchone()[0]
        await store.close()
        return int(found)

    # SQLite's own sign: below zero are KiB.
    assert asyncio.run(act()) == -CACHE_KIBIBYTES


def traced(store: SqliteStore) -> list[str]:
    """The statements from now on; a list that grows."""
    statements: list[str] = []
    store._tables._connection.set_trace_callback(statements.append)
    return statements


def keep(events: Sequence[Event]) -> None:
    """A sink's `handle_all` that takes everything."""


@pytest.mark.parametrize("way", ["record", "handle_with"])
def test_a_batch_takes_as_many_statements_whatever_its_size_and_the_stores(tmp_path: Path, way: str) -> None:
    def wishes(store: SqliteStore, begin: int, count: int) -> list[Any]:
        events = [event(f"e-{number}") for number in range(begin, begin + count)]
        if way == "record":
            return [(store._tables.record, True, (one,)) for one in events]
        return [(store._tables.handle, False, (one, f"h-{one.id}", keep, 0)) for one in events]

    async def act() -> list[int]:
        store = opened(tmp_path)
        counts = []
        for begin, count in ((0, 2), (10, 128), (1000, 100), (2000, 128)):
            # From outside, since the writer's thread sleeps: so the batch has just this size.
            statements = traced(store)
            store._tables.do_all(wishes(store, begin, count))
            counts.append(len(statements))
        assert (await store.size()).ids == 358
        await store.close()
        return counts

    counts = asyncio.run(act())
    # The first may have to set how the disk is used.
    assert len(set(counts[1:])) == 1
    assert counts[1] <= 16


def test_no_statement_of_an_events_way_reads_a_whole_table(tmp_path: Path) -> None:
    async def act() -> list[str]:
        store = opened(tmp_path)
        statements = traced(store)
        await store.record(event("a"))
        await store.handle_with(event("b"), "one", keep, 0)
        await store.claim("c", "one")
        await store.done("c", "one")
        await store.state("c")
        await store.done("c", "another")
        await store.release("c", "one")
        found = [one for one in statements if re.match(r"\s*(SELECT|WITH|INSERT|UPDATE|DELETE)", one)]
        store._tables._connection.set_trace_callback(None)
        plans = [row[3] for one in found for row in store._tables._connection.execute(f"EXPLAIN QUERY PLAN {one}")]
        await store.close()
        return plans

    plans = asyncio.run(act())
    assert any("SEARCH handled" in plan for plan in plans)
    assert [plan for plan in plans if re.search(r"SCAN (handled|claims|events)", plan)] == []


def test_the_sink_gets_what_is_claimed_for_everybody_and_only_then_it_is_handled(tmp_path: Path) -> None:
    seen: list[str] = []

    def handle_all(events: Sequence[Event]) -> None:
        other = sqlite3.connect(tmp_path / "events.db")
        claimed = [row[0] for row in other.execute("SELECT id FROM claims WHERE holder IS NOT NULL")]
        handled = [row[0] for row in other.execute("SELECT id FROM handled")]
        other.close()
        assert {event.id for event in events} <= set(claimed) - set(handled)
        seen.extend(event.id for event in events)

    async def act() -> None:
        store = opened(tmp_path)
        found = await asyncio.gather(*(store.handle_with(event(i), f"h-{i}", handle_all, 0) for i in "abc"))
        assert found == [Handled(Claimed(Claim.MINE, 1), handled=True)] * 3
        assert (await store.handle_with(event("a"), "again", handle_all, 0)).claimed.claim is Claim.HANDLED
        assert (await store.size()).in_handling == 0
        await store.close()

    asyncio.run(act())
    assert sorted(seen) == ["a", "b", "c"]


def test_what_the_sink_does_not_take_with_others_is_the_callers_to_handle(tmp_path: Path) -> None:
    def refuse(events: Sequence[Event]) -> None:
        raise OSError("no room")

    async def act() -> None:
        store = opened(tmp_path)
        assert await store.handle_with(event("a"), "one", refuse, 0) == Handled(Claimed(Claim.MINE, 1))
        assert await store.state("a") is Claim.TAKEN
        await store.release("a", "one")
        # Claimed more often than it may be: nobody's but the caller's to decide.
        assert await store.handle_with(event("a"), "two", keep, 1) == Handled(Claimed(Claim.MINE, 2))
        assert await store.done("a", "two")
        await store.close()

    asyncio.run(act())


def test_a_claim_that_was_lost_while_the_sink_had_the_event_is_told(tmp_path: Path) -> None:
    clock = Clock()

    def slowly(events: Sequence[Event]) -> None:
        clock.now += 61
        other = sqlite3.connect(tmp_path / "events.db")
        with other:
            other.execute("UPDATE claims SET holder = 'another', ends = ends + 100 WHERE id = 'a'")
        other.close()

    async def act() -> None:
        store = opened(tmp_path, clock=clock)
        assert await store.handle_with(event("a"), "one", slowly, 0) == Handled(Claimed(Claim.MINE, 1), True, False)
        assert await store.state("a") is Claim.TAKEN
        await store.close()

    asyncio.run(act())


@pytest.mark.parametrize("gone", ["events.db", "events.db-wal"])
def test_what_would_be_written_to_a_removed_file_is_refused(tmp_path: Path, gone: str) -> None:
    async def act() -> None:
        store = opened(tmp_path)
        assert await store.record(event("a")) is Claim.MINE
        (tmp_path / gone).rename(tmp_path / "elsewhere")
        for _ in range(2):
            with pytest.raises(StoreUnavailable, match="removed or replaced"):
                await store.record(event("b"))
        with pytest.raises(StoreUnavailable):
            await store.size()
        await store.close()

    asyncio.run(act())


def test_a_store_that_another_one_has_taken_the_place_of_is_not_written_to(tmp_path: Path) -> None:
    async def act() -> None:
        first = opened(tmp_path)
        for path in tmp_path.glob("events.db*"):
            path.unlink()
        second = opened(tmp_path)
        assert await second.record(event("a")) is Claim.MINE
        with pytest.raises(StoreUnavailable):
            await first.record(event("b"))
        await first.close()
        await second.close()

    asyncio.run(act())
    assert [row[0] for row in rows(tmp_path)] == ["a"]


def test_a_name_that_sqlite_takes_for_no_file_is_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def record() -> Claim:
        store = open_store("sqlite:///:memory:")
        assert isinstance(store, SqliteStore)
        found = await store.record(event("a"))
        await store.close()
        return found

    monkeypatch.chdir(tmp_path)
    assert [asyncio.run(record()) for _ in range(2)] == [Claim.MINE, Claim.HANDLED]


def test_who_only_looks_makes_no_store_of_an_empty_file(tmp_path: Path) -> None:
    (tmp_path / "events.db").touch()
    with pytest.raises(DiagnosticError) as caught:
        opened(tmp_path, must_exist=True)
    assert caught.value.diagnostics[0].code == "GC801"
    assert (tmp_path / "events.db").stat().st_size == 0
