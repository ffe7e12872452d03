"""What is an event, and what it is called."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gcsync.model.trace import NO_BODY, Event, NoEvent, read_event

TOPIC = "v2.users.{id}.presence"
CONCRETE = "v2.users.1f0c.presence"


def facts(event: Event) -> tuple[object, ...]:
    return event.id, event.type, event.topic, event.body


@pytest.mark.parametrize(
    ("given_", "expected"),
    [
        ({"id": "e", "eventType": "a:b", "data": {}}, ("e", "a:b", None, NO_BODY)),
        ({"topicName": CONCRETE, "eventBody": {"x": 1}}, (None, None, CONCRETE, {"x": 1})),
        ({"topicName": TOPIC, "eventBody": None}, (None, None, TOPIC, None)),
        ({"id": "e", "detail-type": "a:b", "source": "s", "detail": {"x": 1}}, ("e", "a:b", None, NO_BODY)),
        ({"detail-type": TOPIC, "detail": {"topicName": CONCRETE, "eventBody": []}}, (None, None, CONCRETE, [])),
        ({"detail-type": TOPIC, "detail": {}}, (None, None, TOPIC, NO_BODY)),
        ({"detail-type": "a:b"}, (None, "a:b", None, NO_BODY)),
        ({"eventType": "a:b", "topicName": TOPIC}, (None, "a:b", TOPIC, NO_BODY)),
    ],
)
def test_an_event_is_read_in_each_of_its_three_forms(given_: object, expected: tuple[object, ...]) -> None:
    assert facts(read_event(given_)) == expected


@pytest.mark.parametrize(
    "given_",
    [
        None,
        [],
        "a",
        {},
        {"id": "e"},
        {"eventType": 5},
        {"eventType": ""},
        {"topicName": []},
        {"id": 1, "eventType": "a"},
        {"detail-type": ["a"]},
        {"detail-type": "v2.x", "detail": {"topicName": 5}},
    ],
)
def test_what_is_no_event_says_what_it_lacks(given_: object) -> None:
    with pytest.raises(NoEvent, match=r"an event|of an event"):
        read_event(given_)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ([{"eventType": "a"}], "this is a list: give one entry of it"),
        ({"id": "e", "type": "a", "event": {"eventType": "a"}}, "the one here is under `event`"),
        ({"Records": [{"body": "{}"}]}, "give one event out of its `Records`"),
        ({"verification_token": "t"}, "this is a verification handshake"),
    ],
)
def test_what_people_have_at_hand_instead_is_told(value: object, said: str) -> None:
    with pytest.raises(NoEvent, match=re.escape(said)):
        read_event(value)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=2),
    max_leaves=4,
)
KEYS = st.sampled_from(["id", "eventType", "detail-type", "detail", "topicName", "eventBody", "x"])


@given(st.dictionaries(KEYS, JSON | st.dictionaries(KEYS, JSON)))
def test_whatever_is_given_is_an_event_with_a_label_or_none(given_: dict[str, object]) -> None:
    try:
        event = read_event(given_)
    except NoEvent:
        return
    # An envelope's type may be missing, and then nothing selects it.
    assert event.label or given_.get("detail-type") is None
