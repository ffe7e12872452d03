"""Match criteria: what can be told is told, and what nobody documents is not checked."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gcsync.model.value import UNKNOWN
from gcsync.schema.criteria import meets, steps_of

BODY: dict[str, Any] = {
    "mediaType": "VOICE",
    "count": 5,
    "on": True,
    "none": None,
    "queue": {"id": "q-1", "media type": "x"},
    "tags": ["a", "b"],
    "people": [{"purpose": "customer"}, {"purpose": "agent"}],
}


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("mediaType", ("mediaType",)),
        ("$.mediaType", ("mediaType",)),
        ("queue.id", ("queue", "id")),
        ("$.people[1].purpose", ("people", 1, "purpose")),
        ("people[0]", ("people", 0)),
        ("$['queue']['media type']", ("queue", "media type")),
        ('$["queue"].id', ("queue", "id")),
        (" $.a-b ", ("a-b",)),
    ],
)
def test_a_path_to_one_place_is_followed(path: str, expected: tuple[object, ...]) -> None:
    assert steps_of(path) == expected


@pytest.mark.parametrize(
    "path",
    [
        "",
        "$",
        "$..id",
        "$.people[*].purpose",
        "people[?(@.purpose=='agent')]",
        "$.people[-1]",
        "people[0:1]",
        "$.a.*",
        "$.people.length()",
        "a b",
        "$a",
        "$.people[0]purpose",
        "$.[a]",
        "@.a",
        "$['a','b']",
        "$.queue.",
    ],
)
def test_any_other_path_is_not_checked(path: str) -> None:
    assert steps_of(path) is None
    assert meets(BODY, path, "Exists", True) is None


@pytest.mark.parametrize(
    ("path", "operator", "value", "expected"),
    [
        ("mediaType", "Equal", "VOICE", True),
        ("mediaType", "Equal", "voice", False),
        ("mediaType", "NotEqual", "CHAT", True),
        ("count", "Equal", 5.0, True),
        ("count", "Equal", "5", False),
        ("on", "Equal", 1, False),
        ("on", "Equal", True, True),
        ("tags", "Equal", ["a", "b"], True),
        ("tags", "Equal", ["b", "a"], False),
        ("queue", "Equal", {"media type": "x", "id": "q-1"}, True),
        ("none", "Equal", None, True),
        ("gone", "Equal", "x", False),
        ("gone", "NotEqual", "x", None),
        ("count", "GreaterThan", 4, True),
        ("count", "GreaterThanOrEqual", 5, True),
        ("count", "LessThan", 5, False),
        ("count", "LessThanOrEqual", 4.9, False),
        ("count", "LessThan", "9", None),
        ("on", "LessThan", 9, None),
        ("gone", "LessThan", 9, False),
        ("mediaType", "In", ["CHAT", "VOICE"], True),
        ("mediaType", "In", ["CHAT"], False),
        ("mediaType", "In", "VOICE", None),
        ("mediaType", "NotIn", ["CHAT"], True),
        ("gone", "NotIn", ["CHAT"], None),
        ("tags", "Contains", "a", True),
        ("tags", "Contains", "c", False),
        ("mediaType", "Contains", "OIC", True),
        ("count", "Contains", 5, None),
        ("tags", "All", ["b", "a"], True),
        ("tags", "All", ["b", "c"], False),
        ("mediaType", "All", ["V"], None),
        ("tags", "Size", 2, True),
        ("tags", "Size", 3, False),
        ("mediaType", "Size", 5, None),
        ("queue.id", "Exists", True, True),
        ("queue.id", "Exists", False, False),
        ("gone", "Exists", True, False),
        ("gone", "Exists", False, True),
        ("none", "Exists", True, True),
        ("gone", "Exists", "true", None),
        ("people[1].purpose", "Equal", "agent", True),
        ("people[7].purpose", "Equal", "agent", False),
        ("tags.length", "Equal", 2, None),
        ("mediaType", "Resembles", "VOICE", None),
        ("mediaType", "Equal", UNKNOWN, None),
    ],
)
def test_an_operator_decides_or_says_that_it_cannot(path: str, operator: str, value: object, expected: object) -> None:
    assert meets(BODY, path, operator, value) is expected


OPERATORS = st.sampled_from(["Equal", "NotEqual", "In", "NotIn", "Exists", "Size", "Contains", "All", "LessThan"])
PLAIN = st.none() | st.booleans() | st.integers(-2, 2) | st.text("ab", max_size=2)
VALUES = PLAIN | st.lists(PLAIN, max_size=3)


@given(VALUES, VALUES)
def test_equal_and_not_equal_never_agree(found: object, value: object) -> None:
    equal, other = (meets({"a": found}, "a", operator, value) for operator in ("Equal", "NotEqual"))
    assert {equal, other} == {True, False}


@given(st.dictionaries(st.sampled_from("abc"), VALUES), st.sampled_from(["a", "b[0]", "c.a"]), OPERATORS, VALUES)
def test_no_body_and_no_value_is_too_odd(body: dict[str, object], path: str, operator: str, value: object) -> None:
    assert meets(body, path, operator, value) in (True, False, None)
