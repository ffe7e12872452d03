"""`gcsync init`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gcsync.cli import options, output
from gcsync.cli.exit_codes import ExitCode
from gcsync.cli.options import Common


@options.command
def init(
    common: Common,
    folder: Annotated[
        Path, typer.Argument(metavar="[DIR]", help="Where; the current folder by default, made if need be.")
    ] = Path(),
) -> int:
    """Write a first stack to begin with, with comments. Overwrites nothing."""
    from gcsync.cli.starter import write_starter

    for line in write_starter(folder):
        output.result(line)
    return ExitCode.DONE
