"""What `verify` and `apply --verify` share: read the organization anew, plan, and check what the plan is about."""

from __future__ import annotations

import os
import socket
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, TypeAlias

from gcsync.cli import output
from gcsync.cli.annotations import annotator
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
Place: TypeAlias = tuple[str, int]
"""A host and a port."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What is to be verified, as the organization has it right now. `environ` is what its sessions saw."""

    subjects: tuple[Subject, ...]
    environ: Mapping[str, str]

    @property
    def read_all(self) -> bool:
        """Whether every kind that is verified could be read."""
        return all(subject.was_read for subject in self.subjects)

    def examine(
        self, *, allow_private: bool, seconds: float, no_color: bool, routes: Mapping[Place, Place] | None = None
    ) -> tuple[Check, ...]:
        """Every check; a handshake is sent to every distinct destination. `routes` are those of `--connect-to`.

        Raises DiagnosticError GC849 for a route of a host that no destination has.
        """
        from gcsync.cli.progress import verifying
        from gcsync.verify import examine

        _check_routes(routes or {}, self.subjects)
        with verifying(no_color=no_color):
            edge = probe(self.environ, allow_private=allow_private, seconds=seconds, routes=routes)
            return examine(self.subjects, edge)


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
        found: list[Subject] = []
        for stack in seen.group.stacks:
            plan = _plan(seen, stack, unread, options)
            plans.append(replace(plan, known=plan.known | stack.resources.keys()))
            found += subjects_of(stack, plan, unread, lambda address: is_chosen(address, options))
        subjects += _with_scopes(found, seen.group)
    check_selection(plans, options)
    environ = groups[0].environ if groups else os.environ
    return Seen(tuple(sorted(subjects, key=lambda subject: (subject.owner, subject.address.sort_key()))), environ)


def _with_scopes(subjects: Sequence[Subject], group: Group) -> list[Subject]:
    """The subjects; of those that are not there, which scopes the token lacks to make them, where the API tells."""
    if all(one.change is None or one.change.remote is not None for one in subjects):
        return list(subjects)
    from gcsync.doctor import check_token
    from gcsync.remote.redaction import Redactor
    from gcsync.schema.access import kind_access

    with group.open(read_only=True, stop=signals.stop) as session:
        token, _ = check_token(session, Redactor())
    if token.scopes is None:
        return list(subjects)
    granted = token.scopes

    def lacking(kind: str) -> tuple[str, ...]:
        missing = kind_access(kind).write.missing_scopes(granted)
        return tuple(scope for scope in missing if not scope.endswith(":delete"))

    return [replace(one, lacks=lacking(one.address.kind)) for one in subjects]


def probe(
    environ: Mapping[str, str], *, allow_private: bool, seconds: float, routes: Mapping[Place, Place] | None = None
) -> Probe:
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
        routes=routes or {},
    )


def read_routes(given: Sequence[str] | None) -> dict[Place, Place]:
    """`--connect-to HOST[:PORT]=ADDRESS[:PORT]`; left away, a port is 443, or the same. Raises GC849."""
    from gcsync.model.diagnostic import Diagnostic, DiagnosticError

    found = {}
    for text in given or ():
        name, equals, address = text.partition("=")
        left, right = _place(name, 443), None
        if equals and left is not None:
            right = _place(address, left[1])
        if left is None or right is None:
            hint = "write --connect-to events.example.com=10.0.0.7, with ports where they are others than 443"
            message = f"{text!r} is not HOST[:PORT]=ADDRESS[:PORT]"
            raise DiagnosticError(Diagnostic("GC849", message, path="--connect-to", hint=hint))
        found[left] = right
    return found


def _check_routes(routes: Mapping[Place, Place], subjects: Sequence[Subject]) -> None:
    """A route that leads nowhere was meant for another host: DNS would be asked, and another server. Raises GC849."""
    from gcsync.model.diagnostic import Diagnostic, DiagnosticError
    from gcsync.verify import endpoints_of

    endpoints = endpoints_of(subjects)
    if endpoints is None:
        return
    missing = [place for place in routes if place not in {(one.host.lower(), one.port) for one in endpoints}]
    if missing:
        host, port = missing[0]
        told = sorted({f"{one.shown_host}:{one.port}" for one in endpoints if not one.sensitive})
        others = f"the destinations are at {', '.join(told[:5])}" if told else "their hosts are sensitive values"
        hint = others if endpoints else "nothing that is checked has a destination"
        message = f"no destination that is checked is at {host}:{port}"
        raise DiagnosticError(Diagnostic("GC849", message, path="--connect-to", hint=hint))


def _place(text: str, port: int) -> Place | None:
    """Host, as it is asked for, and port; None for anything else, such as a URL."""
    from urllib.parse import urlsplit

    try:
        parts = urlsplit(f"//{text}")
        host, port = (parts.hostname or "").encode("idna").decode("ascii"), parts.port or port
    except ValueError:
        return None
    return (host, port) if host and parts.netloc == text and "@" not in text and " " not in text else None


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
        annotator.checks(checks)
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
