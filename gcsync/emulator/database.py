"""Opening the emulator's SQLite file, so that many processes can use it at once."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from pathlib import Path

from gcsync.model.diagnostic import Diagnostic, DiagnosticError

APPLICATION_ID = 0x67637379
"""`gcsy` in ASCII: tells an emulator's file from any other SQLite database."""
SCHEMA_VERSION = 3
BUSY_SECONDS = 10.0

# What each version adds to the one before it; a file of an older version is brought up to date when it is opened.
_SCHEMAS = (
    """
CREATE TABLE organization (id TEXT NOT NULL);
CREATE TABLE tokens (
  token TEXT PRIMARY KEY, client TEXT NOT NULL, scopes TEXT NOT NULL, expires REAL NOT NULL
);
CREATE TABLE streams (
  sequence INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  folded_name TEXT NOT NULL UNIQUE,
  version INTEGER NOT NULL,
  created TEXT NOT NULL,
  modified TEXT NOT NULL,
  body TEXT NOT NULL
);
""",
    """
CREATE TABLE documents (
  sequence INTEGER PRIMARY KEY AUTOINCREMENT,
  kind TEXT NOT NULL,
  id TEXT NOT NULL UNIQUE,
  body TEXT NOT NULL
);
CREATE INDEX documents_of_a_kind ON documents (kind, sequence);
""",
    """
ALTER TABLE tokens ADD COLUMN person TEXT NOT NULL DEFAULT '';
CREATE TABLE audits (
  sequence INTEGER PRIMARY KEY AUTOINCREMENT,
  time REAL NOT NULL,
  body TEXT NOT NULL
);
CREATE INDEX audits_by_time ON audits (time);
""",
)


def open_database(path: Path, new_id: Callable[[], str]) -> sqlite3.Connection:
    """Open the file, or make it. Raises DiagnosticError (GC655 to GC658)."""
    connection: sqlite3.Connection | None = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # Tokens and the headers of destinations are in it: nobody else may read them.
        path.touch(mode=0o600, exist_ok=True)
        # Statements come from several threads, one at a time: the store holds a lock around each transaction.
        connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
        _prepare(connection, path, new_id)
    except BaseException as error:
        if connection is not None:
            connection.close()
        if isinstance(error, OSError | sqlite3.Error):
            raise DiagnosticError(diagnose(path, error)) from None
        raise
    return connection


def _prepare(connection: sqlite3.Connection, path: Path, new_id: Callable[[], str]) -> None:
    # Before anything is changed: a file that is somebody else's keeps every byte.
    connection.execute("BEGIN")
    _version(connection, path)
    connection.execute("COMMIT")
    _use_write_ahead_log(connection)
    # NORMAL loses the last writes when the machine loses power, never the file: enough for a stand-in.
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("BEGIN IMMEDIATE")
    try:
        _upgrade(connection, _version(connection, path), new_id)
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def _use_write_ahead_log(connection: sqlite3.Connection) -> None:
    # Changing the journal mode does not wait for other processes as transactions do, so we wait ourselves.
    deadline = time.monotonic() + BUSY_SECONDS
    while connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(0.01)
        else:
            return


def _version(connection: sqlite3.Connection, path: Path) -> int:
    """The file's schema version, 0 for a file that is still empty. Raises DiagnosticError (GC656, GC657)."""
    application = connection.execute("PRAGMA application_id").fetchone()[0]
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    if application == APPLICATION_ID and 1 <= version <= SCHEMA_VERSION:
        return version
    if application == APPLICATION_ID:
        raise DiagnosticError(_other_version(path, version))
    if application or connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
        raise DiagnosticError(_not_ours(path))
    return 0


def _upgrade(connection: sqlite3.Connection, version: int, new_id: Callable[[], str]) -> None:
    if version == SCHEMA_VERSION:
        return
    for schema in _SCHEMAS[version:]:
        for statement in schema.split(";")[:-1]:
            connection.execute(statement)
    if version == 0:
        connection.execute("INSERT INTO organization (id) VALUES (?)", (new_id(),))
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")


def diagnose(path: Path, error: OSError | sqlite3.Error) -> Diagnostic:
    """What it means for the user that the file failed so (GC655, GC656, GC658)."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code == sqlite3.SQLITE_NOTADB:
        return _not_ours(path)
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return Diagnostic(
            "GC658",
            f"the emulator's database {path} is locked by another program",
            path="--emulator-db",
            hint="end the program that holds it, or name another file with --emulator-db",
        )
    reason = error.strerror or str(error) if isinstance(error, OSError) else str(error)
    return Diagnostic(
        "GC655",
        f"the emulator's database {path} cannot be used: {reason}",
        path="--emulator-db",
        hint="name a file in a folder you may write to with --emulator-db",
    )


def _not_ours(path: Path) -> Diagnostic:
    return Diagnostic(
        "GC656",
        f"{path} is not a database of the emulator",
        path="--emulator-db",
        hint="name another file with --emulator-db; this one was left as it is",
    )


def _other_version(path: Path, version: int) -> Diagnostic:
    return Diagnostic(
        "GC657",
        f"the emulator's database {path} has schema version {version}, this gcsync reads up to {SCHEMA_VERSION}",
        path="--emulator-db",
        hint="delete the file (it only holds the emulator's objects) or name another with --emulator-db",
    )
