"""Are the topics of a stack those of the organization? The organization's own list decides; the shipped one warns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from gcsync.model.diagnostic import Diagnostic, Severity
from gcsync.model.resource import Resource
from gcsync.model.topic import Topic, Topics, TopicUse
from gcsync.model.value import Path, format_path
from gcsync.schema.semantics import kind_schema
from gcsync.schema.topics import (
    LONGEST_SHOWN,
    TopicIndex,
    declared_topics,
    did_you_mean,
    shipped_topics,
    topic_attributes,
    unshipped_topics,
)

UNKNOWN_TOPIC: Final = "GC430"


def topic_uses(resources: Iterable[Resource]) -> frozenset[TopicUse]:
    """What the declared resources use topics for: only those lists of the organization need to be read."""
    kinds = {resource.address.kind for resource in resources}
    return frozenset(use for kind in kinds for use in topic_attributes(kind).values())


def check_topics(resources: Iterable[Resource], available: Topics) -> tuple[Diagnostic, ...]:
    """GC430 (error) for a topic that the organization lacks, GC431 for one whose transports lack EventBridge.

    Where the organization's list could not be read: GC432, a warning, for one that the shipped list lacks too.
    """
    check = _Check(available.listed, TopicIndex(available.topics))
    return tuple(found for resource in resources for found in check.look(resource))


@dataclass(frozen=True, slots=True)
class _Check:
    listed: frozenset[TopicUse]
    index: TopicIndex

    def look(self, resource: Resource) -> Iterator[Diagnostic]:
        kind = resource.address.kind
        for path, topic_id, use in declared_topics(kind, resource.attributes):
            if use in self.listed:
                yield from self._compare(resource, path, topic_id, use)
        for path, message, hint in unshipped_topics(kind, resource.attributes):
            if topic_attributes(kind)[str(path[0])] not in self.listed:
                yield _finding("GC432", message, resource, path, hint).as_warning()

    def _compare(self, resource: Resource, path: Path, topic_id: str, use: TopicUse) -> Iterator[Diagnostic]:
        found = self.index.find(topic_id)
        if found is None:
            yield self._unknown(resource, path, topic_id)
        elif found.usable_for(use) is False:
            yield _unusable(resource, path, found, use)

    def _unknown(self, resource: Resource, path: Path, topic_id: str) -> Diagnostic:
        message = f'the organization has no topic "{topic_id[:LONGEST_SHOWN]}"'
        if topic_id in shipped_topics().ids:
            message += ": it was withdrawn, or is not offered to this organization (the shipped list has it)"
        hint = did_you_mean(self.index.nearest(topic_id), "`gcsync topics` lists them all")
        return _finding(UNKNOWN_TOPIC, message, resource, path, hint)


def _unusable(resource: Resource, path: Path, found: Topic, use: TopicUse) -> Diagnostic:
    if use is TopicUse.TRIGGER:
        message = f'the organization offers the topic "{found.id}", but not to triggers'
        hint = "`gcsync topics --transport trigger` lists those it does"
        return _finding(UNKNOWN_TOPIC, message, resource, path, hint)
    carried = ", ".join(found.transports or ()) or "nothing"
    message = f'the topic "{found.id}" is carried by {carried}: no event of it may reach EventBridge'
    hint = "`gcsync topics --transport EventBridge` lists those that EventBridge carries"
    return _finding("GC431", message, resource, path, hint).as_warning()


def _finding(code: str, message: str, resource: Resource, path: Path, hint: str) -> Diagnostic:
    address = resource.address
    head: Path = (kind_schema(address.kind).stack_key, address.key)
    return Diagnostic(code, message, Severity.ERROR, resource.locate(path), format_path((*head, *path)), hint=hint)
