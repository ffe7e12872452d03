"""The JSON plan: one document on one line, in the shape of Terraform's JSON plan output (format version 1.2).

Source of the shape: https://developer.hashicorp.com/terraform/internals/json-format. What gcsync adds stands under
`gcsync`, in the document and in each resource change. `schemas/plan.schema.json` describes it all.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from gcsync.model.diagnostic import Diagnostic
from gcsync.model.matrix import Matrix
from gcsync.model.plan import ABSENT, Action, AttributeChange, Change, NotChecked, Plan, Reason, Summary
from gcsync.model.value import Value
from gcsync.views.json_configuration import PROVIDER, configuration
from gcsync.views.json_matrix import matrix_object
from gcsync.views.json_values import (
    ABSENT_VALUE,
    is_secret,
    marked,
    sensitive_object,
    unknown_object,
    visible,
    visible_object,
)

FORMAT_VERSION: Final = "1.2"
TERRAFORM_VERSION: Final = "1.9.8"
"""The version of Terraform whose shape the document has; readers insist on the key."""

_ACTIONS: Final[dict[Action, list[str]]] = {
    Action.CREATE: ["create"],
    Action.UPDATE: ["update"],
    Action.REPLACE: ["delete", "create"],
    Action.DELETE: ["delete"],
    Action.RELEASE: ["update"],
    Action.NO_OP: ["no-op"],
}


def render_json_plan(plans: Sequence[Plan]) -> str:
    """`plan_document` on one line. Only ASCII: what a terminal would act on stands as a JSON escape."""
    return json.dumps(plan_document(plans)) + "\n"


def plan_document(plans: Sequence[Plan]) -> dict[str, Any]:
    """The JSON plan of one or several stacks."""
    drift = [drift_object(plan, change) for plan in plans for change in plan.changes if _drifted(change)]
    not_checked = [not_checked_object(item) for plan in plans for item in plan.not_checked]
    return document_of(plans, drift, {"not_checked": not_checked})


def diagnostic_object(diagnostic: Diagnostic) -> dict[str, Any]:
    """A diagnostic; keys that have nothing to say are left out."""
    found = {
        "severity": diagnostic.severity.value,
        "code": diagnostic.code,
        "message": diagnostic.message,
        "path": diagnostic.path,
        "hint": diagnostic.hint,
    }
    shown: dict[str, Any] = {key: value for key, value in found.items() if value}
    if diagnostic.place is not None:
        place = diagnostic.place
        shown |= {"file": place.file, "line": place.line, "column": place.column}
    return shown


def summary_object(summary: Summary) -> dict[str, int]:
    return dict(summary.items())


def document_of(
    plans: Sequence[Plan], drift: Sequence[Mapping[str, Any]], beside: Mapping[str, list[Any]]
) -> dict[str, Any]:
    """The document of `plans`, with `drift` as `resource_drift` and what else stands under `gcsync`."""
    changes = [(plan, change) for plan in plans for change in plan.changes]
    return {
        "format_version": FORMAT_VERSION,
        "terraform_version": TERRAFORM_VERSION,
        "planned_values": {"root_module": {"resources": _planned(change for _, change in changes)}},
        "resource_drift": list(drift),
        "resource_changes": [_resource_change(plan, change) for plan, change in changes],
        "configuration": configuration([change for _, change in changes]),
        "applyable": any(p.applyable for p in plans) and not any(p.errored or p.refusals for p in plans),
        "errored": any(plan.errored for plan in plans),
        "gcsync": _own(plans, beside),
    }


def _own(plans: Sequence[Plan], beside: Mapping[str, list[Any]]) -> dict[str, Any]:
    organization = next((plan.target.organization for plan in plans if not plan.failed), None)
    matrix, unknown = Matrix.of(plans), dict.fromkeys(name for plan in plans for name in plan.unknown_secrets)
    several: dict[str, Any] = {} if matrix is None else {"matrix": matrix_object(matrix)}
    if unknown:
        several["unknown_secrets"] = list(unknown)
    return {
        "summary": summary_object(sum((plan.summary for plan in plans), Summary())),
        "organization": None if organization is None else {"id": organization.id, "name": organization.name},
        "stacks": [_stack(plan) for plan in plans],
        "diagnostics": [diagnostic_object(d) for plan in plans for d in plan.diagnostics],
        "refusals": [diagnostic_object(d) for plan in plans for d in plan.refusals],
        **beside,
        **several,
    }


def _stack(plan: Plan) -> dict[str, Any]:
    target = plan.target
    organization = {"id": target.organization.id, "name": target.organization.name}
    found = {
        "stack": plan.stack,
        "owner": plan.owner,
        "file": plan.file,
        "environment": plan.environment,
        "organization": None if plan.failed else organization,
        "region": target.region,
        "summary": summary_object(plan.summary),
        "applyable": plan.applyable,
        "errored": plan.errored,
        "left_out": [str(address) for address in plan.left_out],
    }
    return found | ({"failed": True} if plan.failed else {})


def not_checked_object(item: NotChecked) -> dict[str, Any]:
    """What could not be looked at."""
    found = {
        "kind": item.kind,
        "address": None if item.address is None else str(item.address),
        "id": item.id,
        "attribute": item.attribute,
        "reason": item.reason,
        "hint": item.hint or None,
    }
    return {key: value for key, value in found.items() if value is not None}


def _identity(change: Change) -> dict[str, Any]:
    """What names a resource, in each of the document's lists."""
    address = change.address
    found: dict[str, Any] = {
        "address": str(address),
        "mode": "managed",
        "type": change.resource_type,
        "name": address.key,
        "provider_name": PROVIDER,
    }
    return found if address.each is None else found | {"index": address.each}


