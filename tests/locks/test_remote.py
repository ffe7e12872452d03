"""A lock in a store whose answers get lost."""

from __future__ import annotations

import pytest

from gcsync.locks import Holder
from gcsync.locks.remote import Entry, RemoteLock
from gcsync.model.diagnostic import Diagnostic, DiagnosticError

ADA, BOB = Holder("id-ada"), Holder("id-bob")
UNREACHABLE = DiagnosticError(Diagnostic("GC643", "unreachable"))


class Memory:
    """A store in memory. Each entry of `troubles` is raised by the next write, after it was carried out if `late`."""

    place = "memory"

    def __init__(self, *troubles: BaseException, late: bool = True, deaf: bool = False) -> None:
        self.entry: Entry | None = None
        self.troubles = list(troubles)
        self.late, self.deaf = late, deaf

    def put_new(self, holder: Holder) -> bool:
        trouble = self.troubles.pop(0) if self.troubles else None
        if trouble is not None and not self.late:
            raise trouble
        written = self.entry is None
        if written:
            self.entry = Entry(holder.to_json())
        if trouble is not None:
            raise trouble
        return written

    def read(self) -> Entry | None:
        if self.deaf:
            raise UNREACHABLE
        return self.entry

    def delete(self, entry: Entry) -> bool:
        deleted = self.entry == entry
        self.entry = None if deleted else self.entry
        return deleted


def test_a_lost_answer_to_a_write_that_was_made_is_found_by_its_id() -> None:
    store = Memory(UNREACHABLE)
    lock = RemoteLock(store)
    assert lock.acquire(ADA) is None
    assert lock.release()
    assert store.entry is None


def test_a_write_that_was_not_made_is_an_error() -> None:
    store = Memory(UNREACHABLE, late=False)
    with pytest.raises(DiagnosticError, match="unreachable"):
        RemoteLock(store).acquire(ADA)
    assert store.entry is None


def test_the_first_error_is_told_where_nothing_can_be_looked_up() -> None:
    lock = RemoteLock(Memory(DiagnosticError(Diagnostic("GC643", "timed out")), deaf=True))
    with pytest.raises(DiagnosticError, match="timed out"):
        lock.acquire(ADA)
    assert lock.release()


def test_a_lost_answer_does_not_make_anothers_lock_ours() -> None:
    store = Memory(UNREACHABLE)
    store.entry = Entry(BOB.to_json())
    with pytest.raises(DiagnosticError):
        RemoteLock(store).acquire(ADA)
    assert store.entry == Entry(BOB.to_json())


def test_a_repeated_write_that_meets_its_own_first_one_has_the_lock() -> None:
    store = Memory()
    store.entry = Entry(ADA.to_json())
    assert RemoteLock(store).acquire(ADA) is None


def test_a_signal_between_the_write_and_its_answer_leaves_no_lock() -> None:
    store = Memory(KeyboardInterrupt())
    lock = RemoteLock(store)
    with pytest.raises(KeyboardInterrupt):
        lock.acquire(ADA)
    assert lock.release()
    assert store.entry is None


def test_an_entry_that_cannot_be_read_is_held_by_somebody() -> None:
    store = Memory()
    store.entry = Entry("written by hand")
    assert RemoteLock(store).acquire(ADA) == Holder("")
    assert RemoteLock(store).remove("")
    assert store.entry is None


def test_one_that_comes_and_goes_is_given_up() -> None:
    store = Memory()
    store.put_new = lambda holder: False  # type: ignore[method-assign]
    with pytest.raises(DiagnosticError, match="comes and goes"):
        RemoteLock(store).acquire(ADA)
