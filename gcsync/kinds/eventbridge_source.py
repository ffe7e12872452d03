"""Amazon EventBridge sources, `/api/v2/integrations` of one type: every bit of knowledge of that API.

An integration is two objects: itself (`{id, name, integrationType, intendedState, reportedState}`) and its
configuration (`{name, version, properties, advanced, notes, credentials}`), which holds the name and the notes. Making
one takes three writes: POST (Python SDK, integrations_api.py:5835), PUT of the configuration (:7151) and PATCH of the
state (:5568). The POST takes no notes, so the object is made under a name that carries the marker, until the PUT gives
it its own name and notes. The PUT replaces, wants all six fields (JavaScript SDK, IntegrationConfiguration), and its
`version` is the lock (models/integration_configuration.py:134); PATCH and DELETE have none. Names are not unique (issue
2437 of the Terraform provider).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from gcsync.kinds.fields import Access, Fields, fields_of, object_path, or_none, written
from gcsync.model.diagnostic import Diagnostic
from gcsync.model.failure import (
    ChangedSince,
    NameTaken,
    NoSuchKind,
    NotCarriedOut,
    NotFound,
    OutcomeUnknown,
    RemoteError,
)
from gcsync.model.marker import Marker, UnusableMarker, join, split
from gcsync.model.resource import Listing, RemoteObject, RemoteStatus
from gcsync.model.value import Value, reveal
from gcsync.remote.session import GenesysSession
from gcsync.remote.wire import JsonObject

TYPE: Final = "amazon-eventbridge-source"
"""The id of the type (GenesysCloudDevOps/aws-event-bridge-module, main.tf:3)."""

_PATH: Final = "/api/v2/integrations"
_WHAT: Final = "EventBridge source"
_EXPAND: Final = {"expand": "config.current"}
_LONGEST_NAME: Final = 256
_TRIES: Final = 6
# What the API returns for empty notes (Terraform provider, resource_genesyscloud_integration_utils.go:40).
_EMPTY_NOTES: Final = "node_dynamodb_empty_string"
# aws-event-bridge-module, main.tf:6-11.
_PROPERTIES: Final = {
    "aws_account_id": "awsAccountId",
    "aws_region": "awsAccountRegion",
    "suffix": "eventSourceSuffix",
    "topics": "eventFilter",
}
_STATES: Final = {True: "ENABLED", False: "DISABLED"}
_SETTLED: Final = {True: "ACTIVE", False: "INACTIVE"}
_UNDER_WAY: Final = frozenset({"ACTIVE", "ACTIVATING", "INACTIVE", "DEACTIVATING"})

# Permissions and scopes: CLI cmd/integrations; Terraform provider, docs/resources/integration.md.
_VIEW: Final[Access] = {"scope": "integrations:readonly", "permission": "integrations:integration:view"}
_ADD: Final[Access] = {"scope": "integrations", "permission": "integrations:integration:add"}
_EDIT: Final[Access] = {"scope": "integrations", "permission": "integrations:integration:edit"}
_DELETE: Final[Access] = {"scope": "integrations", "permission": "integrations:integration:delete"}


class EventBridgeSource:
    """The kind `eventbridge_source`. `raw` holds the `integration` and its `config`."""

    name = "eventbridge_source"

    def list(self, session: GenesysSession) -> Listing:
        pages = session.pages(_PATH, params={"integrationType": TYPE, **_EXPAND}, **_VIEW)
        # Older servers do not know the filter (SDK 269 is the first that has it).
        ours = [raw for raw in pages.entities if _type_of(raw) == TYPE]
        objects = tuple(found for raw in ours if (found := _complete(session, raw)) is not None)
        return Listing(objects, moved=pages.moved, pages=pages.pages)

    def capacity(self, session: GenesysSession) -> int | None:
        """`maxInstances` of the type."""
        return _capacity(session)

    def read(self, session: GenesysSession, object_id: str) -> RemoteObject | None:
        raw = or_none(lambda: session.get(_path(object_id), params=_EXPAND, **_VIEW))
        if raw is None:
            return None
        if _type_of(raw) != TYPE:
            raise RemoteError(_other_type(object_id, _type_of(raw)))
        return _complete(session, raw)

    def create(self, session: GenesysSession, attributes: Mapping[str, Value], marker: Marker) -> RemoteObject:
        """Three writes. What fails after the first leaves an object that is `half_made`, found by its name."""
        name = _provisional_name(reveal(attributes["name"]), marker)
        body = {"name": name, "integrationType": {"id": TYPE}}
        try:
            made = session.post(_PATH, body, **_ADD)
        except NameTaken as error:
            raise _conflict(error) from None
        left = written(lambda: _from_wire(made, {}))
        try:
            config = session.get(_config_path(left.id), **_VIEW)
            _refuse_touched(name, left.id, config)
            left = _from_wire(made, config)
            return self.update(session, left, attributes, marker)
        except RemoteError as error:
            raise _unfinished(error, left) from None

    def update(
        self, session: GenesysSession, remote: RemoteObject, attributes: Mapping[str, Value], marker: Marker | None
    ) -> RemoteObject:
        """A PUT where the configuration differs, then a PATCH where the state does."""
        integration, config = remote.raw["integration"], remote.raw["config"]
        declared = reveal(attributes)
        body = _replacement(remote, declared, marker)
        locked = not _same_configuration(body, config)
        if locked:
            config = _put(session, remote, body)
        state = _STATES[declared["enabled"]] if "enabled" in declared else integration.get("intendedState")
        if state != integration.get("intendedState"):
            integration = _switch(session, remote.id, state, None if locked else remote)
        return written(lambda: _from_wire(integration, config))

    def delete(self, session: GenesysSession, remote: RemoteObject) -> None:
        or_none(lambda: session.delete(_path(remote.id), prompt=True, **_DELETE))


def _path(object_id: str) -> str:
    return object_path(_WHAT, _PATH, object_id)


def _config_path(object_id: str) -> str:
    return f"{_path(object_id)}/config/current"


def _capacity(session: GenesysSession) -> int | None:
    """How many integrations of the type there may be (SDK models/integration_type.py). Raises NoSuchKind GC340."""
    try:
        found = session.get(f"{_PATH}/types/{TYPE}", **_VIEW)
    except NotFound as error:
        tail = f" (contextId {error.context_id})" if error.context_id else ""
        hint = "is Amazon EventBridge part of its products? Admin > Integrations > + Integrations shows what it has"
        diagnostic = Diagnostic("GC340", f"the organization has no integration type {TYPE}{tail}", hint=hint)
        raise NoSuchKind(diagnostic, status=404, code=error.code, context_id=error.context_id) from None
    return Fields("integration type", found, TYPE).whole_number("maxInstances")


# From the wire.


def _complete(session: GenesysSession, raw: JsonObject) -> RemoteObject | None:
    """The integration with its configuration, asked for where it was not embedded; None when it is gone."""
    if raw.get("intendedState") == "DELETED":
        return None
    info = raw.get("config")
    config = info.get("current") if isinstance(info, dict) else None
    if isinstance(config, dict) and "version" in config and "properties" in config:
        return _from_wire(raw, config)
    object_id = fields_of(_WHAT, raw).object_id
    fetched = or_none(lambda: session.get(_config_path(object_id), **_VIEW))
    return None if fetched is None else _from_wire(raw, fetched)


def _from_wire(integration: JsonObject, config: JsonObject) -> RemoteObject:
    """An integration under the schema's names; what is null or lacking is absent. Raises RemoteError GC329."""
    whole = fields_of(_WHAT, integration)
    part = whole.within(config)
    properties = _properties(part.within(part.mapping("properties")))
    notes, marker = split(_notes(part))
    name = part.text("name") or whole.required_text("name")
    half_made = False
    if marker is None:
        name, marker = _marked_name(name, "" if "aws_account_id" in properties else whole.text("name"))
        half_made = isinstance(marker, Marker)
    enabled = whole.text("intendedState") == _STATES[True]
    return RemoteObject(
        kind=EventBridgeSource.name,
        id=whole.object_id,
        name=name,
        attributes={"name": name, **({"notes": notes} if part.has("notes") else {}), "enabled": enabled, **properties},
        marker=marker,
        version=part.whole_number("version"),
        raw={"integration": {key: integration[key] for key in integration if key != "config"}, "config": config},
        half_made=half_made,
        status=_status(whole.within(whole.mapping("reportedState")), enabled=enabled),
    )


