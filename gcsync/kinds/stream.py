"""Event streams, `/api/v2/eventstreams`: every bit of knowledge of that API.

Source: the seed document; the public Genesys Cloud SDK (269) has no such resource. On the wire:
`{id, name, description, enabled, destinations: [{protocol, url, headers}], eventTypes, version?, dateCreated,
dateModified, selfUri}`. PUT replaces; `version`, where present, is an optimistic lock. The marker ends the description.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final, NoReturn

from gcsync.model.diagnostic import Diagnostic
from gcsync.model.failure import NotFound, OutcomeUnknown, RemoteError
from gcsync.model.marker import Marker, join, split
from gcsync.model.resource import Listing, RemoteObject
from gcsync.model.value import UNREADABLE, Secret, Value, reveal
from gcsync.remote.answers import describe_type
from gcsync.remote.session import GenesysSession

_PATH: Final = "/api/v2/eventstreams"
_READ: Final = "event:stream:read"
_WRITE: Final = "event:stream:write"
_DELETE: Final = "event:stream:delete"

_WIRE_NAMES: Final = {
    "name": "name",
    "enabled": "enabled",
    "destinations": "destinations",
    "event_types": "eventTypes",
}
_COMPUTED: Final = frozenset({"id", "selfUri", "dateCreated", "dateModified"})
_DESTINATION_FIELDS: Final = frozenset({"protocol", "url", "headers"})
_MASK: Final = re.compile(r"\*{3,}")
_SAFE_ID: Final = re.compile(r"(?!\.{1,2}\Z)[A-Za-z0-9._~:-]{1,200}")


class Stream:
    """The kind `stream`."""

    name = "stream"

    def list(self, session: GenesysSession) -> Listing:
        pages = session.pages(_PATH, scope=_READ)
        return Listing(tuple(map(_from_wire, pages.entities)), moved=pages.moved, pages=pages.pages)

    def read(self, session: GenesysSession, object_id: str) -> RemoteObject | None:
        try:
            return _from_wire(session.get(_path(object_id), scope=_READ))
        except NotFound:
            return None

    def create(self, session: GenesysSession, attributes: Mapping[str, Value], marker: Marker) -> RemoteObject:
        body = {wire: attributes[name] for name, wire in _WIRE_NAMES.items() if name in attributes}
        body["description"] = _describe(attributes.get("description"), marker)
        return _written(session.post(_PATH, body, scope=_WRITE))

    def update(
        self, session: GenesysSession, remote: RemoteObject, attributes: Mapping[str, Value], marker: Marker | None
    ) -> RemoteObject:
        body = _replacement(remote, attributes, marker)
        return _written(session.put(_path(remote.id), body, scope=_WRITE, prompt=remote.version is None))

    def delete(self, session: GenesysSession, remote: RemoteObject) -> None:
        try:
            session.delete(_path(remote.id), scope=_DELETE, prompt=True)
        except NotFound:
            return


def _path(object_id: str) -> str:
    """The object's path. An id that would lead elsewhere is refused: it came from a server."""
    if not _SAFE_ID.fullmatch(object_id):
        _refuse(object_id, "its id cannot be part of a path")
    return f"{_PATH}/{object_id}"


def _written(data: dict[str, Any]) -> RemoteObject:
    """The answer to a write. One that is not an event stream leaves open what was done."""
    try:
        return _from_wire(data)
    except RemoteError as error:
        raise OutcomeUnknown(error.diagnostic) from None


# From the wire.


def _from_wire(raw: dict[str, Any]) -> RemoteObject:
    """An event stream under the schema's names; what is null or lacking is absent. Raises RemoteError GC329."""
    object_id = raw.get("id")
    if not isinstance(object_id, str):
        _refuse("without an id", "the API promises one")
    name, version = raw.get("name"), raw.get("version")
    if not isinstance(name, str):
        _refuse(object_id, f"its name is {_shown(name)}, not a text")
    if version is not None and type(version) is not int:
        _refuse(object_id, f"its version is {_shown(version)}, not a whole number")
    attributes: dict[str, Value] = {"name": name}
    marker = None
    description = raw.get("description")
    if description is not None:
        if not isinstance(description, str):
            _refuse(object_id, f"its description is {_shown(description)}, not a text")
        attributes["description"], marker = split(description)
    attributes["enabled"] = _enabled(object_id, raw.get("enabled"))
    event_types = raw.get("eventTypes")
    if event_types is not None:
        attributes["event_types"] = _texts(object_id, event_types)
    attributes["destinations"] = _destinations(object_id, raw.get("destinations"))
    modified = raw.get("dateModified")
    return RemoteObject(
        "stream",
        object_id,
        name,
        attributes,
        marker,
        version,
        raw,
        modified=modified if isinstance(modified, str) else None,
    )


