"""`--unknown-secrets`: a sensitive variable without a value is no error, and what hangs on it is made all the same."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from gcsync.model.address import Address
from gcsync.model.diagnostic import DiagnosticError
from gcsync.model.resource import Stack
from gcsync.model.value import NOT_GIVEN, Secret
from gcsync.stack import Inputs, load

HEAD = """\
version: 1
stack: team
variables:
  key: {type: string, sensitive: true}
  other: {type: string, sensitive: true}
  parts: {type: object, sensitive: true}
  plain: {type: string}
"""


def loaded(folder: Path, text: str, *given: str) -> Stack:
    (folder / "team.yaml").write_text(HEAD + text, encoding="utf-8")
    (found,) = load(["team.yaml"], Inputs(variables=given, unknown_secrets=True), folder=folder)
    return found


def stream(more: str) -> str:
    return f"streams:\n  one:\n    destinations:\n      - {{protocol: https, url: 'https://a.example.com', {more}}}\n"


def headers(stack: Stack) -> Any:
    return stack.resources[Address("stream", "one")].attributes["destinations"][0]["headers"]


def test_the_whole_value_and_text_round_it_are_not_given(tmp_path: Path) -> None:
    stack = loaded(tmp_path, stream("headers: {A: '${var.key}', B: 'Bearer ${var.key}', C: fixed}"))
    assert headers(stack) == {"A": NOT_GIVEN, "B": NOT_GIVEN, "C": "fixed"}
    assert stack.unknown_secrets == ("key",)


def test_those_that_are_given_are_as_ever(tmp_path: Path) -> None:
    stack = loaded(tmp_path, stream("headers: {A: '${var.key}', B: '${var.other}'}"), "key=k-1")
    assert headers(stack) == {"A": Secret("k-1"), "B": NOT_GIVEN}
    assert stack.unknown_secrets == ("other",)


def test_one_that_nothing_needs_is_not_named(tmp_path: Path) -> None:
    assert loaded(tmp_path, stream("headers: {A: x}")).unknown_secrets == ()


def test_a_part_of_an_object_that_is_not_given(tmp_path: Path) -> None:
    text = stream("headers: {A: '${each.value.inner}'}") + "    for_each: {x: '${var.parts}'}\n"
    stack = loaded(tmp_path, text)
    (resource,) = stack.resources.values()
    assert resource.attributes["destinations"][0]["headers"] == {"A": NOT_GIVEN}
    assert stack.unknown_secrets == ("parts",)


def test_what_another_resource_takes_from_it(tmp_path: Path) -> None:
    text = stream("headers: {A: x}") + "    description: of ${var.key}\n"
    text += (
        "  two:\n    description: ${stream.one.description}\n    destinations: [{protocol: https, url: https://b.de}]\n"
    )
    stack = loaded(tmp_path, text)
    assert [resource.attributes["description"] for resource in stack.resources.values()] == [NOT_GIVEN, NOT_GIVEN]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (stream("headers: {A: '${var.plain}'}"), "GC201"),
        (stream("headers: '${var.key}'"), "GC105"),
        (stream("headers: {A: x}") + "    name: '${var.key}'\n", "GC231"),
        (stream("headers: {A: x}") + "    for_each: '${var.parts}'\n", "GC225"),
        (stream("headers: {A: '${var.parts} x'}"), "GC210"),
    ],
    ids=["a plain variable", "another type", "a name", "keys of for_each", "an object in text"],
)
def test_what_is_wrong_all_the_same(tmp_path: Path, text: str, code: str) -> None:
    with pytest.raises(DiagnosticError) as error:
        loaded(tmp_path, text)
    assert code in [found.code for found in error.value.diagnostics]
