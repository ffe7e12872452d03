"""`gcsync drift --reconcile`: what drifted is written back, by an apply of that alone."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from gcsync.cli import output
from gcsync.cli.exit_codes import ExitCode
from gcsync.cli.options import Common, DriftFormat, Format

if TYPE_CHECKING:
    from gcsync.cli.locking import Locked
    from gcsync.cli.walk import Visit
    from gcsync.model.drift import DriftReport

_COMMAND = "drift --reconcile"


@dataclass(frozen=True, slots=True)
class Reconciling:
    """What was asked for beside `drift`; where `asked` is false nothing is locked and nothing written.

    Raises DiagnosticError (GC600) for what goes with --reconcile only.
    """

    asked: bool
    common: Common
    auto_approve: bool = False
    parallelism: int = 8
    lock_timeout: float = 0
    paths: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.auto_approve and not self.asked:
            from gcsync.model.diagnostic import Diagnostic, DiagnosticError

            hint = "to write what drifted back: gcsync drift --reconcile --auto-approve"
            raise DiagnosticError(Diagnostic("GC600", "--auto-approve goes with --reconcile only", hint=hint))

    @contextmanager
    def locking(self) -> Iterator[Callable[[Locked], None]]:
        """What takes the locks before anything is read, as an apply does; nothing where nothing is to be written."""
        if not self.asked:
            yield lambda _: None
            return
        from gcsync.cli.locking import locking

        with locking(self.common, _COMMAND, self.lock_timeout) as lock:
            yield lock

    def run(
        self,
        visits: Sequence[Visit],
        reports: Sequence[DriftReport],
        code: ExitCode,
        output_format: DriftFormat,
        *,
        ignore_missing: bool,
    ) -> ExitCode:
        """Write back what the reports call drifted. `code` is that of the drift alone.

        The code is that of the apply; where that is 0, 1 for a kind that could not be read, 2 for what is left: missing
        and not adopted objects.
        """
        if not self.asked or not any(report.drifted for report in reports):
            return code
        beside = output_format is not DriftFormat.TEXT
        applied = self._apply(visits, reports, beside=beside)
        left = tuple(replace(report, drifted=()) for report in reports)
        if said := _left_alone(left):
            output.write(said, sys.stderr if beside else sys.stdout)
        if applied is not ExitCode.DONE or code is ExitCode.ERROR:
            return applied or code
        return ExitCode.CHANGES if any(one.found(ignore_missing=ignore_missing) for one in left) else ExitCode.DONE

    def _apply(self, visits: Sequence[Visit], reports: Sequence[DriftReport], *, beside: bool) -> ExitCode:
        from gcsync.cli.execution import Execution
        from gcsync.cli.journal import Occasion
        from gcsync.cli.walk import plan_all
        from gcsync.engine import Options, wanted_by

        wanted = wanted_by(reports)
        owners = {owner for owner, _, _ in wanted}
        chosen = Options(reconcile=wanted)
        execution = Execution(
            self.common,
            chosen,
            self.auto_approve,
            self.parallelism,
            Format.TEXT,
            self.lock_timeout,
            occasion=Occasion(_COMMAND, self.paths),
            beside=beside,
        )
        return execution.carry_out(tuple(one for one in plan_all(visits, chosen) if one.plan.owner in owners))


def _left_alone(reports: Sequence[DriftReport]) -> str:
    """What --reconcile does not touch, in a line; nothing where there is nothing."""
    counts = {
        "missing": sum(len(report.missing) for report in reports),
        "not adopted": sum(len(report.not_adopted) for report in reports),
        "pending": sum(len(report.pending) for report in reports),
    }
    said = ", ".join(f"{count} {name}" for name, count in counts.items() if count)
    return f"Left to gcsync apply: {said}." if said else ""
