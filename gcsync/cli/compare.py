"""`gcsync compare`."""

from __future__ import annotations

import sys
from dataclasses import replace
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from gcsync.cli import options, output
from gcsync.cli.exit_codes import ExitCode
from gcsync.cli.options import Common

if TYPE_CHECKING:
    from gcsync.model.comparison import Comparison


class CompareFormat(StrEnum):
    """The formats of a comparison."""

    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"


@options.command
def compare(
    common: Common,
    paths: options.Paths = None,
    environments: options.Environments = None,
    variables: options.Variables = None,
    variable_files: options.VariableFiles = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Also what differs by variables or the environment's name alone.")
    ] = False,
    output_format: Annotated[
        CompareFormat, typer.Option("--format", metavar="|".join(CompareFormat), help="How the result is written.")
    ] = CompareFormat.TEXT,
) -> int:
    """Show what differs between environments, declared and live. Leaves out the variables; writes nothing."""
    from gcsync.cli.choices import choose
    from gcsync.cli.environments import Environments
    from gcsync.cli.plan_file import refuse_plan_files
    from gcsync.cli.showing import tell_diagnostics
    from gcsync.engine import compare as compare_environments
    from gcsync.model.diagnostic import Diagnostic, DiagnosticError

    refuse_plan_files(paths)
    names = tuple(dict.fromkeys(environments or ()))
    if len(names) < 2:
        hint = "name at least two: gcsync compare --env dev --env prod"
        chosen = f"only {names[0]}" if names else "none"
        raise DiagnosticError(Diagnostic("GC743", f"environments are compared, and {chosen} is chosen", hint=hint))
    found = Environments.load(names, paths, options.inputs(None, variables, variable_files))
    with found.visited(common, sys.stderr) as visits:
        plans = found.plans(visits, choose())
    if wrong := found.diagnostics():
        raise DiagnosticError(wrong)
    tell_diagnostics([replace(plan, refusals=()) for plan in plans], common)
    stacks = [stack for several in found.stacks.values() for stack in several]
    output.result(_render(compare_environments(names, stacks, plans), common, output_format, everything=everything))
    return ExitCode.ERROR if any(plan.errored for plan in plans) else ExitCode.DONE


def _render(comparison: Comparison, common: Common, output_format: CompareFormat, *, everything: bool) -> str:
    if output_format is CompareFormat.JSON:
        from gcsync.views.json_compare import render_json_comparison

        return render_json_comparison(comparison, everything=everything)
    if output_format is CompareFormat.MARKDOWN:
        from gcsync.views.markdown_compare import render_markdown_comparison

        return render_markdown_comparison(comparison, everything=everything)
    from gcsync.views.text_compare import render_comparison

    return render_comparison(comparison, output.style_of(sys.stdout, no_color=common.no_color), everything=everything)
