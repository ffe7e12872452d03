"""`${...}` in values."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gcsync.model.address import Address
from gcsync.model.value import Reference
from gcsync.stack.expressions import expressions_in, resolve, unescape
from gcsync.stack.scope import BadExpression, Each, Found, Known, Note, Notes, Scope, notes_at
from gcsync.stack.unknown import BROKEN, Unknown

ID = Reference(Address("stream", "a"), "id")
VARIABLES = {
    "text": Known("t"),
    "number": Known(5),
    "on": Known(True),
    "list": Known(["x"]),
    "none": Known(None),
    "secret": Known("s", sensitive=True),
    "unknown": Known(Unknown("string")),
}


def refer(inner: str) -> Found | None:
    return Found(ID) if inner == "stream.a.id" else None


def scope(each: Each | None = None) -> Scope:
    return Scope(dict(VARIABLES), "dev", True, Path("."), frozenset({"pipeline"}), each=each, refer=refer)


def result(value: Any, each: Each | None = None) -> Any:
    found = resolve(value, scope(each))
    assert found.errors == []
    return found.value


def code(text: str) -> str:
    (error,) = [error for _, _, error in resolve([text], scope()).errors]
    assert isinstance(error, BadExpression)
    return error.code


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("${var.number}", 5),
        ("${ var.list }", ["x"]),
        ("${var.none}", None),
        ("a ${var.text} b ${var.number} ${var.on}", "a t b 5 true"),
        ("${env_name}", "dev"),
        ("$${var.text}", "${var.text}"),
        ("$${${var.text}}", "${t}"),
        ("$5 and $", "$5 and $"),
        ("${stream.a.id}", ID),
        ("${stream.a.id}${var.text}", Reference(ID.address, "id", (ID, "t"))),
        ("x${var.text} ${stream.a.id}", Reference(ID.address, "id", ("xt ", ID))),
        ("${stream.a.id} ${var.unknown}", Unknown("string")),
    ],
)
def test_stands_for(text: str, value: Any) -> None:
    assert result(text) == value


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("${", "GC206"),
        ("${}", "GC206"),
        ("${var.nope}", "GC205"),
        ("${var.text", "GC206"),
        ("${upper(var.text)}", "GC206"),
        ("a ${var.list}", "GC210"),
        ("a ${var.none}", "GC210"),
        ("${each.key}", "GC209"),
        ("${pipeline.a.b}", "GC120"),
        ("${file.../x}", "GC208"),
    ],
)
def test_is_refused(text: str, expected: str) -> None:
    assert code(text) == expected


def test_an_instance_gives_its_key_its_value_and_the_parts_of_that() -> None:
    each = Each("k", {"a": {"b": [1]}})
    texts = ["${each.key}", "${each.value.a}", "${each.value.a.b}", "x-${each.key}"]
    assert result(texts, each) == ["k", {"b": [1]}, [1], "x-k"]


def test_notes_say_what_flowed_where() -> None:
    found = resolve({"a": ["${var.secret}", "x"], "b": "${var.text}!"}, scope())
    assert found.notes == {("a", 0): Note(("secret",), True), ("b",): Note(("text",), False)}


def test_notes_about_a_part_know_where_in_the_variable_it_is() -> None:
    notes: Notes = {(): Note(("v",), False), ("a", "b"): Note((), True)}
    assert notes_at(notes, ("a",)) == {(): Note(("v",), False, ("a",)), ("b",): Note((), True)}


def test_what_has_no_expression_is_the_same_object() -> None:
    value = {"a": [1, {"b": "c"}]}
    assert resolve(value, scope()).value is value


def test_what_is_wrong_leaves_a_gap_and_the_rest_is_resolved() -> None:
    found = resolve({"a": "${var.nope}", "b": "${var.number}"}, scope())
    assert (found.value, found.has_gaps) == ({"a": BROKEN, "b": 5}, True)


@given(st.text(alphabet="${}varte.x ", max_size=30))
def test_any_text_is_resolved_or_refused(text: str) -> None:
    found = resolve([text], scope())
    assert found.errors or isinstance(found.value[0], str | int)


@given(st.text(alphabet="${}varte.x ", max_size=30))
def test_without_an_expression_in_it_resolving_only_takes_escapes_away(text: str) -> None:
    if not list(expressions_in(text)):
        assert result([text]) == [unescape(text)]
