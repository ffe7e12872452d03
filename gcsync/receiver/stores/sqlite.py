"""Ids of events, and with the sink `sqlite:` the events themselves, in one SQLite file.

One thread writes. What requests ask for while it commits is done together in its next transaction, so that a commit,
which waits for the disk, is shared by all of them. A transaction that only claims ids does not wait for the disk: a
claim that a power cut takes away leads to handling again, as any crash does. It is seen by other processes at once.
"""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import Callable
from typing import Any, TypeAlias

from gcsync.receiver.batches import Batches, Closed
from gcsync.receiver.interface import Claim, Claimed, Event, StoreSize, StoreUnavailable
from gcsync.receiver.stores.opening import Retention
from gcsync.receiver.stores.sqlite_file import open_file, path_of

PATIENCE_SECONDS = 10.0
_SWEPT_AT_ONCE = 2000

# From the first to the last row; counting would read all of them. Whoever empties the table does so from its front.
_EVENTS = "SELECT coalesce((SELECT max(sequence) FROM events) - (SELECT min(sequence) FROM events) + 1, 0)"

_log = logging.getLogger(__name__)

_Wish: TypeAlias = "tuple[Callable[..., Any], bool, tuple[Any, ...]]"
"""A method of _Tables, whether its result must be on the disk before it is told, and its arguments."""


def open_sqlite(
    rest: str, retention: Retention, claim_seconds: float, *, must_exist: bool, clock: Callable[[], float]
) -> SqliteStore:
    """The store in the file that what follows `sqlite://` names. Raises DiagnosticError (GC800 to GC803)."""
    connection = open_file(path_of(rest), must_exist=must_exist)
    return SqliteStore(_Tables(connection, retention, claim_seconds, clock))


class SqliteStore:
    """A RecordingStore. Raises StoreUnavailable when the file cannot be written, or not in time."""

    def __init__(self, tables: _Tables) -> None:
        self._tables = tables
        self._batches: Batches[_Wish, Any] = Batches("gcsync-store", tables.do_all, end=tables.close)

    async def claim(self, event_id: str, holder: str) -> Claimed:
        """As the interface says."""
        return await self._ask(self._tables.claim, event_id, holder, durable=False)  # type: ignore[no-any-return]

    async def done(self, event_id: str, holder: str) -> bool:
        """As the interface says."""
        return bool(await self._ask(self._tables.done, event_id, holder))

    async def release(self, event_id: str, holder: str) -> None:
        """As the interface says."""
        await self._ask(self._tables.release, event_id, holder, durable=False)

    async def state(self, event_id: str) -> Claim | None:
        """As the interface says."""
        return await self._ask(self._tables.state, event_id, durable=False)  # type: ignore[no-any-return]

    async def record(self, event: Event) -> Claim:
        """As the interface says."""
        return await self._ask(self._tables.record, event)  # type: ignore[no-any-return]

    async def record_again(self, event: Event) -> None:
        """As the interface says."""
        await self._ask(self._tables.write, event)

    async def size(self) -> StoreSize:
        """As the interface says; the bytes are those of the database without its log."""
        return await self._ask(self._tables.size, durable=False)  # type: ignore[no-any-return]

    async def sweep(self) -> int:
        """Up to two thousand ids; 0 when nothing is left to forget."""
        return int(await self._ask(self._tables.sweep, durable=False))

    async def close(self) -> None:
        """As the interface says."""
        await self._batches.close()

    async def _ask(self, method: Callable[..., Any], *arguments: Any, durable: bool = True) -> Any:
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                return await self._batches.ask((method, durable, arguments))
        except TimeoutError:
            raise StoreUnavailable("the store did not answer in time") from None
        except Closed:
            raise StoreUnavailable("the store is closed") from None
        except sqlite3.Error as error:
            raise StoreUnavailable(f"the store failed: {error}") from None


