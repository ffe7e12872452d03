"""What is known of topics without an organization: the shipped list, and which attributes hold topics.

x-topics    "eventbridge" or "trigger": the attribute (or each of its entries) is a topic, and for what it is used
"""

from __future__ import annotations

import difflib
import fnmatch
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache

from gcsync.model.topic import Topic, Topics, TopicUse, same_topic
from gcsync.model.value import Path, Value
from gcsync.schema.files import read_schema, schema_folder

LONGEST_SHOWN = 120

_MOST_NEAR = 3
_WILDCARD = re.compile(r"[*?]")


@cache
def shipped_topics() -> Topics:
    """The list that comes with gcsync: public sources' topics, each with its source, incomplete by nature."""
    data = json.loads((schema_folder() / "topics.json").read_text(encoding="utf-8"))
    return Topics(tuple(Topic(entry["id"], source=entry["source"]) for entry in data["topics"]), shipped=True)


@cache
def topic_attributes(kind: str) -> Mapping[str, TopicUse]:
    """The attributes of a kind that hold topics, and what for."""
    properties = read_schema(kind)["properties"]
    return {name: TopicUse(part["x-topics"]) for name, part in properties.items() if "x-topics" in part}


def declared_topics(kind: str, attributes: Mapping[str, Value]) -> Iterator[tuple[Path, str, TopicUse]]:
    """Every topic that a resource names, with its path; what is secret, or not known yet, is left out."""
    for name, use in topic_attributes(kind).items():
        value = attributes.get(name)
        if isinstance(value, str):
            yield (name,), value, use
        for index, item in enumerate(value if isinstance(value, list) else ()):
            if isinstance(item, str):
                yield (name, index), item, use


def unshipped_topics(kind: str, attributes: Mapping[str, Value]) -> Iterator[tuple[Path, str, str]]:
    """Every topic that the shipped list lacks: its path, what is to be said about it, and the next step."""
    if not topic_attributes(kind):
        return
    known = shipped_index()
    for path, topic_id, _ in declared_topics(kind, attributes):
        if known.find(topic_id) is None:
            near = known.nearest(topic_id)
            message = f'"{topic_id[:LONGEST_SHOWN]}" is not in the list of topics that comes with gcsync'
            yield path, message, did_you_mean(near, "the organization's own list decides: `gcsync topics`")


def did_you_mean(near: Iterable[str], otherwise: str) -> str:
    """The hint for a topic that is not there."""
    names = " or ".join(near)
    return f"did you mean {names}? If not: {otherwise}" if names else otherwise


class TopicIndex:
    """Topics by id, whatever their placeholders are called."""

    def __init__(self, topics: Iterable[Topic]) -> None:
        self._topics = {same_topic(topic.id): topic for topic in topics}

    def find(self, topic_id: str) -> Topic | None:
        """The topic of that id; with `*` or `?` in it, the first one that it matches.

        Whether the API takes wildcards is not documented: one that matches something is not gcsync's to refuse.
        """
        wanted = same_topic(topic_id)
        found = self._topics.get(wanted)
        if found is None and _WILDCARD.search(wanted):
            names = [name for name in self._topics if fnmatch.fnmatchcase(name, _escaped(wanted))]
            return self._topics[names[0]] if names else None
        return found

    def nearest(self, topic_id: str) -> tuple[str, ...]:
        """Up to three ids that look like this one, the nearest first."""
        return nearest_topics(topic_id, (topic.id for topic in self._topics.values()))


@cache
def shipped_index() -> TopicIndex:
    """The shipped list by id."""
    return TopicIndex(shipped_topics().topics)


def nearest_topics(topic_id: str, ids: Iterable[str]) -> tuple[str, ...]:
    """Up to three ids that look like this one, the nearest first; case does not matter, placeholders' names neither."""
    folded = {same_topic(one).casefold(): one for one in ids}
    near = difflib.get_close_matches(same_topic(topic_id).casefold(), folded, n=_MOST_NEAR, cutoff=0.6)
    return tuple(folded[one] for one in near)


def matching_topics(pattern: str | None, known: Topics) -> tuple[Topic, ...]:
    """The topics that a glob, or a part of the id, matches in any case; all of them without a pattern."""
    if pattern is None:
        return known.topics
    wanted = _escaped(pattern.casefold())
    glob = wanted if _WILDCARD.search(wanted) else f"*{wanted}*"
    return tuple(topic for topic in known.topics if fnmatch.fnmatchcase(topic.id.casefold(), glob))


def _escaped(text: str) -> str:
    return text.replace("[", "[[]")
