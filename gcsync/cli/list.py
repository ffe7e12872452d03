"""`gcsync list`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from gcsync.cli import options, output
from gcsync.cli.exit_codes import ExitCode
from gcsync.cli.options import Common, Format

if TYPE_CHECKING:
    from gcsync.model.drift import Owned


@options.command
def list_owned(
    common: Common,
    paths: options.Paths = None,
    environment: options.Environment = None,
    variables: options.Variables = None,
    variable_files: options.VariableFiles = None,
    stack: Annotated[
        str | None, typer.Option("--stack", metavar="NAME", help="Only what this stack owns, in any environment.")
    ] = None,
    orphans: Annotated[
        bool, typer.Option("--orphans", help="Only what its own stack's file no longer declares.")
    ] = False,
    output_format: options.OutputFormat = Format.TEXT,
) -> int:
    """Show every object that any stack owns. Orphans too, which no stack file declares."""
    from gcsync.cli.walk import announce_to, grouped, has_stacks, load_stacks, visit
    from gcsync.engine import owned

    inputs = options.inputs(environment, variables, variable_files)
    stacks = load_stacks(paths, inputs) if paths or has_stacks() else ()
    with grouped(stacks, common) as groups:
        visits = visit(groups, announce_to(sys.stderr), no_color=common.no_color)
    # Two clients may see one organization, and then the same objects.
    rows = {(row.kind, row.id): row for one in visits for row in owned(one.refreshed, stacks)}
    unread = [entry for one in visits for entry in one.refreshed.not_checked]
    for entry in unread:
        output.notice(f"not checked: {entry.kind}: {entry.reason}")
    chosen = [row for row in rows.values() if stack is None or stack in (row.stack, row.owner)]
    if orphans:
        _tell_unknown(chosen)
        chosen = [row for row in chosen if row.orphan]
    _show(chosen, common, output_format, _nothing(stack, orphans=orphans) if rows else None)
    return ExitCode.ERROR if any(entry.unread_kind for entry in unread) else ExitCode.DONE


def _tell_unknown(rows: list[Owned]) -> None:
    """That of some objects nobody can tell: the file of their stack was not read."""
    unknown = sorted({row.owner for row in rows if row.orphan is None and not row.problem})
    if unknown:
        output.notice(f"not known, as their files were not read: whether {', '.join(unknown)} have orphans")


def _nothing(stack: str | None, *, orphans: bool) -> str:
    """What to say when objects are owned, and none of them was asked for."""
    what = "orphan" if orphans else "object"
    return f"No {what} of stack {stack}." if stack is not None else f"No {what}s."


def _show(rows: list[Owned], common: Common, output_format: Format, nothing: str | None) -> None:
    if output_format is Format.JSON:
        from gcsync.views.json_list import render_json_list

        output.result(render_json_list(rows))
        return
    from gcsync.views.text_list import NOTHING_OWNED, render_list

    style = output.style_of(sys.stdout, no_color=common.no_color)
    output.result(render_list(rows, style, nothing or NOTHING_OWNED))
