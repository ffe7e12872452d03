"""Pairs what is declared with what is there: by marker first, then by its kind's identity (its name, mostly)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from gcsync.model.address import Address
from gcsync.model.marker import Marker, UnusableMarker
from gcsync.model.resource import RemoteObject, Stack
from gcsync.schema.semantics import Key, kind_schema


@dataclass(slots=True)
class Matching:
    """Every object of the listings in one of these groups; `missing` are the addresses without an object.

    owned: by the address its marker names, after `moved:`; declared or not.
    adoptable: unmanaged, with the identity of a declared resource.
    duplicated: several objects with one owner and address; none of them is in `owned`.
    """

    owned: dict[Address, RemoteObject] = field(default_factory=dict)
    adoptable: dict[Address, list[RemoteObject]] = field(default_factory=dict)
    duplicated: dict[Address, list[RemoteObject]] = field(default_factory=dict)
    unusable: list[RemoteObject] = field(default_factory=list)
    foreign: list[RemoteObject] = field(default_factory=list)
    unmanaged: list[RemoteObject] = field(default_factory=list)
    missing: list[Address] = field(default_factory=list)


def match(
    stack: Stack,
    objects: Mapping[str, Iterable[RemoteObject]],
    pinned: Mapping[tuple[str, str], Address] | None = None,
) -> Matching:
    """Sort every object of the kinds, and every declared resource, into a `Matching`.

    `pinned` is for a plan back: by kind and id, at which address an object is, whatever it bears. Nothing is then
    recognised by its name.
    """
    matching = Matching()
    by_address: dict[Address, list[RemoteObject]] = defaultdict(list)
    for kind, listed in objects.items():
        for remote in listed:
            _sort_by_marker(stack, kind, remote, matching, by_address, pinned or {})
    for address, found in by_address.items():
        if len(found) == 1:
            matching.owned[address] = found[0]
        else:
            matching.duplicated[address] = sorted(found, key=lambda remote: remote.id)
    if pinned is None:
        _match_identities(stack, matching)
    return matching


def _sort_by_marker(
    stack: Stack,
    kind: str,
    remote: RemoteObject,
    matching: Matching,
    owned: dict[Address, list[RemoteObject]],
    pinned: Mapping[tuple[str, str], Address],
) -> None:
    marker, pin = remote.marker, pinned.get((kind, remote.id))
    if marker is None and pin is not None:
        matching.adoptable[pin] = [remote]
    elif marker is None:
        matching.unmanaged.append(remote)
    elif isinstance(marker, UnusableMarker) or marker.address.kind != kind:
        matching.unusable.append(remote)
    elif marker.owner != stack.owner:
        matching.foreign.append(remote)
    else:
        owned[pin or moved_address(stack, marker)].append(remote)


def moved_address(stack: Stack, marker: Marker) -> Address:
    """Where `moved:` leads the address of a marker; the chain has no cycle, the stack reader saw to that."""
    address = marker.address
    while address in stack.moved:
        address = stack.moved[address]
    return address


def _match_identities(stack: Stack, matching: Matching) -> None:
    by_identity: dict[Key, list[RemoteObject]] = defaultdict(list)
    for remote in matching.unmanaged:
        identity = kind_schema(remote.kind).identity_of(remote.attributes)
        if identity is not None:
            by_identity[identity].append(remote)
    for address, resource in stack.resources.items():
        if address in matching.owned or address in matching.duplicated:
            continue
        identity = kind_schema(address.kind).identity_of(resource.attributes)
        found = by_identity.get(identity) if identity is not None else None
        if found:
            matching.adoptable[address] = found
        else:
            matching.missing.append(address)
