"""`gcsync validate`."""

from __future__ import annotations

import sys

from gcsync.cli import options, output
from gcsync.cli.exit_codes import ExitCode
from gcsync.cli.options import Common


@options.command
def validate(
    common: Common,
    paths: options.Paths = None,
    environment: options.Environment = None,
    variables: options.Variables = None,
    variable_files: options.VariableFiles = None,
) -> int:
    """Check stack files: every environment, no credentials, no network."""
    from pathlib import Path

    from gcsync.model.diagnostic import Severity
    from gcsync.stack import examine
    from gcsync.views.style import plural

    inputs = options.inputs(environment, variables, variable_files)
    found = examine(paths or (), inputs, folder=Path.cwd())
    output.report(found.diagnostics, output.style_of(sys.stderr, no_color=common.no_color))
    if any(diagnostic.severity is Severity.ERROR for diagnostic in found.diagnostics):
        return ExitCode.ERROR
    output.result(f"Valid: {plural(found.stacks, 'stack')}, {plural(found.resources, 'resource')}.")
    return ExitCode.DONE
