"""`gcsync graph`."""

from __future__ import annotations

import sys
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from gcsync.cli import options, output
from gcsync.cli.exit_codes import ExitCode
from gcsync.cli.options import Common

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gcsync.model.graph import Graph
    from gcsync.stack import Inputs


class GraphFormat(StrEnum):
    """The formats of a graph."""

    TEXT = "text"
    MERMAID = "mermaid"
    DOT = "dot"
    SVG = "svg"


@options.command
def graph(
    common: Common,
    paths: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="PATH",
            show_default=False,
            help="Stack files or folders, or one plan file; stacks/ by default, else the current folder.",
        ),
    ] = None,
    environment: options.Environment = None,
    variables: options.Variables = None,
    variable_files: options.VariableFiles = None,
    output_format: Annotated[
        GraphFormat, typer.Option("--format", metavar="|".join(GraphFormat), help="How the result is written.")
    ] = GraphFormat.TEXT,
) -> int:
    """Draw what flows where: events, resources, targets. Of stacks, or of a plan file; no credentials, no network."""
    found = _read(paths or (), options.inputs(environment, variables, variable_files))
    output.result(_render(found, output_format, common))
    return ExitCode.DONE


def _read(paths: Sequence[str], inputs: Inputs) -> Graph:
    """Raises DiagnosticError: GC710 for a plan file beside others, and what is wrong in the files."""
    from pathlib import Path

    from gcsync.cli.plan_file import is_plan_file, read_plan_file, refuse_plan_files
    from gcsync.schema.graphing import graph_of_plans, graph_of_stacks
    from gcsync.stack import sketch

    if not any(is_plan_file(path) for path in paths):
        refuse_plan_files(paths)
        return graph_of_stacks(sketch(paths, inputs, folder=Path.cwd()))
    if len(paths) > 1 or inputs.variables or inputs.variable_files:
        from gcsync.model.diagnostic import Diagnostic, DiagnosticError

        message = "a plan file is drawn alone: it knows its stacks and their variables"
        raise DiagnosticError(Diagnostic("GC710", message, hint="name the plan file only, without --var or --var-file"))
    return graph_of_plans(read_plan_file(Path(paths[0])).plans())


def _render(found: Graph, output_format: GraphFormat, common: Common) -> str:
    if output_format is GraphFormat.TEXT:
        from gcsync.views.graph_text import render_graph_text

        return render_graph_text(found, output.style_of(sys.stdout, no_color=common.no_color))
    if output_format is GraphFormat.DOT:
        from gcsync.views.graph_dot import render_graph_dot

        return render_graph_dot(found)
    if output_format is GraphFormat.SVG:
        from gcsync.views.graph_svg import render_graph_svg

        return render_graph_svg(found)
    from gcsync.views.graph_mermaid import render_graph_mermaid, too_large

    text = render_graph_mermaid(found)
    _warn(too_large(text, found), common)
    return text


def _warn(problem: str | None, common: Common) -> None:
    """GC711: what was asked for is printed, and will not be drawn."""
    from gcsync.model.diagnostic import Diagnostic, Severity

    if problem is not None:
        hint = "name fewer stack files, or take --format svg, which has no such limit"
        found = Diagnostic("GC711", f"Mermaid will not draw this: {problem}", Severity.WARNING, hint=hint)
        output.report([found], output.style_of(sys.stderr, no_color=common.no_color))
