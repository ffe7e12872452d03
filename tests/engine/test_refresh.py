"""One listing per kind, read again when it moved under the reader."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from gcsync.engine import Refreshed, refresh
from gcsync.model.diagnostic import Diagnostic, DiagnosticError
from gcsync.model.failure import Denied, NoSuchKind, RemoteError
from gcsync.model.resource import Listing
from tests.engine.organization import Streams

STREAM = frozenset({"stream"})


class Scripted(Streams):
    """Its listings are those of a script, one after the other."""

    def answering(self, *listings: Callable[[], Listing]) -> Scripted:
        self.script = list(listings)
        return self

    def list(self, session: object) -> Listing:
        return self.script.pop(0)()


def read(kind: Streams, declared: frozenset[str] = STREAM) -> Refreshed:
    return refresh({"stream": kind}, None, declared)  # type: ignore[dict-item, arg-type]


def test_a_listing_that_holds_still_is_read_once() -> None:
    kind = Scripted()
    one = kind.put("one")
    kind.answering(lambda: Listing((one,)))
    assert read(kind).listings["stream"].objects == (one,)


def test_what_the_first_listing_lacked_is_found_by_the_second() -> None:
    kind = Scripted()
    one, two = kind.put("one"), kind.put("two")
    kind.answering(lambda: Listing((one,), moved=True), lambda: Listing((one, two)))
    assert [remote.name for remote in read(kind).listings["stream"].objects] == ["one", "two"]


def test_what_the_second_listing_lacks_is_looked_up() -> None:
    kind = Scripted()
    one, two, gone = kind.put("one"), kind.put("two"), kind.put("gone")
    del kind.objects[gone.id]
    kind.answering(lambda: Listing((one, two, gone), moved=True), lambda: Listing((one,)))
    assert [remote.name for remote in read(kind).listings["stream"].objects] == ["one", "two"]


def test_a_listing_that_never_holds_still_is_an_error() -> None:
    kind = Scripted().answering(*[lambda: Listing((), moved=True)] * 3)
    with pytest.raises(DiagnosticError) as caught:
        read(kind)
    assert [d.code for d in caught.value.diagnostics] == ["GC452"]


def failing(error: RemoteError) -> Scripted:
    def fail() -> Listing:
        raise error

    return Scripted().answering(fail)


@pytest.mark.parametrize("error", [Denied, NoSuchKind, RemoteError])
def test_a_kind_that_cannot_be_listed_is_an_error_only_where_it_is_declared(error: type[RemoteError]) -> None:
    problem = Diagnostic("GC000", "no such API", hint="what it means")
    with pytest.raises(DiagnosticError):
        read(failing(error(problem)))
    refreshed = read(failing(error(problem)), frozenset())
    assert [(n.kind, n.reason, n.hint) for n in refreshed.not_checked] == [("stream", "no such API", "what it means")]
    assert refreshed.listings == {}


def test_how_many_there_may_be_is_asked_only_of_what_is_declared() -> None:
    class Limited(Streams):
        def capacity(self, session: object) -> int:
            return 7

    assert read(Limited()).listings["stream"].capacity == 7
    assert read(Limited(), frozenset()).listings["stream"].capacity is None


def test_where_it_is_tolerated_a_declared_kind_that_cannot_be_listed_is_not_checked() -> None:
    def refuse() -> Listing:
        raise Denied(Diagnostic("GC310", "a scope is missing", hint="grant it"))

    kind = Scripted().answering(refuse)
    refreshed = refresh({"stream": kind}, None, STREAM, tolerant=True)  # type: ignore[dict-item, arg-type]
    assert refreshed.listings == {}
    assert [(n.kind, n.reason, n.unread_kind) for n in refreshed.not_checked] == [
        ("stream", "a scope is missing", True)
    ]