def _notes(config: Fields) -> str:
    notes = config.text("notes") or ""
    return "" if notes == _EMPTY_NOTES else notes


def _marked_name(name: str, other: str | None) -> tuple[str, Marker | UnusableMarker | None]:
    """The name without its marker; the integration may have it when its configuration does not have it yet."""
    for candidate in (name, other or ""):
        text, marker = split(candidate)
        if marker is not None:
            return text, marker
    return name, None


def _properties(properties: Fields) -> dict[str, Value]:
    found: dict[str, Value] = {
        attribute: properties.text(wire) for attribute, wire in _PROPERTIES.items() if attribute != "topics"
    }
    found["topics"] = properties.texts(_PROPERTIES["topics"])
    return {attribute: value for attribute, value in found.items() if value is not None}


def _status(reported: Fields, *, enabled: bool) -> RemoteStatus | None:
    """What `reportedState` says (SDK models/integration_status_info.py:92); a code that is not known is no obstacle."""
    code = reported.text("code")
    if code is None:
        return None
    detail = reported.within(reported.mapping("detail"))
    said = _message(detail)
    text = f"{code}: {said}" if said else code
    if code == "ERROR":
        return RemoteStatus(settled=True, failed=True, text=text)
    return RemoteStatus(settled=code == _SETTLED[enabled] or code not in _UNDER_WAY, text=text)


