"""What `verify` and `apply --verify` share: read the organization anew, plan, and check what the plan is about."""

from __future__ import annotations

import os
import socket
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from gcsync.cli import output
from gcsync.cli.exit_codes import ExitCode
from gcsync.cli.interruption import signals
from gcsync.cli.options import Common

if TYPE_CHECKING:
    from gcsync.cli.walk import Group, Visit
    from gcsync.engine import Options
    from gcsync.model.check import Check
    from gcsync.model.plan import NotChecked, Plan, Target
    from gcsync.model.resource import Stack
    from gcsync.verify import Probe, Subject

EVERY_SECONDS: Final = 2.0


@dataclass(frozen=True, slots=True)
class Seen:
    """What is to be verified, as the organization has it right now. `environ` is what its sessions saw."""

    subjects: tuple[Subject, ...]
    environ: Mapping[str, str]

    @property
    def read_all(self) -> bool:
        """Whether every kind that is verified could be read."""
        return all(subject.was_read for subject in self.subjects)

    def examine(self, *, allow_private: bool, seconds: float, no_color: bool) -> tuple[Check, ...]:
        """Every check; a handshake is sent to every distinct destination."""
        from gcsync.cli.progress import verifying
        from gcsync.verify import examine

        with verifying(no_color=no_color):
            return examine(self.subjects, probe(self.environ, allow_private=allow_private, seconds=seconds))


def look(groups: Sequence[Group], announce: Callable[[Target], None], options: Options, common: Common) -> Seen:
    """Read and plan. A kind that cannot be read is no error. Raises DiagnosticError for all else."""
    from gcsync.cli.walk import visit
    from gcsync.engine import check_selection, is_chosen
    from gcsync.verify import subjects_of

    visits = visit(groups, announce, no_color=common.no_color, tolerant=True)
    subjects: list[Subject] = []
    plans = []
    for seen in visits:
        unread = {one.kind: one for one in seen.refreshed.not_checked if one.whole_kind}
        for stack in seen.group.stacks:
            plan = _plan(seen, stack, unread, options)
            plans.append(replace(plan, known=plan.known | stack.resources.keys()))
            subjects += subjects_of(stack, plan, unread, lambda address: is_chosen(address, options))
    check_selection(plans, options)
    environ = groups[0].environ if groups else os.environ
    return Seen(tuple(sorted(subjects, key=lambda subject: (subject.owner, subject.address.sort_key()))), environ)


def probe(environ: Mapping[str, str], *, allow_private: bool, seconds: float) -> Probe:
    """The edge of the checks: the real network, the real time, and tokens that nobody can guess."""
    import secrets
    from datetime import UTC, datetime

    from gcsync.verify import Network, Probe

    return Probe(
        environ,
        lambda: datetime.now(UTC),
        lambda: f"gcsyncVerify{secrets.token_hex(16)}Token",
        Network(socket.getaddrinfo, socket.create_connection, time.monotonic),
        allow_private=allow_private,
        seconds=seconds,
    )


def verdict(checks: Sequence[Check], *, read_all: bool) -> ExitCode:
    """1 where a whole kind could not be read, 2 for a check that failed, else 0."""
    from gcsync.model.check import CheckStatus

    if not read_all:
        return ExitCode.ERROR
    failed = any(check.status is CheckStatus.FAIL for check in checks)
    return ExitCode.CHANGES if failed else ExitCode.DONE


def _plan(seen: Visit, stack: Stack, unread: Mapping[str, NotChecked], options: Options) -> Plan:
    from gcsync.cli.walk import plan_one
    from gcsync.verify import readable_part

    part = readable_part(stack, unread)
    return plan_one(seen, part, options).plan


def nothing_afterwards(_stacks: Sequence[Stack], code: ExitCode) -> ExitCode:
    """What follows an apply without --verify."""
    return code


@dataclass(frozen=True, slots=True)
class Afterwards:
    """`apply --verify`: once something was applied, wait until it is ready, and check it."""

    common: Common
    options: Options
    allow_private: bool
    limit: float
    """Seconds to wait for what is not ready yet."""

    def run(self, stacks: Sequence[Stack], code: ExitCode) -> ExitCode:
        """The exit code of the apply, but 3 where a check fails. Nothing is checked where nothing was applied."""
        from gcsync.cli.walk import grouped
        from gcsync.views.text_verify import render_verify

        if code not in (ExitCode.DONE, ExitCode.PARTIAL):
            output.notice("Nothing was verified.")
            return code
        with grouped(stacks, self.common) as groups:
            seen = self._ready(groups)
            checks = seen.examine(allow_private=self.allow_private, seconds=10, no_color=self.common.no_color)
        output.write(render_verify(checks, output.style_of(sys.stderr, no_color=self.common.no_color)), sys.stderr)
        if verdict(checks, read_all=seen.read_all) is ExitCode.DONE:
            return code
        output.notice("Applied, but not verified: a check failed.")
        return ExitCode.PARTIAL

    def _ready(self, groups: Sequence[Group]) -> Seen:
        """Read again and again, until everything is ready or the time is up."""
        from gcsync.verify import why_not_ready

        ends, told = time.monotonic() + self.limit, ""
        while True:
            seen = look(groups, lambda _: None, self.options, self.common)
            waiting = {str(one.address): why for one in seen.subjects if (why := why_not_ready(one))}
            if not waiting or time.monotonic() >= ends:
                return seen
            address, why = next(iter(waiting.items()))
            if told != f"{address}{why}":
                output.notice(f"waiting for {address} to be ready: {why}")
                told = f"{address}{why}"
            signals.stop.wait(min(EVERY_SECONDS, self.limit))
