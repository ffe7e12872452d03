"""What resources take from each other: known when the object is there, otherwise only after the apply."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from graphlib import TopologicalSorter

from gcsync.engine.fingerprint import Fingerprints
from gcsync.model.address import Address
from gcsync.model.marker import Marker
from gcsync.model.plan import Change
from gcsync.model.resource import RemoteObject, Resource, Stack
from gcsync.model.value import UNKNOWN, Reference, Value, resolve_references, settle_references
from gcsync.schema.semantics import kind_schema

LookUp = Callable[[Reference], Value]


def in_order(stack: Stack) -> list[Resource]:
    """The resources, each after those it refers to. The stack reader lets no circle through."""
    sorter: TopologicalSorter[Address] = TopologicalSorter()
    for address in sorted(stack.resources):
        sorter.add(address, *sorted(stack.resources[address].dependencies & stack.resources.keys()))
    return [stack.resources[address] for address in sorter.static_order()]


def attribute_of(remote: RemoteObject, name: str) -> Value:
    """What a reference to an object that is there gives: its id, or one of its attributes."""
    return remote.id if name == "id" else remote.attributes.get(name, UNKNOWN)


def resolve(resource: Resource, look_up: LookUp) -> Mapping[str, Value]:
    """The attributes with every reference replaced; the very same ones where there is none."""
    if not resource.dependencies:
        return resource.attributes
    return {name: resolve_references(value, look_up) for name, value in resource.attributes.items()}


def settle(change: Change, known: LookUp) -> Change:
    """A change that takes what `known` gives from there for good; what that does not know is left to the apply."""
    if change.desired is None or not change.desired.dependencies:
        return change
    attributes = {name: settle_references(value, known) for name, value in change.desired.attributes.items()}
    return replace(change, desired=replace(change.desired, attributes=attributes))


def resolve_change(change: Change, look_up: LookUp, key: bytes | None) -> Change:
    """A change as it is to be written, now that everything it refers to is there."""
    if change.desired is None or change.marker is None or not change.desired.dependencies:
        return change
    desired = replace(change.desired, attributes=resolve(change.desired, look_up))
    return replace(change, desired=desired, marker=reapplied(change.marker, desired, key))


def reapplied(marker: Marker, resource: Resource, key: bytes | None) -> Marker:
    """A marker with new fingerprints of what a write of the resource applies; those of all else stay."""
    ignored = resource.lifecycle.ignore_changes
    applied = {name: value for name, value in resource.attributes.items() if name not in ignored}
    fingerprints = Fingerprints(kind_schema(resource.address.kind), marker.owner, marker.address, key)
    return replace(marker, slots=fingerprints.renewed(marker.slots, applied))


def marker_for(resource: Resource, owner: str, key: bytes | None) -> Marker:
    """The marker that a write of the resource leaves, with fingerprints of what it applies."""
    ignored = resource.lifecycle.ignore_changes
    applied = {name: value for name, value in resource.attributes.items() if name not in ignored}
    fingerprints = Fingerprints(kind_schema(resource.address.kind), owner, resource.address, key)
    return Marker(owner, resource.address, fingerprints.slots(applied), protected=resource.lifecycle.prevent_destroy)
