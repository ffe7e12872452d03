"""How plans and drift are shown: the result where it belongs, what is to be said about it on stderr."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final, TextIO

from gcsync.cli import output
from gcsync.cli.annotations import annotator
from gcsync.cli.options import DriftFormat, PlanFormat

if TYPE_CHECKING:
    from gcsync.cli.options import Common
    from gcsync.model.diagnostic import Diagnostic
    from gcsync.model.drift import DriftReport
    from gcsync.model.plan import Plan

_PLAN_VIEWS: Final[Mapping[PlanFormat, str]] = {
    PlanFormat.JSON: "gcsync.views.json_plan:render_json_plan",
    PlanFormat.MARKDOWN: "gcsync.views.markdown_plan:render_markdown_plan",
    PlanFormat.HTML: "gcsync.views.html_report:render_html_plan",
    PlanFormat.GITLAB: "gcsync.views.gitlab_plan:render_gitlab_plan",
}
"""The view of each format but text, imported when it is asked for: a function from plans to text."""

_DRIFT_VIEWS: Final[Mapping[DriftFormat, str]] = {
    DriftFormat.JSON: "gcsync.views.json_drift:render_json_drift",
    DriftFormat.MARKDOWN: "gcsync.views.markdown_drift:render_markdown_drift",
    DriftFormat.HTML: "gcsync.views.html_report:render_html_drift",
    DriftFormat.JUNIT: "gcsync.views.junit:render_junit_drift",
    DriftFormat.SARIF: "gcsync.views.sarif:render_sarif_drift",
    DriftFormat.PROMETHEUS: "gcsync.views.prometheus:render_prometheus_drift",
}
"""The same for drift: a function from drift reports to text."""

_FROM_THE_EDGE: Final[Mapping[DriftFormat, tuple[str, ...]]] = {
    DriftFormat.JUNIT: ("now", "ignore_missing"),
    DriftFormat.SARIF: ("folder", "ignore_missing"),
    DriftFormat.PROMETHEUS: ("now",),
}
"""What the view of a format is told besides the reports, as keywords."""


def show_plans(plans: Sequence[Plan], common: Common, output_format: PlanFormat) -> None:
    """The plans on stdout, in the format asked for; all that is to be said about them on stderr too."""
    if output_format is PlanFormat.TEXT:
        show(plans, common, sys.stdout)
        return
    tell_diagnostics(plans, common)
    output.result(_view(_PLAN_VIEWS[output_format])(plans))


def show_drift(
    reports: Sequence[DriftReport], common: Common, output_format: DriftFormat, *, ignore_missing: bool = False
) -> None:
    """The drift reports on stdout, in the format asked for; all that is to be said about them on stderr too."""
    plans = [report.plan for report in reports]
    annotator.drift(reports, ignore_missing=ignore_missing)
    if output_format is not DriftFormat.TEXT:
        from gcsync.cli.drift_report import tell_notes

        tell_diagnostics(plans, common)
        tell_notes(reports, common)
        known = {"now": datetime.now(UTC), "folder": os.getcwd(), "ignore_missing": ignore_missing}
        given: dict[str, Any] = {name: known[name] for name in _FROM_THE_EDGE.get(output_format, ())}
        output.result(_view(_DRIFT_VIEWS[output_format])(reports, **given))
        return
    from gcsync.views.text_drift import render_drift

    tell_warnings(plans, common)
    shown = [replace(report, plan=without_warnings(report.plan)) for report in reports]
    output.result(render_drift(shown, output.style_of(sys.stdout, no_color=common.no_color)))


def _view(place: str) -> Callable[..., str]:
    module, _, name = place.partition(":")
    view: Callable[..., str] = getattr(import_module(module), name)
    return view


def show(plans: Sequence[Plan], common: Common, stream: TextIO) -> None:
    """The plans as text. What is wrong with them is a part of it; a warning is not, and goes to stderr."""
    from gcsync.views.text_plan import render_plan

    tell_warnings(plans, common)
    annotator.diagnostics([found for plan in plans for found in (*plan.diagnostics, *plan.refusals)])
    style = output.style_of(stream, no_color=common.no_color)
    output.write(f"\n{render_plan([without_warnings(plan) for plan in plans], style)}", stream)
    if stream is sys.stdout:
        _tell_codes(plans)


def _tell_codes(plans: Sequence[Plan]) -> None:
    """On stderr, in a line, that the plan has errors or is refused: whoever reads stderr alone must learn of it."""
    errors = {found.code for plan in plans for found in plan.diagnostics if not _is_warning(found)}
    refusals = {found.code for plan in plans for found in plan.refusals}
    for codes, said in ((errors, "The plan has errors"), (refusals, "apply refuses this plan")):
        if codes:
            output.notice(f"{said}: {', '.join(sorted(codes))}; the plan tells more.")


def tell_diagnostics(plans: Sequence[Plan], common: Common) -> None:
    """All that is to be said about plans, on stderr."""
    found = dict.fromkeys(diagnostic for plan in plans for diagnostic in (*plan.diagnostics, *plan.refusals))
    output.report(list(found), output.style_of(sys.stderr, no_color=common.no_color))


def tell_warnings(plans: Sequence[Plan], common: Common) -> None:
    """The warnings of plans, on stderr."""
    found = dict.fromkeys(found for plan in plans for found in plan.diagnostics if _is_warning(found))
    output.report(list(found), output.style_of(sys.stderr, no_color=common.no_color))


def without_warnings(plan: Plan) -> Plan:
    """The plan with its errors alone."""
    return replace(plan, diagnostics=tuple(found for found in plan.diagnostics if not _is_warning(found)))


def _is_warning(diagnostic: Diagnostic) -> bool:
    from gcsync.model.diagnostic import Severity

    return diagnostic.severity is Severity.WARNING
