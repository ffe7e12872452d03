from __future__ import annotations

import sqlite3

import pytest

from gcsync.emulator.store import NameTaken, Store, StoredStream, VersionMismatch, fold


@pytest.fixture
def store(database):
    store = Store(database, lambda: "organization")
    yield store
    store.close()


def test_a_replacement_holds_the_lock_from_its_first_read(store, database, monkeypatch):
    """Else two processes could both find the version that each of them expects."""
    store.create_stream("one", {"name": "calls"}, "today")
    other, find, locked = sqlite3.connect(database, timeout=0, isolation_level=None), store._find, []

    def find_and_look(column, value):
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            other.execute("BEGIN IMMEDIATE")
        locked.append(column)
        return find(column, value)

    monkeypatch.setattr(store, "_find", find_and_look)
    store.replace_stream("one", {"name": "calls"}, "today", 1)
    other.close()
    assert locked == ["id", "folded_name"]


def test_a_write_that_is_refused_leaves_nothing_behind(store):
    first = store.create_stream("one", {"name": "calls"}, "today")
    with pytest.raises(NameTaken):
        store.create_stream("two", {"name": "CALLS"}, "later")
    with pytest.raises(VersionMismatch):
        store.replace_stream("one", {"name": "other"}, "later", 2)
    assert store.streams(0, 10) == ([first], 1)


def test_a_stream_is_what_was_written(store):
    store.create_stream("one", {"name": "calls"}, "monday")
    replaced = store.replace_stream("one", {"name": "agents"}, "tuesday", None)
    assert replaced == StoredStream("one", 2, "monday", "tuesday", {"name": "agents"})
    assert store.stream("one") == replaced


def test_names_are_folded_by_case_and_composition():
    assert fold("STRASSE Caf\u00c9") == fold("stra\u00dfe cafe\u0301")
