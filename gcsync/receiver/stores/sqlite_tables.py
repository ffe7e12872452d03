"""The statements of the SQLite store: what many requests ask for is done in a few statements, in the writer's thread.

Every statement gives up the interpreter's lock and has to wait for it again, behind a busy event loop. One statement
for a hundred ids, rather than one for each, is what makes a batch cheap.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from typing import Any, Final, TypeAlias

from gcsync.receiver.interface import Claim, Claimed, Event, HandleAll, Handled, StoreSize
from gcsync.receiver.stores.opening import Retention
from gcsync.receiver.stores.sqlite_file import StoreFile
from gcsync.receiver.turns import Turn

_SWEPT_AT_ONCE = 2000
_ROWS: Final = 128
"""Rows of one statement. Old builds of SQLite take 999 values in a statement."""

# From the first to the last row; counting would read all of them. Whoever empties the table does so from its front.
_EVENTS = "SELECT coalesce((SELECT max(sequence) FROM events) - (SELECT min(sequence) FROM events) + 1, 0)"

_KNOWN = """
WITH asked (id) AS (SELECT * FROM (VALUES {}) LIMIT ?)
SELECT id, NULL, NULL, NULL FROM handled WHERE id IN asked
UNION ALL SELECT id, attempts, holder, ends FROM claims WHERE id IN asked
"""

_log = logging.getLogger(__name__)

_Claim: TypeAlias = "tuple[str | None, float, int]"
"""Holder, end, attempts."""
Row: TypeAlias = "tuple[Any, ...]"
Method: TypeAlias = "Callable[[list[Any]], Sequence[Any]]"
Wish: TypeAlias = "tuple[Method, bool, Row]"
"""A method of Tables, whether its result must be on the disk before it is told, and one caller's arguments."""


