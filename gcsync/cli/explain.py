"""`gcsync explain`."""

from __future__ import annotations

from typing import Annotated

import typer

from gcsync.cli import options, output
from gcsync.cli.exit_codes import ExitCode
from gcsync.cli.options import Common


@options.command
def explain(
    common: Common,
    code: Annotated[str | None, typer.Argument(metavar="[CODE]", help="As GC104; without one, all are listed.")] = None,
) -> int:
    """Tell more about a diagnostic: its cause, an example, the cure."""
    from gcsync.explanations import explain as look_up

    if code is None:
        output.result(_overview())
        return ExitCode.DONE
    found = look_up(code.strip().upper())
    if found is None:
        raise _unknown(code)
    output.result(f"{found.code}: {found.title}\n\n{found.text.strip()}")
    return ExitCode.DONE