def _enabled(object_id: str, value: object) -> bool:
    """Left out, it has the API's default, which is true."""
    if value is None:
        return True
    if not isinstance(value, bool):
        _refuse(object_id, f"its enabled is {_shown(value)}, not true or false")
    return value


def _texts(object_id: str, value: object) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        _refuse(object_id, "its eventTypes are not a list of texts")
    return list(value)


def _destinations(object_id: str, value: object) -> list[Value]:
    if value is None:
        return []
    if not isinstance(value, list):
        _refuse(object_id, f"its destinations are {_shown(value)}, not a list")
    return [_destination(object_id, item) for item in value]


def _destination(object_id: str, raw: object) -> dict[str, Value]:
    if not isinstance(raw, dict):
        _refuse(object_id, f"a destination is {_shown(raw)}, not an object")
    found: dict[str, Value] = {}
    for name in ("protocol", "url"):
        value = raw.get(name)
        if value is not None and not isinstance(value, str):
            _refuse(object_id, f"the {name} of a destination is {_shown(value)}, not a text")
        if value is not None:
            found[name] = value
    headers = raw.get("headers")
    if headers:
        found["headers"] = _headers(object_id, headers)
    return found


def _headers(object_id: str, raw: object) -> dict[str, Value]:
    """Header values; one that comes back as null or as asterisks is held by the API and not returned."""
    if not isinstance(raw, dict):
        _refuse(object_id, f"the headers of a destination are {_shown(raw)}, not an object")
    for name, value in raw.items():
        if value is not None and not isinstance(value, str):
            _refuse(object_id, f"the header {name[:80]!a} of a destination is {_shown(value)}, not a text")
    return {name: UNREADABLE if value is None or _MASK.fullmatch(value) else value for name, value in raw.items()}


def _shown(value: object) -> str:
    """What a value is, without what it holds: it may be a secret."""
    return "lacking" if value is None else describe_type(value)


def _refuse(object_id: str, problem: str) -> NoReturn:
    hint = "the API answers with something that gcsync does not know; correct or delete that object, or report it"
    raise RemoteError(Diagnostic("GC329", f"event stream {object_id[:80]!a}: {problem}", hint=hint))


# To the wire.


def _describe(text: Value, marker: Marker | None) -> Value:
    if isinstance(text, Secret):
        return Secret(join(text.reveal(), marker))
    return join(text, marker)


def _replacement(remote: RemoteObject, attributes: Mapping[str, Value], marker: Marker | None) -> dict[str, Any]:
    """The object as it was read, without what the API computes, overlaid with what is declared and the marker."""
    body = {name: value for name, value in remote.raw.items() if name not in _COMPUTED}
    for name in ("name", "enabled", "event_types"):
        if name in attributes:
            body[_WIRE_NAMES[name]] = attributes[name]
        if attributes.get(name, "") is None:
            del body[_WIRE_NAMES[name]]
    if "destinations" in attributes:
        body["destinations"] = _overlay(remote.raw.get("destinations"), attributes["destinations"])
    text = attributes.get("description", remote.attributes.get("description"))
    if text or marker is not None or "description" in body:
        body["description"] = _describe(text, marker)
    return body


def _overlay(raw: Value, declared: Value) -> list[Value]:
    """The declared destinations, each with the fields that gcsync does not know from the one that it replaces.

    That is the one with its URL, else the one at its place, unless that has gone elsewhere.
    """
    wanted = reveal(declared)
    there = [item for item in raw or [] if isinstance(item, dict)]
    by_url: dict[Value, list[dict[str, Any]]] = {}
    for item in there:
        by_url.setdefault(item.get("url"), []).append(item)
    urls = {item.get("url") for item in wanted}
    overlaid = []
    for place, item in enumerate(declared.reveal() if isinstance(declared, Secret) else declared):
        same = by_url.get(wanted[place].get("url"))
        stays = place < len(there) and there[place].get("url") not in urls
        overlaid.append(_overlay_one(same.pop(0) if same else there[place] if stays else {}, item))
    return overlaid


def _overlay_one(base: Mapping[str, Any], declared: Value) -> Value:
    """One destination; a header that the API never returned goes back as it came."""
    if isinstance(declared, Secret):
        return Secret(_overlay_one(base, declared.reveal()))
    body = {name: value for name, value in base.items() if name not in _DESTINATION_FIELDS} | declared
    headers = declared.get("headers")
    if isinstance(headers, Mapping):
        known = base.get("headers") or {}
        body["headers"] = {
            name: known.get(name) if value is UNREADABLE else value
            for name, value in headers.items()
            if value is not UNREADABLE or name in known
        }
    return body
