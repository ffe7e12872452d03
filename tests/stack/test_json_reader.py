"""JSON text to values and marks, by JSON's rules."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gcsync.model.diagnostic import Place
from gcsync.stack import Inputs, load
from gcsync.stack.document import MAX_DEPTH
from gcsync.stack.json_reader import read_json
from gcsync.stack.marks import find, find_key, to_place

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)
ANY_TEXT = st.text(alphabet='{}[]",:\\ \n\tu0d8aetrufalsn.-é', max_size=40)


def problems(text: str) -> list[str]:
    """Code, line and column of each problem, counted from 1."""
    places = [(problem.code, to_place("", problem.mark)) for problem in read_json(text).problems]
    return [f"{code} {place.line}:{place.column}" for code, place in places]


@given(VALUES, st.booleans(), st.sampled_from([None, 2]))
def test_reads_what_python_writes(value: Any, ascii_only: bool, indent: int | None) -> None:
    document = read_json(json.dumps(value, ensure_ascii=ascii_only, indent=indent))
    assert (document.value, document.problems) == (value, ())


@given(ANY_TEXT)
def test_takes_exactly_what_python_takes_and_says_what_is_wrong_with_the_rest(text: str) -> None:
    document = read_json(text)
    try:
        value = json.loads(text, parse_constant=lambda name: 1 / 0)
    except (ValueError, ZeroDivisionError):
        assert document.problems
    else:
        assert document.value == value or document.problems


def test_two_escapes_are_one_character() -> None:
    assert read_json('{"a": "\\ud83d\\udcde"}').value == {"a": "📞"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "GC103 1:1"),
        ('{"a": 1', "GC103 1:8"),
        ('{"a" 1}', "GC103 1:6"),
        ("{a: 1}", "GC103 1:2"),
        ("[1,\n 2,]", "GC103 2:4"),
        ("[1 2]", "GC103 1:4"),
        ("[01]", "GC103 1:2"),
        ("[NaN]", "GC103 1:2"),
        ("[1e999]", "GC108 1:2"),
        ("1 2", "GC103 1:3"),
        ('{"a": "b', "GC103 1:7"),
        ('["\\ud83d"]', "GC103 1:2"),
        ('["\\x"]', "GC103 1:3"),
        ("'a'", "GC103 1:1"),
    ],
)
def test_says_where_it_is_no_json(text: str, expected: str) -> None:
    assert problems(text) == [expected]


def test_a_key_twice_is_an_error_and_what_it_holds_is_kept_for_masking() -> None:
    document = read_json('{"a": 1,\n "a": 2}')
    assert (document.value, [(p.code, p.path) for p in document.problems]) == ({"a": 1}, [("GC109", ("a",))])
    assert [(path, value) for path, value, _ in document.dropped] == [(("a",), 2)]


def test_is_as_deep_as_yaml_may_be_and_no_deeper() -> None:
    assert problems("[" * MAX_DEPTH + "]" * MAX_DEPTH) == []
    assert problems("[" * 200_000) == [f"GC110 1:{MAX_DEPTH + 1}"]


def test_every_value_and_every_key_has_its_place() -> None:
    document = read_json('{\n  "a": [1, {"b": "text"}]\n}')
    path = ("a", 1, "b")
    assert to_place("", find(document.value, document.marks, path)) == Place("", 2, 18, 24)
    assert to_place("", find_key(document.value, document.marks, path)) == Place("", 2, 13, 16)


def test_a_variable_file_may_be_what_json_dumps_writes(tmp_path: Path) -> None:
    (tmp_path / "vars.json").write_text(json.dumps({"about": "Calls 📞"}))
    (tmp_path / "a.yaml").write_text(
        "version: 1\nstack: a\nvariables: {about: {type: string}}\nstreams:\n  a:\n    description: ${var.about}\n"
        "    event_types: [a]\n    destinations: [{protocol: https, url: https://example.com}]\n"
    )
    (stack,) = load(["a.yaml"], Inputs(variable_files=("vars.json",)), folder=tmp_path)
    assert [resource.attributes["description"] for resource in stack.resources.values()] == ["Calls 📞"]
