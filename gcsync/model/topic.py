"""Topics: what an organization can send events about, and through which transports."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum

from gcsync.model.diagnostic import Diagnostic

EVERY_TRANSPORT = "all"

_PLACEHOLDER = re.compile(r"\{[^{}]*\}")


class TopicUse(StrEnum):
    """What an attribute of a stack uses topics for: the value of `x-topics` in the kinds' schemas."""

    EVENTBRIDGE = "eventbridge"
    TRIGGER = "trigger"


@dataclass(frozen=True, slots=True)
class Topic:
    """One topic. What the API (or the shipped list) does not tell is None: unknown is neither yes nor no.

    `id` is the template with its placeholders (`v2.users.{id}.presence`); `source` where the shipped list has it from.
    """

    id: str
    description: str = ""
    transports: tuple[str, ...] | None = None
    permissions: tuple[str, ...] | None = None
    visibility: str = ""
    triggers: bool | None = None
    source: str = ""

    def carried_by(self, transport: str) -> bool | None:
        """Whether events of it come over the transport, in any case; `trigger` asks for process-automation triggers."""
        wanted = transport.casefold()
        if wanted == TopicUse.TRIGGER:
            return self.triggers
        if self.transports is None:
            return None
        return not {wanted, EVERY_TRANSPORT}.isdisjoint(name.casefold() for name in self.transports)

    def usable_for(self, use: TopicUse) -> bool | None:
        """Whether a stack may use it so; None where nobody told."""
        return self.carried_by(use.value)


@dataclass(frozen=True, slots=True)
class Topics:
    """The topics that are known, sorted by id; `shipped` when no organization was asked.

    `listed` are the uses for which the organization's own list could be read: those alone can prove a topic unknown.
    `notes` say what could not be read.
    """

    topics: tuple[Topic, ...]
    listed: frozenset[TopicUse] = frozenset()
    shipped: bool = False
    notes: tuple[Diagnostic, ...] = field(default=(), compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "topics", tuple(sorted(self.topics, key=lambda topic: topic.id)))

    @property
    def ids(self) -> tuple[str, ...]:
        return tuple(topic.id for topic in self.topics)


def same_topic(topic_id: str) -> str:
    """What two spellings of one topic have in common: the names of placeholders mean nothing."""
    return _PLACEHOLDER.sub("{}", topic_id)
