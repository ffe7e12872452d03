"""`gcsync trace`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from gcsync.cli import options, output
from gcsync.cli.event_input import EventFile, read_event_input
from gcsync.cli.exit_codes import ExitCode
from gcsync.cli.options import Common, Format

if TYPE_CHECKING:
    from gcsync.model.resource import Stack
    from gcsync.model.trace import Event, Tracing
    from gcsync.stack import Inputs


@options.command
def trace(
    common: Common,
    event_file: EventFile,
    paths: options.Paths = None,
    environment: options.Environment = None,
    variables: options.Variables = None,
    variable_files: options.VariableFiles = None,
    remote: Annotated[
        bool, typer.Option("--remote", help="Trace what the organization has, not what the files say; only reads.")
    ] = False,
    output_format: options.OutputFormat = Format.TEXT,
) -> int:
    """Tell whether an event would arrive, where, and why. Reads files alone, unless --remote."""
    event = read_event_input(event_file)
    inputs = options.inputs(environment, variables, variable_files)
    found = _remote(event, paths, inputs, common) if remote else _declared(event, paths, inputs)
    output.result(_render(found, output_format, common))
    return ExitCode.DONE


def _declared(event: Event, paths: list[str] | None, inputs: Inputs) -> Tracing:
    from gcsync.model.trace import Tracing
    from gcsync.schema.tracing import trace_stacks

    return Tracing(event, trace_stacks(_sketched(paths, inputs), event))


def _sketched(paths: list[str] | None, inputs: Inputs) -> tuple[Stack, ...]:
    """The stacks as far as they are known without values. Raises DiagnosticError."""
    from pathlib import Path

    from gcsync.stack import sketch

    return sketch(paths or (), inputs, folder=Path.cwd())


def _remote(event: Event, paths: list[str] | None, inputs: Inputs, common: Common) -> Tracing:
    """Everything in the organizations of the stacks, or in that of the environment's credentials without any."""
    from dataclasses import replace

    from gcsync.cli.walk import announce_to, grouped, has_stacks, visit
    from gcsync.model.trace import Tracing
    from gcsync.schema.tracing import trace_objects

    stacks = _sketched(paths, inputs) if paths or has_stacks() else ()
    # Without resources no kind is declared: one that the organization lacks is told, and keeps nothing back.
    with grouped([replace(stack, resources={}) for stack in stacks], common) as groups:
        visits = visit(groups, announce_to(sys.stderr), no_color=common.no_color)
    # Two clients may see one organization, and then the same objects.
    objects = {
        (one.kind, one.id): one
        for visited in visits
        for listing in visited.refreshed.listings.values()
        for one in listing.objects
    }
    unread = dict.fromkeys(entry for visited in visits for entry in visited.refreshed.not_checked)
    return Tracing(event, trace_objects(objects.values(), stacks, event), remote=True, not_checked=tuple(unread))


def _render(found: Tracing, output_format: Format, common: Common) -> str:
    if output_format is Format.JSON:
        from gcsync.views.json_trace import render_json_trace

        return render_json_trace(found)
    from gcsync.views.text_trace import render_trace

    return render_trace(found, output.style_of(sys.stdout, no_color=common.no_color))