class Tables:
    """Every method takes the arguments of many callers, and returns as many results in their order.

    All but `do_all` run inside a transaction. Callers at once are in no order: theirs is that of the methods. `turn` is
    what a transaction waits for: SQLite's own waiting for another process is sleep, for longer each time. `file` is
    asked before a durable result is told.
    """

    def __init__(
        self,
        connection: sqlite3.Connection,
        retention: Retention,
        claim_seconds: float,
        clock: Callable[[], float],
        turn: Turn | None = None,
        file: StoreFile | None = None,
    ) -> None:
        self._connection = connection
        self._turn = turn
        self._file = file
        self._execute = connection.execute
        self._retention = retention
        self._claim_seconds = claim_seconds
        self._clock = clock
        self._added = 0
        self._durable = True

    def close(self) -> None:
        """Nothing may be asked afterwards."""
        self._connection.close()
        if self._turn is not None:
            self._turn.close()

    def do_all(self, wishes: list[Wish]) -> list[Any]:
        """All of them in one transaction: every one is done, or none. Raises sqlite3.Error, OSError.

        Wishes for `handle` take two, with the sink in between; their results may be errors.
        """
        asked: dict[Method, list[int]] = {}
        durable = False
        for place, (method, lasting, _) in enumerate(wishes):
            asked.setdefault(method, []).append(place)
            durable = durable or lasting
        results: list[Any] = [None] * len(wishes)

        def do() -> None:
            for method, places in asked.items():
                for place, result in zip(places, method([wishes[place][2] for place in places]), strict=True):
                    results[place] = result

        self._in_transaction(do, durable=durable)
        to_handle = asked.get(self.handle)
        if to_handle:
            claims = [(*wishes[place][2], results[place]) for place in to_handle]
            for place, result in zip(to_handle, self._handle_claimed(claims), strict=True):
                results[place] = result
        return results

    def claim(self, asked: list[tuple[str, str]]) -> list[Claimed]:
        """For ids and holders."""
        now = self._clock()
        ids = [event_id for event_id, _ in asked]
        handled, claims = self._known(ids)
        found, rows = [], []
        for event_id, holder in asked:
            row = claims.get(event_id)
            if event_id in handled:
                found.append(Claimed(Claim.HANDLED))
            elif row is not None and row[0] is not None and row[1] > now:
                found.append(Claimed(Claim.TAKEN, row[2]))
            else:
                attempts = 1 if row is None else row[2] + 1
                claims[event_id] = (holder, now + self._claim_seconds, attempts)
                rows.append((event_id, holder, now + self._claim_seconds, attempts, int(now)))
                found.append(Claimed(Claim.MINE, attempts))
        self._write("INSERT OR REPLACE INTO claims (id, holder, ends, attempts, at)", rows)
        return found

    def done(self, asked: list[tuple[str, str]]) -> list[bool]:
        """For ids and holders."""
        if self._are_held(asked):
            self._mark_handled([event_id for event_id, _ in asked], claimed=True)
            return [True] * len(asked)
        _, claims = self._known([event_id for event_id, _ in asked])
        held = [claims.get(event_id, (None,))[0] == holder for event_id, holder in asked]
        self._mark_handled([event_id for (event_id, _), mine in zip(asked, held, strict=True) if mine], claimed=True)
        return held

    def release(self, asked: list[tuple[str, str]]) -> list[None]:
        """For ids and holders."""
        for values in asked:
            self._execute("UPDATE claims SET holder = NULL, ends = 0 WHERE id = ? AND holder = ?", values)
        return [None] * len(asked)

    def state(self, asked: list[tuple[str]]) -> list[Claim | None]:
        """For ids."""
        handled, claims = self._known([event_id for (event_id,) in asked])
        now = self._clock()
        return [self._state(event_id, handled, claims, now) for (event_id,) in asked]

    def record(self, asked: list[tuple[Event]]) -> list[Claim]:
        """For events: those that nobody has are written."""
        handled, claims = self._known([event.id for (event,) in asked])
        now = self._clock()
        found: list[Claim] = []
        new: list[Event] = []
        for (event,) in asked:
            state = self._state(event.id, handled, claims, now)
            if state is None:
                new.append(event)
                handled.add(event.id)
            found.append(state or Claim.MINE)
        # A claim that failed or ended may be left of an earlier attempt.
        self._write_events(new, claimed=bool(claims))
        return found

    def record_again(self, asked: list[tuple[Event]]) -> list[None]:
        """For events: all are written."""
        self._write_events([event for (event,) in asked], claimed=True)
        return [None] * len(asked)

    def handle(self, asked: list[tuple[Event, str, HandleAll, int]]) -> list[Claimed]:
        """The claims of events that are to be handled here; what follows is done behind this transaction."""
        return self.claim([(event.id, holder) for event, holder, _, _ in asked])

    def size(self, asked: list[Row]) -> list[StoreSize]:
        """The same for everyone."""
        if self._file is not None:
            self._file.check()
        pages, page = self._number("PRAGMA page_count"), self._number("PRAGMA page_size")
        now = self._clock()
        size = StoreSize(
            ids=self._number("SELECT handled FROM counted") + self._added,
            size=pages * page,
            in_handling=self._number("SELECT count(*) FROM claims WHERE holder IS NOT NULL AND ends > ?", now),
            failed=self._number("SELECT count(*) FROM claims WHERE holder IS NULL OR ends <= ?", now),
            events=self._number(_EVENTS),
        )
        return [size] * len(asked)

    def sweep(self, asked: list[Row]) -> list[int]:
        """The same for everyone."""
        oldest = int(self._clock() - self._retention.seconds)
        stale = "SELECT id FROM handled WHERE at < ? ORDER BY at LIMIT ?"
        gone = self._forget(stale, (oldest, _SWEPT_AT_ONCE))
        over = self._number("SELECT handled FROM counted") + self._added - self._retention.max_ids
        if over > 0 and gone < _SWEPT_AT_ONCE:
            _log.warning("the store holds more ids than it may: the oldest are forgotten before their time")
            excess = "SELECT id FROM handled ORDER BY at LIMIT ?"
            gone += self._forget(excess, (min(over, _SWEPT_AT_ONCE),))
        claims = "DELETE FROM claims WHERE at < ? AND ends < ?"
        gone += self._execute(claims, (oldest, self._clock())).rowcount
        return [gone] * len(asked)

    def _handle_claimed(self, claims: list[tuple[Event, str, HandleAll, int, Claimed]]) -> list[Handled | Exception]:
        """Let the sink have what was claimed, then mark that as handled."""
        chosen: dict[HandleAll, list[int]] = {}
        for place, (_, _, handle_all, most, claimed) in enumerate(claims):
            if claimed.claim is Claim.MINE and not 0 < most < claimed.attempts:
                chosen.setdefault(handle_all, []).append(place)
        results: list[Handled | Exception] = [Handled(claimed) for *_, claimed in claims]
        for handle_all, places in chosen.items():
            try:
                handle_all([claims[place][0] for place in places])
            except Exception as error:
                # Each is tried once more by itself: one of them may be to blame.
                _log.debug("many at once failed: %s", type(error).__name__)
                continue
            for place, result in zip(places, self._done_after([claims[place] for place in places]), strict=True):
                results[place] = result
        return results

    def _done_after(self, handled: list[tuple[Event, str, HandleAll, int, Claimed]]) -> list[Handled | Exception]:
        kept: list[bool] = []

        def do() -> None:
            kept.extend(self.done([(event.id, holder) for event, holder, *_ in handled]))

        try:
            self._in_transaction(do, durable=True)
        except (sqlite3.Error, OSError) as error:
            return [error] * len(handled)
        return [Handled(claimed, handled=True, kept=mine) for (*_, claimed), mine in zip(handled, kept, strict=True)]

    def _in_transaction(self, do: Callable[[], None], *, durable: bool) -> None:
        if durable != self._durable:
            self._execute(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
            self._durable = durable
        self._added = 0
        with self._turn or nullcontext():
            self._execute("BEGIN IMMEDIATE")
            try:
                do()
                if self._added:
                    self._execute("UPDATE counted SET handled = handled + ?", (self._added,))
                self._execute("COMMIT")
            finally:
                if self._connection.in_transaction:
                    self._execute("ROLLBACK")
        if durable and self._file is not None:
            self._file.check()

    @staticmethod
    def _state(event_id: str, handled: set[str], claims: dict[str, _Claim], now: float) -> Claim | None:
        if event_id in handled:
            return Claim.HANDLED
        row = claims.get(event_id)
        return Claim.TAKEN if row is not None and row[0] is not None and row[1] > now else None

    def _known(self, ids: list[str]) -> tuple[set[str], dict[str, _Claim]]:
        """Which of the ids were handled, and the claims of the others."""
        handled: set[str] = set()
        claims: dict[str, _Claim] = {}
        for _, marks, values in _pieces([(event_id,) for event_id in ids]):
            for event_id, attempts, holder, ends in self._execute(_KNOWN.format(marks), values):
                if attempts is None:
                    handled.add(event_id)
                else:
                    claims[event_id] = (holder, ends, attempts)
        return handled, claims

    def _are_held(self, asked: list[tuple[str, str]]) -> bool:
        """Whether every claim is still the holder's; a count, since each row that is read costs a turn."""
        of = "JOIN claims ON claims.id = asked.column1 WHERE claims.holder = asked.column2"
        return all(
            self._number(f"SELECT count(*) FROM (SELECT * FROM (VALUES {marks}) LIMIT ?) AS asked {of}", *values)  # noqa: S608
            == count
            for count, marks, values in _pieces(asked)
        )

    def _mark_handled(self, ids: list[str], *, claimed: bool) -> None:
        if claimed:
            for _, marks, values in _pieces([(event_id,) for event_id in ids]):
                self._execute(f"DELETE FROM claims WHERE id IN (SELECT * FROM (VALUES {marks}) LIMIT ?)", values)  # noqa: S608
        now = int(self._clock())
        self._added += self._write("INSERT OR IGNORE INTO handled (id, at)", [(event_id, now) for event_id in ids])

    def _write_events(self, events: list[Event], *, claimed: bool) -> None:
        rows = [(event.id, event.type, event.received_at, event.text) for event in events]
        self._write("INSERT INTO events (id, type, received_at, event)", rows)
        self._mark_handled([event.id for event in events], claimed=claimed)

    def _write(self, into: str, rows: Sequence[Row]) -> int:
        """How many rows are new."""
        return sum(
            self._execute(f"{into} SELECT * FROM (VALUES {marks}) LIMIT ?", values).rowcount  # noqa: S608
            for _, marks, values in _pieces(rows)
        )

    def _forget(self, chosen: str, values: tuple[int, ...]) -> int:
        gone = self._execute(f"DELETE FROM handled WHERE id IN ({chosen})", values).rowcount  # noqa: S608
        self._added -= gone
        return gone

    def _number(self, statement: str, *values: float | str) -> int:
        return int(self._execute(statement, values).fetchone()[0])


def _pieces(rows: Sequence[Row]) -> Iterator[tuple[int, str, list[Any]]]:
    """Rows for statements: how many, the marks of VALUES, and the values with the count behind them.

    The last row is repeated up to a power of two, and cut off by LIMIT: so there are few statements to prepare.
    """
    for begin in range(0, len(rows), _ROWS):
        piece = rows[begin : begin + _ROWS]
        width = 1 << (len(piece) - 1).bit_length()
        marks = f"({', '.join('?' * len(piece[0]))})"
        values = [value for row in piece for value in row]
        values.extend(piece[-1] * (width - len(piece)))
        values.append(len(piece))
        yield len(piece), ", ".join([marks] * width), values
