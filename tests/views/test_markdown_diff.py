from __future__ import annotations

from dataclasses import replace

import pytest

from gcsync.model.plan import ABSENT, Action, AttributeChange, Reason
from gcsync.model.value import UNREADABLE, Secret, Value
from gcsync.views.markdown_diff import attribute_diff, change_diff, not_checked_line
from tests.views.factories import attributes, change, create, delete
from tests.views.scenes import conversations, masked, protected

SECRETS = Secret("one"), Secret("two")


def lines(before: Value, after: Value, note: str = "") -> list[str]:
    return list(attribute_diff(AttributeChange("a", before, after, Reason.PENDING), note))


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (True, False, ["- a: true", "+ a: false"]),
        ("x", ABSENT, ['- a: "x"']),
        (ABSENT, None, ["+ a: null"]),
        ("", [], ['- a: ""', "+ a: []"]),
        (*SECRETS, ["! a: (sensitive value)  # another value"]),
        (SECRETS[0], "x", ["- a: (sensitive value)", '+ a: "x"']),
        (UNREADABLE, "x", ["- a: (not returned by the API)", '+ a: "x"']),
        (["x", "y"], ["y", "z"], ["  a:", '-   "x"', '+   "z"', "    # 1 unchanged"]),
        (
            ["x", "y"],
            ["y", "x"],
            ["! a:  # the same, in another order", '-   ["x", "y"]', '+   ["y", "x"]'],
        ),
        ({"k": 1, "l": 2}, {"k": 1, "l": 3}, ["  a:", "-   l: 2", "+   l: 3", "    # 1 unchanged"]),
        ({}, {"k": {"l": [{"m": 1}]}}, ["- a: {}", "+ a:", "+   k:", "+     l:", "+       [0]:", "+         m: 1"]),
        ("one\ntwo", "one\n2", ["  a:", "    | one", "-   | two", "+   | 2"]),
        ("one", "one\ntwo", ["  a:", "    | one", "+   | two"]),
        (None, "one\ntwo", ["- a: null", "+ a:", "+   | one", "+   | two"]),
        ("one\ntwo", ABSENT, ["- a:", "-   | one", "-   | two"]),
    ],
)
def test_a_difference(before: Value, after: Value, expected: list[str]) -> None:
    assert lines(before, after) == expected


def test_a_note_stands_behind_what_comes() -> None:
    assert lines(1, 2, "drift") == ["- a: 1", "+ a: 2  # drift"]
    assert lines([1], [2, 3], "drift")[0] == "  a:  # drift"


def test_every_piece_of_a_long_line_has_its_mark() -> None:
    found = lines("word " * 40, "x" * 200)
    assert {line[0] for line in found} == {"-", "+"}
    assert max(map(len, found)) <= 80
    assert "".join(line[2:].strip() for line in found if line[0] == "+") == f'a: "{"x" * 200}"'


def test_a_long_line_of_a_text_goes_on_under_its_mark() -> None:
    found = lines("same\n" + "x" * 100, "same\n" + "y" * 100)
    assert [line[:7] for line in found] == ["  a:", "    | s", "-   | x", "-   : x", "+   | y", "+   : y"]


def test_an_element_that_differs_inside_is_known_by_its_name() -> None:
    before, after = ({"url": "u", "headers": {"k": value}} for value in "12")
    assert lines([before], [after])[:3] == ["  a:", "    [0]:", '      url: "u"']


def test_a_create_shows_everything_as_coming_and_a_delete_as_going() -> None:
    assert change_diff(create())[0] == '+ name: "aws-eventbridge-stream"'
    assert {line[0] for line in change_diff(create())} == {"+"}
    assert {line[0] for line in change_diff(delete())} == {"-"}


def test_a_protection_is_told_of_a_create_too() -> None:
    made = replace(create(), attributes=protected().attributes)
    assert change_diff(made)[-1].startswith("+ lifecycle.prevent_destroy: true  # pro")


def test_a_conflict_is_marked_before_its_lines() -> None:
    found = change_diff(conversations())
    place = found.index("- enabled: true")
    assert found[place - 2].startswith("! enabled: CONFLICT: both the stack and someone outside gcsync changed")
    assert found[place + 1] == "+ enabled: false"


def test_what_was_not_checked_is_said() -> None:
    (attribute,) = (one for one in masked().attributes if one.reason is Reason.NOT_CHECKED)
    assert not_checked_line(attribute) in change_diff(masked())
    assert not_checked_line(attribute) == "! destinations: not checked: the API does not return it"


def test_a_move_without_a_difference_has_no_lines() -> None:
    assert change_diff(change(Action.MOVE, "stream.a", attributes(), attributes())) == []
