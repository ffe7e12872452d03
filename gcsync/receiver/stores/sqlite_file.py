"""Opening a receiver's SQLite file: whose it is, its tables, and how it is written to the disk."""

from __future__ import annotations

import math
import os
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path

from gcsync.model.diagnostic import Diagnostic, DiagnosticError

APPLICATION_ID = 0x67637276
"""`gcrv` in ASCII: tells a receiver's file from any other SQLite database."""
SCHEMA_VERSION = 1
BUSY_SECONDS = 5.0
_LOOK_SECONDS = 1.0
_TICK_SECONDS = 5.0
"""Longer than any file system's clock needs for a step: two seconds, on FAT."""
_CHECKPOINT_PAGES = 1000
CACHE_KIBIBYTES = 4 * 1024
"""All that the store's memory grows by: full after some 40,000 ids, and no slower than twice as much."""

# An id is in `claims` from its first claim until it is handled, and in `handled` from then on. `holder` is null after a
# failure, which leaves the attempts. `counted` saves counting millions of rows.
_SCHEMA = """
CREATE TABLE handled (id TEXT PRIMARY KEY, at INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX handled_by_time ON handled (at);
CREATE TABLE claims (
  id TEXT PRIMARY KEY, holder TEXT, ends REAL NOT NULL, attempts INTEGER NOT NULL, at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE counted (handled INTEGER NOT NULL);
INSERT INTO counted VALUES (0);
CREATE TABLE events (
  sequence INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL, type TEXT NOT NULL, received_at TEXT NOT NULL, event TEXT NOT NULL
);
"""


def path_of(rest: str) -> Path:
    """The path in what follows `sqlite://`. Raises DiagnosticError (GC800)."""
    if not rest.startswith("/") or rest == "/":
        hint = "write sqlite:///events.db for a file of this folder, sqlite:////var/lib/events.db for one anywhere"
        raise DiagnosticError(Diagnostic("GC800", "sqlite:// takes no host", path="--store", hint=hint))
    return Path(rest[1:])


class StoreFile:
    """Whether an open database and its log still bear their names: a removed file is gone when the process ends.

    Each look at the disk gives up the interpreter's lock and waits for it again. A folder whose time of change has
    stayed needs one look instead of two; whatever it says, both files are looked at once a second.
    """

    def __init__(self, path: Path, clock: Callable[[], float] = time.time) -> None:
        self._path, self._log = str(path), f"{path}-wal"
        # What a link leads to may be removed without a change in the folder of the link.
        self._folder = None if path.is_symlink() else str(path.parent)
        self._clock = clock
        self._opened = _identity(self._path)
        self._opened_log: tuple[int, int] | None = None
        self._unchanged: tuple[int, int, int] | None = None
        self._looked = -math.inf

    def check(self) -> None:
        """To be asked behind a transaction, when the log is there. Raises OSError from when one of them is another."""
        now = self._clock()
        folder = None if self._folder is None else _folder_state(self._folder)
        if folder is not None and folder == self._unchanged and 0 <= now - self._looked < _LOOK_SECONDS:
            return
        self._look()
        # A second change in the same tick of the file system's clock leaves the time as it is.
        settled = folder is not None and now - folder[-1] / 1e9 > _TICK_SECONDS
        self._unchanged, self._looked = (folder, now) if settled else (None, -math.inf)

    def _look(self) -> None:
        log = _identity(self._log)
        if self._opened_log is None:
            self._opened_log = log
        if log != self._opened_log or _identity(self._path) != self._opened:
            self._unchanged = None
            raise OSError("its file was removed or replaced; start the receiver again")


def _identity(path: str) -> tuple[int, int] | None:
    try:
        there = os.stat(path)
    except FileNotFoundError:
        return None
    return there.st_dev, there.st_ino


def _folder_state(path: str) -> tuple[int, int, int] | None:
    """Changes with every name that comes, goes or is given to another file in it."""
    try:
        there = os.stat(path)
    except FileNotFoundError:
        return None
    return there.st_dev, there.st_ino, there.st_mtime_ns


def open_file(path: Path, *, must_exist: bool) -> sqlite3.Connection:
    """Open the file, or make it. Raises DiagnosticError (GC801 to GC803)."""
    connection: sqlite3.Connection | None = None
    if must_exist and not path.is_file():
        raise _no_store(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # Events hold what customers said: nobody else may read them.
        path.touch(mode=0o600, exist_ok=True)
        # Opened by whoever begins, used by the writer's thread alone.
        # Its whole path: SQLite takes the name `:memory:` for no file at all.
        connection = sqlite3.connect(
            path.absolute(), timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
        )
        _prepare(connection, path, must_exist=must_exist)
    except BaseException as error:
        if connection is not None:
            connection.close()
        if isinstance(error, OSError | sqlite3.Error):
            raise DiagnosticError(_diagnose(path, error)) from None
        raise
    return connection


def _prepare(connection: sqlite3.Connection, path: Path, *, must_exist: bool) -> None:
    # Before anything is changed: a file that is somebody else's keeps every byte.
    version = _refuse_foreign(connection, path)
    if must_exist and not version:
        raise _no_store(path)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute(f"PRAGMA wal_autocheckpoint = {_CHECKPOINT_PAGES}")
    connection.execute(f"PRAGMA cache_size = -{CACHE_KIBIBYTES}")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("BEGIN IMMEDIATE")
    if connection.execute("PRAGMA user_version").fetchone()[0] == 0:
        for statement in _SCHEMA.strip().split(";\n"):
            connection.execute(statement)
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
    connection.execute("COMMIT")


def _refuse_foreign(connection: sqlite3.Connection, path: Path) -> int:
    """The version of its tables, 0 for an empty file."""
    owner = connection.execute("PRAGMA application_id").fetchone()[0]
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    tables = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    if owner != APPLICATION_ID and (tables or owner or version):
        hint = "name a file of the receiver's own; this one was not changed"
        message = f"{path} is a database of another program"
        raise DiagnosticError(Diagnostic("GC802", message, path="--store", hint=hint))
    if version > SCHEMA_VERSION:
        message = f"{path} was written by a later version of gcsync"
        hint = "upgrade gcsync, or name another file"
        raise DiagnosticError(Diagnostic("GC802", message, path="--store", hint=hint))
    return int(version)


def _no_store(path: Path) -> DiagnosticError:
    hint = "name the store that receiver serve was started with, in the same folder"
    return DiagnosticError(Diagnostic("GC801", f"there is no store at {path}", path="--store", hint=hint))


def _diagnose(path: Path, error: OSError | sqlite3.Error) -> Diagnostic:
    if isinstance(error, sqlite3.DatabaseError) and "not a database" in str(error):
        hint = "name a file of the receiver's own; this one was not changed"
        return Diagnostic("GC802", f"{path} is no SQLite database", path="--store", hint=hint)
    reason = error.strerror if isinstance(error, OSError) else str(error)
    hint = "see that its folder can be written, and lies on a disk of this machine: SQLite's log needs one"
    return Diagnostic("GC803", f"the store {path} cannot be opened: {reason}", path="--store", hint=hint)
