"""YAML text to values and marks."""

from __future__ import annotations

import gc
import re
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from gcsync.stack.document import MAX_DEPTH
from gcsync.stack.marks import find, find_key, to_place, unpack
from gcsync.stack.reader import ALIASED_FREE, read


def codes(text: str) -> list[str]:
    return [problem.code for problem in read(text).problems]


def places(text: str) -> list[str]:
    """Code, line and column of each problem, counted from 1."""
    found = []
    for problem in read(text).problems:
        place = to_place("", problem.mark)
        found.append(f"{problem.code} {place.line}:{place.column}")
    return found


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("true", True),
        ("True", True),
        ("FALSE", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("0", 0),
        ("-12", -12),
        ("1.5", 1.5),
        ("-0.5e3", -500.0),
        ("1E2", 100.0),
        ("tRUE", "tRUE"),
        ("yes", "yes"),
        ("on", "on"),
        ("Null", "Null"),
        ("0777", "0777"),
        ("0x1F", "0x1F"),
        ("0o17", "0o17"),
        ("+1", "+1"),
        ("1_000", "1_000"),
        (".5", ".5"),
        ("1.", "1."),
        (".inf", ".inf"),
        ("12:30:45", "12:30:45"),
        ("2024-01-01", "2024-01-01"),
        ("=", "="),
        ("'true'", "true"),
        ('"12"', "12"),
        ("! 42", "42"),
        ("!!str 42", "42"),
        ("!!int 42", 42),
        ("!!float 42", 42.0),
        ("!!bool true", True),
        ("!!null ~", None),
    ],
)
def test_a_scalar_is_read_as_the_contract_says(text: str, value: Any) -> None:
    document = read(f"a: {text}")
    assert (document.value, type(document.value["a"]), document.problems) == ({"a": value}, type(value), ())


@pytest.mark.parametrize(
    "text", ["!!int '42'", "!!int x", "!!bool yes", "!!set {}", "!own 1", "!!python/object:os.x {}"]
)
def test_a_tag_that_is_not_plain_is_refused_at_its_place(text: str) -> None:
    assert places(f"a: {text}") == ["GC124 1:4"]


def test_every_value_and_key_knows_its_place() -> None:
    document = read("a:\n  - {b: één, c: [1, 'x']}\n  - |\n    text\n")

    def at(*path: str | int) -> tuple[int, int, int]:
        return unpack(find(document.value, document.marks, path))

    assert at("a", 0, "b") == (1, 8, 11)
    assert at("a", 0, "c", 1) == (1, 20, 23)
    assert at("a", 1) == (2, 4, 0)
    assert at("a", 7, "x") == at("a")
    assert unpack(find_key(document.value, document.marks, ("a", 0, "c"))) == (1, 13, 14)


def test_the_end_of_a_scalar_over_several_lines_is_kept() -> None:
    document = read("a: 'one\n  two'\nb: 1\n")
    assert document.ends == {find(document.value, document.marks, ("a",)): (1, 6)}


def test_own_keys_win_over_merged_ones_and_the_first_of_a_list_over_the_second() -> None:
    text = "x: &x {a: 1, b: 1}\ny: &y {b: 2, c: 2}\nz: {<<: [*x, *y], a: 0}\n"
    document = read(text)
    assert document.value["z"] == {"a": 0, "b": 1, "c": 2}
    assert to_place("f", find(document.value, document.marks, ("z", "c"))).line == 2


def test_a_key_is_found_twice_whatever_its_quotes() -> None:
    assert places("a: 1\n'a': 2\nb: {c: 1, c: 2}\n") == ["GC109 2:1", "GC109 3:11"]


def test_what_is_broken_is_a_gap_and_the_rest_is_read() -> None:
    document = read("a: *gone\nb: 1\n")
    assert (document.value["b"], document.complete, codes("a: *gone\nb: 1\n")) == (1, True, ["GC111"])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: &a [*a]", ["GC111 1:8"]),
        ("a: 1\n---\nb: 2\n", ["GC112 2:1"]),
        ("1: a", ["GC123 1:1"]),
        ("? [a]\n: b", ["GC123 1:3"]),
        ("a: {<<: 1}", ["GC123 1:9"]),
        ("a:\n\tb: 1", ["GC103 2:1"]),
        ("a: [1", ["GC103 1:4"]),
        ("a: '", ["GC103 1:4"]),
        ("a: \0", ["GC102 1:4"]),
        ("a: \x07", ["GC102 1:4"]),
        ("%YAML 3.0\n---\na: 1", ["GC103 1:1"]),
        ("a: 1e999", ["GC108 1:4"]),
    ],
)
def test_what_is_wrong_is_told_with_its_place(text: str, expected: list[str]) -> None:
    assert places(text) == expected


