"""The walk that every command about an organization shares: stacks, sessions, one refresh per session, plans.

Stacks that speak to the same place as the same client share a session and its refresh.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, TextIO, TypeAlias, TypeVar

from gcsync.cli import output
from gcsync.cli.interruption import signals

if TYPE_CHECKING:
    from threading import Event

    from gcsync.cli.options import Common
    from gcsync.engine import Options, Refreshed
    from gcsync.kinds.interface import Kind
    from gcsync.model.diagnostic import Diagnostic
    from gcsync.model.plan import Plan, Target
    from gcsync.model.resource import Organization, Stack
    from gcsync.model.topic import Topics
    from gcsync.remote.session import GenesysSession
    from gcsync.remote.settings import Credentials, Endpoint
    from gcsync.stack import Inputs

Failed: TypeAlias = "Callable[[Stack, Sequence[Diagnostic]], None]"
"""Is told that nothing can be said of a stack, and why."""

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")


@dataclass(frozen=True, slots=True)
class Group:
    """Stacks that share a session; none for a command that needs no stack. `environ` is what their sessions see."""

    stacks: tuple[Stack, ...]
    endpoint: Endpoint
    credentials: Credentials
    environ: Mapping[str, str]

    def open(self, *, read_only: bool, stop: Event) -> GenesysSession:
        from gcsync.cli.progress import tell_wait
        from gcsync.remote.session import GenesysSession

        session = GenesysSession(
            self.endpoint, self.credentials, read_only=read_only, environ=self.environ, notify=tell_wait, stop=stop
        )
        session.conceal(resource.attributes for stack in self.stacks for resource in stack.resources.values())
        return session


@dataclass(frozen=True, slots=True)
class Visit:
    """A group whose organization was read: whom one speaks to, by the organization declared, and what is there."""

    group: Group
    targets: Mapping[str | None, Target]
    refreshed: Refreshed
    topics: Topics | None = None
    """What topics the organization offers; asked for where a stack names any."""


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan and the group through whose credentials it would be executed."""

    plan: Plan
    group: Group


def load_stacks(paths: Sequence[str] | None, inputs: Inputs) -> tuple[Stack, ...]:
    """The stacks at the paths, or at the default ones. Raises DiagnosticError with all that is wrong in them."""
    from gcsync.stack import load

    return load(paths or (), inputs, folder=Path.cwd())


def outline_stacks(paths: Sequence[str] | None, inputs: Inputs) -> tuple[Stack, ...]:
    """The stacks without values, none where there are none by default: for commands that ask where to look."""
    from gcsync.stack import outline

    return outline(paths or (), inputs, folder=Path.cwd()) if paths or has_stacks() else ()


def has_stacks() -> bool:
    """Whether there is anything to read where stacks are by default."""
    folder = Path("stacks")
    if not folder.is_dir():
        folder = Path()
    return any(path.suffix in (".yaml", ".yml") for path in folder.glob("*" if folder == Path() else "**/*"))


@contextmanager
def grouped(stacks: Sequence[Stack], common: Common, failed: Failed | None = None) -> Iterator[tuple[Group, ...]]:
    """The stacks by whom they speak to; with `--emulator` to one that lives as long as this context does.

    Raises DiagnosticError for a region that does not exist and for credentials that are missing; where `failed` is
    there to be told of it, the stack is left out instead.
    """
    if not common.emulated:
        yield _group(stacks, os.environ, failed)
        return
    from gcsync.cli.local_emulator import emulated

    with emulated(stacks, common) as environ:
        yield _group(stacks, environ, failed)


def visit(
    groups: Sequence[Group],
    announce: Callable[[Target], None],
    *,
    no_color: bool,
    before_reading: Callable[[Sequence[tuple[Stack, Organization]]], None] = lambda _: None,
    silent: bool = False,
    tolerant: bool = False,
) -> tuple[Visit, ...]:
    """Read every group's organization; `silent` shows no progress. Raises DiagnosticError with all that is wrong.

    With `tolerant` a kind that cannot be listed is no error, although a stack declares it: it is not checked.

    `before_reading` learns which organization each stack is about, once all are known and before anything is listed.
    """
    with ExitStack() as sessions:
        met = _each(groups, lambda group: _meet(group, sessions, announce))
        before_reading(_known(met))
        return _each(met, lambda one: _read(one, no_color=no_color, silent=silent, tolerant=tolerant))


def plan_all(visits: Sequence[Visit], options: Options) -> tuple[Planned, ...]:
    """A plan per stack, in the order of their names. Raises DiagnosticError, as for a --target that matches nothing."""
    from gcsync.engine import check_selection, refuse_names_taken_twice

    undo = options.undo
    pairs = [(s, stack) for s in visits for stack in s.group.stacks if undo is None or stack.owner == undo.owner]
    planned = sorted(_each(pairs, lambda pair: plan_one(*pair, options)), key=lambda planned: planned.plan.stack)
    check_selection([one.plan for one in planned], options)
    plans = refuse_names_taken_twice([one.plan for one in planned])
    return tuple(replace(one, plan=plan) for one, plan in zip(planned, plans, strict=True))


