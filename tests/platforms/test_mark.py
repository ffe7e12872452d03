from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gcsync.platforms.mark import Mark, State, read_mark, render_mark

TEXTS = st.one_of(st.text(max_size=40), st.text("-<>! \n", max_size=12), st.just("--> <!-- gcsync"))
MARKS = st.builds(
    Mark,
    kind=TEXTS,
    stacks=st.lists(TEXTS, max_size=4).map(tuple),
    organization=TEXTS,
    found=st.booleans(),
    commit=TEXTS,
    digest=TEXTS,
    by=TEXTS,
    state=st.sampled_from(State),
)


@given(MARKS, TEXTS)
def test_what_is_written_is_read_again_and_hides_nothing_else(mark: Mark, below: str) -> None:
    line = render_mark(mark)
    assert "\n" not in line
    assert line.count("-->") == 1
    assert line.endswith(" -->")
    assert read_mark(f"{line}\n{below}") == mark
    assert read_mark(f"{line}\r\n{below}") == mark


def test_only_the_first_line_counts() -> None:
    assert read_mark(f"quoted:\n{render_mark(Mark('plan', ('a',)))}") is None


@pytest.mark.parametrize(
    "line",
    [
        "",
        "<!-- gcsync-comment -->",
        "<!-- gcsync-comment {} -->",
        "<!-- gcsync-comment [] -->",
        "<!-- gcsync-comment nonsense -->",
        f"<!-- gcsync-comment {'[' * 50_000} -->",
        render_mark(Mark("plan", ("a",))).replace('"plan"', "7"),
        render_mark(Mark("plan", ("a",))).replace('["a"]', '"a"'),
        render_mark(Mark("plan", ("a",))).replace('"current"', '"other"'),
        render_mark(Mark("plan", ("a" * 200_000,))),
    ],
    ids=range(10),
)
def test_another_line_is_none(line: str) -> None:
    assert read_mark(line) is None
