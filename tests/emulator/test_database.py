from __future__ import annotations

import sqlite3
import stat
import subprocess
import sys

import pytest

from gcsync.emulator import database as module
from gcsync.emulator.documents import Documents
from gcsync.emulator.store import Store, StoredStream
from gcsync.model.diagnostic import DiagnosticError


def refusal(path):
    """The code that opening the file ends in, and the file's bytes after it."""
    with pytest.raises(DiagnosticError) as caught:
        Store(path, lambda: "organization")
    (diagnostic,) = caught.value.diagnostics
    assert str(path) in diagnostic.message
    assert diagnostic.hint
    return diagnostic.code


def documents_in(path):
    connection = sqlite3.connect(path)
    count = connection.execute("SELECT count(*) FROM documents").fetchone()[0]
    connection.close()
    return count


def test_the_file_and_its_folder_are_made_for_the_owner_alone(database):
    Store(database, lambda: "organization").close()
    assert stat.S_IMODE(database.stat().st_mode) == 0o600


def test_the_organization_keeps_its_id(database):
    Store(database, lambda: "first").close()
    store = Store(database, lambda: "second")
    assert store.organization_id == "first"
    store.close()


def test_a_file_that_is_no_database_is_left_as_it_is(tmp_path):
    path = tmp_path / "notes.txt"
    path.write_text("not a database, " * 100)
    assert refusal(path) == "GC656"
    assert path.read_text() == "not a database, " * 100


def test_a_database_of_another_program_is_left_as_it_is(tmp_path):
    path = tmp_path / "other.db"
    other = sqlite3.connect(path)
    other.execute("CREATE TABLE precious (value)")
    other.close()
    before = path.read_bytes()
    assert refusal(path) == "GC656"
    assert path.read_bytes() == before


def test_a_database_of_a_later_version_is_refused(database):
    Store(database, lambda: "organization").close()
    later = sqlite3.connect(database)
    later.execute("PRAGMA user_version = 99")
    later.close()
    assert refusal(database) == "GC657"


FIRST_VERSION = """
CREATE TABLE organization (id TEXT NOT NULL);
CREATE TABLE tokens (token TEXT PRIMARY KEY, client TEXT NOT NULL, scopes TEXT NOT NULL, expires REAL NOT NULL);
CREATE TABLE streams (
  sequence INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, folded_name TEXT NOT NULL UNIQUE,
  version INTEGER NOT NULL, created TEXT NOT NULL, modified TEXT NOT NULL, body TEXT NOT NULL
);
INSERT INTO organization VALUES ('kept');
INSERT INTO streams VALUES (1, 'one', 'calls', 3, 'monday', 'tuesday', '{"name": "calls"}');
PRAGMA application_id = 0x67637379;
PRAGMA user_version = 1;
"""


def test_a_database_of_the_first_version_is_brought_up_to_date_and_keeps_its_objects(tmp_path):
    path = tmp_path / "emulator.db"
    first = sqlite3.connect(path)
    first.executescript(FIRST_VERSION)
    first.close()
    for _ in range(2):
        store = Store(path, lambda: "new")
        documents = Documents(store, "box")
        documents.add(str(documents.count()), {})
        streams = store.streams(0, 9)
        assert (store.organization_id, streams) == (
            "kept",
            ([StoredStream("one", 3, "monday", "tuesday", {"name": "calls"})], 1),
        )
        store.close()
    assert documents_in(path) == 2


def test_a_new_database_has_the_same_tables_as_one_brought_up_to_date(tmp_path):
    def tables(path):
        connection = sqlite3.connect(path)
        rows = connection.execute("SELECT type, name FROM sqlite_master ORDER BY type, name").fetchall()
        version = connection.execute("PRAGMA user_version").fetchone()
        connection.close()
        return rows, version

    old, new = tmp_path / "old.db", tmp_path / "new.db"
    connection = sqlite3.connect(old)
    connection.executescript(FIRST_VERSION)
    connection.close()
    for path in (old, new):
        Store(path, lambda: "organization").close()
    assert tables(old) == tables(new)


def test_a_database_without_a_version_is_refused(database):
    Store(database, lambda: "organization").close()
    connection = sqlite3.connect(database)
    connection.execute("PRAGMA user_version = 0")
    connection.close()
    assert refusal(database) == "GC657"


def test_a_database_that_is_locked_is_told(database, monkeypatch):
    Store(database, lambda: "organization").close()
    monkeypatch.setattr(module, "BUSY_SECONDS", 0.01)
    holder = sqlite3.connect(database, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    assert refusal(database) == "GC658"
    holder.close()


def test_a_folder_is_no_file(tmp_path):
    assert refusal(tmp_path) == "GC655"


def test_a_file_in_the_way_of_the_folder_is_told(tmp_path):
    (tmp_path / "file").touch()
    assert refusal(tmp_path / "file" / "emulator.db") == "GC655"


def test_a_disk_that_is_full_is_told(database):
    script = (
        "import resource, sys; from pathlib import Path; from gcsync.emulator.store import Store\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0)); Store(Path(sys.argv[1]), lambda: 'organization')"
    )
    done = subprocess.run([sys.executable, "-c", script, str(database)], capture_output=True, text=True, timeout=600)
    assert done.stderr.splitlines()[-1].startswith("gcsync.model.diagnostic.DiagnosticError: GC655")


def test_readers_and_a_writer_do_not_wait_for_each_other(database):
    Store(database, lambda: "organization").close()
    other = sqlite3.connect(database)
    assert other.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    other.close()


def test_many_processes_may_make_the_same_file_at_once(database):
    script = (
        "import sys, uuid; from pathlib import Path; from gcsync.emulator.store import Store\n"
        "store = Store(Path(sys.argv[1]), lambda: str(uuid.uuid4())); print(store.organization_id); store.close()"
    )
    command = [sys.executable, "-c", script, str(database)]
    processes = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(6)]
    answers = [process.communicate(timeout=600)[0] for process in processes]
    assert [process.returncode for process in processes] == [0] * 6
    assert len(set(answers)) == 1
