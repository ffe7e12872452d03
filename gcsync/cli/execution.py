"""What apply and destroy share: plan once, show it, ask, execute that very plan, say what became of it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TextIO

from gcsync.cli import output
from gcsync.cli.annotations import annotator
from gcsync.cli.exit_codes import ExitCode
from gcsync.cli.interruption import exit_code_of, signals
from gcsync.cli.journal import Occasion, tell_journals
from gcsync.cli.options import Common, Format
from gcsync.cli.showing import show

if TYPE_CHECKING:
    from gcsync.cli.expected_plan import ExpectedPlan
    from gcsync.cli.saved_plan import SavedPlan
    from gcsync.cli.walk import Planned, Visit
    from gcsync.engine import Event, Options, StopRequest
    from gcsync.model.outcome import Report
    from gcsync.model.plan import Plan
    from gcsync.model.resource import Stack

QUESTION = 'Only "yes" applies these changes: '


@dataclass(frozen=True, slots=True)
class Execution:
    """One apply or destroy, as the command line asks for it; `saved` is the plan that it must come to again."""

    common: Common
    options: Options
    auto_approve: bool
    parallelism: int
    output_format: Format
    lock_timeout: float = 0
    """Seconds to wait for another run's lock."""
    saved: SavedPlan | None = None
    expected: ExpectedPlan | None = None
    """The plan file whose changes alone may be carried out."""
    occasion: Occasion = field(default_factory=Occasion)
    beside: bool = False
    """Whether stdout carries another result, so that all of this is told on stderr."""

    def run(self, stacks: Sequence[Stack], look: Callable[[tuple[Visit, ...]], None] = lambda _: None) -> ExitCode:
        """`look` sees what was read. Raises DiagnosticError for what keeps the plan from being made at all."""
        from gcsync.cli.locking import locking
        from gcsync.cli.walk import announce_to, grouped, plan_all, visit

        with grouped(stacks, self.common) as groups, locking(self.common, self._command, self.lock_timeout) as lock:
            announce = announce_to(self._stream)
            visits = visit(groups, announce, no_color=self.common.no_color, before_reading=lock)
            look(visits)
            if self.expected is not None:
                kept = self.expected.keep(stacks, visits)
                return kept.exit_code(self.carry_out(kept.planned))
            planned = plan_all(visits, self.options)
            self._check(stacks, planned)
            return self.carry_out(planned)

    def _check(self, stacks: Sequence[Stack], planned: tuple[Planned, ...]) -> None:
        if self.saved is not None:
            from gcsync.cli.saved_plan import paired

            self.saved.check(paired(stacks, planned))

    def carry_out(self, planned: tuple[Planned, ...]) -> ExitCode:
        """Show the plans, ask, and execute these very ones; their locks are held by whoever calls."""
        plans = tuple(one.plan for one in planned)
        show(plans, self.common, self._stream)
        if any(plan.errored or plan.refusals for plan in plans):
            output.notice("Nothing was applied.")
            return ExitCode.ERROR
        if not any(plan.summary.changes for plan in plans):
            return self._conclude(plans, tuple(_not_begun(plan, None) for plan in plans))
        approved = self._approval(plans)
        if approved is not None:
            return approved
        return self._conclude(plans, self._execute(planned))

    @property
    def _command(self) -> str:
        return "destroy" if self.options.destroy else "apply"

    @property
    def _stream(self) -> TextIO:
        """Where the plan is shown: with a format for machines it is no part of the result."""
        return sys.stdout if self.output_format is Format.TEXT and not self.beside else sys.stderr

    def _approval(self, plans: tuple[Plan, ...]) -> ExitCode | None:
        """None when the plan may be executed, else the code with which the command ends."""
        if self.auto_approve:
            return None
        _require_terminal()
        from gcsync.cli.interruption import Terminated

        try:
            if _ask():
                return None
        except (KeyboardInterrupt, Terminated) as stop:
            number = 2 if isinstance(stop, KeyboardInterrupt) else 15
            output.notice("\n")
            return self._conclude(plans, tuple(_not_begun(plan, number) for plan in plans))
        output.notice("Not approved: nothing was applied.")
        return self._conclude(plans, tuple(_not_begun(plan, None) for plan in plans))

    def _execute(self, planned: tuple[Planned, ...]) -> tuple[Report, ...]:
        from gcsync.cli.progress import executing
        from gcsync.engine import StopRequest

        plan_file = self.saved or self.expected
        if plan_file is not None:
            plan_file.begin()
        stop = StopRequest()
        with signals.in_order(stop), executing(no_color=self.common.no_color) as tell:
            return tuple(self._execute_one(one, stop, tell) for one in planned)

    def _conclude(self, plans: tuple[Plan, ...], reports: tuple[Report, ...]) -> ExitCode:
        from gcsync.model.diagnostic import DiagnosticError
        from gcsync.views.json_report import render_json_report
        from gcsync.views.text_report import render_report

        annotator.outcomes(reports)
        stream = sys.stderr if self.beside else sys.stdout
        text = render_report(reports, output.style_of(stream, no_color=self.common.no_color))
        try:
            output.write(render_json_report(reports, plans) if self.output_format is Format.JSON else text, stream)
        except DiagnosticError:
            # What was written must be told somewhere.
            output.notice(text)
            raise
        finally:
            tell_journals(reports, always=bool(self.common.verbose))
        return exit_code(reports)

    def _execute_one(self, one: Planned, stop: StopRequest, tell: Callable[[Event], None]) -> Report:
        from gcsync.cli.journal import journal_of
        from gcsync.cli.walk import all_kinds, fingerprint_key
        from gcsync.engine import execute

        with (
            journal_of(one.plan, self.occasion, self.common) as journal,
            one.group.open(read_only=False, stop=stop.event) as session,
        ):
            report = execute(
                one.plan,
                all_kinds(),
                session,
                parallelism=self.parallelism,
                stop=stop,
                on_event=tell,
                adopt_late=self.saved is None and self.expected is None,
                fingerprint_key=fingerprint_key(),
                recorder=journal,
            )
            return journal.closed(report)


