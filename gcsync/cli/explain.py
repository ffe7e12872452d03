"""`gcsync explain`."""

from __future__ import annotations

from typing import Annotated

import typer

from gcsync.cli import completion, options, output
from gcsync.cli.exit_codes import ExitCode
from gcsync.cli.options import Common


@options.command
def explain(
    common: Common,
    code: Annotated[
        str | None,
        typer.Argument(
            metavar="[CODE]", autocompletion=completion.codes, help="As GC104; without one, all are listed."
        ),
    ] = None,
) -> int:
    """Tell more about a diagnostic: its cause, an example, the cure."""
    from gcsync.explanations import explain as look_up

    if code is None:
        output.result(_overview())
        return ExitCode.DONE
    found = look_up(code)
    if found is None:
        raise _unknown(code)
    output.result(f"{found.code}: {found.title}\n\n{found.text}")
    return ExitCode.DONE


def _overview() -> str:
    from gcsync.explanations import codes
    from gcsync.explanations import explain as look_up

    found = [entry for code in codes() if (entry := look_up(code)) is not None]
    return "\n".join(f"{entry.code}  {entry.title}" for entry in found)


def _unknown(code: str) -> Exception:
    from gcsync.explanations import nearest
    from gcsync.model.diagnostic import Diagnostic, DiagnosticError

    near = ", ".join(nearest(code))
    hint = f"did you mean {near}?" if near else "gcsync explain, without a code, lists them all"
    return DiagnosticError(Diagnostic("GC608", f'there is no diagnostic "{code[:40]}"', hint=hint))
