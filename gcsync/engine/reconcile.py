"""A plan of which only what drifted is left: what merely waits to be applied stays as it is, and goes on waiting.

An attribute is held back as if the stack ignored its changes: it is not written, and its fingerprint of what was last
applied stays. Everything that is not in place yet (creates, adoptions, moves, removals, deletes) is left out whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from gcsync.engine.references import reapplied
from gcsync.model.address import Address
from gcsync.model.diagnostic import Diagnostic
from gcsync.model.drift import DriftReport
from gcsync.model.marker import Marker
from gcsync.model.plan import ABSENT, Action, AttributeChange, Change
from gcsync.model.resource import Resource
from gcsync.model.value import Reference, Value, holds_unreadable, leaves

Wanted = frozenset[tuple[str, Address, str]]
"""Owner, address and attribute of everything that is to be reconciled."""


def wanted_by(reports: Iterable[DriftReport]) -> Wanted:
    """What drifted, attribute by attribute; what a baseline accepts is not among it."""
    return frozenset(
        (report.plan.owner, change.address, attribute.name)
        for report in reports
        for change in report.drifted
        for attribute in change.attributes
    )


@dataclass(slots=True)
class HeldBack:
    """The changes of a plan, those with drift reduced to that. `chosen` are these alone."""

    everything: tuple[Change, ...]
    chosen: tuple[Change, ...]
    problems: list[Diagnostic] = field(default_factory=list)

    def dependencies(self) -> dict[Address, frozenset[Address]]:
        """What the attributes that are written refer to."""
        return {change.address: _referred(change) for change in self.chosen}


def hold_back(changes: Iterable[Change], owner: str, wanted: Wanted, key: bytes | None) -> HeldBack:
    """Reduce the changes of one stack to the wanted attributes."""
    held = HeldBack((), ())
    for change in changes:
        kept = tuple(a for a in change.differing if (owner, change.address, a.name) in wanted)
        if kept:
            change = _reduced(change, kept, key, held.problems)
            held.chosen += (change,)
        held.everything += (change,)
    return held


def _reduced(
    change: Change, kept: tuple[AttributeChange, ...], key: bytes | None, problems: list[Diagnostic]
) -> Change:
    marker = change.remote.marker if change.remote is not None else None
    if change.desired is None or change.remote is None or not isinstance(marker, Marker):
        raise TypeError(f"what drifted at {change.address} is declared, there, and owned")
    forcing = [attribute.name for attribute in kept if attribute.forces_replacement]
    names = frozenset(attribute.name for attribute in kept)
    waiting = frozenset(attribute.name for attribute in change.differing) - names
    desired = _with_remote(change.desired, waiting, change.remote.attributes)
    if forcing:
        problems += _lost_with_it(change, waiting, forcing)
    else:
        desired = _ignoring(desired, frozenset(desired.attributes) - names)
    return replace(
        change,
        action=Action.REPLACE if forcing else Action.UPDATE,
        explanation=f"{', '.join(forcing)} cannot change in place" if forcing else "",
        attributes=kept,
        after=_after(change, kept),
        previous_address=None,
        upgrades_marker=False,
        desired=desired,
        marker=reapplied(marker, _ignoring(desired, frozenset(desired.attributes) - names), key),
    )


def _with_remote(resource: Resource, names: frozenset[str], remote: Mapping[str, Value]) -> Resource:
    """The resource as it would be declared if those attributes were as they are."""
    attributes = {name: value for name, value in resource.attributes.items() if name not in names}
    attributes |= {name: remote[name] for name in resource.attributes if name in names and name in remote}
    return replace(resource, attributes=attributes)


def _ignoring(resource: Resource, names: frozenset[str]) -> Resource:
    ignored = tuple(sorted(names | set(resource.lifecycle.ignore_changes)))
    return replace(resource, lifecycle=replace(resource.lifecycle, ignore_changes=ignored))


def _after(change: Change, kept: tuple[AttributeChange, ...]) -> dict[str, Value]:
    after = dict(change.before or {})
    for attribute in kept:
        if attribute.after is ABSENT:
            after.pop(attribute.name, None)
        else:
            after[attribute.name] = attribute.after
    return after


def _lost_with_it(change: Change, waiting: frozenset[str], forcing: list[str]) -> Iterable[Diagnostic]:
    """What a replacement would lose: an attribute that waits, and of which nobody can read what there is."""
    remote = change.remote.attributes if change.remote is not None else {}
    for name in sorted(waiting & remote.keys()):
        if holds_unreadable(remote[name]):
            yield Diagnostic(
                "GC739",
                f"{', '.join(forcing)} cannot change in place, and in a new object {name} could not be as it is now: "
                "the API does not return it",
                place=change.desired.locate((name,)) if change.desired is not None else None,
                path=str(change.address),
                hint=f"apply what waits too: gcsync apply --target '{change.address}'",
            )


def _referred(change: Change) -> frozenset[Address]:
    if change.desired is None:
        return frozenset()
    ignored = change.desired.lifecycle.ignore_changes
    written = {name: value for name, value in change.desired.attributes.items() if name not in ignored}
    found = (leaf.references() for _, leaf in leaves(written) if isinstance(leaf, Reference))
    return frozenset(reference.address for references in found for reference in references)
