from __future__ import annotations

import asyncio
import contextlib
import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gcsync.model.diagnostic import Diagnostic, Place, Severity
from gcsync.receiver.shared import Table
from gcsync.receiver.worker import ANSWERS, MAY_END, Worker, read_told, told_of

PLACES = st.builds(Place, st.text(), st.integers(1), st.integers(1), st.none() | st.integers(1))
DIAGNOSTICS = st.builds(
    Diagnostic, *[st.text()] * 2, st.sampled_from(Severity), st.none() | PLACES, st.text(), st.none() | st.text()
)


@given(st.lists(DIAGNOSTICS))
def test_a_parent_reads_what_its_worker_tells(found: list[Diagnostic]) -> None:
    assert read_told(told_of(found)) == tuple(found)


@pytest.mark.parametrize("told", [b"", ANSWERS, told_of([Diagnostic("GC804", "no such sink")])[:-5], b"\xff"])
def test_who_was_killed_before_the_end_of_it_has_told_nothing(told: bytes) -> None:
    assert read_told(told) == ()


@pytest.mark.parametrize(
    ("wishes", "done"),
    [(MAY_END, ["stop"]), (MAY_END * 2, ["stop", "end"]), (MAY_END * 3, ["stop", "end", "end"]), (b"", ["end"])],
    ids=["once", "twice", "three times", "the parent is gone"],
)
def test_only_a_second_wish_of_the_parent_ends_it_at_once(wishes: bytes, done: list[str]) -> None:
    calls: list[str] = []

    async def act() -> None:
        listener, (ours, theirs) = socket.socket(), socket.socketpair()
        with listener, ours, theirs:
            worker = Worker(0, listener, theirs, Table(1).row(0))
            with worker.heeding(lambda: calls.append("stop"), lambda: calls.append("end")):
                if wishes:
                    ours.sendall(wishes)
                else:
                    ours.close()
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(60):
                        while calls != done:
                            await asyncio.sleep(0.01)

    asyncio.run(act())
    assert calls == done
