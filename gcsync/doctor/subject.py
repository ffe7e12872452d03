"""What to look at: stacks that speak to the same place as the same client are one subject."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from gcsync.model.check import Check, CheckStatus
from gcsync.model.diagnostic import DiagnosticError
from gcsync.model.resource import Stack
from gcsync.remote.settings import resolve_endpoint


@dataclass(frozen=True, slots=True)
class Subject:
    """`region`, `organization` and `credentials` as stacks declare them; None where they say nothing."""

    region: str | None = None
    organization: str | None = None
    credentials: str | None = None
    kinds: frozenset[str] = frozenset()

    @property
    def label(self) -> str:
        """How it is told from others: `PROD, eu-west-1, Example Ltd`."""
        parts = (self.credentials or "default credentials", self.region or "default region", self.organization)
        return ", ".join(part for part in parts if part)


def subjects_of(stacks: Sequence[Stack], environ: Mapping[str, str]) -> tuple[Subject, ...]:
    """The subjects of stacks, in their order; one of the environment alone without any stack.

    A stack that declares no organization is looked at with one of the same place and client that does.
    """
    together: dict[tuple[str | None, str | None], list[Stack]] = {}
    for stack in stacks:
        together.setdefault((_region(stack.region, environ), stack.credentials), []).append(stack)
    found = [subject for members in together.values() for subject in _by_organization(members)]
    return tuple(found) or (Subject(),)


def _by_organization(stacks: Sequence[Stack]) -> Iterator[Subject]:
    found = dict.fromkeys(stack.organization for stack in stacks if stack.organization is not None)
    declared: list[str | None] = list(found)
    region = next((stack.region for stack in stacks if stack.region is not None), None)
    for organization in declared or [None]:
        members = [stack for stack in stacks if stack.organization in (None, organization)]
        kinds = frozenset(address.kind for stack in members for address in stack.resources)
        yield Subject(region, organization, stacks[0].credentials, kinds)


def _region(region: str | None, environ: Mapping[str, str]) -> str | None:
    """One text for every way to name the same region; one that does not exist stays as it is."""
    try:
        return resolve_endpoint(region, environ).region
    except DiagnosticError:
        return region


def check_stacks(load: Callable[[], Sequence[Stack]]) -> tuple[tuple[Stack, ...], Check]:
    """The stacks, and whether they can be read. Where they cannot, the rest looks at what the environment says."""
    try:
        stacks = tuple(load())
    except DiagnosticError as error:
        first, count = error.diagnostics[0], len(error.diagnostics)
        where = f"{first.place}: " if first.place else ""
        message = f"{where}{first.message}" + (f", and {count - 1} more" if count > 1 else "")
        hint = "gcsync validate tells all; the rest here is about what the environment alone says"
        return (), Check("stacks", CheckStatus.FAIL, message, hint, first.code)
    if not stacks:
        return (), Check("stacks", CheckStatus.NOT_CHECKED, "there are none here; gcsync init writes one")
    names = ", ".join(stack.owner for stack in stacks)
    resources = sum(len(stack.resources) for stack in stacks)
    return stacks, Check("stacks", CheckStatus.OK, f"{names}: {resources} declared")
