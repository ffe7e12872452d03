from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gcsync.model.diagnostic import Diagnostic, Place, Severity
from gcsync.receiver.worker import ANSWERS, read_told, told_of

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
