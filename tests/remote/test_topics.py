from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests

from gcsync.model.topic import Topic, Topics, TopicUse
from gcsync.remote.topics import AVAILABLE_PATH, TRIGGER_PATH, read_topics
from tests.remote.answering import Answer, Conversation, converse, error

START = "v2.detail.events.conversation.{id}.customer.start"
END = "v2.detail.events.conversation.{id}.customer.end"
PRESENCE = "v2.users.{id}.presence"

AVAILABLE = {
    "entities": [
        {
            "id": START,
            "description": "A customer joined.",
            "transports": ["All"],
            "requiresPermissions": ["analytics:conversationDetail:view"],
            "visibility": "Public",
        },
        {"id": PRESENCE},
        {"description": "no id"},
        "odd",
    ]
}
BOTH = frozenset(TopicUse)


def organization(available: Answer, *triggers: Answer) -> Conversation:
    pages = iter(triggers)

    def answer(request: requests.PreparedRequest) -> Answer:
        path = urlsplit(str(request.url)).path
        return available if path == AVAILABLE_PATH else next(pages)

    return converse(answer, read_only=True)


def test_both_lists_are_joined_and_what_is_not_told_stays_unknown() -> None:
    there = organization(Answer(200, AVAILABLE), Answer(200, {"entities": [END, START, 7]}))
    start = Topic(START, "A customer joined.", ("All",), ("analytics:conversationDetail:view",), "Public", True)
    found = read_topics(there.session)
    assert found == Topics((Topic(END, triggers=True), start, Topic(PRESENCE, triggers=False)), BOTH)
    assert found.notes == ()


def test_every_field_that_is_wanted_is_asked_for_by_a_key_of_its_own() -> None:
    there = organization(Answer(200, AVAILABLE), Answer(200, {"entities": [END]}))
    read_topics(there.session)
    fields = ("description", "visibility", "transports", "requiresPermissions")
    assert there.server.asked == [
        f"GET {AVAILABLE_PATH}?" + "&".join(f"expand={field}" for field in fields),
        f"GET {TRIGGER_PATH}?pageSize=200",
    ]


def test_only_the_list_that_is_needed_is_read() -> None:
    there = organization(Answer(200, AVAILABLE), Answer(200, {"entities": [END]}))
    assert read_topics(there.session, [TopicUse.TRIGGER]).listed == {TopicUse.TRIGGER}
    assert [line.split("?")[0] for line in there.server.asked] == [f"GET {TRIGGER_PATH}"]


def test_the_cursor_is_taken_from_the_next_page_and_nothing_else_of_it() -> None:
    pages = [
        Answer(200, {"entities": [END], "nextUri": "https://elsewhere.example.com/steal?after=c%2F1&pageSize=9"}),
        Answer(200, {"entities": [START], "nextUri": f"{TRIGGER_PATH}?after=c%2F1"}),
    ]
    there = organization(Answer(200, AVAILABLE), *pages)
    assert read_topics(there.session, [TopicUse.TRIGGER]).ids == (END, START)
    queries = [dict(parse_qsl(urlsplit(line).query)) for line in there.server.asked]
    assert queries == [{"pageSize": "200"}, {"pageSize": "200", "after": "c/1"}]
    assert not any("elsewhere" in line for line in there.server.lines)


@pytest.mark.parametrize("last", [{"entities": [], "nextUri": "?after=2"}, {"entities": [START], "nextUri": "//[::1"}])
def test_an_empty_page_or_one_without_a_cursor_is_the_last(last: dict[str, Any]) -> None:
    first = {"entities": [END], "nextUri": "?after=1"}
    there = organization(Answer(200, AVAILABLE), Answer(200, first), Answer(200, last))
    assert END in read_topics(there.session, [TopicUse.TRIGGER]).ids
    assert len(there.server.asked) == 2


@pytest.mark.parametrize(
    "refusal", [error(403, "not.authorized"), error(404), Answer(200, {"entities": []}), Answer(200, {"entities": "?"})]
)
def test_a_list_that_cannot_be_read_is_a_note_and_the_other_is_still_read(refusal: Answer) -> None:
    there = organization(refusal, Answer(200, {"entities": [END]}))
    found = read_topics(there.session)
    assert found == Topics((Topic(END, triggers=True),), frozenset({TopicUse.TRIGGER}))
    assert [(note.code, note.severity.value) for note in found.notes] == [("GC433", "warning")]
    assert found.notes[0].message.startswith("the organization's topics for EventBridge could not be read: ")
    assert "the scope notifications" in found.notes[0].hint


def test_without_the_list_of_triggers_nothing_is_said_about_them() -> None:
    there = organization(Answer(200, AVAILABLE), error(403), error(403))
    assert [(topic.id, topic.triggers) for topic in read_topics(there.session).topics] == [
        (START, None),
        (PRESENCE, None),
    ]
