"""Values and their differences as rows of the report."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gcsync.model.value import UNKNOWN, UNREADABLE, Secret, Value
from gcsync.views.explain import explain
from gcsync.views.html_rows import Row, difference_rows, whole_rows

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.just(UNKNOWN) | st.just(UNREADABLE),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


HEAD: Row = ["~", 0, "x", None, None]


def difference(before: Value, after: Value) -> list[Row]:
    return list(difference_rows(explain("x", before, after)))


@pytest.mark.parametrize(
    ("before", "after", "rows"),
    [
        (True, False, [["~", 0, "x", "true", "false"]]),
        ("a", "b", [["~", 0, "x", '"a"', '"b"']]),
        (
            ["a", "b"],
            ["b", "a"],
            [["~", 0, "x", '["a", "b"]', '["b", "a"]'], ["=", 1, "the same, in another order", None, None]],
        ),
        (
            ["a", "b"],
            ["b", "c"],
            [HEAD, ["-", 1, "", '"a"', None], ["+", 1, "", None, '"c"'], ["=", 1, "1 unchanged", None, None]],
        ),
        ({"k": 1, "l": 2}, {"k": 1, "l": 3}, [HEAD, ["~", 1, "l", "2", "3"], ["=", 1, "1 unchanged", None, None]]),
        (Secret("a"), Secret("b"), [["~", 0, "x", "(sensitive value)", "(sensitive value), another one"]]),
        ("a\nb", "a\nc", [HEAD, [" ", 1, "", "a", "a"], ["-", 1, "", "b", None], ["+", 1, "", None, "c"]]),
        ("a", {"k": ["v"]}, [["~", 0, "x", '"a"', 'k: ["v"]']]),
    ],
)
def test_a_difference_is_shown_as_far_inside_as_it_is(before: Value, after: Value, rows: list[Row]) -> None:
    assert difference(before, after) == rows


def test_a_whole_value_is_on_its_side_only() -> None:
    value = {"url": "https://a.example.com", "headers": {"X-Key": Secret("canary")}}
    assert list(whole_rows("+", "destination", value)) == [
        ["+", 0, "destination", None, None],
        ["+", 1, "headers", None, None],
        ["+", 2, "X-Key", None, "(sensitive value)"],
        ["+", 1, "url", None, '"https://a.example.com"'],
    ]
    assert list(whole_rows("-", "enabled", True)) == [["-", 0, "enabled", "true", None]]


@given(VALUES, VALUES)
def test_every_row_has_five_parts_and_text_that_can_be_shown(before: Value, after: Value) -> None:
    if before == after:
        return
    rows = difference(before, after)
    assert rows
    for mark, depth, label, *sides in rows:
        assert mark in ("+", "-", "~", "=", " ")
        assert isinstance(depth, int)
        for text in (label, *sides):
            assert text is None or (isinstance(text, str) and all(line.isprintable() for line in text.split("\n")))