def exit_code(reports: Sequence[Report]) -> ExitCode:
    """0 for all of it, 1 for none of it, 3 for anything between; 130 and 143 when a signal ended it."""
    from gcsync.model.outcome import Status

    for report in reports:
        if report.interrupted is not None:
            return exit_code_of(report.interrupted)
    statuses = {outcome.status for report in reports for outcome in report.outcomes}
    if statuses <= {Status.DONE}:
        return ExitCode.DONE
    return ExitCode.ERROR if statuses <= {Status.FAILED, Status.SKIPPED} else ExitCode.PARTIAL


def _require_terminal() -> None:
    if sys.stdin.isatty() and sys.stderr.isatty():
        return
    from gcsync.model.diagnostic import Diagnostic, DiagnosticError

    message = "nothing was applied: there is no terminal to ask on, and --auto-approve was not given"
    raise DiagnosticError(Diagnostic("GC606", message, hint="read the plan, then run again with --auto-approve"))


def _ask() -> bool:
    """Whether the person at the terminal says yes. The question is no part of the result: it goes to stderr."""
    sys.stderr.write(QUESTION)
    sys.stderr.flush()
    signals.wait_for_line(sys.stdin)
    answer = sys.stdin.readline()
    if not answer.endswith("\n"):
        output.notice("\n")
    return answer.strip() == "yes"


def _not_begun(plan: Plan, interrupted: int | None) -> Report:
    """The report of a plan of which nothing was begun."""
    from gcsync.model.outcome import Outcome, Report, Status

    outcomes = tuple(Outcome(change, Status.SKIPPED, change.action) for change in plan.active)
    return Report(plan.stack, outcomes, interrupted)
