"""`gcsync schema`."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from gcsync.cli import completion, options, output
from gcsync.cli.exit_codes import ExitCode
from gcsync.cli.options import Common

_PRINTED = ("verify", "trace", "receiver_test", "receiver_stats")


@options.command
def schema(
    common: Common,
    name: Annotated[
        str,
        typer.Argument(
            metavar="[NAME]",
            autocompletion=completion.schemas,
            help="stack, plan, baseline, verify, trace, receiver_test, receiver_stats, or a kind, such as stream.",
        ),
    ] = "stack",
) -> int:
    """Print the JSON Schema of stack files, for editors. Or of baselines, of one kind, of what is printed as JSON."""
    output.result(json.dumps(_read(name), indent=2, ensure_ascii=False))
    return ExitCode.DONE


def names() -> tuple[str, ...]:
    """What can be asked for: stack files, baselines, every kind, and the JSON documents that commands print."""
    from gcsync.schema.compose import kind_names

    return ("stack", "plan", "baseline", *_PRINTED, *kind_names())


def _read(name: str) -> dict[str, object]:
    from gcsync.schema.files import read_schema

    if name == "stack":
        from gcsync.schema.compose import stack_schema

        return stack_schema()
    if name not in names():
        from gcsync.model.diagnostic import Diagnostic, DiagnosticError

        hint = f"there are {', '.join(names())}"
        raise DiagnosticError(Diagnostic("GC607", f'there is no schema "{name}"', hint=hint))
    return read_schema(name)
