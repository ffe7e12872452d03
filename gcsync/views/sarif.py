"""Drift and diagnostics as SARIF 2.1.0: findings at the stack file's lines, for code scanning.

Source of the shape: OASIS SARIF 2.1.0, and what GitHub reads of it
(https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning).
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Sequence
from typing import Any, Final

from gcsync import __version__
from gcsync.explanations import explain
from gcsync.model.diagnostic import Diagnostic, Place, Severity
from gcsync.model.drift import Accepted, DriftReport
from gcsync.views.drift_findings import Finding, Verdict, findings
from gcsync.views.places import relative_uri
from gcsync.views.style import clean

SCHEMA: Final = "https://json.schemastore.org/sarif-2.1.0.json"

_LEVELS: Final[dict[Verdict, str]] = {
    Verdict.DRIFTED: "warning",
    Verdict.CONFLICT: "error",
    Verdict.MISSING: "warning",
    Verdict.NOT_ADOPTED: "warning",
    Verdict.NOT_CHECKED: "note",
}
_ABSENT: Final = (Verdict.MISSING, Verdict.NOT_ADOPTED)
_LINK: Final = re.compile(r"\](?=\()")
_PLACEHOLDER: Final = re.compile(r"\{([0-9]+)\}")


def render_sarif_drift(reports: Sequence[DriftReport], *, folder: str = "", ignore_missing: bool = False) -> str:
    """A run per stack, so that a check of one stack closes no finding of another; a result per finding.

    `folder` is the absolute folder that files are named from; none of them stands in the document with it. A known
    drift is a suppressed result. What is pending is counted in the run's properties.
    """
    return _document([_drift_run(report, folder, ignore_missing=ignore_missing) for report in reports])


def render_sarif_diagnostics(diagnostics: Sequence[Diagnostic], *, command: str, folder: str = "") -> str:
    """One run: a result per diagnostic at a line, a notification for every other one."""
    errors = any(found.severity is Severity.ERROR for found in diagnostics)
    results = [_diagnostic_result(found, "", folder) for found in diagnostics if found.place is not None]
    told = [_notification(found) for found in diagnostics if found.place is None]
    return _document([_run(command, results, told, successful=not (errors and told))])


def _drift_run(report: DriftReport, folder: str, *, ignore_missing: bool) -> dict[str, Any]:
    plan = report.plan
    found = [_finding_result(one, report, folder, ignore_missing=ignore_missing) for one in findings(report)]
    beside = (*plan.diagnostics, *report.baseline)
    found += [_diagnostic_result(one, plan.owner, folder) for one in beside if one.place is not None]
    told = [_notification(one) for one in beside if one.place is None]
    properties = {
        "stack": clean(plan.owner),
        "organization": clean(plan.target.organization.name),
        "organizationId": clean(plan.target.organization.id),
        "pending": [clean(str(change.address)) for change in report.pending],
        "older": [clean(str(change.address)) for change in report.older],
        "lookAlikes": [clean(f"{one.address}: {one.name} ({one.id})") for one in report.look_alikes],
    }
    judged = not plan.errored and not any(item.unread_kind for item in report.not_checked)
    return _run(f"drift/{clean(plan.owner)}", found, told, successful=judged) | {"properties": properties}


def _run(
    name: str, results: Sequence[dict[str, Any]], notifications: Sequence[dict[str, Any]], *, successful: bool
) -> dict[str, Any]:
    rules = _rules(result["ruleId"] for result in results)
    index = {rule["id"]: number for number, rule in enumerate(rules)}
    invocation: dict[str, Any] = {"executionSuccessful": successful}
    if notifications:
        invocation["toolExecutionNotifications"] = list(notifications)
    return {
        "tool": {"driver": {"name": "gcsync", "version": __version__, "semanticVersion": __version__, "rules": rules}},
        "automationDetails": {"id": f"gcsync/{name}/"},
        "columnKind": "unicodeCodePoints",
        "invocations": [invocation],
        "results": [result | {"ruleIndex": index[result["ruleId"]]} for result in results],
    }


def _rules(codes: Iterable[str]) -> list[dict[str, Any]]:
    return [_rule(code) for code in sorted(set(codes))]


def _rule(code: str) -> dict[str, Any]:
    """What `gcsync explain` says of a code."""
    found = explain(code)
    if found is None:
        return {"id": code, "shortDescription": {"text": code}}
    title, text = found.title, found.text
    return {
        "id": code,
        "name": "".join(word.capitalize() for word in re.findall(r"[A-Za-z0-9]+", title)),
        "shortDescription": {"text": title},
        "fullDescription": {"text": text},
        "help": {"text": f"{text}\n\ngcsync explain {code}"},
    }


def _finding_result(finding: Finding, report: DriftReport, folder: str, *, ignore_missing: bool) -> dict[str, Any]:
    lenient = ignore_missing and finding.verdict in _ABSENT
    lines = [finding.message, *finding.details]
    lines += [f"To settle it: {clean(' or '.join(finding.commands))}"] if finding.commands else []
    lines += finding.about
    address = finding.address
    properties = {
        "address": finding.subject,
        "attribute": finding.attribute,
        "verdict": finding.verdict.value,
        "commands": [clean(command) for command in finding.commands],
        "blame": finding.blame,
        "overdue": address in report.overdue,
        "undated": address in report.undated,
    }
    level = "error" if finding.unread_kind else "note" if lenient else _LEVELS[finding.verdict]
    result = _result(finding.code, level, "\n".join(lines), finding.place, folder)
    logical = [{"fullyQualifiedName": finding.subject, "kind": "resource"}]
    result["locations"] = [one | {"logicalLocations": logical} for one in result["locations"]]
    result["partialFingerprints"] = _fingerprints(report.plan.owner, finding.code, finding.subject, finding.attribute)
    result["properties"] = {name: value for name, value in properties.items() if value}
    if finding.accepted is not None:
        result["suppressions"] = [_suppression(finding.accepted, folder)]
    return result


def _diagnostic_result(found: Diagnostic, owner: str, folder: str) -> dict[str, Any]:
    message = ": ".join(clean(part) for part in (found.path, found.message) if part)
    message += f"\nhint: {clean(found.hint)}" if found.hint else ""
    result = _result(found.code, found.severity.value, message, found.place, folder)
    file = found.place.file if found.place is not None else ""
    told = found.message if not found.path else ""
    result["partialFingerprints"] = _fingerprints(owner, found.code, found.path or file, told)
    return result


def _result(code: str, level: str, message: str, place: Place | None, folder: str) -> dict[str, Any]:
    return {
        "ruleId": code,
        "level": level,
        "message": {"text": message_text(message)},
        "locations": [{"physicalLocation": _physical(place, folder)}] if place is not None else [],
    }


def message_text(text: str) -> str:
    """A text as a SARIF message: nothing in it becomes a link (3.11.6) or a placeholder (3.11.5)."""
    return _PLACEHOLDER.sub(r"{{\1}}", _LINK.sub("] ", text))


def _physical(place: Place, folder: str) -> dict[str, Any]:
    region = {"startLine": place.line, "startColumn": place.column}
    if place.end_column is not None:
        region["endColumn"] = place.end_column
    location = {"uri": relative_uri(place.file, folder), "uriBaseId": "%SRCROOT%"}
    return {"artifactLocation": location, "region": region}


def _suppression(accepted: Accepted, folder: str) -> dict[str, Any]:
    found: dict[str, Any] = {
        "kind": "external",
        "status": "accepted",
        "justification": f"{clean(accepted.reason)} (until {accepted.expires})",
    }
    if accepted.place is not None:
        found["location"] = {"physicalLocation": _physical(accepted.place, folder)}
    return found


def _fingerprints(*parts: str) -> dict[str, str]:
    """The same for the same finding, whatever its line and its values: the second key is the one that GitHub reads."""
    text = "\0".join(parts).encode("utf-8", "surrogatepass")
    digest = hashlib.sha256(text).hexdigest()[:32]
    return {"gcsyncFinding/v1": digest, "primaryLocationLineHash": f"{digest[:16]}:1"}


def _notification(found: Diagnostic) -> dict[str, Any]:
    text = ": ".join(clean(part) for part in (found.path, found.message, found.hint) if part)
    return {
        "level": found.severity.value,
        "message": {"text": message_text(text)},
        "descriptor": {"id": found.code},
    }


def _document(runs: Iterable[dict[str, Any]]) -> str:
    """Only ASCII: what a terminal would act on stands as a JSON escape."""
    listed = list(runs) or [_run("drift", [], [], successful=True)]
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": listed}, indent=2) + "\n"
