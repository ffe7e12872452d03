from __future__ import annotations

from gcsync.model.topic import Topic
from gcsync.views.style import Style
from gcsync.views.text_topics import render_topics


def test_what_is_known_of_each_topic_and_what_is_not() -> None:
    topics = [
        Topic(
            "v2.users.{id}.presence", "A user's presence", ("EventBridge",), ("presence:view", "b:c"), "Public", True
        ),
        Topic("v2.users.{id}.tokens", transports=(), permissions=(), visibility="Preview", triggers=False),
        Topic("v2.shipped.{id}", source="a document"),
    ]
    assert (
        render_topics(topics, Style())
        == """\
v2.users.{id}.presence
    description: A user's presence
    transports: EventBridge
    triggers: yes
    permissions: presence:view, b:c
v2.users.{id}.tokens  (Preview)
    transports: none
    triggers: no
    permissions: none
v2.shipped.{id}
    transports: not known
    permissions: not known
    source: a document

3 topics.
"""
    )


def test_no_topic() -> None:
    assert render_topics([], Style()) == "No topics.\n"


def test_hostile_text_is_escaped() -> None:
    hostile = Topic("v2.\x1b[31m", "a\nb\u202e", ("\x07",), visibility="\x1b")
    first, *facts = render_topics([hostile], Style()).splitlines()
    assert first == "v2.\\x1b[31m  (\\x1b)"
    assert facts[:2] == ["    description: a\\nb\\u202e", "    transports: \\x07"]
