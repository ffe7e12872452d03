from __future__ import annotations

import json

import pytest

from gcsync.model.topic import Topic, Topics
from gcsync.schema.files import schema_folder
from gcsync.schema.topics import TopicIndex, did_you_mean, matching_topics, nearest_topics, shipped_topics

START = "v2.detail.events.conversation.{id}.customer.start"
END = "v2.detail.events.conversation.{id}.customer.end"
PRESENCE = "v2.users.{id}.presence"
KNOWN = Topics((Topic(START), Topic(PRESENCE), Topic(END)))


def test_the_shipped_list_is_sorted_has_no_topic_twice_and_a_source_for_each() -> None:
    written = json.loads((schema_folder() / "topics.json").read_text(encoding="utf-8"))["topics"]
    ids = [entry["id"] for entry in written]
    assert ids == sorted(set(ids))
    assert all(entry.keys() == {"id", "source"} and entry["source"] for entry in written)
    assert {START, END} < set(ids)


def test_the_shipped_list_claims_nothing_that_no_source_tells() -> None:
    known = shipped_topics()
    assert (known.shipped, known.listed) == (True, frozenset())
    assert {(topic.transports, topic.permissions, topic.triggers) for topic in known.topics} == {(None, None, None)}


def test_topics_are_sorted_whatever_order_they_came_in() -> None:
    assert KNOWN.ids == (END, START, PRESENCE)


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (START, START),
        ("v2.users.{userId}.presence", PRESENCE),
        ("v2.users.{id}.*", PRESENCE),
        ("v2.detail.events.conversation.{id}.customer.?nd", END),
        ("v2.users.{id}.Presence", None),
        ("v2.users.12.presence", None),
        ("v2.teams.*", None),
        ("v2.users.[a-z{}]*.presence", None),
    ],
)
def test_a_topic_is_found_whatever_its_placeholders_are_called(wanted: str, found: str | None) -> None:
    topic = TopicIndex(KNOWN.topics).find(wanted)
    assert (topic and topic.id) == found


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        (None, [END, START, PRESENCE]),
        ("CUSTOMER", [END, START]),
        ("v2.users.*", [PRESENCE]),
        ("users", [PRESENCE]),
        ("v2.?sers.*", [PRESENCE]),
        ("customer", [END, START]),
        ("customer*", []),
        ("[a-z]", []),
    ],
)
def test_a_pattern_is_a_part_or_a_glob_in_any_case(pattern: str | None, found: list[str]) -> None:
    assert [topic.id for topic in matching_topics(pattern, KNOWN)] == found


def test_the_nearest_topics_are_named_best_first() -> None:
    assert nearest_topics("v2.detail.events.conversation.{id}.customer.strat", KNOWN.ids) == (START, END)
    assert nearest_topics("V2.Users.{userId}.Presence", KNOWN.ids) == (PRESENCE,)
    assert nearest_topics("pancake", KNOWN.ids) == ()


def test_a_hint_without_near_topics_says_where_to_look() -> None:
    assert did_you_mean((START, END), "look") == f"did you mean {START} or {END}? If not: look"
    assert did_you_mean((), "look") == "look"