class _Tables:
    """The statements. Every method but `do_all` runs inside a transaction, in the writer's thread."""

    def __init__(
        self, connection: sqlite3.Connection, retention: Retention, claim_seconds: float, clock: Callable[[], float]
    ) -> None:
        self._connection = connection
        self._execute = connection.execute
        self._retention = retention
        self._claim_seconds = claim_seconds
        self._clock = clock
        self._added = 0
        self._durable = True

    def close(self) -> None:
        self._connection.close()

    def do_all(self, wishes: list[_Wish]) -> list[Any]:
        """All of them in one transaction: every one is done, or none. Raises sqlite3.Error."""
        self._use_disk(durable=any(durable for _, durable, _ in wishes))
        self._added = 0
        self._execute("BEGIN IMMEDIATE")
        try:
            results = [method(*arguments) for method, _, arguments in wishes]
            if self._added:
                self._execute("UPDATE counted SET handled = handled + ?", (self._added,))
            self._execute("COMMIT")
        finally:
            if self._connection.in_transaction:
                self._execute("ROLLBACK")
        return results

    def claim(self, event_id: str, holder: str) -> Claimed:
        if self._is_handled(event_id):
            return Claimed(Claim.HANDLED)
        now = self._clock()
        row = self._claimed(event_id)
        attempts = 1 if row is None else row[2] + 1
        if row is not None and row[0] is not None and row[1] > now:
            return Claimed(Claim.TAKEN, row[2])
        values = (event_id, holder, now + self._claim_seconds, attempts, int(now))
        self._execute("INSERT OR REPLACE INTO claims (id, holder, ends, attempts, at) VALUES (?, ?, ?, ?, ?)", values)
        return Claimed(Claim.MINE, attempts)

    def done(self, event_id: str, holder: str) -> bool:
        row = self._claimed(event_id)
        if row is None or row[0] != holder:
            return False
        self._mark_handled(event_id)
        return True

    def release(self, event_id: str, holder: str) -> None:
        self._execute("UPDATE claims SET holder = NULL, ends = 0 WHERE id = ? AND holder = ?", (event_id, holder))

    def state(self, event_id: str) -> Claim | None:
        if self._is_handled(event_id):
            return Claim.HANDLED
        row = self._claimed(event_id)
        return Claim.TAKEN if row is not None and row[0] is not None and row[1] > self._clock() else None

    def record(self, event: Event) -> Claim:
        found = self.state(event.id)
        if found is None:
            self.write(event)
            return Claim.MINE
        return found

    def write(self, event: Event) -> None:
        self._execute(
            "INSERT INTO events (id, type, received_at, event) VALUES (?, ?, ?, ?)",
            (event.id, event.type, event.received_at, event.text),
        )
        self._mark_handled(event.id)

    def size(self) -> StoreSize:
        pages, page = self._number("PRAGMA page_count"), self._number("PRAGMA page_size")
        now = self._clock()
        return StoreSize(
            ids=self._number("SELECT handled FROM counted") + self._added,
            size=pages * page,
            in_handling=self._number("SELECT count(*) FROM claims WHERE holder IS NOT NULL AND ends > ?", now),
            failed=self._number("SELECT count(*) FROM claims WHERE holder IS NULL OR ends <= ?", now),
            events=self._number(_EVENTS),
        )

    def sweep(self) -> int:
        oldest = int(self._clock() - self._retention.seconds)
        stale = "SELECT id FROM handled WHERE at < ? ORDER BY at LIMIT ?"
        gone = self._forget(stale, (oldest, _SWEPT_AT_ONCE))
        over = self._number("SELECT handled FROM counted") + self._added - self._retention.max_ids
        if over > 0 and gone < _SWEPT_AT_ONCE:
            _log.warning("the store holds more ids than it may: the oldest are forgotten before their time")
            excess = "SELECT id FROM handled ORDER BY at LIMIT ?"
            gone += self._forget(excess, (min(over, _SWEPT_AT_ONCE),))
        claims = "DELETE FROM claims WHERE at < ? AND ends < ?"
        return gone + self._execute(claims, (oldest, self._clock())).rowcount

    def _forget(self, chosen: str, values: tuple[int, ...]) -> int:
        gone = self._execute(f"DELETE FROM handled WHERE id IN ({chosen})", values).rowcount  # noqa: S608
        self._added -= gone
        return gone

    def _is_handled(self, event_id: str) -> bool:
        return self._execute("SELECT 1 FROM handled WHERE id = ?", (event_id,)).fetchone() is not None

    def _claimed(self, event_id: str) -> tuple[str | None, float, int] | None:
        row: tuple[str | None, float, int] | None = self._execute(
            "SELECT holder, ends, attempts FROM claims WHERE id = ?", (event_id,)
        ).fetchone()
        return row

    def _mark_handled(self, event_id: str) -> None:
        self._execute("DELETE FROM claims WHERE id = ?", (event_id,))
        values = (event_id, int(self._clock()))
        self._added += self._execute("INSERT OR IGNORE INTO handled (id, at) VALUES (?, ?)", values).rowcount

    def _number(self, statement: str, *values: float) -> int:
        return int(self._execute(statement, values).fetchone()[0])

    def _use_disk(self, *, durable: bool) -> None:
        """Whether the next commit waits until the disk has it; outside of transactions only."""
        if durable != self._durable:
            self._execute(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
            self._durable = durable
