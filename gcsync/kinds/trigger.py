"""Process automation triggers, `/api/v2/processautomation/triggers`: every bit of knowledge of that API.

On the wire: `{id, name, topicName, target: {type, id, workflowTargetSettings: {dataFormat}}, version, enabled,
matchCriteria: [{jsonPath, operator, value | values}], eventTTLSeconds, delayBySeconds, description, selfUri}` (Python
SDK, models/trigger.py, models/match_criteria.py:114). PUT replaces, `version` is its lock, and `topicName` must be as
it was (process_automation_api.py:1036). Of `value` and `values` only the declared one is sent, as the SDKs do; the
Terraform provider sends null for the other. The marker ends the description.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from gcsync.kinds.fields import Access, Fields, fields_of, object_path, or_none, written
from gcsync.model.failure import ChangedSince, NameTaken, OutcomeUnknown, RemoteError
from gcsync.model.marker import Marker, join, split
from gcsync.model.resource import Listing, RemoteObject
from gcsync.model.value import Value, reveal
from gcsync.remote.session import GenesysSession, Wait
from gcsync.remote.wire import JsonObject

_PATH: Final = "/api/v2/processautomation/triggers"
_WHAT: Final = "trigger"
_PAGE_SIZE: Final = 200
_WIRE_NAMES: Final = {
    "name": "name",
    "enabled": "enabled",
    "topic": "topicName",
    "event_ttl_seconds": "eventTTLSeconds",
    "delay_by_seconds": "delayBySeconds",
}
_ALL_WIRE_NAMES: Final = {**_WIRE_NAMES, "target": "target", "match_criteria": "matchCriteria"}
_EXCLUSIVE: Final = {"eventTTLSeconds": "delayBySeconds", "delayBySeconds": "eventTTLSeconds"}
_COMPUTED: Final = frozenset({"id", "selfUri", "dateCreated", "dateModified"})
_CRITERION_FIELDS: Final = frozenset({"jsonPath", "operator", "value", "values"})

# A workflow that was just published is not there for triggers at once. The Terraform provider repeats after any 400;
# only this one is about something that passes.
_UNPUBLISHED: Final = re.compile(r"\bnot (?:been )?published yet\b|\bnot yet (?:been )?published\b", re.IGNORECASE)
_WAITS: Final = (1.0, 2.0, 4.0, 8.0)

# Permissions and scopes: CLI cmd/processautomation_triggers.
_VIEW: Final[Access] = {"scope": "process-automation:readonly", "permission": "processautomation:trigger:view"}
_ADD: Final[Access] = {"scope": "process-automation", "permission": "processautomation:trigger:add"}
_EDIT: Final[Access] = {"scope": "process-automation", "permission": "processautomation:trigger:edit"}
_DELETE: Final[Access] = {"scope": "process-automation", "permission": "processautomation:trigger:delete"}


class Trigger:
    """The kind `trigger`."""

    name = "trigger"

    def list(self, session: GenesysSession) -> Listing:
        pages = session.cursor_pages(_PATH, page_size=_PAGE_SIZE, **_VIEW)
        return Listing(tuple(map(_from_wire, pages.entities)), moved=pages.moved, pages=pages.pages)

    def read(self, session: GenesysSession, object_id: str) -> RemoteObject | None:
        return or_none(lambda: _from_wire(session.get(_path(object_id), **_VIEW)))

    def create(self, session: GenesysSession, attributes: Mapping[str, Value], marker: Marker) -> RemoteObject:
        """Waits, at most 15 seconds, for a workflow that is said to be not published yet."""
        declared = reveal(attributes)
        body = {"description": join(declared.get("description"), marker), **_overlay({}, declared)}
        for number, seconds in enumerate(_WAITS, start=2):
            try:
                return _create(session, body)
            except RemoteError as error:
                if not _is_unpublished(error):
                    raise
            session.pause(Wait(seconds, "the workflow is not published yet", number, len(_WAITS) + 1), _PATH)
        return _create(session, body)

    def update(
        self, session: GenesysSession, remote: RemoteObject, attributes: Mapping[str, Value], marker: Marker | None
    ) -> RemoteObject:
        revealed = reveal(attributes)
        declared = {name: value for name, value in revealed.items() if value is not None or name == "description"}
        gone = {_ALL_WIRE_NAMES[name] for name in revealed.keys() - declared.keys()}
        kept = {name: value for name, value in remote.raw.items() if name not in _COMPUTED | gone}
        body = {**kept, **_overlay(remote.raw, declared)}
        for name in declared.keys() & {"event_ttl_seconds", "delay_by_seconds"}:
            body.pop(_EXCLUSIVE[_WIRE_NAMES[name]], None)
        text = declared.get("description", remote.attributes.get("description"))
        if text or marker is not None or "description" in body:
            body["description"] = join(text, marker)
        answer = _put(session, remote, body)
        return written(lambda: _from_wire(answer))

    def delete(self, session: GenesysSession, remote: RemoteObject) -> None:
        or_none(lambda: session.delete(_path(remote.id), prompt=True, **_DELETE))


def _path(object_id: str) -> str:
    return object_path(_WHAT, _PATH, object_id)


def _create(session: GenesysSession, body: JsonObject) -> RemoteObject:
    try:
        answer = session.post(_PATH, body, **_ADD)
    except NameTaken as error:
        hint = "nothing says that names of triggers are unique: plan again; the contextId helps support"
        diagnostic = replace(error.diagnostic, code="GC315", hint=hint)
        raise RemoteError(diagnostic, status=error.status, code=error.code, context_id=error.context_id) from None
    except RemoteError as error:
        raise _worded(error) from None
    return written(lambda: _from_wire(answer))


def _worded(error: RemoteError) -> RemoteError:
    if not _is_unpublished(error):
        return error
    hint = "publish the workflow in Architect, or correct target.id, and apply again"
    diagnostic = replace(error.diagnostic, code="GC345", hint=hint)
    return RemoteError(diagnostic, status=error.status, code=error.code, context_id=error.context_id)


def _is_unpublished(error: RemoteError) -> bool:
    return error.status == 400 and bool(_UNPUBLISHED.search(error.diagnostic.message))


def _put(session: GenesysSession, remote: RemoteObject, body: JsonObject) -> JsonObject:
    """The trigger as written. A conflict, of whatever wording, is about the version (SDK UpdateTriggerRequest).

    409 and 408 are both seen for that (Terraform provider, util_retries.go:166-177); the 400 is known to the session.
    """
    try:
        return session.put(_path(remote.id), body, **_EDIT)
    except ChangedSince:
        raise
    except RemoteError as error:
        if error.status == 409 or (error.status == 408 and isinstance(error, OutcomeUnknown)):
            hint = "someone changed it meanwhile: plan again and look at the difference"
            diagnostic = replace(error.diagnostic, code="GC314", hint=hint)
            raise ChangedSince(diagnostic, status=error.status, code=error.code, context_id=error.context_id) from None
        raise _worded(error) from None


# From the wire.


def _from_wire(raw: JsonObject) -> RemoteObject:
    """A trigger under the schema's names; what is null or lacking is absent. Raises RemoteError GC329."""
    fields = fields_of(_WHAT, raw)
    name = fields.required_text("name")
    description = fields.text("description")
    text, marker = split(description or "")
    found: dict[str, Value] = {
        "name": name,
        "description": None if description is None else text,
        "enabled": fields.true_or_false("enabled"),
        "topic": fields.text("topicName"),
        "target": _target(fields.within(fields.mapping("target"))),
        "match_criteria": _criteria(fields),
        "event_ttl_seconds": fields.whole_number("eventTTLSeconds"),
        "delay_by_seconds": fields.whole_number("delayBySeconds"),
    }
    attributes = {attribute: value for attribute, value in found.items() if value is not None}
    return RemoteObject(Trigger.name, fields.object_id, name, attributes, marker, fields.whole_number("version"), raw)


