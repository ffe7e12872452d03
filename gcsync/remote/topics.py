"""Reading what topics an organization offers.

Sources: `GET /api/v2/notifications/availabletopics` (Python SDK 269, apis/notifications_api.py:139, models/
available_topic.py:51): not paged, `transports` only with `expand`, its values not enumerated anywhere. `GET
/api/v2/processautomation/triggers/topics` (apis/process_automation_api.py:553): a cursor listing of plain texts.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import replace
from typing import Final
from urllib.parse import parse_qs, urlsplit

from gcsync.model.diagnostic import Diagnostic, Severity
from gcsync.model.failure import RemoteError
from gcsync.model.topic import Topic, Topics, TopicUse, same_topic
from gcsync.remote.session import GenesysSession
from gcsync.remote.wire import JsonObject, Params

AVAILABLE_PATH: Final = "/api/v2/notifications/availabletopics"
TRIGGER_PATH: Final = "/api/v2/processautomation/triggers/topics"

_EXPAND: Final = ("description", "visibility", "transports", "requiresPermissions")
_PAGE_SIZE: Final = 200
_MOST_PAGES: Final = 100
_ODD: Final = "does the host speak the API that gcsync knows? If it is Genesys Cloud, report it"


def read_topics(session: GenesysSession, uses: Collection[TopicUse] = tuple(TopicUse)) -> Topics:
    """What the organization offers, to EventBridge and to triggers, or to one of the two.

    A list that cannot be read is a note (GC433) and no error: these lists check and show, they do not change anything.
    """
    lists: dict[TopicUse, tuple[Topic, ...]] = {}
    notes: list[Diagnostic] = []
    for use in TopicUse:
        try:
            if use in uses:
                lists[use] = tuple(_READERS[use](session))
        except RemoteError as error:
            notes.append(_note(use, error))
    return Topics(_joined(lists), frozenset(lists), notes=tuple(notes))


def _joined(lists: dict[TopicUse, tuple[Topic, ...]]) -> tuple[Topic, ...]:
    """One topic per id; whether triggers may use it is known only where their own list could be read."""
    triggers = {same_topic(topic.id): topic for topic in lists.get(TopicUse.TRIGGER, ())}
    known = TopicUse.TRIGGER in lists
    found = {
        key: replace(topic, triggers=key in triggers if known else None)
        for topic in lists.get(TopicUse.EVENTBRIDGE, ())
        for key in [same_topic(topic.id)]
    }
    return tuple((triggers | found).values())


def _read_available(session: GenesysSession) -> Iterator[Topic]:
    for entity in _entities(session.get(AVAILABLE_PATH, params={"expand": _EXPAND})):
        if isinstance(entity, dict) and isinstance(entity.get("id"), str) and entity["id"]:
            yield _topic(entity)


def _topic(entity: JsonObject) -> Topic:
    return Topic(
        entity["id"],
        description=_text(entity.get("description")),
        transports=_texts(entity.get("transports")),
        permissions=_texts(entity.get("requiresPermissions")),
        visibility=_text(entity.get("visibility")),
    )


def _read_triggers(session: GenesysSession) -> Iterator[Topic]:
    """Every page. Of `nextUri` only the cursor is taken: it is never followed to where a server may point it."""
    params: Params = {"pageSize": _PAGE_SIZE}
    seen: set[str] = set()
    for _ in range(_MOST_PAGES):
        page = session.get(TRIGGER_PATH, params=params)
        if seen and page.get("entities") == []:
            return
        yield from (Topic(entity, triggers=True) for entity in _entities(page) if isinstance(entity, str) and entity)
        cursor = _cursor(page.get("nextUri"))
        if cursor is None or cursor in seen:
            return
        seen.add(cursor)
        params = {**params, "after": cursor}


def _cursor(next_uri: object) -> str | None:
    if not isinstance(next_uri, str):
        return None
    try:
        return parse_qs(urlsplit(next_uri).query).get("after", [None])[0]
    except ValueError:
        return None


def _entities(data: JsonObject) -> list[object]:
    """The page's entries. Raises RemoteError GC322 for none: no organization is without topics."""
    entities = data.get("entities")
    if not isinstance(entities, list) or not entities:
        raise RemoteError(Diagnostic("GC322", "answered with an empty list, or none", hint=_ODD))
    return entities


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _texts(value: object) -> tuple[str, ...] | None:
    """A list of texts; None where it is absent, so that unknown stays unknown."""
    return tuple(item for item in value if isinstance(item, str)) if isinstance(value, list) else None


def _note(use: TopicUse, error: RemoteError) -> Diagnostic:
    return Diagnostic(
        "GC433",
        f"the organization's topics for {_PURPOSE[use]} could not be read: {error.diagnostic.message}",
        Severity.WARNING,
        hint=f"topics are compared with the list that comes with gcsync, which is not complete; {_TAKES[use]}",
    )


_TAKES: Final = {
    TopicUse.EVENTBRIDGE: "to read that of the organization takes the scope notifications, where scopes are asked for",
    TopicUse.TRIGGER: "to read that of the organization takes the permission processautomation:trigger:view, and the "
    "scope process-automation:readonly where scopes are asked for",
}
_PURPOSE: Final = {TopicUse.EVENTBRIDGE: "EventBridge", TopicUse.TRIGGER: "triggers"}
_READERS: Final[dict[TopicUse, Callable[[GenesysSession], Iterator[Topic]]]] = {
    TopicUse.EVENTBRIDGE: _read_available,
    TopicUse.TRIGGER: _read_triggers,
}
