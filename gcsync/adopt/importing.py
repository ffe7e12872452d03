"""Whether an object may become a resource of a stack, and what is to be said when it may not."""

from __future__ import annotations

from collections.abc import Iterator

from gcsync.adopt.candidates import twins_of
from gcsync.adopt.inserting import Insertion
from gcsync.adopt.resources import Declaration, declare, problem_of
from gcsync.model.address import Address
from gcsync.model.diagnostic import Diagnostic, DiagnosticError
from gcsync.model.marker import Marker
from gcsync.model.resource import Listing, RemoteObject, Stack
from gcsync.schema.compose import kind_names
from gcsync.schema.semantics import kind_schema


def parse_address(text: str) -> Address:
    """The address of a resource to be. Raises DiagnosticError (GC631)."""
    try:
        address = Address.parse(text)
    except ValueError as error:
        raise DiagnosticError(Diagnostic("GC631", str(error), hint="write KIND.KEY")) from None
    if address.kind not in kind_names():
        hint = f"the kinds are {', '.join(kind_names())}"
        raise DiagnosticError(Diagnostic("GC631", f'there is no kind "{address.kind}" in {text}', hint=hint))
    if address.each is not None:
        hint = (
            f"import it as {address.kind}.{address.key}, or add it to the `for_each` by hand: a plan adopts it by name"
        )
        message = f"{text} is an instance of `for_each`, which has no lines of its own"
        raise DiagnosticError(Diagnostic("GC631", message, hint=hint))
    return address


def check_address(address: Address, stack: Stack) -> None:
    """Raises DiagnosticError (GC625) where the stack has it."""
    for declared, resource in stack.resources.items():
        if (declared.kind, declared.key) == (address.kind, address.key):
            place = resource.locate(())
            hint = "choose another key; an unmanaged object with the declared name is adopted without any import"
            raise DiagnosticError(
                Diagnostic("GC625", "this address is declared already", place=place, path=str(address), hint=hint)
            )


def resource_for(
    address: Address, remote: RemoteObject | None, listing: Listing, stack: Stack, taken: frozenset[str]
) -> Declaration:
    """The object as that resource; `taken` are the names of the stack's variables.

    Raises DiagnosticError: GC626 where there is no such object, GC627 where it is owned, GC629 where no stack can
    declare it, or an adoption could not tell it from another.
    """
    if remote is None:
        hint = f"gcsync export --kind {address.kind} lists what there is and has no owner"
        message = f"the organization has no {address.kind} with this id"
        raise DiagnosticError(Diagnostic("GC626", message, path=str(address), hint=hint))
    for problem in _problems(address, remote, listing, stack):
        raise DiagnosticError(problem)
    return declare(address.kind, address.key, remote.attributes, taken=taken)


def no_place(stack: Stack, inserted: Insertion) -> DiagnosticError:
    """What is said of a file that has no place for another resource."""
    message = f"{stack.file} is written in a way that leaves no place for another resource; nothing was written"
    hint = f"write its sections as indented lines instead of in braces, or put this in by hand:\n{inserted.added}"
    return DiagnosticError(Diagnostic("GC634", message, hint=hint))


def _problems(address: Address, remote: RemoteObject, listing: Listing, stack: Stack) -> Iterator[Diagnostic]:
    shown = f'"{remote.name[:120]}" ({remote.id})'
    owned = _owned(remote, stack)
    if owned:
        yield Diagnostic("GC627", f"{shown} {owned[0]}", path=str(address), hint=owned[1])
    twins = twins_of(remote, listing.objects)
    names = " and ".join(kind_schema(remote.kind).identity)
    if twins:
        message = f"an adoption could not tell {shown} from others with the same {names}: {', '.join(twins)}"
        hint = "change or delete the others, then import it"
        yield Diagnostic("GC629", message, path=str(address), hint=hint)
    identity = kind_schema(remote.kind).identity_of(remote.attributes)
    for other in stack.resources.values():
        if identity is not None and kind_schema(other.address.kind).identity_of(other.attributes) == identity:
            message = f"{other.address} declares the same {names} as {shown}"
            hint = "a plan adopts it under that address; to have it under another, rename the section and add `moved:`"
            yield Diagnostic("GC629", message, place=other.locate(()), path=str(address), hint=hint)
    if problem := problem_of(remote.kind, remote.attributes):
        hint = "change the object in Genesys Cloud, or declare it by hand"
        yield Diagnostic("GC629", f"{shown} cannot be declared: {problem}", path=str(address), hint=hint)


def _owned(remote: RemoteObject, stack: Stack) -> tuple[str, str] | None:
    """Why an object with a marker is not taken, and the way round."""
    marker = remote.marker
    if marker is None:
        return None
    if not isinstance(marker, Marker):
        return f"is not to be touched: {marker.reason}", "repair or remove the marker in its description"
    if marker.owner != stack.owner:
        hint = "let that stack give it up with `removed: [{from: ..., destroy: false}]`, then import it"
        return f'is owned by stack "{marker.owner}" as {marker.address}', hint
    hint = "to give it another address, rename its section and add `moved:`; if its section was lost: gcsync export "
    return f"is owned by this stack already, as {marker.address}", f"{hint}--stack {stack.name}"
