from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gcsync.adopt.writing import commented, one_line, plain, to_yaml
from gcsync.stack.reader import read

TEXTS = st.text() | st.text(alphabet="a \n\t:#-'\"\\{}[]|>&*!%@`~0.eE+\r\x85\u2028", max_size=12)
NUMBERS = st.integers() | st.floats(allow_nan=False, allow_infinity=False)
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)


def same(one: Any, other: Any) -> bool:
    return repr(one) == repr(other)


@given(VALUES)
@example("yes\n")
@example(" lead\ntrail \n")
@example({"<<": "x", "=": "", "~": "null"})
@example(["1e5", "0777", "0x1F", "1_000", "2001-01-01", ".inf", "True", "NULL", "off", "1:30"])
@example(-0.0)
@example(1e22)
def test_every_value_reads_as_it_was_meant(value: Any) -> None:
    document = read(to_yaml({"value": plain(value)}))
    assert (document.problems, repr(document.value)) == ((), repr({"value": value}))


@pytest.mark.parametrize("text", ["one\ntwo", "one\n\n  two\n", "a: b\n# c"])
def test_text_of_several_lines_is_a_block(text: str) -> None:
    assert to_yaml({"value": plain(text)}).startswith("value: |")


@pytest.mark.parametrize("text", ["0123", "yes", "Null", "1e5", "~", "#x", "a: b", "12:30"])
def test_what_may_be_misread_is_quoted(text: str) -> None:
    assert to_yaml({"value": plain(text)}) == f"value: '{text}'\n"


@given(st.text())
def test_no_comment_leaves_its_line(text: str) -> None:
    written = to_yaml(commented({"a": 1}, {"a": [text]}, start=[text]))
    document = read(written)
    assert (document.problems, document.value) == ((), {"a": 1})


def test_what_hides_in_a_comment_is_shown() -> None:
    assert one_line("a\n\x1b[1m\u202eb") == "a\\n\\x1b[1m\\u202eb"


def test_floats_stay_floats() -> None:
    assert math.isclose(read(to_yaml({"a": 1e-7})).value["a"], 1e-7)
