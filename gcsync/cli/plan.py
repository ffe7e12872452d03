"""`gcsync plan`."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from gcsync.cli import options
from gcsync.cli.exit_codes import ExitCode
from gcsync.cli.options import Common, Format
from gcsync.cli.showing import show, show_json


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
    output_format: options.OutputFormat = Format.TEXT,
) -> int:
    """Show what apply would do. Writes nothing."""
    from gcsync.cli.choices import choose
    from gcsync.cli.undo import load
    from gcsync.cli.walk import announce_to, grouped, plan_all, visit

    chosen = choose(targets, excludes, replace, allow_delete, no_delete=no_delete, destroy=destroy)
    stacks, chosen = load(paths, options.inputs(environment, variables, variable_files), chosen, undo)
    announce = announce_to(sys.stdout if output_format is Format.TEXT else sys.stderr)
    with grouped(stacks, common) as groups:
        planned = plan_all(visit(groups, announce, no_color=common.no_color), chosen)
    plans = tuple(one.plan for one in planned)
    if output_format is Format.JSON:
        show_json(plans, common)
    else:
        show(plans, common, sys.stdout)
    if any(one.errored for one in plans):
        return ExitCode.ERROR
    return ExitCode.CHANGES if detailed_exitcode and any(one.summary.changes for one in plans) else ExitCode.DONE