def plan_one(seen: Visit, stack: Stack, options: Options) -> Planned:
    """The plan of one stack of a visit. Raises DiagnosticError."""
    from gcsync.engine import compute

    target, extra = seen.targets[stack.organization], _topic_findings(seen, stack, options)
    plan = compute(stack, seen.refreshed, target, options, fingerprint_key=fingerprint_key(), extra=extra)
    return Planned(plan, seen.group)


def fingerprint_key() -> bytes | None:
    """What the fingerprints of secrets are made with, where the environment gives it."""
    return os.environ.get("GCSYNC_FINGERPRINT_KEY", "").encode() or None


def _each(items: Sequence[_Item], function: Callable[[_Item], _Result]) -> tuple[_Result, ...]:
    """The function's result for every item; all diagnostics of a run at once, each said once."""
    from gcsync.model.diagnostic import DiagnosticError

    results: list[_Result] = []
    found: list[Diagnostic] = []
    for item in items:
        try:
            results.append(function(item))
        except DiagnosticError as error:
            found += error.diagnostics
    if found:
        raise DiagnosticError(dict.fromkeys(found))
    return tuple(results)


def _group(stacks: Sequence[Stack], environ: Mapping[str, str], failed: Failed | None = None) -> tuple[Group, ...]:
    from gcsync.model.diagnostic import DiagnosticError
    from gcsync.remote.settings import resolve_credentials, resolve_endpoint

    if not stacks and failed is None:
        return (Group((), resolve_endpoint(None, environ), resolve_credentials(None, environ), environ),)
    shared: dict[tuple[Endpoint, Credentials], list[Stack]] = {}

    def add(stack: Stack) -> None:
        try:
            place = resolve_endpoint(stack.region, environ), resolve_credentials(stack.credentials, environ)
        except DiagnosticError as error:
            if failed is None:
                raise
            failed(stack, error.diagnostics)
            return
        shared.setdefault(place, []).append(stack)

    _each(stacks, add)
    return tuple(Group(tuple(members), *place, environ) for place, members in shared.items())


def identify(groups: Sequence[Group], announce: Callable[[Target], None]) -> list[tuple[Stack, Organization]]:
    """Which organization each stack is about; nothing else is read. Raises DiagnosticError."""
    with ExitStack() as sessions:
        return _known(_each(groups, lambda group: _meet(group, sessions, announce)))


@dataclass(frozen=True, slots=True)
class _Met:
    """A group whose organizations are known and not read yet."""

    group: Group
    session: GenesysSession
    known: Mapping[str | None, Target]


def _known(met: Sequence[_Met]) -> list[tuple[Stack, Organization]]:
    return [(stack, one.known[stack.organization].organization) for one in met for stack in one.group.stacks]


def _meet(group: Group, sessions: ExitStack, announce: Callable[[Target], None]) -> _Met:
    session = sessions.enter_context(group.open(read_only=True, stop=signals.stop))
    organizations = _check_organizations(group, session)
    known = {name: target_of(group, session, organization) for name, organization in organizations.items()}
    for target in dict.fromkeys(known.values()):
        announce(target)
    return _Met(group, session, known)


def _read(met: _Met, *, no_color: bool, silent: bool, tolerant: bool) -> Visit:
    from gcsync.cli.progress import reading
    from gcsync.engine import refresh

    group, session = met.group, met.session
    declared = frozenset(address.kind for stack in group.stacks for address in stack.resources)
    with nullcontext() if silent else reading(no_color=no_color):
        refreshed = refresh(all_kinds(), session, declared, tolerant=tolerant)
        return Visit(group, met.known, refreshed, _read_topics(group, session))


def _read_topics(group: Group, session: GenesysSession) -> Topics | None:
    from gcsync.engine import topic_uses

    uses = topic_uses(resource for stack in group.stacks for resource in stack.resources.values())
    if not uses:
        return None
    from gcsync.remote.topics import read_topics

    return read_topics(session, uses)


def _topic_findings(seen: Visit, stack: Stack, options: Options) -> tuple[Diagnostic, ...]:
    """What the organization's topics say of the stack's; nothing of a stack that is about to go, or to go back."""
    from gcsync.engine import check_topics, topic_uses

    if seen.topics is None or options.destroy or options.undo is not None:
        return ()
    first = next(one for one in seen.group.stacks if topic_uses(one.resources.values()))
    notes = seen.topics.notes if stack is first else ()
    return (*notes, *check_topics(stack.resources.values(), seen.topics))


def all_kinds() -> dict[str, Kind]:
    from gcsync.kinds import kinds_by_name

    return dict(kinds_by_name())


def _check_organizations(group: Group, session: GenesysSession) -> dict[str | None, Organization]:
    """Each organization that a stack of the group declares, asked for once."""
    declared = tuple(dict.fromkeys(stack.organization for stack in group.stacks)) or (None,)
    return dict(zip(declared, _each(declared, session.check_organization), strict=True))


def target_of(group: Group, session: GenesysSession, organization: Organization) -> Target:
    """Whom one speaks to, as it is announced."""
    from gcsync.model.plan import Target

    return Target(organization, group.endpoint.region, session.client, group.endpoint.api_url)


def announce_to(stream: TextIO) -> Callable[[Target], None]:
    """How it is said whom gcsync speaks to: on stdout, as a part of the result, or on stderr."""

    def announce(target: Target) -> None:
        from gcsync.views.text_plan import render_target

        output.write(render_target(target), stream)

    return announce
