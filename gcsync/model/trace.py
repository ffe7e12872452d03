"""An event on its way: what it is, which object selects it and why, and what its destination would get."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from gcsync.model.diagnostic import Place
from gcsync.model.plan import NotChecked
from gcsync.model.value import Path, Value

NO_BODY: Final = object()
"""Stands for the body of a topic's event where the event given does not have one."""


class NoEvent(ValueError):
    """What was given is no event; the message says what it lacks."""


@dataclass(frozen=True, slots=True)
class Event:
    """One event of Genesys Cloud, whichever way it was written down.

    `type` is what event streams select by (`conversation:start`), `topic` what EventBridge sources and triggers do
    (`v2.users.{id}.presence`, with the ids in their places or not); each None where the event has no such thing.
    `body` is the body of a topic's event, `payload` the object as it was given.
    """

    payload: Mapping[str, Any]
    id: str | None = None
    type: str | None = None
    topic: str | None = None
    body: Value = NO_BODY

    @property
    def label(self) -> str:
        """What a person would call it."""
        return self.type or self.topic or ""


def read_event(value: Value) -> Event:
    """An event out of plain JSON values. Raises NoEvent.

    It is `{id, eventType, data}`, an envelope of EventBridge `{id, detail-type, source, detail}`, whose `detail` holds
    `topicName` and `eventBody` where it comes from a topic, or a notification `{topicName, eventBody}`.
    """
    if not isinstance(value, Mapping):
        raise NoEvent(f"an event is a mapping{'; this is a list: give one entry of it' * isinstance(value, list)}")
    event_id = _text(value, "id")
    if "detail-type" in value:
        return _of_envelope(value, event_id)
    kind, topic = _text(value, "eventType"), _text(value, "topicName")
    if kind is None and topic is None:
        raise NoEvent(f"an event has `eventType`, `detail-type` or `topicName`{_instead(value)}")
    return Event(value, event_id, kind, topic, value.get("eventBody", NO_BODY))


def _instead(value: Mapping[str, Any]) -> str:
    """What it is instead, where that is something that people have at hand."""
    inner = value.get("event")
    if isinstance(inner, Mapping) and not _TYPES.isdisjoint(inner):
        return "; the one here is under `event`, as in a line of the receiver's JSON lines: give that"
    if "Records" in value:
        return "; this is a batch of AWS: give one event out of its `Records`"
    return "; this is a verification handshake" if "verification_token" in value else ""


_TYPES: Final = frozenset({"eventType", "detail-type", "topicName"})


def _of_envelope(value: Mapping[str, Any], event_id: str | None) -> Event:
    kind, detail = _text(value, "detail-type"), value.get("detail")
    inner: Mapping[str, Any] = detail if isinstance(detail, Mapping) else {}
    topic = _text(inner, "topicName")
    if topic is None and kind is not None and kind.startswith("v2."):
        topic = kind
    return Event(value, event_id, None if topic else kind, topic, inner.get("eventBody", NO_BODY))


def _text(value: Mapping[str, Any], name: str) -> str | None:
    found = value.get(name)
    if found is None:
        return None
    if not isinstance(found, str) or not found:
        raise NoEvent(f"`{name}` of an event is text that is not empty")
    return found


class Verdict(StrEnum):
    """Whether an object lets an event through; not known where a value is not, or the API's rule is not published."""

    SELECTED = "selected"
    NOT_SELECTED = "not selected"
    NOT_KNOWN = "not known"


@dataclass(frozen=True, slots=True)
class Selection:
    """A verdict, why, and where in the object's attributes the value stands that decides.

    `cure` is what would let the event through, where something plain would.
    """

    verdict: Verdict
    reason: str
    path: Path = ()
    cure: str = ""


@dataclass(frozen=True, slots=True)
class Delivery:
    """What one destination would get. Nothing in it is sensitive: of a URL the host, of headers the names.

    `method` is how it gets it (`POST`), `to` where; `body` plain JSON, or NO_BODY where that is not known.
    """

    method: str
    to: str
    headers: tuple[str, ...] = ()
    body: Value = NO_BODY
    note: str = ""


@dataclass(frozen=True, slots=True)
class Trace:
    """What becomes of an event at one object. `place` is that of the attribute that decides, where a file has it.

    `object_id` is the id of an object of the organization, None for one that is only declared. `declared` is what the
    stack file says where it says another thing of the same object.
    """

    stack: str
    kind: str
    address: str
    name: str
    selection: Selection
    place: Place | None = None
    deliveries: tuple[Delivery, ...] = ()
    object_id: str | None = None
    declared: Trace | None = None

    @property
    def selected(self) -> bool:
        return self.selection.verdict is Verdict.SELECTED


@dataclass(frozen=True, slots=True)
class Tracing:
    """An event and what becomes of it everywhere; `not_checked` are kinds that could not be read."""

    event: Event
    traces: tuple[Trace, ...]
    remote: bool = False
    not_checked: tuple[NotChecked, ...] = field(default=())
