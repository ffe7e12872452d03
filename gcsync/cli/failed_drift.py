"""A drift that could not be looked for, told in the machine formats: a dashboard must see that nobody looked."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import wraps
from typing import TYPE_CHECKING, Any

from gcsync.cli import options, output
from gcsync.cli.options import DriftFormat

if TYPE_CHECKING:
    from gcsync.model.diagnostic import Diagnostic
    from gcsync.views.prometheus import StackName

_COMMAND = "gcsync drift"


def told_when_it_fails(drift: Callable[..., int]) -> Callable[..., int]:
    """The command, with a document of its format on stdout also where it ends with an error instead of reports."""

    @wraps(drift)
    def run(*given: Any, **named: Any) -> int:
        from gcsync.model.diagnostic import DiagnosticError

        try:
            return drift(*given, **named)
        except DiagnosticError as error:
            output.result(_document(error.diagnostics, named))
            raise

    return run


def _document(diagnostics: Sequence[Diagnostic], named: dict[str, Any]) -> str:
    """What stands on stdout; empty for the formats that have no word for it."""
    output_format = named.get("output_format")
    if output_format is DriftFormat.JUNIT:
        from gcsync.views.junit import render_junit_diagnostics

        return render_junit_diagnostics(diagnostics, command=_COMMAND, files=(), now=datetime.now(UTC))
    if output_format is DriftFormat.SARIF:
        from gcsync.views.sarif import render_sarif_diagnostics

        return render_sarif_diagnostics(diagnostics, command="drift", folder=os.getcwd())
    if output_format is DriftFormat.PROMETHEUS:
        from gcsync.views.prometheus import render_prometheus_failure

        return render_prometheus_failure(_stacks(named))
    return ""


def _stacks(named: dict[str, Any]) -> list[StackName]:
    """The stacks that were meant, read once more; none where they cannot be read, which is then what failed."""
    from gcsync.cli.walk import load_stacks
    from gcsync.model.diagnostic import DiagnosticError
    from gcsync.views.prometheus import StackName

    inputs = options.inputs(named.get("environment"), named.get("variables"), named.get("variable_files"))
    try:
        return [StackName(stack.name, stack.environment) for stack in load_stacks(named.get("paths"), inputs)]
    except DiagnosticError:
        return []
