from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gcsync.emulator.selection import sends, type_of

TYPES = st.text(min_size=1, max_size=5)


@pytest.mark.parametrize(
    ("stream", "expected"),
    [
        ({"eventTypes": ["a", "b"]}, True),
        ({"eventTypes": ["b"]}, False),
        ({"eventTypes": ["A"]}, False),
        ({"eventTypes": []}, True),
        ({}, True),
        ({"eventTypes": ["b", "*"]}, True),
        ({"eventTypes": ["a"], "enabled": False}, False),
        ({"enabled": False}, False),
    ],
)
def test_a_stream_sends_what_it_names_and_everything_when_it_names_nothing(stream, expected):
    assert sends(stream, "a") is expected


@given(st.lists(TYPES, min_size=1), TYPES, TYPES)
def test_another_event_type_takes_nothing_away(types, more, event_type):
    if sends({"eventTypes": types}, event_type):
        assert sends({"eventTypes": [*types, more]}, event_type)


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        ({"eventType": "a"}, "a"),
        ({"detail-type": "b"}, "b"),
        ({}, None),
        ({"eventType": 5}, None),
        ({"eventType": ""}, None),
    ],
)
def test_the_type_is_that_of_the_event_or_of_its_envelope(event, expected):
    assert type_of(event) == expected
