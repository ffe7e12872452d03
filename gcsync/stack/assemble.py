"""Resources out of values: resolved, checked, filled with defaults; what one refers to is made before it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from gcsync.model.address import Address
from gcsync.model.marker import split
from gcsync.model.resource import DEFAULT_LIFECYCLE, Lifecycle, Resource
from gcsync.model.value import NOT_GIVEN, UNKNOWN, Path, Reference, Secret, Value, replace_leaves
from gcsync.schema.semantics import fold
from gcsync.schema.topics import unshipped_topics
from gcsync.stack.expressions import Resolved, expressions_in, resolve
from gcsync.stack.faults import Fault, describe, shown_path
from gcsync.stack.instances import Group, Instance
from gcsync.stack.kind_rules import KindRules, rules
from gcsync.stack.marks import own
from gcsync.stack.notices import warn_of_everything
from gcsync.stack.places import where
from gcsync.stack.references import Made, References, addresses_in
from gcsync.stack.report import Report, Spot
from gcsync.stack.scope import BadExpression, Notes, Scope
from gcsync.stack.unknown import BROKEN, Unknown
from gcsync.stack.variables import Variables


@dataclass(slots=True)
class Assembler:
    """Makes the resources of one stack in one environment."""

    scope: Scope
    variables: Variables
    report: Report
    groups: Mapping[tuple[str, str], Group]
    offline: bool = False
    """Whether no organization will be asked, so that the shipped list of topics has to do."""
    keeps_gaps: bool = False
    """Whether a resource is made, too, of which something is not known: that is `UNKNOWN` in it."""
    names: dict[tuple[str, ...], Instance] = field(default_factory=dict)
    told: dict[tuple[str, Spot], Instance] = field(default_factory=dict)
    """What was said of a shared body, and for which instance."""
    references: References = field(init=False)

    def __post_init__(self) -> None:
        self.references = References(self.groups)
        self.scope.refer = self.references.refer

    def resources(self) -> dict[Address, Resource]:
        """All that are as they should be, in the order in which they are declared."""
        found: dict[Address, Resource] = {}
        instances = [instance for group in self.groups.values() for instance in group.instances.values()]
        for instance in instances:
            if instance.address not in self.references.made:
                self._make(instance, found)
        return {i.address: found[i.address] for i in instances if i.address in found}

    def _make(self, instance: Instance, found: dict[Address, Resource]) -> None:
        """Make a resource after those it refers to; without recursion, since a chain may be long."""
        references = self.references
        waiting = [instance]
        while waiting:
            current = waiting[-1]
            resolved = None if current.address in references.made else self._resolved(current)
            if resolved is not None and references.needed:
                references.opened[current.address] = None
                waiting += references.needed.values()
                continue
            waiting.pop()
            if resolved is not None:
                references.opened.pop(current.address, None)
                resource = self._resource(current, resolved)
                if resource is not None:
                    found[current.address] = resource

    def _resolved(self, instance: Instance) -> Resolved:
        """The body without its expressions. What it refers to and is not made yet is then in `references.needed`."""
        self.references.begin(instance)
        self.scope.each = instance.each
        value, common = instance.body, rules(instance.entry.kind).common
        if not isinstance(value, dict) or common.isdisjoint(value):
            return resolve(value, self.scope)
        apart = {name: value[name] for name in common if name in value}
        resolved = resolve({name: inner for name, inner in value.items() if name not in apart}, self.scope)
        misplaced = [path for path, _ in expressions_in(apart)]
        for path in misplaced:
            hint = "write the value itself"
            resolved.errors.append((path, False, BadExpression("GC211", "an expression cannot stand here", hint)))
        resolved.value = {**resolved.value, **_with_gaps(apart, misplaced)}
        resolved.has_gaps = resolved.has_gaps or bool(misplaced)
        return resolved

    def _resource(self, instance: Instance, resolved: Resolved) -> Resource | None:
        """The resource, or None where something in it is wrong or not known."""
        kind, value, notes = rules(instance.entry.kind), resolved.value, resolved.notes
        for note in notes.values():
            self.variables.report_missing(note.variables, self.report)
        for path, at_key, error in resolved.errors:
            self._say(instance, error.code, error.message, path, {}, error.hint, at_key=at_key)
        is_secret = _secrets(notes)
        unsure = resolved.has_gaps or resolved.has_references or resolved.has_withheld
        faults = kind.checker.faults(value, unknown=unsure, secret=is_secret)
        for fault in faults:
            self._fault(instance, fault, notes)
        bad = frozenset(fault.path[0] for fault in faults if fault.path)
        if not isinstance(value, dict):
            self.references.made[instance.address] = Made(None, notes, bad)
            return None
        attributes = _attributes(instance, kind, value)
        self.references.made[instance.address] = Made(attributes, notes, bad)
        sound = self._check_identity(instance, kind, attributes, notes)
        self._check_texts(instance, kind, attributes, notes, bad)
        self._check_names(instance, kind, attributes, notes, bad)
        if not bad:
            warn_of_everything(instance.entry, value, self.report)
        if self.offline:
            self._check_topics(instance, value, notes)
        if faults or resolved.errors or not sound or (resolved.has_gaps and not self.keeps_gaps):
            return None
        sealed = _sealed(_without_gaps(attributes) if resolved.has_gaps else attributes, notes)
        if resolved.has_withheld:
            sealed = {name: replace_leaves(inner, _without_gap) for name, inner in sealed.items()}
        lifecycle = _lifecycle(value["lifecycle"]) if "lifecycle" in value else DEFAULT_LIFECYCLE
        needs = frozenset(self.references.used | addresses_in(attributes)) if self.references.used else frozenset()
        return Resource(instance.address, sealed, lifecycle, needs, locate=instance.entry, written=_written(instance))

    def _check_topics(self, instance: Instance, value: Mapping[str, Value], notes: Notes) -> None:
        is_secret = _secrets(notes)
        for path, message, hint in unshipped_topics(instance.entry.kind, value):
            if not is_secret(path):
                spot = where(instance.entry, path, notes, self.variables)
                self.report.warn("GC432", message, spot, instance.path(path), hint)

    def _fault(self, instance: Instance, fault: Fault, notes: Notes) -> None:
        entry = instance.entry
        spot = None
        if not fault.path and not fault.at_key and entry.value is not None:
            spot = Spot(entry.source, own(entry.marks))
        self._say(instance, fault.code, fault.message, fault.path, notes, fault.hint, at_key=fault.at_key, spot=spot)

    def _say(
        self,
        instance: Instance,
        code: str,
        message: str,
        path: Path,
        notes: Notes,
        hint: str,
        *,
        at_key: bool = False,
        spot: Spot | None = None,
    ) -> None:
        """Report an error, unless it was reported of the same place for another instance of the same body."""
        spot = spot or where(instance.entry, path, notes, self.variables, at_key=at_key)
        if instance.each is not None and self.told.setdefault((code, spot), instance) is not instance:
            return
        shown = shown_path(rules(instance.entry.kind).checker.schema, path)
        self.report.error(code, message, spot, instance.path(shown), hint)

    def _check_identity(
        self, instance: Instance, kind: KindRules, attributes: Mapping[str, Value], notes: Notes
    ) -> bool:
        """Whether what tells the object from others is known: without it nothing could be looked for."""
        unknown = [name for name in kind.known_first if isinstance(attributes.get(name), Reference)]
        for name in unknown:
            message = f"`{name}` tells the object from others, and is known only after an apply"
            hint = "write it out, or take it from a variable or from what another resource declares"
            self._say(instance, "GC229", message, (name,), notes, hint)
        if _secrets(notes)(("name",)):
            message = "a name stands in every plan and message, and may not hold a sensitive value"
            self._say(instance, "GC231", message, ("name",), notes, "take it from a variable without `sensitive: true`")
            return False
        return not unknown

    def _check_texts(
        self, instance: Instance, kind: KindRules, attributes: Mapping[str, Value], notes: Notes, bad: Iterable[object]
    ) -> None:
        for name in kind.marked:
            text = attributes.get(name)
            if name not in bad and isinstance(text, str) and "[gcsync" in text and split(text)[1] is not None:
                hint = "take the part in brackets away: gcsync writes its marker itself, behind the text"
                self._say(instance, "GC122", "the text holds a marker of gcsync", (name,), notes, hint)

    def _check_names(
        self,
        instance: Instance,
        kind: KindRules,
        attributes: Mapping[str, Value],
        notes: Notes,
        bad: frozenset[object],
    ) -> None:
        values = [value for name in kind.unique if isinstance(value := attributes.get(name), str)]
        if not values or len(values) < len(kind.unique) or bad.intersection(kind.unique):
            return
        first = self.names.setdefault((instance.entry.kind, *map(fold, values)), instance)
        if first is not instance:
            self._same_name(instance, first, kind.unique, values, notes)

    def _same_name(
        self, instance: Instance, first: Instance, names: tuple[str, ...], values: list[str], notes: Notes
    ) -> None:
        last, is_secret = names[-1], _secrets(notes)
        path: Path = (last,) if last in instance.body else ()
        shown = " and ".join(
            f"the {name} {describe(value, hidden=is_secret((name,)))}"
            for name, value in zip(names, values, strict=True)
        )
        section, key = first.path()
        message = f"{section}.{key} has {shown} already ({first((last,))})"
        hint = f"give one of the two another {last}; upper and lower case count as the same"
        if first.entry is instance.entry:
            hint = f"give each instance its own {last}: put ${{each.key}} into it"
        self._say(instance, "GC121", message, path, notes, hint)


def _attributes(instance: Instance, kind: KindRules, value: Mapping[str, Value]) -> dict[str, Value]:
    attributes = {name: inner for name, inner in value.items() if name not in kind.common}
    for name in kind.key_defaults:
        attributes.setdefault(name, instance.default_name)
    for name, default in kind.defaults.items():
        attributes.setdefault(name, default)
    return attributes


def _with_gaps(value: Value, paths: Iterable[Path], at: Path = ()) -> Any:
    holes = set(paths)
    if at in holes:
        return BROKEN
    if isinstance(value, dict):
        return {key: _with_gaps(inner, holes, (*at, key)) for key, inner in value.items() if (*at, key) not in holes}
    if isinstance(value, list):
        return [_with_gaps(inner, holes, (*at, index)) for index, inner in enumerate(value)]
    return value


def _without_gap(leaf: Value) -> Value:
    inner = leaf.reveal() if isinstance(leaf, Secret) else leaf
    return NOT_GIVEN if isinstance(inner, Unknown) else leaf


def _written(instance: Instance) -> Mapping[str, Value]:
    return instance.body if isinstance(instance.body, dict) else {}


def _without_gaps(attributes: Mapping[str, Value]) -> dict[str, Value]:
    found: dict[str, Value] = replace_leaves(attributes, lambda leaf: UNKNOWN if isinstance(leaf, Unknown) else leaf)
    return found


def _lifecycle(value: Mapping[str, Any]) -> Lifecycle:
    return Lifecycle(**{**value, "ignore_changes": tuple(value.get("ignore_changes", ()))})


def _secrets(notes: Notes) -> Callable[[Path], bool]:
    hidden = [path for path, note in notes.items() if note.sensitive]

    def is_secret(path: Path) -> bool:
        return any(path[: len(other)] == other or other[: len(path)] == path for other in hidden)

    return is_secret


def _sealed(attributes: dict[str, Value], notes: Notes) -> dict[str, Value]:
    """The attributes with what came from sensitive values wrapped; a copy, since others may refer to the open ones."""
    paths = [path for path, note in notes.items() if note.sensitive and path[0] in attributes]
    if not paths:
        return attributes
    sealed: dict[str, Value] = replace_leaves(attributes, lambda leaf: leaf)
    for path in paths:
        parent: Any = sealed
        for part in path[:-1]:
            parent = parent[part]
        parent[path[-1]] = replace_leaves(parent[path[-1]], Secret)
    return sealed
