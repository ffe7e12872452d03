"""`gcsync doctor`."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from gcsync.cli import options, output
from gcsync.cli.exit_codes import ExitCode
from gcsync.cli.options import Common, Format

if TYPE_CHECKING:
    from gcsync.doctor import Surroundings
    from gcsync.model.check import Check
    from gcsync.model.resource import Stack


@options.command
def doctor(
    common: Common,
    paths: options.Paths = None,
    environment: options.Environment = None,
    variables: options.Variables = None,
    variable_files: options.VariableFiles = None,
    output_format: options.OutputFormat = Format.TEXT,
) -> int:
    """Check what gcsync needs to work here, and say what to mend. From settings to permissions; writes nothing."""
    from gcsync.cli.walk import outline_stacks
    from gcsync.doctor import check_stacks, check_versions, examine, subjects_of
    from gcsync.model.check import CheckStatus

    inputs = options.inputs(environment, variables, variable_files)
    stacks, stacks_check = check_stacks(lambda: outline_stacks(paths, inputs))
    checks = [*check_versions(), stacks_check]
    with _environ(stacks, common) as environ:
        checks += examine(subjects_of(stacks, environ), _surroundings(environ))
    _show(checks, common, output_format)
    return ExitCode.ERROR if any(check.status is CheckStatus.FAIL for check in checks) else ExitCode.DONE


@contextmanager
def _environ(stacks: Sequence[Stack], common: Common) -> Iterator[Mapping[str, str]]:
    if not common.emulator and common.emulator_db is None:
        yield os.environ
        return
    from gcsync.cli.local_emulator import emulated

    with emulated(stacks, common) as environ:
        yield environ


def _surroundings(environ: Mapping[str, str]) -> Surroundings:
    from datetime import UTC, datetime

    from gcsync.cli.interruption import signals
    from gcsync.cli.progress import tell_wait
    from gcsync.cli.walk import all_kinds
    from gcsync.doctor import Surroundings

    return Surroundings(environ, all_kinds(), lambda: datetime.now(UTC), notify=tell_wait, stop=signals.stop)


def _show(checks: Sequence[Check], common: Common, output_format: Format) -> None:
    if output_format is Format.JSON:
        from gcsync.views.json_doctor import render_json_doctor

        output.result(render_json_doctor(checks))
        return
    from gcsync.views.text_doctor import render_doctor

    output.result(render_doctor(checks, output.style_of(sys.stdout, no_color=common.no_color)))
