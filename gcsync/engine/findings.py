"""What is wrong, or worth a warning, in how a stack meets the organization."""

from __future__ import annotations

from collections.abc import Iterator

from gcsync.engine.look_alikes import twins_of_creates
from gcsync.engine.matching import Matching
from gcsync.engine.options import Refreshed
from gcsync.model.address import Address
from gcsync.model.diagnostic import Diagnostic, Place, Severity
from gcsync.model.marker import Marker, UnusableMarker
from gcsync.model.plan import Action, Change
from gcsync.model.resource import RemoteObject, Resource, Stack
from gcsync.schema.semantics import Key, kind_schema

LOOK_ALIKE = "GC450"


def find_problems(
    stack: Stack, matching: Matching, changes: tuple[Change, ...], refreshed: Refreshed, *, destroy: bool = False
) -> list[Diagnostic]:
    """Errors and warnings, unsorted."""
    problems = [*_duplicated(stack, matching), *_reported_failures(changes)]
    if not destroy:
        problems += _names_of_others(stack, matching, changes)
        problems += _lost_markers(stack, matching, changes)
        problems += _ambiguous_adoptions(stack, matching)
        problems += _adoptions_that_would_replace(changes)
        problems += _look_alikes(matching, changes)
        problems += _over_capacity(changes, refreshed)
    return problems


def _duplicated(stack: Stack, matching: Matching) -> Iterator[Diagnostic]:
    for address, found in matching.duplicated.items():
        ids = ", ".join(remote.id for remote in found)
        yield Diagnostic(
            "GC401",
            f'{len(found)} objects bear the marker of {address} of stack "{stack.owner}": {ids}',
            place=_place(stack, address),
            path=str(address),
            hint="one of them is likely a copy made by hand: delete it, or take the marker (the last line in square "
            "brackets) out of its description; gcsync touches none of them until then"
            + (" (`moved:` leads another address here)" if address in stack.moved.values() else ""),
        )


def _reported_failures(changes: tuple[Change, ...]) -> Iterator[Diagnostic]:
    """What the API itself says is wrong with an object that the stack owns."""
    for change in changes:
        status = change.remote.status if change.remote is not None else None
        if status is not None and status.failed and change.desired is not None:
            yield Diagnostic(
                "GC451",
                f'"{change.name}" ({change.id}) reports a failure: {status.text}',
                severity=Severity.WARNING,
                place=change.desired.locate(()),
                path=str(change.address),
                hint="events may not arrive until that is mended",
            )


def _over_capacity(changes: tuple[Change, ...], refreshed: Refreshed) -> Iterator[Diagnostic]:
    for kind, listing in refreshed.listings.items():
        if listing.capacity is None:
            continue
        mine = [change for change in changes if change.address.kind == kind]
        creates = [change for change in mine if change.action is Action.CREATE and not change.continues]
        deletes = sum(change.action is Action.DELETE for change in mine)
        total = len(listing.objects) - deletes + len(creates)
        if creates and total > listing.capacity:
            first = creates[0]
            yield Diagnostic(
                "GC408",
                f"the organization may have {listing.capacity} of {kind} and has {len(listing.objects)}; "
                f"with this plan it would be {total}",
                place=first.desired.locate(()) if first.desired is not None else None,
                path=str(first.address),
                hint="delete what is no longer needed, or have Genesys Cloud raise the limit",
            )


def _names_of_others(stack: Stack, matching: Matching, changes: tuple[Change, ...]) -> Iterator[Diagnostic]:
    """What must be unique, and an object has it which gcsync may not write to."""
    others: dict[Key, RemoteObject] = {}
    for remote in (*matching.unmanaged, *matching.foreign, *matching.unusable):
        key = kind_schema(remote.kind).unique_key(remote.attributes)
        if key is not None:
            others[key] = remote
    for change in changes:
        if change.desired is None or change.action is Action.ADOPT:
            continue
        schema = kind_schema(change.address.kind)
        wanted = schema.unique_key(change.desired.attributes)
        held = schema.unique_key(change.remote.attributes) if change.remote is not None else None
        if wanted is not None and wanted != held and wanted in others:
            yield _name_taken(change.desired, others[wanted])
    for address, candidates in matching.adoptable.items():
        if len(candidates) == 1 and not stack.resources[address].lifecycle.adopt:
            yield _not_to_be_adopted(stack.resources[address], candidates[0])