def _message(detail: Fields) -> str:
    """The message, its template filled in where that is all there is (SDK models/message_info.py)."""
    message = detail.text("message") or detail.text("messageWithParams") or ""
    for name, value in detail.mapping("messageParams").items():
        message = message.replace(f"{{{name}}}", str(value))
    return message


def _type_of(raw: JsonObject) -> str:
    kind = raw.get("integrationType")
    found = kind.get("id") if isinstance(kind, dict) else None
    return found if isinstance(found, str) else ""


# To the wire.


def _provisional_name(name: str, marker: Marker) -> str:
    """The name until the configuration is written, at most 256 characters, the marker whole."""
    tail = f" {marker.render()}"
    return f"{name[: _LONGEST_NAME - len(tail)].rstrip()}{tail}"


def _replacement(remote: RemoteObject, declared: Mapping[str, Value], marker: Marker | None) -> JsonObject:
    """The configuration as it was read, overlaid with what is declared and the marker; all six fields."""
    config: JsonObject = remote.raw["config"]
    properties = dict(config.get("properties") or {})
    if "awsAccountId" not in properties:
        # Everyone who configures one sends the filter, if an empty one (the premium wizard's event-bridge.js).
        properties.setdefault("eventFilter", [])
    for attribute, wire in _PROPERTIES.items():
        if attribute in declared and not _same(attribute, declared[attribute], properties.get(wire)):
            properties[wire] = [] if attribute == "topics" and declared[attribute] is None else declared[attribute]
    return {
        **{field: value for field, value in config.items() if field not in ("id", "selfUri")},
        "name": declared.get("name", remote.name),
        "properties": properties,
        "advanced": config.get("advanced") or {},
        "notes": join(declared.get("notes", remote.attributes.get("notes")), marker),
        "credentials": config.get("credentials") or {},
    }


def _same(attribute: str, declared: Value, there: Value) -> bool:
    if attribute == "topics" and isinstance(there, list):
        return set(declared or ()) == set(there)
    return bool(declared == there)


def _same_configuration(body: JsonObject, config: JsonObject) -> bool:
    """Whether a PUT of `body` would change nothing."""
    notes = str(config.get("notes") or "")
    there = {**config, "notes": "" if notes == _EMPTY_NOTES else notes}
    return all(
        _same("topics", body[field].get("eventFilter", []), (there.get(field) or {}).get("eventFilter", []))
        and _without_filter(body[field]) == _without_filter(there.get(field) or {})
        if field == "properties"
        else body[field] == (there.get(field) or type(body[field])())
        for field in ("name", "properties", "advanced", "notes", "credentials")
    )


def _without_filter(properties: JsonObject) -> JsonObject:
    return {name: value for name, value in properties.items() if name != "eventFilter"}


def _put(session: GenesysSession, remote: RemoteObject, body: JsonObject) -> JsonObject:
    """The configuration as written. Raises ChangedSince where its version is another one.

    409, 408 and 400 are all seen for that (Terraform provider, util_retries.go:166-177).
    """
    path = _config_path(remote.id)
    try:
        return session.put(path, body, **_EDIT)
    except OutcomeUnknown as error:
        current = session.get(path, **_VIEW)
        if _same_configuration(body, current):
            return current
        if error.status == 408 or current.get("version") != body.get("version"):
            raise _moved_on(error, remote) from None
        raise
    except ChangedSince:
        raise
    except RemoteError as error:
        if error.status in (400, 409):
            _refuse_taken_suffix(session, remote, body)
        if error.status == 409:
            raise _moved_on(error, remote) from None
        raise


