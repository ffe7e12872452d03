from __future__ import annotations

from gcsync.model.plan import ABSENT
from gcsync.model.value import UNREADABLE, Secret
from gcsync.views.json_values import ABSENT_VALUE, is_secret, marked, sensitive_object, visible, visible_object

SECRET = Secret("s")


def test_a_sensitive_value_is_absent_and_marked() -> None:
    value = {"url": "https://a", "headers": {"X": SECRET, "Y": "1"}}
    assert visible(value) == {"url": "https://a", "headers": {"Y": "1"}}
    assert marked(value, is_secret) == {"headers": {"X": True}}


def test_a_sensitive_element_leaves_null_and_a_mark_at_its_index() -> None:
    assert visible(["a", SECRET, {"b": SECRET}]) == ["a", None, {}]
    assert marked(["a", SECRET, {"b": SECRET}], is_secret) == [False, True, {"b": True}]


def test_what_nobody_may_read_is_absent_and_not_marked() -> None:
    assert (visible({"a": UNREADABLE}), marked({"a": UNREADABLE}, is_secret)) == ({}, False)
    assert visible(ABSENT) is ABSENT_VALUE


def test_no_object_is_null_and_has_no_marks() -> None:
    assert (visible_object(None), sensitive_object(None)) == (None, False)
    assert (visible_object({"a": 1}), sensitive_object({"a": 1})) == ({"a": 1}, {})


def test_a_number_that_json_lacks_is_null() -> None:
    assert visible([float("nan"), float("inf"), 1.5]) == [None, None, 1.5]
