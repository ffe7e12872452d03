"""What is verified: a declared resource, and what the plan says of the object that it stands for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from gcsync.model.address import Address
from gcsync.model.diagnostic import Diagnostic, Severity
from gcsync.model.plan import Change, NotChecked, Plan
from gcsync.model.resource import Resource, Stack
from gcsync.model.value import Reference, Secret, Value, leaves, reveal

NOT_READ: Final = "GC835"


@dataclass(frozen=True, slots=True)
class Subject:
    """`unread` says why its kind could not be read; `problem` why nothing can be said of its object.

    Without either, `change` is there. `lacks` are the scopes that the token would need to write it, and does not have.
    """

    resource: Resource
    owner: str
    change: Change | None = None
    unread: NotChecked | None = None
    problem: Diagnostic | None = None
    lacks: tuple[str, ...] = ()

    @property
    def address(self) -> Address:
        return self.resource.address

    @property
    def was_read(self) -> bool:
        """Whether its kind could be read, and those of all that it needs."""
        return self.unread is None and (self.problem is None or self.problem.code != NOT_READ)


def readable_part(stack: Stack, unread: Mapping[str, NotChecked]) -> Stack:
    """The stack without the resources whose kind could not be read, and without those that need one of them."""
    left = {address: one for address, one in stack.resources.items() if address.kind not in unread}
    while True:
        kept = {address: one for address, one in left.items() if one.dependencies <= left.keys()}
        if len(kept) == len(left):
            return replace(stack, resources=kept)
        left = kept


def subjects_of(
    stack: Stack, plan: Plan, unread: Mapping[str, NotChecked], chosen: Callable[[Address], bool]
) -> Iterator[Subject]:
    """Every declared resource that is `chosen`, or that the plan is about, in the order of their addresses.

    `plan` is that of the readable part of the stack.
    """
    changes = {change.address: change for change in plan.changes}
    for address in sorted(stack.resources, key=Address.sort_key):
        resource = stack.resources[address]
        if address in changes:
            yield Subject(resource, plan.owner, changes[address])
        elif chosen(address) and address.kind in unread:
            yield Subject(resource, plan.owner, unread=unread[address.kind])
        elif chosen(address):
            yield Subject(resource, plan.owner, problem=_problem(address, resource, plan))


def _problem(address: Address, resource: Resource, plan: Plan) -> Diagnostic:
    """What keeps an object from being matched; else which resource that could not be read it hangs on."""
    errors = [one for one in plan.diagnostics if one.severity is Severity.ERROR]
    about = next((one for one in errors if one.path == str(address)), None) or next(iter(errors), None)
    if about is not None:
        return about
    needed = ", ".join(sorted(map(str, resource.dependencies))) or "another resource"
    return Diagnostic(NOT_READ, f"it needs {needed}, whose kind could not be read")


def _holds_reference(value: Value) -> bool:
    plain = reveal(value)
    return any(isinstance(leaf, Reference) for _, leaf in leaves(plain))


def destinations(subject: Subject) -> Sequence[Value]:
    """The declared destinations, each sealed as it was declared.

    Those of the plan, which are nearer to what is there, where the stack leaves them alone (`ignore_changes`) or takes
    a part of them from another resource.
    """
    change, resource = subject.change, subject.resource
    value: Value = resource.attributes.get("destinations") or []
    ignored = "destinations" in resource.lifecycle.ignore_changes
    if change is not None and change.after is not None and (ignored or _holds_reference(value)):
        value = change.after.get("destinations") or []
    sealed = isinstance(value, Secret)
    found = value.reveal() if sealed else value
    return [Secret(one) if sealed else one for one in found]
