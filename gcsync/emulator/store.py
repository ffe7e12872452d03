"""The emulator's state. Every method is one transaction, so any number of processes may share a file."""

from __future__ import annotations

import json
import sqlite3
import threading
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gcsync.emulator.database import open_database

_COLUMNS = "id, version, created, modified, body"


@dataclass(frozen=True, slots=True)
class StoredStream:
    """`body` is what the client sent, without what the server decides; the times are ISO 8601, UTC."""

    id: str
    version: int
    created: str
    modified: str
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Token:
    """`expires` is in seconds since 1970; `person` is who signed in, where no client did."""

    text: str
    client: str
    scopes: tuple[str, ...]
    expires: float
    person: str = ""


class NameTaken(Exception):
    """Another stream bears the name, whatever the case."""

    def __init__(self, holder: StoredStream) -> None:
        super().__init__(holder.id)
        self.holder = holder


class VersionMismatch(Exception):
    """The stream has another version than the client expects."""

    def __init__(self, current: int) -> None:
        super().__init__(str(current))
        self.current = current


class Store:
    """Raises DiagnosticError (GC655 to GC658) when it cannot be opened; later `sqlite3.Error` where the file fails."""

    def __init__(self, path: Path, new_id: Callable[[], str]) -> None:
        self._connection = open_database(path, new_id)
        self._lock = threading.Lock()
        with self.transaction():
            self.organization_id: str = self._one("SELECT id FROM organization")[0]

    def close(self) -> None:
        with self._lock:
            self._connection.close()

    def add_token(self, token: Token, now: float) -> None:
        with self.transaction(write=True) as execute:
            execute("DELETE FROM tokens WHERE expires <= ?", (now,))
            values = (token.text, token.client, json.dumps(token.scopes), token.expires, token.person)
            execute("INSERT INTO tokens (token, client, scopes, expires, person) VALUES (?, ?, ?, ?, ?)", values)

    def token(self, text: str, now: float) -> Token | None:
        """The token, unless it is unknown or has ended."""
        with self.transaction() as execute:
            statement = "SELECT token, client, scopes, expires, person FROM tokens WHERE token = ? AND expires > ?"
            row = execute(statement, (text, now)).fetchone()
        return None if row is None else Token(row[0], row[1], tuple(json.loads(row[2])), row[3], row[4])

    def forget_tokens(self) -> None:
        with self.transaction(write=True) as execute:
            execute("DELETE FROM tokens")

    def add_audit(self, time: float, body: Mapping[str, Any]) -> None:
        with self.transaction(write=True) as execute:
            execute("INSERT INTO audits (time, body) VALUES (?, ?)", (time, json.dumps(body)))

    def audits(self, begin: float, end: float) -> list[Mapping[str, Any]]:
        """The records of an interval, its ends included, oldest first."""
        statement = "SELECT body FROM audits WHERE time BETWEEN ? AND ? ORDER BY sequence"
        with self.transaction() as execute:
            return [json.loads(row[0]) for row in execute(statement, (begin, end))]

    def forget_audits(self) -> None:
        with self.transaction(write=True) as execute:
            execute("DELETE FROM audits")

    def streams(self, offset: int, limit: int) -> tuple[list[StoredStream], int]:
        """A stretch of the streams in the order they were created, and how many there are."""
        with self.transaction() as execute:
            total = execute("SELECT count(*) FROM streams").fetchone()[0]
            # SQLite counts in 64 bits; what lies behind the last stream is empty anyway.
            window = (limit, min(offset, total))
            rows = execute(f"SELECT {_COLUMNS} FROM streams ORDER BY sequence LIMIT ? OFFSET ?", window).fetchall()  # noqa: S608
        return [_stored(row) for row in rows], total

    def stream(self, stream_id: str) -> StoredStream | None:
        with self.transaction():
            return self._find("id", stream_id)

    def create_stream(self, stream_id: str, body: Mapping[str, Any], now: str) -> StoredStream:
        """Raises NameTaken."""
        name = fold(body["name"])
        with self.transaction(write=True) as execute:
            self._refuse_taken(name, stream_id)
            execute(
                "INSERT INTO streams (id, folded_name, version, created, modified, body) VALUES (?, ?, 1, ?, ?, ?)",
                (stream_id, name, now, now, json.dumps(body)),
            )
        return StoredStream(stream_id, 1, now, now, body)

    def replace_stream(
        self, stream_id: str, body: Mapping[str, Any], now: str, expected_version: int | None
    ) -> StoredStream | None:
        """None when there is no such stream. Raises VersionMismatch or NameTaken."""
        name = fold(body["name"])
        with self.transaction(write=True) as execute:
            stored = self._find("id", stream_id)
            if stored is None:
                return None
            if expected_version not in (None, stored.version):
                raise VersionMismatch(stored.version)
            self._refuse_taken(name, stream_id)
            execute(
                "UPDATE streams SET folded_name = ?, version = version + 1, modified = ?, body = ? WHERE id = ?",
                (name, now, json.dumps(body), stream_id),
            )
        return StoredStream(stream_id, stored.version + 1, stored.created, now, body)

    def delete_stream(self, stream_id: str) -> bool:
        """Whether there was such a stream."""
        with self.transaction(write=True) as execute:
            return execute("DELETE FROM streams WHERE id = ?", (stream_id,)).rowcount == 1

    def delete_all_streams(self) -> None:
        with self.transaction(write=True) as execute:
            execute("DELETE FROM streams")

    @contextmanager
    def transaction(self, *, write: bool = False) -> Iterator[Callable[..., sqlite3.Cursor]]:
        """What executes a statement; ends in a commit, or in a rollback when the block raises."""
        with self._lock:
            # A write takes its lock at the start: a transaction that reads first and writes later can fail on it.
            self._connection.execute("BEGIN IMMEDIATE" if write else "BEGIN")
            try:
                yield self._connection.execute
                self._connection.execute("COMMIT")
            finally:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")

    def _one(self, statement: str, *values: object) -> Any:
        return self._connection.execute(statement, values).fetchone()

    def _find(self, column: str, value: str) -> StoredStream | None:
        row = self._one(f"SELECT {_COLUMNS} FROM streams WHERE {column} = ?", value)  # noqa: S608
        return None if row is None else _stored(row)

    def _refuse_taken(self, folded_name: str, stream_id: str) -> None:
        holder = self._find("folded_name", folded_name)
        if holder is not None and holder.id != stream_id:
            raise NameTaken(holder)


def fold(name: str) -> str:
    """What two names that differ in case only, or in how an accent is written, have in common."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def _stored(row: tuple[str, int, str, str, str]) -> StoredStream:
    return StoredStream(row[0], row[1], row[2], row[3], json.loads(row[4]))
