"""The plan of one stack: what is declared beside what is there, and what would make them the same. No side effects."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from gcsync.engine.findings import find_problems
from gcsync.engine.fingerprint import Fingerprints
from gcsync.engine.matching import Matching, match
from gcsync.engine.options import Options, Refreshed
from gcsync.engine.order import order_steps
from gcsync.engine.reconcile import hold_back
from gcsync.engine.references import attribute_of, in_order, marker_for, resolve, settle
from gcsync.engine.safety import find_refusals
from gcsync.engine.selection import select
from gcsync.engine.three_way import Comparison
from gcsync.engine.undo import before_apply
from gcsync.model.address import Address
from gcsync.model.diagnostic import Diagnostic
from gcsync.model.marker import GRAMMAR, Marker, UnusableMarker
from gcsync.model.plan import ABSENT, Action, AttributeChange, Change, NotChecked, Plan, Reason, Target
from gcsync.model.resource import RemoteObject, Resource, Stack
from gcsync.model.value import UNKNOWN, Reference, Value, holds_not_given
from gcsync.schema.semantics import kind_schema

PROTECTION = "lifecycle.prevent_destroy"


def compute(
    stack: Stack,
    refreshed: Refreshed,
    target: Target,
    options: Options,
    *,
    fingerprint_key: bytes | None,
    extra: tuple[Diagnostic, ...] = (),
) -> Plan:
    """What would have to be done for one stack; `extra` are findings of others about it.

    What is wrong stands in the plan: errors in `diagnostics`, what `apply` must refuse in `refusals`. Whether the
    options name anything at all is asked of all plans together, by `check_selection`.
    """
    declared, way = stack.resources, None
    if options.undo is not None:
        way = before_apply(stack, refreshed, target, options.undo, fingerprint_key)
        stack, extra = way.stack, (*extra, *way.findings(options))
    objects = {kind: listing.objects for kind, listing in refreshed.listings.items()}
    matching = match(stack, objects, None if way is None else way.pinned)
    builder = _Builder(stack, matching, options, fingerprint_key, declared)
    everything = tuple(sorted(builder.changes(), key=lambda change: change.address.sort_key()))
    if way is not None:
        everything = way.finish(everything)
    dependencies = {address: resource.dependencies for address, resource in declared.items()}
    chosen = everything if way is None else way.selected(everything)
    if options.reconcile is not None:
        held = hold_back(everything, stack.owner, options.reconcile, fingerprint_key)
        everything, chosen, extra = held.everything, held.chosen, (*extra, *held.problems)
        dependencies |= held.dependencies()
    changes, left_out = select(chosen, options)
    changes = _settled(changes, everything)
    order = order_steps(changes, everything, dependencies)
    changes = tuple(
        replace(change, temporary_name=order.temporary_names[change.address])
        if change.address in order.temporary_names
        else change
        for change in changes
    )
    findings = find_problems(stack, matching, changes, refreshed, destroy=options.destroy)
    return Plan(
        stack=stack.name,
        owner=stack.owner,
        environment=stack.environment,
        file=stack.file,
        target=target,
        changes=changes,
        steps=order.steps,
        diagnostics=tuple(sorted((*stack.warnings, *extra, *findings, *order.problems), key=lambda d: d.sort_key())),
        refusals=find_refusals(stack, matching, changes, options),
        not_checked=(*refreshed.not_checked, *_not_checked(changes, matching)),
        left_out=left_out,
        known=frozenset((*stack.resources, *(change.address for change in everything), *_journaled(options))),
        pages={kind: listing.pages for kind, listing in refreshed.listings.items()},
        unknown_secrets=stack.unknown_secrets,
    )


def _settled(changes: tuple[Change, ...], everything: tuple[Change, ...]) -> tuple[Change, ...]:
    """The changes, with what they take from objects that are left out of this run: those stay as they are."""
    left = {change.address: change.remote for change in everything} if len(changes) < len(everything) else {}
    for change in changes:
        left.pop(change.address, None)

    def known(reference: Reference) -> Value:
        remote = left.get(reference.address)
        return UNKNOWN if remote is None else attribute_of(remote, reference.attribute)

    return tuple(settle(change, known) for change in changes) if left else changes


def _journaled(options: Options) -> Iterator[Address]:
    """The addresses that a journal names, also those of which nothing is left to be undone."""
    if options.undo is not None:
        yield from (state.address for state in options.undo.states)


@dataclass(frozen=True, slots=True)
class _Builder:
    stack: Stack
    matching: Matching
    options: Options
    key: bytes | None
    declared: Mapping[Address, Resource]
    """What the stack file declares; in a plan back `stack` is another than that."""

    def changes(self) -> Iterator[Change]:
        """One change per declared resource, and one per owned object that is not declared."""
        for address, remote in self.matching.owned.items():
            if self.options.destroy or address not in self.stack.resources:
                yield self._undeclared(address, remote)
        if not self.options.destroy:
            yield from self._declared_changes()

    def _declared_changes(self) -> Iterator[Change]:
        """In the order of references, so that each finds what it refers to decided."""
        decided: dict[Address, Change] = {}

        def look_up(reference: Reference) -> Value:
            change = decided.get(reference.address)
            if change is None or change.remote is None or change.action in (Action.CREATE, Action.REPLACE):
                return UNKNOWN
            return attribute_of(change.remote, reference.attribute)

        for resource in in_order(self.stack):
            change = self._decide(resource, resolve(resource, look_up))
            if change is not None:
                decided[resource.address] = change
                yield change

    def _decide(self, resource: Resource, attributes: Mapping[str, Value]) -> Change | None:
        """The change of one declared resource; None where a problem of matching keeps it from having one."""
        address = resource.address
        owned = self.matching.owned.get(address)
        if owned is not None:
            return (
                self._create(resource, attributes, owned)
                if owned.half_made
                else self._paired(resource, attributes, owned)
            )
        candidates = self.matching.adoptable.get(address)
        if candidates is None:
            return None if address in self.matching.duplicated else self._create(resource, attributes)
        if len(candidates) == 1 and resource.lifecycle.adopt:
            return self._adopt(resource, attributes, candidates[0])
        return None

    def _undeclared(self, address: Address, remote: RemoteObject) -> Change:
        removal = self.stack.removed.get(address)
        released = removal is not None and not removal.destroy
        before = self._shown(address, remote)
        if released:
            explanation = "removed from the stack, the object stays"
        elif self.options.destroy:
            explanation = "destroy"
        else:
            explanation = "removed" if removal is not None else "no longer declared"
        return Change(
            address=address,
            action=Action.RELEASE if released else Action.DELETE,
            resource_type=kind_schema(remote.kind).resource_type,
            name=remote.name,
            before=before,
            after=before if released else None,
            explanation=explanation,
            remote=remote,
            place=removal.place if removal is not None else None,
        )

    def _shown(self, address: Address, remote: RemoteObject) -> dict[str, Value]:
        """An object that is not declared, or shall be destroyed, without what was applied to it as a secret."""
        schema, marker, declared = kind_schema(remote.kind), remote.marker, self.declared.get(address)
        if not isinstance(marker, Marker):
            return schema.canonical(remote.attributes)
        fingerprints = Fingerprints(schema, marker.owner, marker.address, self.key)
        comparison = Comparison(schema, fingerprints, fingerprints.last_applied(marker))
        return comparison.sealed(declared.attributes if declared is not None else {}, remote.attributes)

    def _create(
        self, resource: Resource, attributes: Mapping[str, Value], half_made: RemoteObject | None = None
    ) -> Change:
        schema = kind_schema(resource.address.kind)
        return Change(
            address=resource.address,
            action=Action.CREATE,
            resource_type=schema.resource_type,
            name=resource.name,
            after=schema.canonical(attributes),
            explanation=f"continues the half-made {half_made.id}" if half_made is not None else "",
            continues=half_made is not None,
            desired=resource,
            remote=half_made,
            marker=self._marker(resource),
            place=resource.locate(()),
            references=resource.dependencies,
        )

    def _adopt(self, resource: Resource, attributes: Mapping[str, Value], remote: RemoteObject) -> Change:
        nothing = Fingerprints(kind_schema(remote.kind), "", resource.address)
        change = self._compared(resource, attributes, remote, {}, nothing)
        marker = self._marker(resource)
        return replace(change, action=Action.ADOPT, explanation="is there and has no marker", marker=marker)

    def _paired(self, resource: Resource, attributes: Mapping[str, Value], remote: RemoteObject) -> Change:
        marker = remote.marker
        if not isinstance(marker, Marker):
            raise TypeError("an owned object has a marker")
        fingerprints = Fingerprints(kind_schema(remote.kind), marker.owner, marker.address, self.key)
        change = self._compared(resource, attributes, remote, fingerprints.last_applied(marker), fingerprints)
        protection = _protection_change(marker, resource)
        change = replace(
            change,
            attributes=(*change.attributes, *protection),
            upgrades_marker=marker.grammar < GRAMMAR,
            previous_address=marker.address if marker.address != resource.address else None,
        )
        action, explanation = self._action(change)
        if action is not Action.NO_OP:
            marker = self._marker(resource)
        return replace(change, action=action, explanation=explanation, marker=marker)

    def _action(self, change: Change) -> tuple[Action, str]:
        if change.address in self.options.replace:
            return Action.REPLACE, "asked for with --replace"
        forcing = [a.name for a in change.differing if a.forces_replacement]
        if forcing:
            return Action.REPLACE, f"{', '.join(forcing)} cannot change in place"
        if change.previous_address is not None:
            return Action.MOVE, f"moved from {change.previous_address}"
        if change.differing:
            return Action.UPDATE, ""
        if change.upgrades_marker:
            return Action.UPDATE, "its marker is of an older grammar"
        return Action.NO_OP, ""

    def _compared(
        self,
        resource: Resource,
        declared: Mapping[str, Value],
        remote: RemoteObject,
        last_applied: Mapping[str, tuple[str, ...]],
        fingerprints: Fingerprints,
    ) -> Change:
        schema = kind_schema(remote.kind)
        comparison = Comparison(schema, fingerprints, last_applied)
        compared = comparison.compare(declared, remote.attributes, resource.lifecycle.ignore_changes)
        attributes = tuple(replace(one, place=resource.locate((one.name,))) for one in compared)
        before = comparison.sealed(declared, remote.attributes)
        before.update({a.name: a.before for a in attributes if a.before is not ABSENT})
        after = dict(before)
        for attribute in attributes:
            _set_or_drop(after, attribute.name, attribute.after)
        return Change(
            address=resource.address,
            action=Action.NO_OP,
            resource_type=schema.resource_type,
            name=resource.name,
            before=before,
            after=after if attributes else before,
            attributes=attributes,
            desired=resource,
            remote=remote,
            place=resource.locate(()),
            references=resource.dependencies,
        )

    def _marker(self, resource: Resource) -> Marker:
        return marker_for(resource, self.stack.owner, self.key)


def _protection_change(marker: Marker, resource: Resource) -> tuple[AttributeChange, ...]:
    wanted = resource.lifecycle.prevent_destroy
    if marker.protected == wanted:
        return ()
    return (AttributeChange(PROTECTION, marker.protected, wanted, Reason.PENDING),)


def _set_or_drop(attributes: dict[str, Value], name: str, value: Value) -> None:
    if value is ABSENT:
        attributes.pop(name, None)
    else:
        attributes[name] = value


def _not_checked(changes: tuple[Change, ...], matching: Matching) -> Iterator[NotChecked]:
    for change in changes:
        for attribute in change.attributes:
            if attribute.reason is Reason.NOT_CHECKED:
                hint = f"to write it anew: gcsync apply --replace {change.address}"
                if holds_not_given(attribute.after):
                    hint = "plan with its value, where the secrets are at hand"
                yield NotChecked(
                    change.address.kind,
                    attribute.why_not_checked,
                    address=change.address,
                    id=change.id,
                    attribute=attribute.name,
                    hint=hint,
                )
    for remote in matching.unusable:
        reason = remote.marker.reason if isinstance(remote.marker, UnusableMarker) else _WRONG_KIND
        yield NotChecked(remote.kind, reason, id=remote.id, hint=f'see the description of "{remote.name}"')


_WRONG_KIND = "its marker names an object of another kind"