def _resource_change(plan: Plan, change: Change) -> dict[str, Any]:
    after = _after(change)
    inner: dict[str, Any] = {
        "actions": actions(change),
        "before": visible_object(change.before),
        "after": visible_object(after),
        "after_unknown": unknown_object(after) | ({"id": True} if _makes_an_object(change) else {}),
        "before_sensitive": sensitive_object(change.before),
        "after_sensitive": sensitive_object(after),
    }
    if change.action is Action.ADOPT and change.id is not None:
        inner["importing"] = {"id": change.id}
    if change.action is Action.REPLACE:
        forcing = [[attribute.name] for attribute in change.attributes if attribute.forces_replacement]
        inner |= {"replace_paths": forcing} if forcing else {}
    found = _identity(change) | {"change": inner}
    if change.previous_address is not None:
        found["previous_address"] = str(change.previous_address)
    if reason := _action_reason(change):
        found["action_reason"] = reason
    return found | {"gcsync": _extras(plan, change)}


def _makes_an_object(change: Change) -> bool:
    return change.action is Action.REPLACE or (change.action is Action.CREATE and not change.continues)


def actions(change: Change) -> list[str]:
    """Terraform's word for the action. A release keeps the object and takes its marker away: an update."""
    if change.action in (Action.ADOPT, Action.MOVE):
        return ["update"] if change.differing else ["no-op"]
    return _ACTIONS[change.action]


def _after(change: Change) -> Mapping[str, Value] | None:
    return change.before if change.action is Action.RELEASE and change.after is None else change.after


def _action_reason(change: Change) -> str | None:
    """The reasons that Terraform has a word for."""
    if change.action is Action.REPLACE:
        forced = any(attribute.forces_replacement for attribute in change.attributes)
        return "replace_because_cannot_update" if forced else "replace_by_request"
    if change.action is Action.DELETE and change.explanation in ("no longer declared", "removed"):
        return "delete_because_no_resource_config"
    return None


def _extras(plan: Plan, change: Change) -> dict[str, Any]:
    found: dict[str, Any] = {
        "stack": plan.owner,
        "action": change.action.value,
        "object_name": change.name,
        "id": change.id,
        "explanation": change.explanation or None,
        "temporary_name": change.temporary_name,
        "upgrades_marker": change.upgrades_marker or None,
        "continues": change.continues or None,
        "attributes": [attribute_object(attribute) for attribute in change.attributes],
    }
    return {key: value for key, value in found.items() if value is not None}


def attribute_object(attribute: AttributeChange) -> dict[str, Any]:
    """An attribute that differs, with its reason. A side that is sensitive, unreadable or not there is left out."""
    found: dict[str, Any] = {"name": attribute.name, "reason": attribute.reason.value}
    for side, value in (("before", attribute.before), ("after", attribute.after)):
        shown = visible(value)
        if shown is not ABSENT_VALUE:
            found[side] = shown
        if mark := marked(value, is_secret):
            found[f"{side}_sensitive"] = mark
    if attribute.forces_replacement:
        found["forces_replacement"] = True
    return found


def _drifted(change: Change) -> bool:
    return any(attribute.reason in (Reason.DRIFT, Reason.CONFLICT) for attribute in change.attributes)


def drift_object(plan: Plan, change: Change) -> dict[str, Any]:
    """From what was last applied to what is there. In a conflict nobody knows what was: `before` is without it."""
    actual = dict(change.before or {})
    applied = dict(actual)
    drifted = [a for a in change.attributes if a.reason in (Reason.DRIFT, Reason.CONFLICT)]
    for attribute in drifted:
        applied.pop(attribute.name, None)
        if (
            attribute.reason is Reason.DRIFT
            and attribute.after is not ABSENT
            and attribute.name in (change.after or {})
        ):
            applied[attribute.name] = attribute.after
    inner = {
        "actions": ["update"],
        "before": visible_object(applied),
        "after": visible_object(actual),
        "after_unknown": {},
        "before_sensitive": sensitive_object(applied),
        "after_sensitive": sensitive_object(actual),
    }
    attributes = [attribute_object(one) | _last_applied(one) for one in drifted]
    extras = {"stack": plan.owner, "id": change.id, "attributes": attributes}
    return _identity(change) | {"change": inner, "gcsync": {k: v for k, v in extras.items() if v is not None}}


def _last_applied(attribute: AttributeChange) -> dict[str, Any]:
    """What gcsync wrote last: what is declared now, unless the stack was edited since. Then nobody knows."""
    if attribute.reason is Reason.CONFLICT:
        return {"last_applied_unknown": "only its fingerprint is kept"}
    shown = visible(attribute.after)
    return {} if shown is ABSENT_VALUE else {"last_applied": shown}


def _planned(changes: Iterable[Change]) -> list[dict[str, Any]]:
    """The organization after the apply, as far as the stack owns it."""
    kept = [c for c in changes if c.action not in (Action.DELETE, Action.RELEASE) and c.after is not None]
    return [
        _identity(change)
        | {
            "schema_version": 0,
            "values": visible_object(change.after),
            "sensitive_values": sensitive_object(change.after),
        }
        for change in kept
    ]