def _target(target: Fields) -> dict[str, Value] | None:
    settings = target.within(target.mapping("workflowTargetSettings"))
    found = {"type": target.text("type"), "id": target.text("id"), "data_format": settings.text("dataFormat")}
    return {name: value for name, value in found.items() if value is not None} or None


def _criteria(fields: Fields) -> list[Value] | None:
    criteria = fields.objects("matchCriteria")
    return None if criteria is None else [_criterion(fields.within(raw)) for raw in criteria]


def _criterion(fields: Fields) -> dict[str, Value]:
    """`value` and `values` as they are: a text and the number in it are two values."""
    found: dict[str, Value] = {"json_path": fields.text("jsonPath"), "operator": fields.text("operator")}
    value, values = fields.raw.get("value"), fields.raw.get("values")
    if values is not None and not isinstance(values, list):
        fields.refuse("the values of a criterion are not a list")
    found["value"] = value
    found["values"] = None if value is not None and not values else values
    return {name: inner for name, inner in found.items() if inner is not None}


# To the wire.


def _overlay(raw: Mapping[str, Value], declared: Mapping[str, Value]) -> JsonObject:
    """What is declared, but for the description, with the fields that gcsync does not know from what is there."""
    body: JsonObject = {wire: declared[name] for name, wire in _WIRE_NAMES.items() if name in declared}
    if "target" in declared:
        body["target"] = _target_body(raw.get("target") or {}, declared["target"])
    if "match_criteria" in declared:
        body["matchCriteria"] = _criteria_bodies(raw.get("matchCriteria") or [], declared["match_criteria"])
    return body


def _target_body(there: JsonObject, declared: Mapping[str, Value]) -> JsonObject:
    body = {**there, "type": declared["type"], "id": declared["id"]}
    if "data_format" in declared:
        settings = there.get("workflowTargetSettings") or {}
        body["workflowTargetSettings"] = {**settings, "dataFormat": declared["data_format"]}
        if declared["data_format"] is None:
            body["workflowTargetSettings"].pop("dataFormat")
            if not body["workflowTargetSettings"]:
                del body["workflowTargetSettings"]
    return body


def _criteria_bodies(there: list[JsonObject], declared: list[Mapping[str, Value]]) -> list[JsonObject]:
    """Each criterion with what gcsync does not know of the one for the same path and operator."""
    waiting = list(there)
    bodies = []
    for criterion in declared:
        known = {"jsonPath": criterion["json_path"], "operator": criterion["operator"]}
        base = next((raw for raw in waiting if known.items() <= raw.items()), None)
        if base is not None:
            waiting.remove(base)
        kept = {name: value for name, value in (base or {}).items() if name not in _CRITERION_FIELDS}
        given = {name: criterion[name] for name in ("value", "values") if name in criterion}
        bodies.append({**kept, **known, **given})
    return bodies
