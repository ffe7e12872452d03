"""All locks of a run or none, in one order, and given back whatever happens."""

from __future__ import annotations

import itertools

import pytest

from gcsync.locks import Claim, Held, Holder, Lock, Patience, Subject
from gcsync.model.diagnostic import Diagnostic, DiagnosticError

ADA, BOB = Holder("id-ada"), Holder("id-bob")


class Shelf:
    """Locks in memory, with a clock that only waiting moves."""

    def __init__(self) -> None:
        self.owners: dict[str, Holder] = {}
        self.order: list[str] = []
        self.now = 0.0
        self.told: list[str] = []
        self.pauses = itertools.count()
        self.freed_after: float | None = None

    def claim(self, owner: str) -> Claim:
        return Claim(Subject("org-1", owner), (Memory(self, owner),))

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        if self.freed_after is not None and self.now >= self.freed_after:
            self.owners.clear()

    def patience(self, seconds: float = 0) -> Patience:
        def tell(claim: Claim, lock: Lock, other: Holder) -> None:
            self.told.append(f"{claim.subject.owner} {other.id}")

        def refuse(claim: Claim, lock: Lock, other: Holder) -> DiagnosticError:
            return DiagnosticError(Diagnostic("GC640", f"{claim.subject.owner} {other.id}"))

        return Patience(seconds, self.sleep, lambda: self.now, tell, refuse)


class Memory:
    def __init__(self, shelf: Shelf, name: str) -> None:
        self.shelf, self.place = shelf, name

    def acquire(self, holder: Holder) -> Holder | None:
        self.shelf.order.append(self.place)
        other = self.shelf.owners.setdefault(self.place, holder)
        return None if other == holder else other

    def release(self) -> bool:
        if self.shelf.owners.get(self.place) == ADA:
            del self.shelf.owners[self.place]
        return True

    def look(self) -> Holder | None:
        return self.shelf.owners.get(self.place)


def test_they_are_taken_in_the_order_of_their_names() -> None:
    shelf, held = Shelf(), Held()
    held.take([shelf.claim(name) for name in "cab"], ADA, shelf.patience())
    assert shelf.order == ["a", "b", "c"]
    assert held.release() == ()
    assert shelf.owners == {}


def test_where_one_is_anothers_none_is_kept() -> None:
    shelf, held = Shelf(), Held()
    shelf.owners["b"] = BOB
    with pytest.raises(DiagnosticError, match="b id-bob"):
        held.take([shelf.claim(name) for name in "abc"], ADA, shelf.patience())
    assert shelf.owners == {"b": BOB}
    assert shelf.now == 0


def test_it_is_waited_for_and_that_is_said_once() -> None:
    shelf, held = Shelf(), Held()
    shelf.owners["b"], shelf.freed_after = BOB, 9
    held.take([shelf.claim("b")], ADA, shelf.patience(60))
    assert shelf.told == ["b id-bob"]
    assert 9 <= shelf.now < 12


def test_the_wait_ends_when_it_was_said_to() -> None:
    shelf, held = Shelf(), Held()
    shelf.owners["b"] = BOB
    with pytest.raises(DiagnosticError):
        held.take([shelf.claim("a"), shelf.claim("b")], ADA, shelf.patience(7))
    assert shelf.now == pytest.approx(7)
    assert shelf.owners == {"b": BOB}


def test_a_signal_in_the_wait_gives_all_back() -> None:
    shelf, held = Shelf(), Held()
    shelf.owners["b"] = BOB
    patience = shelf.patience(60)

    def interrupt(_: float) -> None:
        raise KeyboardInterrupt

    stopped = Patience(patience.seconds, interrupt, patience.clock, patience.tell, patience.refuse)
    with pytest.raises(KeyboardInterrupt):
        held.take([shelf.claim("a"), shelf.claim("b")], ADA, stopped)
    assert shelf.owners == {"b": BOB}


def test_what_cannot_be_given_back_is_a_warning_and_the_rest_is_given_back() -> None:
    shelf, held = Shelf(), Held()
    held.take([shelf.claim("a"), shelf.claim("b"), shelf.claim("c")], ADA, shelf.patience())

    def fail() -> bool:
        raise DiagnosticError(Diagnostic("GC643", "unreachable"))

    held.taken[1][1].release = fail  # type: ignore[method-assign]
    held.taken[2][1].release = lambda: False  # type: ignore[method-assign]
    assert [(one.code, one.severity.value) for one in held.release()] == [("GC648", "warning"), ("GC647", "warning")]
    assert "a" not in shelf.owners


def test_what_a_failed_run_could_not_give_back_is_told_at_its_end() -> None:
    shelf, held = Shelf(), Held()
    shelf.owners["b"] = BOB
    first = shelf.claim("a")
    first.locks[0].release = lambda: False  # type: ignore[method-assign]
    with pytest.raises(DiagnosticError):
        held.take([first, shelf.claim("b")], ADA, shelf.patience())
    assert [one.code for one in held.release()] == ["GC648"]
    assert held.release() == ()