@pytest.mark.parametrize("opening", ["[", "{a: ", "- ", "? ", "[{a: "], ids=repr)
def test_200_000_levels_end_at_the_limit(opening: str) -> None:
    assert codes(opening * 200_000) == ["GC110"]


def test_the_limit_counts_what_an_alias_stands_for() -> None:
    half = MAX_DEPTH // 2
    deep = f"a: &a {'[' * half}{']' * half}\nb: {'[' * half}*a{']' * half}\n"
    assert codes(deep) == ["GC110"]
    assert codes(deep.replace("*a", "1")) == []


def test_aliases_may_repeat_as_much_as_a_generated_file_needs() -> None:
    shared = "a: &a [" + "x, " * 99 + "x]\n"
    lines = "".join(f"b{number}: *a\n" for number in range(ALIASED_FREE // 101))
    assert codes(shared + lines) == []


def test_an_alias_bomb_is_refused_before_anything_is_expanded() -> None:
    lines = "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 12))
    assert codes(f"a0: &a0 [x, x, x]\n{lines}") == ["GC111"]


def test_digits_without_end_are_refused_without_being_converted() -> None:
    assert codes(f"a: {'9' * 1_000_000}") == ["GC108"]


@pytest.mark.parametrize("enabled", [True, False])
def test_the_garbage_collector_is_left_as_it_was(enabled: bool) -> None:
    before = gc.isenabled()
    try:
        (gc.enable if enabled else gc.disable)()
        read("a: [")
        assert gc.isenabled() is enabled
    finally:
        (gc.enable if before else gc.disable)()


def test_the_parser_in_pure_python_reads_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "a: &x {b: [1, 'é'], c: |\n    text\n  }\nd: *x\n".replace("|\n    text\n  ", "2")
    with_libyaml = read(text)
    monkeypatch.setattr(yaml, "__with_libyaml__", False)
    assert read(text) == with_libyaml
    assert codes("[" * 200_000) == ["GC110"]
    assert codes("a: '") == ["GC103"]


UNSPEAKABLE = "\u2028\u2029\ufeff\ufffe\uffff"
ANY_TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters=UNSPEAKABLE))
TEXT = ANY_TEXT.filter(lambda text: not re.fullmatch(r"-?[0-9]+[eE][+-]?[0-9]+", text))
"""What PyYAML writes without quotes, though it is a number to everyone but YAML 1.1, is left out."""
NUMBERS = st.integers(-(10**30), 10**30) | st.floats(allow_nan=False, allow_infinity=False)
SCALARS = st.none() | st.booleans() | NUMBERS | TEXT
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner) | st.dictionaries(TEXT, inner), max_leaves=30)
INDICATORS = list("[]{}:,&*!|>'\"%@`#?-\n\t \0~\ufeff\u2028é\x85")
PHRASES = [": ", "- ", "? ", "<<: ", "a", "&a ", "*a", "a: ", "!!str ", "\n  ", "---\n", "...\n", "%YAML 1.2\n"]
RARITIES = ["%TAG ! x\n", "\n    ", "|\n", ">-\n", '"\\x00"', '"\\ud800"', "1e999", "\r\n"]
FRAGMENTS = st.sampled_from([*INDICATORS, *PHRASES, *RARITIES])


@given(st.dictionaries(TEXT, VALUES), st.booleans())
def test_what_yaml_writes_is_read_back(value: dict[str, Any], flow: bool) -> None:
    document = read(yaml.safe_dump(value, default_flow_style=flow, allow_unicode=False))
    assert (document.value, document.problems) == (value, ())


@given(st.lists(FRAGMENTS, max_size=60).map("".join) | st.text())
def test_no_text_ends_in_anything_but_an_answer(text: str) -> None:
    document = read(text)
    assert document.complete or document.problems


@given(st.lists(FRAGMENTS, max_size=40).map("".join))
def test_every_problem_has_a_place_inside_the_text(text: str) -> None:
    for problem in read(text).problems:
        line, column, _ = unpack(problem.mark)
        lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x85", "\n").replace("\u2028", "\n").split("\n")
        assert line < len(lines)
        assert column <= max(map(len, lines))
