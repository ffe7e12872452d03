"""A plan as JSON and back: everything that a reader of it sees, nothing that is sensitive.

What is needed to execute it (declared values, objects as they came, markers) is not in it: an apply computes the plan
anew, and executes it only where both are the same (docs/decisions/0012-saved-plans.md).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gcsync.model.address import Address
from gcsync.model.diagnostic import Diagnostic, Place, Severity
from gcsync.model.plan import (
    Action,
    AttributeChange,
    Change,
    NotChecked,
    Operation,
    Plan,
    Reason,
    Step,
    Target,
)
from gcsync.model.resource import Organization, RemoteObject
from gcsync.model.sealed import Sealer, decode

Json = dict[str, Any]


def encode_plan(plan: Plan) -> Json:
    """A plan as JSON; `decode_plan` reads it."""
    target = plan.target
    return {
        "stack": plan.stack,
        "owner": plan.owner,
        "environment": plan.environment,
        "file": plan.file,
        "target": {
            "organization": {"id": target.organization.id, "name": target.organization.name},
            "region": target.region,
            "client": target.client,
            "api_url": target.api_url,
        },
        "changes": [encode_change(change) for change in plan.changes],
        "steps": [_encode_step(step) for step in plan.steps],
        "diagnostics": [_encode_diagnostic(found) for found in plan.diagnostics],
        "refusals": [_encode_diagnostic(found) for found in plan.refusals],
        "not_checked": [_encode_not_checked(item) for item in plan.not_checked],
        "left_out": [str(address) for address in plan.left_out],
        "unknown_secrets": list(plan.unknown_secrets),
        "places": {str(change.address): _encode_places(change) for change in plan.changes if change.place is not None},
        "references": {
            str(change.address): sorted(map(str, change.references)) for change in plan.changes if change.references
        },
    }


def _encode_places(change: Change) -> Json:
    """Where a change and its attributes are declared: beside the changes, since a moved line is no other plan."""
    places = {attribute.name: _encode_place(attribute.place) for attribute in change.attributes}
    return {"resource": _encode_place(change.place), "attributes": places}


def _encode_place(place: Place | None) -> list[Any] | None:
    return None if place is None else [place.file, place.line, place.column, place.end_column]


def _decode_place(data: Any) -> Place | None:
    return None if data is None else Place(_text(data[0]), int(data[1]), int(data[2]), data[3])


def encode_change(change: Change) -> Json:
    """One change; its secrets are numbered on their own, so that it can be compared with another alone."""
    sealer = Sealer()
    before = None if change.before is None else sealer.encode(change.before)
    after = None if change.after is None else sealer.encode(change.after)
    remote = change.remote
    return {
        "address": str(change.address),
        "action": change.action.value,
        "resource_type": change.resource_type,
        "name": change.name,
        "before": before,
        "after": after if change.after is not change.before else "before",
        "attributes": [
            {
                "name": attribute.name,
                "before": sealer.encode(attribute.before),
                "after": sealer.encode(attribute.after),
                "reason": attribute.reason.value,
                "forces_replacement": attribute.forces_replacement,
            }
            for attribute in change.attributes
        ],
        "explanation": change.explanation,
        "previous_address": None if change.previous_address is None else str(change.previous_address),
        "temporary_name": change.temporary_name,
        "upgrades_marker": change.upgrades_marker,
        "continues": change.continues,
        "object": None
        if remote is None
        else {
            "kind": remote.kind,
            "id": remote.id,
            "name": remote.name,
            "version": remote.version,
            "modified": remote.modified,
        },
    }


def decode_plan(data: Any) -> Plan:
    """The plan behind `encode_plan`, for views. Raises ValueError where `data` is not of that form."""
    try:
        return _decode_plan(data)
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"not a plan: {type(error).__name__} {error}") from None


def _decode_plan(data: Any) -> Plan:
    target = data["target"]
    return Plan(
        stack=_text(data["stack"]),
        owner=_text(data["owner"]),
        environment=None if data["environment"] is None else _text(data["environment"]),
        file=_text(data["file"]),
        target=Target(
            Organization(_text(target["organization"]["id"]), _text(target["organization"]["name"])),
            _text(target["region"]),
            _text(target["client"]),
            _text(target["api_url"]),
        ),
        changes=tuple(
            _decode_change(one, data["places"].get(one["address"]), data.get("references", {}))
            for one in data["changes"]
        ),
        steps=tuple(_decode_step(one) for one in data["steps"]),
        diagnostics=tuple(_decode_diagnostic(one) for one in data["diagnostics"]),
        refusals=tuple(_decode_diagnostic(one) for one in data["refusals"]),
        not_checked=tuple(_decode_not_checked(one) for one in data["not_checked"]),
        left_out=tuple(Address.parse(one) for one in data["left_out"]),
        unknown_secrets=tuple(_text(name) for name in data.get("unknown_secrets", ())),
    )


def _decode_change(data: Json, places: Json | None, references: Json) -> Change:
    places = places or {"resource": None, "attributes": {}}
    before = None if data["before"] is None else _mapping(decode(data["before"]))
    after = before if data["after"] == "before" else None if data["after"] is None else _mapping(decode(data["after"]))
    previous, remote = data["previous_address"], data["object"]
    return Change(
        address=Address.parse(data["address"]),
        action=Action(data["action"]),
        resource_type=_text(data["resource_type"]),
        name=_text(data["name"]),
        before=before,
        after=after,
        attributes=tuple(
            AttributeChange(
                _text(one["name"]),
                decode(one["before"]),
                decode(one["after"]),
                Reason(one["reason"]),
                bool(one["forces_replacement"]),
                _decode_place(places["attributes"].get(one["name"])),
            )
            for one in data["attributes"]
        ),
        explanation=_text(data["explanation"]),
        previous_address=None if previous is None else Address.parse(previous),
        temporary_name=None if data["temporary_name"] is None else _text(data["temporary_name"]),
        upgrades_marker=bool(data["upgrades_marker"]),
        continues=bool(data["continues"]),
        remote=None
        if remote is None
        else RemoteObject(
            _text(remote["kind"]),
            _text(remote["id"]),
            _text(remote["name"]),
            {},
            version=remote["version"],
            modified=remote["modified"],
        ),
        place=_decode_place(places["resource"]),
        references=frozenset(map(Address.parse, references.get(data["address"], ()))),
    )


def _encode_step(step: Step) -> Json:
    return {
        "address": str(step.address),
        "operation": step.operation.value,
        "requires": list(step.requires),
        "last": step.last,
    }


def _decode_step(data: Json) -> Step:
    requires = tuple(int(index) for index in data["requires"])
    return Step(Address.parse(data["address"]), Operation(data["operation"]), requires, bool(data["last"]))


def _encode_diagnostic(found: Diagnostic) -> Json:
    return {
        "code": found.code,
        "message": found.message,
        "severity": found.severity.value,
        "place": _encode_place(found.place),
        "path": found.path,
        "source_line": found.source_line,
        "hint": found.hint,
    }


def _decode_diagnostic(data: Json) -> Diagnostic:
    line = data["source_line"]
    return Diagnostic(
        _text(data["code"]),
        _text(data["message"]),
        Severity(data["severity"]),
        _decode_place(data["place"]),
        _text(data["path"]),
        None if line is None else _text(line),
        _text(data["hint"]),
    )


def _encode_not_checked(item: NotChecked) -> Json:
    return {
        "kind": item.kind,
        "reason": item.reason,
        "address": None if item.address is None else str(item.address),
        "id": item.id,
        "attribute": item.attribute,
        "hint": item.hint,
        "absent": item.absent,
    }


def _decode_not_checked(data: Json) -> NotChecked:
    address = data["address"]
    return NotChecked(
        _text(data["kind"]),
        _text(data["reason"]),
        None if address is None else Address.parse(address),
        data["id"],
        data["attribute"],
        _text(data["hint"]),
        bool(data["absent"]),
    )


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("a text is expected")
    return value


def _mapping(value: Any) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise TypeError("an object is expected")
    return value
