from __future__ import annotations

import pytest

from gcsync.model.topic import Topic, TopicUse


@pytest.mark.parametrize(
    ("transports", "carried"),
    [
        (("Websocket", "EventBridge"), True),
        (("eventbridge",), True),
        (("All",), True),
        (("ALL",), True),
        (("Websocket",), False),
        ((), False),
        (None, None),
    ],
)
def test_eventbridge_carries_what_lists_it_or_all_in_any_case(
    transports: tuple[str, ...] | None, carried: bool | None
) -> None:
    topic = Topic("v2.users.{id}.presence", transports=transports)
    assert topic.carried_by("EventBridge") is carried
    assert topic.usable_for(TopicUse.EVENTBRIDGE) is carried


@pytest.mark.parametrize("triggers", [True, False, None])
def test_whether_triggers_take_a_topic_is_told_apart_from_its_transports(triggers: bool | None) -> None:
    topic = Topic("v2.users.{id}.presence", transports=("All",), triggers=triggers)
    assert topic.carried_by("trigger") is triggers
    assert topic.usable_for(TopicUse.TRIGGER) is triggers