def _lost_markers(stack: Stack, matching: Matching, changes: tuple[Change, ...]) -> Iterator[Diagnostic]:
    """A resource about to be created whose object is there, under another name and with a marker that was edited."""
    creates = {str(c.address): c.desired for c in changes if c.action is Action.CREATE and c.desired is not None}
    for remote in matching.unusable:
        marker = remote.marker
        if not isinstance(marker, UnusableMarker) or marker.owner != stack.owner or marker.address not in creates:
            continue
        resource, schema = creates[marker.address], kind_schema(remote.kind)
        key = schema.unique_key(resource.attributes)
        if key is None or key != schema.unique_key(remote.attributes):
            what = f'"{remote.name}" ({remote.id}) seems to be this resource, and is not to be touched: {marker.reason}'
            yield Diagnostic("GC404", what, place=resource.locate(()), path=marker.address, hint=_UNUSABLE_HINT)


_UNUSABLE_HINT = "update gcsync if the marker is of a later version; repair or remove the marker if it was edited"


def _name_taken(resource: Resource, remote: RemoteObject) -> Diagnostic:
    names = kind_schema(remote.kind).unique
    what = " and ".join(f'{name} "{resource.attributes[name]}"' for name in names)
    code, owner, hint = "GC403", "nobody's", f"choose another {names[-1]}, or delete that object"
    if isinstance(remote.marker, Marker):
        code, owner = "GC402", f'owned by stack "{remote.marker.owner}" as {remote.marker.address}'
        hint = f"choose another {names[-1]}; or let the other stack give it up with `removed: ... destroy: false`"
    elif isinstance(remote.marker, UnusableMarker):
        code, owner, hint = "GC404", f"not to be touched: {remote.marker.reason}", _UNUSABLE_HINT
    return Diagnostic(
        code,
        f"the {what} is taken by {remote.id}, which is {owner}",
        place=resource.locate((names[-1],)),
        path=str(resource.address),
        hint=hint,
    )


def _not_to_be_adopted(resource: Resource, remote: RemoteObject) -> Diagnostic:
    return Diagnostic(
        "GC405",
        f'"{resource.name}" is there already ({remote.id}), without a marker, and `adopt: false` forbids to adopt it',
        place=resource.locate(("name",)),
        path=str(resource.address),
        hint="choose another name, or leave `lifecycle: adopt` out",
    )


def _ambiguous_adoptions(stack: Stack, matching: Matching) -> Iterator[Diagnostic]:
    for address, candidates in matching.adoptable.items():
        if len(candidates) > 1:
            ids = ", ".join(sorted(remote.id for remote in candidates))
            names = kind_schema(address.kind).identity
            yield Diagnostic(
                "GC406",
                f"{len(candidates)} unmanaged objects have the {' and '.join(names)} of this resource: {ids}",
                place=stack.resources[address].locate((names[-1],)),
                path=str(address),
                hint="delete or change all but the one to be adopted",
            )


def _adoptions_that_would_replace(changes: tuple[Change, ...]) -> Iterator[Diagnostic]:
    """What nobody owns is never deleted, so it cannot be replaced by one that fits either."""
    for change in changes:
        forcing = [attribute.name for attribute in change.differing if attribute.forces_replacement]
        if change.action is Action.ADOPT and forcing:
            yield Diagnostic(
                "GC514",
                f'"{change.name}" ({change.id}) is there without a marker, and its {" and ".join(forcing)} cannot '
                "change in place to what is declared",
                place=change.desired.locate((forcing[0],)) if change.desired is not None else None,
                path=str(change.address),
                hint=f"declare the {forcing[0]} that it has, choose another name, or delete that object",
            )


def _look_alikes(matching: Matching, changes: tuple[Change, ...]) -> Iterator[Diagnostic]:
    """Unmanaged objects that do what a resource about to be created does: its events would arrive twice."""
    for change, resource, remote in twins_of_creates(changes, matching.unmanaged):
        yield Diagnostic(
            LOOK_ALIKE,
            f'{change.address} would be created, and the unmanaged "{remote.name}" ({remote.id}) does the same: '
            "events would arrive twice",
            severity=Severity.WARNING,
            place=resource.locate(()),
            path=str(change.address),
            hint=f'to take it over, declare its name: `name: "{remote.name}"`; or delete it',
        )


def _place(stack: Stack, address: Address) -> Place | None:
    resource = stack.resources.get(address)
    return resource.locate(()) if resource is not None else None
