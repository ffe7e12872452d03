from __future__ import annotations

from gcsync.emulator.topic_list import TOPICS


def test_each_topic_is_listed_once():
    assert len({topic.id for topic in TOPICS}) == len(TOPICS)


def test_the_transports_are_those_known():
    assert {name for topic in TOPICS for name in topic.transports} == {
        "All",
        "EventBridge",
        "ProcessAutomation",
        "Websocket",
    }
