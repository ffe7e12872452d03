"""What an apply did, as JSON: the JSON plan that was executed, and the outcome of every change beside it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from gcsync.model.outcome import Outcome, Report
from gcsync.model.plan import Plan
from gcsync.views.json_plan import diagnostic_object, plan_document


def report_document(reports: Sequence[Report], plans: Sequence[Plan]) -> dict[str, Any]:
    """The document of `plan_document` with `gcsync.applied`: the counts, the outcomes and what ended it early."""
    document = plan_document(plans)
    names = list(Report("", ()).counts)
    interrupted = [report.interrupted for report in reports if report.interrupted is not None]
    document["gcsync"]["applied"] = {
        "counts": {name: sum(report.counts[name] for report in reports) for name in names},
        "outcomes": [_outcome(report, outcome) for report in reports for outcome in report.outcomes],
        "interrupted": interrupted[0] if interrupted else None,
        "journals": [report.journal for report in reports if report.journal is not None],
    }
    return document


def render_json_report(reports: Sequence[Report], plans: Sequence[Plan]) -> str:
    """`report_document` on one line."""
    return json.dumps(report_document(reports, plans)) + "\n"


def _outcome(report: Report, outcome: Outcome) -> dict[str, Any]:
    found: dict[str, Any] = {
        "stack": report.stack,
        "address": str(outcome.address),
        "name": outcome.change.name,
        "action": outcome.action.value,
        "status": outcome.status.name.lower(),
        "id": outcome.id,
        "note": outcome.note or None,
        "diagnostic": None if outcome.diagnostic is None else diagnostic_object(outcome.diagnostic),
    }
    return {key: value for key, value in found.items() if value is not None}
