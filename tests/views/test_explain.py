from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gcsync.model.plan import ABSENT
from gcsync.model.value import UNREADABLE, Secret
from gcsync.views.explain import Node, explain


def outline(node: Node) -> Any:
    """A tree as nested lists: mark and label, then what is inside."""
    head = f"{node.mark}{node.label}"
    inside = [outline(child) for child in node.children]
    return [head, *inside] if inside else head


def test_a_side_that_is_absent_makes_it_an_addition_or_a_removal() -> None:
    assert explain("a", ABSENT, 1) == Node("+", "a", after=1)
    assert explain("a", 1, ABSENT) == Node("-", "a", before=1)


@pytest.mark.parametrize(
    ("before", "after"), [(1, 2), ("a", "b"), ([], [1]), ({}, {"a": 1}), ([1], {"a": 1}), (1, True)]
)
def test_values_without_a_common_inside_differ_as_wholes(before: Any, after: Any) -> None:
    assert explain("a", before, after) == Node("~", "a", before, after)


def test_members_of_a_list_of_plain_values_come_and_go_in_their_order() -> None:
    node = explain("types", ["a", "b", "c", "d"], ["a", "c", "x", "d", "e"])
    assert (outline(node), node.unchanged) == (["~types", "-", "+", "+"], 3)
    assert [(child.before, child.after) for child in node.children] == [("b", ABSENT), (ABSENT, "x"), (ABSENT, "e")]


def test_a_list_in_another_order_says_so() -> None:
    assert explain("a", ["x", "y"], ["y", "x"]).reordered
    assert explain("a", [{"k": 1}, {"k": 2}], [{"k": 2}, {"k": 1}]).reordered


def test_another_order_beside_other_changes_is_not_lost() -> None:
    old, new = [{"k": 1}, {"k": 2}, {"k": 3}], [{"k": 3}, {"k": 2, "x": 0}, {"k": 1}]
    node = explain("a", old, new)
    assert (outline(node), node.unchanged, node.reordered) == (["~a", ["~[1]", "+x"]], 2, True)
    inside = explain("a", {"list": old, "b": 1, "c": 1}, {"list": old[::-1], "b": 2, "c": 1})
    assert (outline(inside), inside.unchanged) == (["~a", "~b", "~list"], 1)
    assert inside.children[1].reordered


def test_mappings_are_compared_key_by_key() -> None:
    node = explain("m", {"a": 1, "b": 2, "c": 3}, {"a": 1, "b": 5, "d": 4})
    assert (outline(node), node.unchanged) == (["~m", "~b", "-c", "+d"], 1)


def test_elements_are_paired_by_likeness_where_one_comes_before_them() -> None:
    old = [{"url": "https://a", "headers": {"X": "1", "Y": "2"}}, {"url": "https://b"}]
    new = [{"url": "https://new"}, {"url": "https://a", "headers": {"X": "9", "Y": "2"}}, {"url": "https://b"}]
    node = explain("destinations", old, new)
    assert outline(node) == ["~destinations", "+[0]", ["~[0 -> 1]", ["~headers", "~X"]]]
    assert node.unchanged == 1
    assert node.children[1].known_by == ("url", "https://a")


def test_a_list_with_an_element_twice_is_compared_by_position() -> None:
    same = {"url": "https://a"}
    assert outline(explain("d", [same, same], [same])) == ["~d", "-[1]"]


def test_a_list_of_plain_values_inside_is_compared_member_by_member() -> None:
    node = explain("m", {"values": ["a", "b"]}, {"values": ["b", "c"]})
    assert outline(node) == ["~m", ["~values", "-", "+"]]


def test_keys_that_look_like_paths_are_only_keys() -> None:
    assert outline(explain("m", {"a.b['c'][0]": 1}, {"a.b['c'][0]": 2})) == ["~m", "~a.b['c'][0]"]


def test_secrets_differ_by_what_they_hold() -> None:
    old = {"a": Secret("x"), "b": Secret("same"), "c": UNREADABLE}
    new = {"a": Secret("y"), "b": Secret("same"), "c": Secret("z")}
    assert outline(explain("h", old, new)) == ["~h", "~a", "~c"]


def test_a_secret_equals_no_text_that_looks_like_its_token() -> None:
    assert outline(explain("h", {"a": Secret("x"), "b": 1}, {"a": "(sensitive value)", "b": 1})) == ["~h", "~a"]


PLAIN = st.one_of(
    st.none(), st.booleans(), st.integers(-3, 3), st.text("ab", max_size=2), st.builds(Secret, st.text("ab"))
)
VALUES = st.recursive(
    PLAIN,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(st.text("xy", max_size=2), inner, max_size=3)),
    max_leaves=12,
)


@given(VALUES, VALUES)
def test_every_difference_is_explained(before: Any, after: Any) -> None:
    node = explain("a", before, after)
    assert node.mark == "~"
    assert node.unchanged >= 0
    for child in node.children:
        assert repr(child.before) != repr(child.after) or child.before != child.after or child.reordered
