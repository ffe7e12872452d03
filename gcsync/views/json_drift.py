"""Drift as JSON: the JSON plan's document, with what drifted and all that is told beside it.

Each entry of `resource_drift` says under `gcsync`, attribute by attribute, what is there (`before`), what is declared
(`after`) and what was last applied; who changed it, where that was asked; and the two commands that settle it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from gcsync.model.drift import Accepted, Blame, DriftReport, KnownDrift, LookAlike, settling_commands
from gcsync.model.plan import Change
from gcsync.views.json_plan import attribute_object, diagnostic_object, document_of, drift_object, not_checked_object


def render_json_drift(reports: Sequence[DriftReport]) -> str:
    """`drift_document` on one line."""
    return json.dumps(drift_document(reports)) + "\n"


def drift_document(reports: Sequence[DriftReport]) -> dict[str, Any]:
    """The document of the plan for `drift`: `resource_drift` holds what drifted, `gcsync` what is told beside it."""
    beside = {
        "pending": [_brief(report, change) for report in reports for change in report.pending],
        "missing": [_brief(report, change) for report in reports for change in report.missing],
        "not_adopted": [_brief(report, change) for report in reports for change in report.not_adopted],
        "older": [_brief(report, change) for report in reports for change in report.older],
        "known": [_known(report, one) for report in reports for one in report.known],
        "look_alikes": [_look_alike(report, one) for report in reports for one in report.look_alikes],
        "baseline": [diagnostic_object(note) for report in reports for note in report.baseline],
        "blame": [
            {"stack": report.plan.owner, "address": str(address)} | blame_object(blame)
            for report in reports
            for address, blame in sorted(report.blame.items())
        ],
        "not_checked": [not_checked_object(item) for report in reports for item in report.not_checked],
    }
    drift = [_drift(report, change) for report in reports for change in report.drifted]
    return document_of([report.plan for report in reports], drift, beside)


def blame_object(blame: Blame) -> dict[str, Any]:
    """Who it was; `known` is false where nobody can tell, and `why` then says why. What is not told is left out."""
    found = {
        "who": blame.who,
        "client": blame.client,
        "this_client": blame.ours or None,
        "when": blame.when,
        "action": blame.action,
        "attributes": list(blame.attributes) or None,
        "why": blame.why or None,
    }
    return {"known": blame.known} | {key: value for key, value in found.items() if value is not None}


def _drift(report: DriftReport, change: Change) -> dict[str, Any]:
    found = drift_object(report.plan, change)
    apply, accept = settling_commands(report, change)
    found["gcsync"] |= _about(report, change) | {"commands": {"apply": apply, "accept": accept}}
    return found


def _about(report: DriftReport, change: Change) -> dict[str, Any]:
    blame = report.blame.get(change.address)
    found = {
        "blame": None if blame is None else blame_object(blame),
        "overdue": change.address in report.overdue or None,
        "undated": change.address in report.undated or None,
    }
    return {key: value for key, value in found.items() if value is not None}


def _brief(report: DriftReport, change: Change) -> dict[str, Any]:
    found = {
        "address": str(change.address),
        "type": change.resource_type,
        "name": change.name,
        "stack": report.plan.owner,
        "action": change.action.value,
        "id": change.id,
        "explanation": change.explanation or None,
        "attributes": [attribute_object(attribute) for attribute in change.differing],
    }
    return {key: value for key, value in found.items() if value is not None} | _about(report, change)


def _known(report: DriftReport, one: KnownDrift) -> dict[str, Any]:
    return _accepted(one.accepted) | {
        "stack": report.plan.owner,
        "attributes": [attribute_object(attribute) for attribute in one.change.attributes],
    }


def _accepted(entry: Accepted) -> dict[str, Any]:
    found: dict[str, Any] = {
        "address": str(entry.address),
        "attribute": entry.attribute,
        "reason": entry.reason,
        "expires": entry.expires.isoformat(),
    }
    if entry.place is not None:
        found |= {"file": entry.place.file, "line": entry.place.line, "column": entry.place.column}
    return found


def _look_alike(report: DriftReport, one: LookAlike) -> dict[str, Any]:
    return {"stack": report.plan.owner, "address": str(one.address), "id": one.id, "name": one.name}