def _switch(session: GenesysSession, object_id: str, state: str, expected: RemoteObject | None) -> JsonObject:
    """The integration in the wanted state. A PATCH has no lock: it is sent at once, and after a read when sent again.

    With `expected` the configuration is looked at first.
    """
    path = _path(object_id)
    if expected is not None:
        current = session.get(_config_path(object_id), **_VIEW)
        if current.get("version") != expected.version:
            raise _moved_on(None, expected)
    for _ in range(_TRIES):
        try:
            return session.patch(path, {"intendedState": state}, prompt=True, **_EDIT)
        except (OutcomeUnknown, NotCarriedOut) as error:
            lost = error
        current = session.get(path, **_VIEW)
        if current.get("intendedState") == state:
            return current
        if isinstance(lost, OutcomeUnknown):
            # It may have been carried out, and taken back by somebody.
            break
    raise RemoteError(lost.diagnostic, status=lost.status, code=lost.code) from None


# What can go wrong.


def _refuse_taken_suffix(session: GenesysSession, remote: RemoteObject, body: JsonObject) -> None:
    """Raises RemoteError GC341 where another integration has the account, region and suffix of `body`."""
    wanted = _place(body)
    if wanted == _place(remote.raw["config"]):
        return
    for other in EventBridgeSource().list(session).objects:
        if other.id != remote.id and _place(other.raw["config"]) == wanted:
            account, region, suffix = wanted
            message = f'the suffix "{suffix}" of account {account} in {region} is in use by "{other.name}" ({other.id})'
            hint = "choose another suffix, or adopt that integration: `gcsync plan` shows who owns it"
            raise RemoteError(Diagnostic("GC341", message, hint=hint))


def _place(config: JsonObject) -> tuple[Value, Value, Value]:
    """Where in AWS the events go."""
    properties = config.get("properties") or {}
    return properties.get("awsAccountId"), properties.get("awsAccountRegion"), properties.get("eventSourceSuffix")


def _moved_on(error: RemoteError | None, remote: RemoteObject) -> ChangedSince:
    said = f": {error.diagnostic.message}" if error is not None else ""
    message = f'the configuration of "{remote.name}" ({remote.id}) is no longer version {remote.version}{said}'
    diagnostic = Diagnostic(
        "GC342", message, hint="someone changed it meanwhile: plan again and look at the difference"
    )
    return ChangedSince(diagnostic, status=error.status if error is not None else None)


def _refuse_touched(name: str, object_id: str, config: JsonObject) -> None:
    """Raises ChangedSince GC342 where somebody already gave the new integration a name, notes or a place in AWS."""
    notes = config.get("notes")
    if config.get("name", name) == name and notes in (None, "", _EMPTY_NOTES) and not any(_place(config)):
        return
    message = f"the configuration of the new integration {object_id} was changed by somebody else"
    raise ChangedSince(Diagnostic("GC342", message, hint="plan again and look at the difference"))


def _unfinished(error: RemoteError, remote: RemoteObject) -> RemoteError:
    """The error of a later call of a create; none of which the engine would take for the outcome of the first."""
    left = f"integration {remote.id} is half made: the next apply goes on with it (a plan may call what is left drift)"
    hint = f"{error.diagnostic.hint}; {left}"
    kind = RemoteError if isinstance(error, NameTaken | OutcomeUnknown) else type(error)
    diagnostic = replace(error.diagnostic, hint=hint.removeprefix("; "))
    return kind(diagnostic, status=error.status, code=error.code, context_id=error.context_id, left_behind=remote)


def _conflict(error: NameTaken) -> RemoteError:
    diagnostic = replace(
        error.diagnostic, code="GC315", hint="names need not be unique among integrations: ask support"
    )
    return RemoteError(diagnostic, status=error.status, code=error.code, context_id=error.context_id)


def _other_type(object_id: str, found: str) -> Diagnostic:
    message = f'integration {object_id} is of the type "{found}", not {TYPE}'
    return Diagnostic("GC343", message, hint="take the id of an Amazon EventBridge integration")
