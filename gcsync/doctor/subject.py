"""What to look at: stacks that speak to the same place as the same client are one subject."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from gcsync.model.check import Check, CheckStatus
from gcsync.model.diagnostic import DiagnosticError
from gcsync.model.resource import Stack


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


def subjects_of(stacks: Sequence[Stack]) -> tuple[Subject, ...]:
    """The subjects of stacks, in their order; one of the environment alone without any stack."""
    kinds: dict[tuple[str | None, str | None, str | None], set[str]] = {}
    for stack in stacks:
        place = (stack.region, stack.organization, stack.credentials)
        kinds.setdefault(place, set()).update(address.kind for address in stack.resources)
    return tuple(Subject(*place, frozenset(names)) for place, names in kinds.items()) or (Subject(),)


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
