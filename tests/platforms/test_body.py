from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gcsync.platforms.body import Bounds, compose, outdated, render_stamp, same
from gcsync.platforms.github import GitHub
from gcsync.platforms.mark import State, read_mark
from tests.platforms.factories import BOUNDS, RUN, cut, document


def utf16(text: str) -> int:
    return GitHub.size(None, text)  # type: ignore[arg-type]


def test_ends_with_a_line_about_the_run() -> None:
    assert compose(document(), RUN, BOUNDS).splitlines()[1:] == [
        "1 to create",
        "",
        f"<sub>gcsync · commit {'0' * 40} · [run](https://github.com/example/events/actions/runs/7) "
        "· 2026-11-25 12:00 UTC</sub>",
    ]


def test_leaves_out_what_nobody_knows() -> None:
    assert render_stamp(replace(RUN, commit="", link="")) == "<sub>gcsync · 2026-11-25 12:00 UTC</sub>"


def test_another_run_and_time_say_the_same() -> None:
    later = replace(RUN, link="https://github.com/x", time=RUN.time + timedelta(days=3))
    assert same(compose(document(), RUN, BOUNDS), compose(document(), later, BOUNDS))


@pytest.mark.parametrize("change", [lambda body: body.replace("\n", "\r\n"), str.rstrip, lambda body: body + "\n\n"])
def test_white_space_that_a_platform_changes_is_no_difference(change) -> None:  # type: ignore[no-untyped-def]
    body = compose(document(), RUN, BOUNDS)
    assert same(body, change(body))


def test_another_text_commit_or_finding_is_a_difference() -> None:
    body = compose(document(), RUN, BOUNDS)
    assert not same(body, compose(document("2 to create"), RUN, BOUNDS))
    assert not same(body, compose(document(), replace(RUN, commit="1" * 40), BOUNDS))
    assert not same(body, compose(document(found=False), RUN, BOUNDS))


@given(
    st.text(alphabet=st.sampled_from("aä🌈\n`"), min_size=1, max_size=30).map(lambda text: text * 100),
    st.integers(900, 2000),
)
def test_is_never_longer_than_the_platform_takes(text: str, limit: int) -> None:
    body = compose(document(text), RUN, Bounds(limit, utf16, cut))
    assert utf16(body) <= limit
    assert utf16(outdated(body, "why", Bounds(limit, utf16, cut), folded=True)) <= limit


def test_is_cut_even_where_it_cannot_be_cut_at_a_boundary() -> None:
    body = compose(document("x" * 5000), RUN, Bounds(1500, len, lambda text, _: text))
    assert (len(body) <= 1500, "xxx" in body) == (True, True)


@pytest.mark.parametrize("folded", [True, False])
def test_an_outdated_one_keeps_its_text_and_is_no_longer_current(folded: bool) -> None:
    body = outdated(compose(document(), RUN, BOUNDS), "a later one", BOUNDS, folded=folded)
    mark = read_mark(body)
    assert mark is not None
    assert (mark.state, mark.stacks, "\n1 to create\n" in body) == (State.OUTDATED, ("contact-center@prod",), True)
    assert ("<details><summary>Outdated: a later one</summary>" in body) is folded


def test_the_stacks_are_one_whatever_their_order() -> None:
    one, other = (replace(document(), stacks=stacks) for stacks in (("a", "b"), ("b", "a", "b")))
    assert one.identity == other.identity == ("plan", ("a", "b"))
