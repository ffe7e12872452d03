"""Is a value as its schema says, and in which words is it said."""

from __future__ import annotations

from typing import Any

import pytest

from gcsync.model.address import Address
from gcsync.model.value import Reference
from gcsync.stack.check import Checker
from gcsync.stack.faults import describe
from gcsync.stack.unknown import BROKEN, Unknown

SCHEMA: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["url"],
    "properties": {
        "url": {"type": "string", "pattern": "^https://", "x-must-be": "an https:// URL"},
        "on": {"type": "boolean"},
        "count": {"type": "integer", "minimum": 1, "maximum": 5},
        "tags": {"type": "array", "uniqueItems": True, "items": {"type": "string", "minLength": 1}},
        "mode": {"type": "string", "enum": ["Json", "Text"]},
        "pin": {"type": "string", "maxLength": 3, "x-sensitive": True},
        "headers": {
            "type": "object",
            "x-case-insensitive-keys": True,
            "additionalProperties": {"type": "string", "x-sensitive": True},
        },
    },
}
GOOD = {"url": "https://a"}


def faults(**values: Any) -> list[tuple[str, str]]:
    unknown = any(isinstance(value, Unknown | Reference) for value in values.values())
    found = Checker(SCHEMA).faults({**GOOD, **values}, unknown=unknown)
    return [(fault.code, f"{'.'.join(map(str, fault.path))}: {fault.message}") for fault in found]


def test_what_is_as_it_should_be_has_none() -> None:
    assert faults(on=True, count=5, tags=["a"], mode="Json", pin="abc", headers={"X": "y"}) == []


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"url": "http://a"}, ("GC104", 'url: must be an https:// URL, got "http://a"')),
        ({"on": "yes"}, ("GC105", 'on: must be true or false, got "yes"')),
        ({"count": True}, ("GC105", "count: must be a whole number, got true")),
        ({"count": 0}, ("GC108", "count: must be at least 1, got 0")),
        ({"tags": ["a", "b", "a"]}, ("GC115", 'tags.2: "a" is in the list already')),
        ({"tags": "a"}, ("GC105", "tags: must be a list, got text")),
        ({"tags": [""]}, ("GC108", "tags.0: must not be empty: it takes at least 1 character")),
        ({"mode": "json"}, ("GC108", 'mode: must be one of Json, Text, got "json"')),
        ({"pin": "abcd"}, ("GC108", "pin: must have at most 3 characters, has 4")),
        ({"pin": 5}, ("GC105", "pin: must be text, got (sensitive value)")),
        ({"urls": []}, ("GC107", 'urls: unknown key "urls"')),
        ({"headers": {"X-A": "1", "x-a": "2"}}, ("GC109", 'headers.x-a: "x-a" is "X-A" again: only the case differs')),
    ],
)
def test_says_what_is_wrong(values: dict[str, Any], expected: tuple[str, str]) -> None:
    assert faults(**values) == [expected]


def test_what_is_missing_is_named() -> None:
    assert [fault.message for fault in Checker(SCHEMA).faults({})] == ['"url" is missing']


def test_of_what_is_not_known_only_the_type_is_checked() -> None:
    assert faults(url=Unknown("string"), on=BROKEN) == []
    assert faults(on=Unknown("string")) == [("GC105", "on: must be true or false, got a variable of type string")]


def test_of_what_an_apply_will_tell_the_type_is_known() -> None:
    reference = Reference(Address("stream", "a"), "id")
    assert faults(url=reference) == []
    (found,) = faults(on=reference)
    assert found == ("GC105", "on: must be true or false, got a value of type string, known after the apply")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "nothing"),
        ({}, "a mapping"),
        ([], "a list"),
        ("x", '"x"'),
        (True, "true"),
        ("a" * 99, '"' + "a" * 79 + '..."'),
    ],
)
def test_describes_what_there_is(value: Any, text: str) -> None:
    assert describe(value) == text


def test_describes_nothing_of_a_secret() -> None:
    assert describe("s3cret", hidden=True) == describe("https://u:p@h") == "(sensitive value)"
