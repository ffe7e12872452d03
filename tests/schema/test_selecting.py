"""What selects an event: one pure function, by the schema's annotations alone."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gcsync.model.address import Address
from gcsync.model.trace import Event, Selection, Verdict, read_event
from gcsync.model.value import SECRET_TEXT, UNKNOWN, UNREADABLE, Path, Reference, Secret
from gcsync.schema.compose import kind_names
from gcsync.schema.files import read_schema
from gcsync.schema.selecting import select

START = read_event({"id": "e-1", "eventType": "conversation:start"})
CUSTOMER = "v2.detail.events.conversation.{id}.customer.end"
ENDED = read_event({"topicName": CUSTOMER.replace("{id}", "1f0c-2"), "eventBody": {"mediaType": "VOICE", "n": 3}})


def found(kind: str, event: Event, **attributes: Any) -> tuple[str, str, Path]:
    selection = select(kind, attributes, event)
    return selection.verdict.value, selection.reason, selection.path


@pytest.mark.parametrize("kind", kind_names())
def test_every_kind_says_how_it_selects_in_attributes_that_it_has(kind: str) -> None:
    rule, properties = read_schema(kind)["x-selects"], read_schema(kind)["properties"]
    assert rule["by"] in ("event type", "topic")
    assert {rule[part] for part in ("from", "switch", "criteria") if part in rule} <= set(properties)
    assert rule.get("absent", "everything") in ("everything", "not known")


class TestAStream:
    def test_selects_the_types_that_it_names_and_says_which_entry_did(self) -> None:
        types = ["conversation:end", "conversation:start"]
        said = 'event_types has "conversation:start"'
        assert found("stream", START, event_types=types) == ("selected", said, ("event_types", 1))

    def test_does_not_select_another_and_names_the_nearest(self) -> None:
        said = 'event_types has no "conversation:start"; the nearest is "Conversation:Start"'
        assert found("stream", START, event_types=["a", "Conversation:Start"])[:2] == ("not selected", said)
        assert found("stream", START, event_types=["a"])[1] == 'event_types has no "conversation:start"'

    @pytest.mark.parametrize("types", [{}, {"event_types": []}, {"event_types": None}])
    def test_without_event_types_it_selects_every_event(self, types: dict[str, Any]) -> None:
        assert found("stream", START, **types) == ("selected", "no event_types: every event", ("event_types",))

    def test_a_star_is_every_event(self) -> None:
        assert found("stream", START, event_types=["a", "*"])[1] == 'event_types has "*": every event'

    def test_a_disabled_one_selects_nothing_whatever_it_names(self) -> None:
        said = ("not selected", "enabled: false", ("enabled",))
        assert found("stream", START, enabled=False, event_types=["conversation:start"]) == said
        assert found("stream", START, enabled=Secret(False)) == said

    def test_a_topic_is_nothing_to_it(self) -> None:
        assert found("stream", ENDED) == (
            "not selected",
            "the event has no event type, and each stream selects by that",
            (),
        )

    @pytest.mark.parametrize("value", [UNKNOWN, UNREADABLE, Reference(Address("stream", "a"), "id")])
    def test_what_is_not_known_is_not_guessed(self, value: Any) -> None:
        assert found("stream", START, event_types=value)[0] == "not known"
        assert found("stream", START, event_types=["a", value])[2] == ("event_types", 1)
        assert found("stream", START, event_types=["conversation:start", value])[0] == "selected"
        assert found("stream", START, enabled=value) == ("not known", "enabled is not known", ("enabled",))
        assert found("stream", START, enabled=value, event_types=["a"])[0] == "not selected"

    def test_a_sensitive_entry_decides_and_is_not_shown(self) -> None:
        secret = Secret("conversation:start")
        assert found("stream", START, event_types=[secret])[:2] == ("selected", f"event_types has {SECRET_TEXT}")
        said = found("stream", START, event_types=[Secret("conversation:starts")])[1]
        assert said == 'event_types has no "conversation:start"'


class TestATopic:
    @pytest.mark.parametrize("topic", [CUSTOMER, CUSTOMER.replace("{id}", "{conversationId}"), ENDED.topic])
    def test_matches_with_any_id_in_the_place_of_its_placeholder(self, topic: str) -> None:
        assert found("eventbridge_source", ENDED, topics=["v2.x", topic])[::2] == ("selected", ("topics", 1))

    @pytest.mark.parametrize(
        "topic",
        ["v2.detail.events.conversation.{id}", f"{CUSTOMER}.more", CUSTOMER.upper(), CUSTOMER.replace(".", "x")],
    )
    def test_matches_nothing_else(self, topic: str) -> None:
        assert found("eventbridge_source", ENDED, topics=[topic])[0] == "not selected"

    def test_an_event_may_have_the_placeholder_itself(self) -> None:
        assert found("eventbridge_source", read_event({"topicName": CUSTOMER}), topics=[CUSTOMER])[0] == "selected"

    def test_what_a_wildcard_or_no_topics_mean_is_published_nowhere(self) -> None:
        assert found("eventbridge_source", ENDED, topics=["v2.detail.events.*"])[0] == "not known"
        assert found("eventbridge_source", ENDED, topics=["v2.detail.events.conversation.{id}.*"])[0] == "not known"
        assert found("eventbridge_source", ENDED, topics=["v2.other.*"])[0] == "not selected"
        assert found("eventbridge_source", ENDED)[0] == "not known"


class TestATrigger:
    def criterion(self, **more: Any) -> dict[str, Any]:
        return {"json_path": "mediaType", "operator": "Equal", "value": "VOICE", **more}

    def test_selects_the_events_of_its_topic_that_meet_every_criterion(self) -> None:
        met = [self.criterion(), self.criterion(json_path="n", operator="GreaterThan", value=2)]
        assert found("trigger", ENDED, topic=CUSTOMER)[2] == ("topic",)
        assert found("trigger", ENDED, topic=CUSTOMER, match_criteria=met)[::2] == ("selected", ("match_criteria",))

    def test_the_first_criterion_that_fails_decides(self) -> None:
        criteria = [self.criterion(json_path="$..x"), self.criterion(value="CHAT"), self.criterion(value="SMS")]
        said = ("not selected", "the event does not meet mediaType Equal CHAT", ("match_criteria", 1))
        assert found("trigger", ENDED, topic=CUSTOMER, match_criteria=criteria) == said

    def test_one_that_cannot_be_checked_leaves_it_open(self) -> None:
        criteria = [self.criterion(), self.criterion(json_path="$..x")]
        verdict, reason, path = found("trigger", ENDED, topic=CUSTOMER, match_criteria=criteria)
        assert (verdict, path) == ("not known", ("match_criteria", 1))
        assert reason.startswith("not checked: $..x Equal VOICE")

    def test_an_event_without_a_body_leaves_every_criterion_open(self) -> None:
        event = read_event({"topicName": CUSTOMER})
        assert found("trigger", event, topic=CUSTOMER, match_criteria=[self.criterion()])[0] == "not known"
        assert found("trigger", event, topic=CUSTOMER, match_criteria=UNKNOWN)[0] == "not known"

    def test_criteria_say_nothing_of_another_topic(self) -> None:
        assert found("trigger", ENDED, topic="v2.x", match_criteria=[self.criterion()])[:2] == (
            "not selected",
            'topic is "v2.x"',
        )

    def test_a_sensitive_value_is_compared_and_not_shown(self) -> None:
        verdict, reason, _ = found("trigger", ENDED, topic=CUSTOMER, match_criteria=[self.criterion(value=Secret("x"))])
        assert (verdict, reason) == ("not selected", f"the event does not meet mediaType Equal {SECRET_TEXT}")


NAMES = st.sampled_from(["conversation:start", "conversation:end", "user:state", "*", "conversation:Start"])
ENTRIES = st.lists(NAMES | st.just(UNKNOWN), max_size=4)
ORDER = [Verdict.NOT_SELECTED, Verdict.NOT_KNOWN, Verdict.SELECTED]


def verdict(types: list[Any], **more: Any) -> Verdict:
    return select("stream", {"event_types": types, **more}, START).verdict


@given(ENTRIES.filter(bool), ENTRIES)
def test_another_event_type_never_unselects(types: list[Any], more: list[Any]) -> None:
    assert ORDER.index(verdict(types + more)) >= ORDER.index(verdict(types))


@given(ENTRIES, st.randoms())
def test_the_order_of_event_types_means_nothing(types: list[Any], randomness: Any) -> None:
    shuffled = list(types)
    randomness.shuffle(shuffled)
    assert verdict(shuffled) is verdict(types)


@given(ENTRIES, st.sampled_from([True, False, UNKNOWN]))
def test_what_is_not_known_becomes_one_of_the_two_when_it_is_known(types: list[Any], enabled: Any) -> None:
    """A verdict that is certain holds whatever the values turn out to be."""
    open_ = verdict(types, enabled=enabled)
    for value in ("conversation:start", "user:state"):
        known = [value if entry is UNKNOWN else entry for entry in types]
        for switch in (True, False) if enabled is UNKNOWN else (enabled,):
            if open_ is not Verdict.NOT_KNOWN:
                assert verdict(known, enabled=switch) is open_
            assert verdict(known, enabled=switch) is not Verdict.NOT_KNOWN


@given(ENTRIES)
def test_what_decides_is_where_it_is_said_to_be(types: list[Any]) -> None:
    selection: Selection = select("stream", {"event_types": types}, START)
    if len(selection.path) == 2:
        assert types[int(selection.path[1])] in ("conversation:start", "*", UNKNOWN)


PIECES = st.sampled_from(["a", "ab", "b", ".", "{x}", "{}"])


@given(st.lists(PIECES, max_size=6).map("".join), st.text("ab.", max_size=8))
def test_a_topic_leads_to_what_an_expression_of_it_would_match(topic: str, name: str) -> None:
    expression = "".join("[^.]+" if part[:1] == "{" else re.escape(part) for part in re.split(r"({[^{}]*})", topic))
    event = Event({}, topic=f"v2.{name}")
    selected = select("trigger", {"topic": f"v2.{topic}"}, event).verdict is Verdict.SELECTED
    assert selected == (re.fullmatch(expression, name) is not None)


def test_a_topic_that_was_made_to_take_for_ever_does_not() -> None:
    topics = ["v2." + "{a}" * 2000 + "x", "v2." + "{a}a" * 2000 + "x", "v2." + "*a" * 2000 + "x", "a" * 100_000]
    event = Event({}, topic="v2." + "a" * 100_000)
    assert select("eventbridge_source", {"topics": topics}, event).verdict is Verdict.NOT_SELECTED
