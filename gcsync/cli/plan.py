"""`gcsync plan`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO

import typer

from gcsync.cli import options, output
from gcsync.cli.annotations import annotator
from gcsync.cli.exit_codes import ExitCode
from gcsync.cli.options import Common, PlanFormat
from gcsync.cli.showing import show_plans
from gcsync.cli.undo import load

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gcsync.cli.undo import Loaded
    from gcsync.cli.walk import Planned


@options.command
def plan(
    common: Common,
    paths: options.Paths = None,
    environments: options.Environments = None,
    variables: options.Variables = None,
    variable_files: options.VariableFiles = None,
    targets: options.Targets = None,
    excludes: options.Excludes = None,
    replace: options.Replace = None,
    allow_delete: options.AllowDelete = None,
    no_delete: options.NoDelete = False,
    destroy: Annotated[bool, typer.Option("--destroy", help="Plan to delete all that the stack owns.")] = False,
    undo: options.Undo = None,
    unknown_secrets: options.UnknownSecrets = False,
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
    from gcsync.cli.environments import plan_several, refuse_with_several
    from gcsync.cli.plan_file import refuse_plan_files
    from gcsync.cli.saved_plan import check_target

    refuse_plan_files(paths)
    names = list(dict.fromkeys(environments or ()))
    refuse_with_several(names, {"--out": out, "--undo": undo})
    if out is not None:
        check_target(out)
    chosen = choose(targets, excludes, replace, allow_delete, no_delete=no_delete, destroy=destroy)
    given = options.inputs(names[0] if names else None, variables, variable_files, unknown_secrets=unknown_secrets)
    stream = sys.stdout if output_format is PlanFormat.TEXT else sys.stderr
    if len(names) > 1:
        plans = plan_several(names, paths, given, chosen, common, stream)
        show_plans(plans, common, output_format)
    else:
        loaded = load(paths, given, chosen, undo)
        planned = _plan(loaded, common, stream)
        plans = tuple(one.plan for one in planned)
        show_plans(plans, common, output_format)
        if out is not None:
            _save(out, loaded, planned, common)
    annotator.plans(plans)
    if any(one.errored for one in plans):
        return ExitCode.ERROR
    return ExitCode.CHANGES if detailed_exitcode and any(one.summary.changes for one in plans) else ExitCode.DONE


def _plan(loaded: Loaded, common: Common, stream: TextIO) -> tuple[Planned, ...]:
    from gcsync.cli.walk import announce_to, grouped, plan_all, visit

    with grouped(loaded.stacks, common) as groups:
        return plan_all(visit(groups, announce_to(stream), no_color=common.no_color), loaded.options)


def _save(out: Path, loaded: Loaded, planned: Sequence[Planned], common: Common) -> None:
    from gcsync.cli.saved_plan import paired, save

    save(out, paired(loaded.stacks, planned), loaded.paths, loaded.options, common)
    if any(one.plan.unknown_secrets for one in planned):
        output.notice(f"The plan is saved in {out}. It can be shown, not applied: secrets were not given.")
    else:
        output.notice(f"The plan is saved in {out}. To apply exactly this: gcsync apply {out}")
