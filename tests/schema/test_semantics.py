"""What the annotations of a schema mean for comparing and showing values."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gcsync.model.value import UNREADABLE, Secret
from gcsync.schema.semantics import differ, has_credentials, kind_schema

STREAM = kind_schema("stream")
DESTINATIONS = STREAM.attributes["destinations"]
PLAIN_URL = "https://events.example.com/genesys"
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


def destination(**more: Any) -> list[dict[str, Any]]:
    return [{"protocol": "https", "url": PLAIN_URL, **more}]


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (PLAIN_URL, False),
        ("https://user@example.com", True),
        ("https://user:word@example.com", True),
        ("https://example.com/?token=1", True),
        ("https://[broken", True),
        (7, False),
    ],
)
def test_urls_with_user_information_or_a_query_have_credentials(url: object, expected: bool) -> None:
    assert has_credentials(url) is expected


def test_header_values_are_sealed_and_their_names_are_not() -> None:
    assert DESTINATIONS.seal(destination(headers={"X-Key": "1"})) == destination(headers={"X-Key": Secret("1")})


def test_a_url_is_sealed_for_what_it_holds() -> None:
    assert DESTINATIONS.seal(destination()) == destination()
    sealed = DESTINATIONS.seal([{"url": f"{PLAIN_URL}?token=1"}])
    assert sealed == [{"url": Secret(f"{PLAIN_URL}?token=1")}]


@given(JSON)
def test_sealing_twice_is_sealing_once(value: Any) -> None:
    sealed = DESTINATIONS.seal(value)
    assert DESTINATIONS.seal(sealed) == sealed


@given(JSON)
def test_canonical_twice_is_canonical_once(value: Any) -> None:
    for shape in STREAM.attributes.values():
        assert shape.canonical(shape.canonical(value)) == shape.canonical(value)
        assert shape.comparable(shape.canonical(value)) == shape.comparable(value)


@given(st.lists(st.text(max_size=4)), st.randoms(use_true_random=False))
def test_a_set_has_no_order(items: list[str], shuffler: Any) -> None:
    shape = STREAM.attributes["event_types"]
    shuffled = [*items, *items[:2]]
    shuffler.shuffle(shuffled)
    assert shape.comparable(shuffled) == shape.comparable(items)


@given(JSON)
def test_nothing_differs_from_itself(value: Any) -> None:
    assert not differ(value, value)


@given(JSON, JSON)
def test_values_differ_as_they_compare(one: Any, other: Any) -> None:
    if not differ(one, other):
        assert one == other or None in (one, other) or isinstance(one, dict)


def test_what_is_not_returned_may_be_any_declared_value() -> None:
    assert not differ({"X-Key": "1"}, {"X-Key": UNREADABLE})
    assert differ({}, {"X-Key": UNREADABLE})
    assert differ({"X-Key": "1"}, {})


def test_true_is_not_one() -> None:
    assert differ(True, 1)
    assert differ([True], [1])


@pytest.mark.parametrize(
    ("declared", "compared"),
    [
        ({"type": "Workflow"}, {"id": "1"}),
        (Secret({"type": "Workflow"}), {"id": "1"}),
        ({"data_format": "Json"}, {"id": "1", "data_format": "TopLevelPrimitives"}),
        (None, {"id": "1", "data_format": "TopLevelPrimitives"}),
    ],
)
def test_what_a_mapping_leaves_alone_is_not_compared(declared: Any, compared: Any) -> None:
    target = kind_schema("trigger").attributes["target"]
    assert target.beside(declared, {"id": "1", "data_format": "TopLevelPrimitives"}) == compared


def test_what_is_not_left_alone_is_compared_as_it_is() -> None:
    assert DESTINATIONS.beside([{}], destination()) == destination()


def test_a_source_is_one_of_its_account_region_and_suffix_and_a_trigger_shares_everything() -> None:
    source, trigger = kind_schema("eventbridge_source"), kind_schema("trigger")
    assert (source.identity, source.unique) == (
        ("aws_account_id", "suffix"),
        ("aws_account_id", "aws_region", "suffix"),
    )
    assert (trigger.identity, trigger.unique, trigger.unique_key({"name": "a"})) == (("name",), (), None)
    forcing = [n for kind in (source, trigger) for n, shape in kind.attributes.items() if shape.force_new]
    assert forcing == ["aws_account_id", "aws_region", "suffix", "topic"]


def test_the_name_is_unique_and_the_default_of_enabled_is_true() -> None:
    assert (STREAM.identity, STREAM.unique, STREAM.defaults) == (("name",), ("name",), {"enabled": True})
