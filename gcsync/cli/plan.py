"""`gcsync plan`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gcsync.cli import options, output
from gcsync.cli.annotations import annotator
from gcsync.cli.exit_codes import ExitCode
from gcsync.cli.options import Common, PlanFormat
from gcsync.cli.showing import show_plans

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gcsync.cli.undo import Loaded
    from gcsync.cli.walk import Planned


@options.command
def plan(
    common: Common,
    paths: options.Paths = None,
    environment: options.Environment = None,
    variables: options.Variables = None,
    variable_files: options.VariableFiles = None,
    targets: options.Targets = None,
    excludes: options.Excludes = None,
    replace: options.Replace = None,
    allow_delete: options.AllowDelete = None,
    no_delete: options.NoDelete = False,
    destroy: Annotated[bool, typer.Option("--destroy", help="Plan to delete all that the stack owns.")] = False,
    undo: options.Undo = None,
    detailed_exitcode: Annotated[
        bool, typer.Option("--detailed-exitcode", help="Exit with 2 when there are changes.")
    ] = False,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="Save the plan, to be applied exactly as it is.")
    ] = None,
    output_format: options.PlanOutputFormat = PlanFormat.TEXT,
) -> int:
    """Show what apply would do. Writes nothing to the organization."""
    from gcsync.cli.choices import choose
    from gcsync.cli.plan_file import refuse_plan_files
    from gcsync.cli.saved_plan import check_target
    from gcsync.cli.undo import load
    from gcsync.cli.walk import announce_to, grouped, plan_all, visit

    refuse_plan_files(paths)
    if out is not None:
        check_target(out)
    chosen = choose(targets, excludes, replace, allow_delete, no_delete=no_delete, destroy=destroy)
    loaded = load(paths, options.inputs(environment, variables, variable_files), chosen, undo)
    announce = announce_to(sys.stdout if output_format is PlanFormat.TEXT else sys.stderr)
    with grouped(loaded.stacks, common) as groups:
        planned = plan_all(visit(groups, announce, no_color=common.no_color), loaded.options)
    plans = tuple(one.plan for one in planned)
    show_plans(plans, common, output_format)
    annotator.plans(plans)
    if out is not None:
        _save(out, loaded, planned, common)
    if any(one.errored for one in plans):
        return ExitCode.ERROR
    return ExitCode.CHANGES if detailed_exitcode and any(one.summary.changes for one in plans) else ExitCode.DONE


def _save(out: Path, loaded: Loaded, planned: Sequence[Planned], common: Common) -> None:
    from gcsync.cli.saved_plan import paired, save

    save(out, paired(loaded.stacks, planned), loaded.paths, loaded.options, common)
    output.notice(f"The plan is saved in {out}. To apply exactly this: gcsync apply {out}")
