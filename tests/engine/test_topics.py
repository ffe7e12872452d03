from __future__ import annotations

from gcsync.engine import check_topics, topic_uses
from gcsync.model.address import Address
from gcsync.model.diagnostic import Place, Severity
from gcsync.model.resource import Resource
from gcsync.model.topic import Topic, Topics, TopicUse
from gcsync.model.value import UNKNOWN, Path, Secret, Value

START = "v2.detail.events.conversation.{id}.customer.start"
PRESENCE = "v2.users.{id}.presence"
TOKENS = "v2.users.{id}.tokens"
WITHDRAWN = "v2.operations.events.{id}"

OFFERED = Topics(
    (
        Topic(START, transports=("All",), triggers=True),
        Topic(PRESENCE, transports=("EventBridge", "Websocket"), triggers=False),
        Topic(TOKENS, transports=("Websocket",), triggers=None),
        Topic("v2.untold.{id}", transports=None, triggers=False),
    ),
    frozenset(TopicUse),
)


def place(path: Path) -> Place:
    return Place("a.yaml", 10 + int(path[-1] if isinstance(path[-1], int) else 0), 5)


def source(*topics: Value) -> Resource:
    address = Address("eventbridge_source", "main")
    return Resource(address, {"name": "main", "topics": list(topics)}, locate=place)


def trigger(topic: Value) -> Resource:
    return Resource(Address("trigger", "survey"), {"name": "survey", "topic": topic}, locate=place)


def codes(available: Topics, *resources: Resource) -> list[tuple[str, str, str]]:
    return [(d.code, d.severity.value, d.path) for d in check_topics(resources, available)]


def test_topics_that_are_offered_and_carried_are_no_finding() -> None:
    assert check_topics([source(START, PRESENCE), trigger(START)], OFFERED) == ()


def test_one_that_the_organization_lacks_is_an_error_at_its_place_with_the_nearest() -> None:
    (found,) = check_topics([source(START, "v2.users.{id}.presense")], OFFERED)
    assert (found.code, found.severity, found.place) == ("GC430", Severity.ERROR, Place("a.yaml", 11, 5))
    assert found.path == "eventbridge_sources.main.topics[1]"
    assert found.message == 'the organization has no topic "v2.users.{id}.presense"'
    assert found.hint.startswith(f"did you mean {PRESENCE}")


def test_one_that_was_withdrawn_says_so() -> None:
    (found,) = check_topics([trigger(WITHDRAWN)], OFFERED)
    assert (found.code, found.path) == ("GC430", "triggers.survey.topic")
    assert "it was withdrawn, or is not offered to this organization" in found.message


def test_one_whose_transports_lack_eventbridge_and_all_is_a_warning() -> None:
    (found,) = check_topics([source(TOKENS)], OFFERED)
    assert (found.code, found.severity) == ("GC431", Severity.WARNING)
    assert found.message == f'the topic "{TOKENS}" is carried by Websocket: no event of it may reach EventBridge'


def test_transports_that_nobody_tells_are_no_finding() -> None:
    assert check_topics([source("v2.untold.{id}")], OFFERED) == ()


def test_a_topic_that_is_not_for_triggers_is_an_error_of_the_trigger_alone() -> None:
    assert codes(OFFERED, trigger(PRESENCE)) == [("GC430", "error", "triggers.survey.topic")]


def test_where_the_organizations_list_could_not_be_read_the_shipped_one_only_warns() -> None:
    only_triggers = Topics((Topic(START, triggers=True),), frozenset({TopicUse.TRIGGER}))
    found = codes(only_triggers, source(START, WITHDRAWN, PRESENCE), trigger(PRESENCE))
    assert found == [
        ("GC432", "warning", "eventbridge_sources.main.topics[2]"),
        ("GC430", "error", "triggers.survey.topic"),
    ]


def test_what_is_secret_or_not_known_yet_is_not_looked_at() -> None:
    assert check_topics([source(Secret("v2.hidden-word"), UNKNOWN), trigger(UNKNOWN)], OFFERED) == ()
    assert check_topics([Resource(Address("stream", "a"), {"name": "a", "event_types": ["x"]})], OFFERED) == ()


def test_only_the_lists_that_are_declared_are_asked_for() -> None:
    stream = Resource(Address("stream", "a"), {"name": "a"})
    assert topic_uses([stream]) == frozenset()
    assert topic_uses([stream, trigger(START)]) == {TopicUse.TRIGGER}
    assert topic_uses([source(), trigger(START)]) == frozenset(TopicUse)
