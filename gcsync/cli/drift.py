"""`gcsync drift`."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gcsync.cli import options, output
from gcsync.cli.exit_codes import ExitCode
from gcsync.cli.failed_drift import told_when_it_fails
from gcsync.cli.options import Common, DriftFormat
from gcsync.cli.showing import show_drift

if TYPE_CHECKING:
    from gcsync.model.drift import DriftReport

Baseline = Annotated[
    str | None,
    typer.Option("--baseline", metavar="FILE", help="Known drift that is accepted until a day: told, and no drift."),
]
AskBlame = Annotated[
    bool, typer.Option("--blame", help="Ask the audit API who changed it, when, and through which client.")
]
Since = Annotated[
    str | None,
    typer.Option("--since", metavar="AGE|DATE", help="Only what changed since then: 12h, 7d, 2026-11-01 (UTC)."),
]
MaxAge = Annotated[
    str | None,
    typer.Option("--max-age", metavar="AGE", help="Mark what has stood longer than this, such as 7d, as overdue."),
]


@options.command
@told_when_it_fails
def drift(
    common: Common,
    paths: options.Paths = None,
    environment: options.Environment = None,
    variables: options.Variables = None,
    variable_files: options.VariableFiles = None,
    ignore_missing: Annotated[
        bool, typer.Option("--ignore-missing", help="Missing and not adopted objects are told, but are no drift.")
    ] = False,
    baseline: Baseline = None,
    blame: AskBlame = False,
    since: Since = None,
    max_age: MaxAge = None,
    notify: options.Notify = None,
    confirm: options.Confirm = 1,
    notify_state: options.NotifyState = None,
    output_format: options.DriftOutputFormat = DriftFormat.TEXT,
    reconcile: options.Reconcile = False,
    auto_approve: options.AutoApprove = False,
    parallelism: options.Parallelism = 8,
    lock_timeout: options.LockTimeout = 0,
) -> int:
    """Tell what changed outside gcsync. Writes nothing, unless --reconcile asks for it; made for cron."""
    from gcsync.cli.choices import choose
    from gcsync.cli.drift_report import read_request, report_all, words_again
    from gcsync.cli.notify import notifying
    from gcsync.cli.reconcile import Reconciling
    from gcsync.cli.walk import announce_to, grouped, load_stacks, plan_all, visit

    reconciling = Reconciling(reconcile, common, auto_approve, parallelism, lock_timeout, tuple(paths or ()))
    notification = notifying(notify or (), confirm, notify_state, _job(paths, environment))
    watching = nullcontext() if notification is None else notification.watching(no_color=common.no_color)
    with watching:
        given = words_again(common, variables, variable_files)
        request = replace(read_request(baseline, since, max_age, blame=blame), given=given)
        stacks = load_stacks(paths, options.inputs(environment, variables, variable_files))
        with grouped(stacks, common) as groups, reconciling.locking() as lock:
            visits = visit(groups, announce_to(sys.stderr), no_color=common.no_color, before_reading=lock)
            reports = report_all(visits, plan_all(visits, choose()), request, no_color=common.no_color)
            show_drift(reports, common, output_format, ignore_missing=ignore_missing)
            if notification is not None:
                warnings = notification.tell(reports, ignore_missing=ignore_missing)
                output.report(warnings, output.style_of(sys.stderr, no_color=common.no_color))
            code = exit_code(reports, ignore_missing=ignore_missing)
            return reconciling.run(visits, reports, code, output_format, ignore_missing=ignore_missing)


def _job(paths: Sequence[str] | None, environment: str | None) -> str:
    """What tells this run from those of other jobs that remember in the same file, or write into the same channel."""
    return shlex.join([*(paths or (Path.cwd().name,)), *(("--env", environment) if environment else ())])


def exit_code(reports: tuple[DriftReport, ...], *, ignore_missing: bool) -> ExitCode:
    """1 where a kind that the organization has, or a stack, could not be judged, 2 for drift, else 0."""
    if any(report.plan.errored for report in reports):
        return ExitCode.ERROR
    if any(entry.unread_kind for report in reports for entry in report.not_checked):
        return ExitCode.ERROR
    found = any(report.found(ignore_missing=ignore_missing) for report in reports)
    return ExitCode.CHANGES if found else ExitCode.DONE
