"""Ids of events, and with the sink `sqlite:` the events themselves, in one SQLite file.

One thread writes. What requests ask for while it commits is done together in its next transaction, so that a commit,
which waits for the disk, is shared by all of them. A transaction that only claims ids does not wait for the disk: a
claim that a power cut takes away leads to handling again, as any crash does. It is seen by other processes at once.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import Any, Final

from gcsync.receiver.batches import Batches, Closed
from gcsync.receiver.interface import Claim, Claimed, Event, HandleAll, Handled, StoreSize, StoreUnavailable
from gcsync.receiver.stores.opening import Retention
from gcsync.receiver.stores.sqlite_file import StoreFile, open_file, path_of
from gcsync.receiver.stores.sqlite_tables import Method, Tables, Wish
from gcsync.receiver.turns import Turn

PATIENCE_SECONDS: Final = 10.0


def open_sqlite(
    rest: str, retention: Retention, claim_seconds: float, *, must_exist: bool, clock: Callable[[], float]
) -> SqliteStore:
    """The store in the file that what follows `sqlite://` names. Raises DiagnosticError (GC800 to GC803)."""
    path = path_of(rest)
    connection = open_file(path, must_exist=must_exist)
    # Whoever only looks may be another user, whose file the receiver could not open.
    turn = None if must_exist else Turn(path.with_name(f"{path.name}.lock"))
    file = None if must_exist else StoreFile(path.absolute())
    return SqliteStore(Tables(connection, retention, claim_seconds, clock, turn, file))


class SqliteStore:
    """A RecordingStore. Raises StoreUnavailable when the file cannot be written, or not in time."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self._batches: Batches[Wish, Any] = Batches(
            "gcsync-store", tables.do_all, end=tables.close, patience=PATIENCE_SECONDS
        )

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
        await self._ask(self._tables.record_again, event)

    async def handle_with(self, event: Event, holder: str, handle_all: HandleAll, most_attempts: int) -> Handled:
        """As the interface says. The sink runs in the writer's thread, between two transactions."""
        asked = (event, holder, handle_all, most_attempts)
        return await self._ask(self._tables.handle, *asked, durable=False)  # type: ignore[no-any-return]

    async def size(self) -> StoreSize:
        """As the interface says; the bytes are those of the database without its log."""
        return await self._ask(self._tables.size, durable=False)  # type: ignore[no-any-return]

    async def sweep(self) -> int:
        """Up to two thousand ids; 0 when nothing is left to forget."""
        return int(await self._ask(self._tables.sweep, durable=False))

    async def close(self) -> None:
        """As the interface says."""
        await self._batches.close()

    async def _ask(self, method: Method, *arguments: Any, durable: bool = True) -> Any:
        try:
            return await self._batches.ask((method, durable, arguments))
        except TimeoutError:
            raise StoreUnavailable("the store did not answer in time") from None
        except Closed:
            raise StoreUnavailable("the store is closed") from None
        except (sqlite3.Error, OSError) as error:
            raise StoreUnavailable(f"the store failed: {error}") from None
