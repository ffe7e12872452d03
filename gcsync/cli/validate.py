"""`gcsync validate`."""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from gcsync.cli import options, output
from gcsync.cli.exit_codes import ExitCode
from gcsync.cli.options import Common, ValidateFormat

if TYPE_CHECKING:
    from gcsync.stack import Examination

_COMMAND = "gcsync validate"


@options.command
def validate(
    common: Common,
    paths: options.Paths = None,
    environment: options.Environment = None,
    variables: options.Variables = None,
    variable_files: options.VariableFiles = None,
    output_format: options.ValidateOutputFormat = ValidateFormat.TEXT,
) -> int:
    """Check stack files, every environment in turn. No credentials, no network."""
    from pathlib import Path

    from gcsync.model.diagnostic import Severity
    from gcsync.stack import examine

    inputs = options.inputs(environment, variables, variable_files)
    found = examine(paths or (), inputs, folder=Path.cwd())
    output.report(found.diagnostics, output.style_of(sys.stderr, no_color=common.no_color))
    wrong = any(diagnostic.severity is Severity.ERROR for diagnostic in found.diagnostics)
    if output_format is not ValidateFormat.TEXT or not wrong:
        output.result(_shown(found, output_format))
    return ExitCode.ERROR if wrong else ExitCode.DONE


def _shown(found: Examination, output_format: ValidateFormat) -> str:
    """The result on stdout; as text it is the one line that all is well."""
    if output_format is ValidateFormat.JSON:
        from gcsync.views.json_validate import render_json_validate

        return render_json_validate(found.diagnostics, files=found.files, resources=found.resources)
    if output_format is ValidateFormat.SARIF:
        from gcsync.views.sarif import render_sarif_diagnostics

        return render_sarif_diagnostics(found.diagnostics, command="validate", folder=os.getcwd())
    if output_format is ValidateFormat.JUNIT:
        from gcsync.views.junit import render_junit_diagnostics

        return render_junit_diagnostics(found.diagnostics, command=_COMMAND, files=found.files, now=datetime.now(UTC))
    from gcsync.views.style import plural

    tested = f" {plural(found.passed, 'test')} passed." if found.passed else ""
    return f"Valid: {plural(found.stacks, 'stack')}, {plural(found.resources, 'resource')}.{tested}"
