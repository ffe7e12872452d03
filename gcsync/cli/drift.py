"""`gcsync drift`."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from gcsync.cli import options
from gcsync.cli.exit_codes import ExitCode
from gcsync.cli.options import Common, DriftFormat
from gcsync.cli.showing import show_drift

if TYPE_CHECKING:
    from gcsync.model.drift import DriftReport
    from gcsync.model.plan import Plan


@options.command
def drift(
    common: Common,
    paths: options.Paths = None,
    environment: options.Environment = None,
    variables: options.Variables = None,
    variable_files: options.VariableFiles = None,
    ignore_missing: Annotated[
        bool, typer.Option("--ignore-missing", help="Missing and not adopted objects are told, but are no drift.")
    ] = False,
    output_format: options.DriftOutputFormat = DriftFormat.TEXT,
    reconcile: options.Reconcile = False,
    auto_approve: options.AutoApprove = False,
    parallelism: options.Parallelism = 8,
    lock_timeout: options.LockTimeout = 0,
) -> int:
    """Tell what changed outside gcsync. Writes nothing, unless --reconcile asks for it; made for cron."""
    from gcsync.cli.choices import choose
    from gcsync.cli.reconcile import Reconciling
    from gcsync.cli.walk import announce_to, grouped, load_stacks, plan_all, visit
    from gcsync.engine import drift_of

    reconciling = Reconciling(reconcile, common, auto_approve, parallelism, lock_timeout, tuple(paths or ()))
    stacks = load_stacks(paths, options.inputs(environment, variables, variable_files))
    with grouped(stacks, common) as groups, reconciling.locking() as lock:
        visits = visit(groups, announce_to(sys.stderr), no_color=common.no_color, before_reading=lock)
        plans = [_without_topic_errors(one.plan) for one in plan_all(visits, choose())]
        reports = tuple(drift_of(plan) for plan in plans)
        show_drift(reports, common, output_format)
        code = exit_code(reports, ignore_missing=ignore_missing)
        return reconciling.run(visits, reports, code, output_format, ignore_missing=ignore_missing)


def _without_topic_errors(plan: Plan) -> Plan:
    """A topic that the organization does not offer keeps a plan from being applied; of drift it says nothing."""
    from gcsync.engine.topics import UNKNOWN_TOPIC

    found = (one.as_warning() if one.code == UNKNOWN_TOPIC else one for one in plan.diagnostics)
    return replace(plan, diagnostics=tuple(found))


def exit_code(reports: tuple[DriftReport, ...], *, ignore_missing: bool) -> ExitCode:
    """1 where a kind that the organization has, or a stack, could not be judged, 2 for drift, else 0."""
    if any(report.plan.errored for report in reports):
        return ExitCode.ERROR
    if any(entry.unread_kind for report in reports for entry in report.not_checked):
        return ExitCode.ERROR
    found = any(report.found(ignore_missing=ignore_missing) for report in reports)
    return ExitCode.CHANGES if found else ExitCode.DONE
