"""Resources out of values: resolved, checked, filled with defaults; and what only shows when they are seen together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from gcsync.model.address import Address
from gcsync.model.marker import split
from gcsync.model.resource import DEFAULT_LIFECYCLE, Lifecycle, Resource
from gcsync.model.value import Path, Secret, Value, replace_leaves
from gcsync.schema.compose import kind_schema
from gcsync.schema.files import read_schema
from gcsync.schema.semantics import fold
from gcsync.schema.topics import unshipped_topics
from gcsync.stack.check import Checker, Fault, describe, shown_path
from gcsync.stack.declared import Declared
from gcsync.stack.expressions import BadExpression, Note, Resolved, Scope, expressions_in, resolve
from gcsync.stack.marks import own
from gcsync.stack.notices import warn_of_everything
from gcsync.stack.report import Report, Spot
from gcsync.stack.unknown import BROKEN
from gcsync.stack.variables import Variables


@dataclass(frozen=True, slots=True)
class KindRules:
    """What the reader needs to know of a kind, taken from its schema once."""

    checker: Checker
    common: frozenset[str]
    defaults: Mapping[str, Value]
    key_defaults: tuple[str, ...]
    unique: tuple[str, ...]
    marked: tuple[str, ...]


@cache
def rules(kind: str) -> KindRules:
    schema = kind_schema(kind)
    common = frozenset(read_schema("resource")["properties"])
    own = {name: part for name, part in schema["properties"].items() if name not in common}
    return KindRules(
        checker=Checker(schema),
        common=common,
        defaults={name: part["default"] for name, part in own.items() if "default" in part},
        key_defaults=tuple(name for name, part in own.items() if part.get("x-default-key")),
        unique=tuple(schema.get("x-unique", ())),
        marked=tuple(name for name, part in own.items() if part.get("x-marker")),
    )


@dataclass(slots=True)
class Assembler:
    """Makes the resources of one stack in one environment."""

    scope: Scope
    variables: Variables
    report: Report
    names: dict[tuple[str, ...], tuple[Declared, bool]] = field(default_factory=dict)
    offline: bool = False
    """Whether no organization will be asked, so that the shipped list of topics has to do."""

    def resource(self, entry: Declared) -> Resource | None:
        """The resource, or None where something in it is wrong or not known."""
        kind = rules(entry.kind)
        resolved = self._resolved(entry, kind)
        value = resolved.value
        for note in resolved.notes.values():
            self.variables.report_missing(note.variables, self.report)
        for path, at_key, error in resolved.errors:
            self._error(entry, path, error, at_key=at_key)
        faults = kind.checker.faults(value, unknown=resolved.has_gaps, secret=_secrets(resolved.notes))
        for fault in faults:
            self._fault(entry, fault, resolved.notes)
        if not isinstance(value, dict):
            return None
        bad = {fault.path[0] for fault in faults if fault.path}
        attributes = self._attributes(entry, kind, value)
        self._check_texts(entry, kind, attributes, resolved.notes, bad)
        self._check_names(entry, kind, attributes, resolved.notes, bad)
        if not bad:
            warn_of_everything(entry, value, self.report)
        if self.offline:
            self._check_topics(entry, value, resolved.notes)
        if faults or resolved.errors or resolved.has_gaps:
            return None
        _seal(attributes, resolved.notes)
        lifecycle = _lifecycle(value["lifecycle"]) if "lifecycle" in value else DEFAULT_LIFECYCLE
        return Resource(Address(entry.kind, entry.key), attributes, lifecycle, locate=entry)

    def _check_topics(self, entry: Declared, value: Mapping[str, Value], notes: Mapping[Path, Note]) -> None:
        is_secret = _secrets(notes)
        for path, message, hint in unshipped_topics(entry.kind, value):
            if not is_secret(path):
                self.report.warn("GC432", message, self.spot(entry, path, notes), entry.path(path), hint)

    def _resolved(self, entry: Declared, kind: KindRules) -> Resolved:
        value = entry.value
        if not isinstance(value, dict) or kind.common.isdisjoint(value):
            return resolve(value, self.scope)
        apart = {name: value[name] for name in kind.common if name in value}
        resolved = resolve({name: inner for name, inner in value.items() if name not in apart}, self.scope)
        misplaced = [path for path, _ in expressions_in(apart)]
        for path in misplaced:
            hint = "write the value itself"
            resolved.errors.append((path, False, BadExpression("GC211", "an expression cannot stand here", hint)))
        resolved.value = {**resolved.value, **_with_gaps(apart, misplaced)}
        resolved.has_gaps = resolved.has_gaps or bool(misplaced)
        return resolved

    def _attributes(self, entry: Declared, kind: KindRules, value: dict[str, Value]) -> dict[str, Value]:
        attributes = {name: inner for name, inner in value.items() if name not in kind.common}
        for name in kind.key_defaults:
            attributes.setdefault(name, entry.key)
        for name, default in kind.defaults.items():
            attributes.setdefault(name, default)
        return attributes

    def _error(self, entry: Declared, path: Path, error: BadExpression, *, at_key: bool) -> None:
        shown = shown_path(rules(entry.kind).checker.schema, path)
        self.report.error(error.code, error.message, entry.spot(path, at_key=at_key), entry.path(shown), error.hint)

    def _fault(self, entry: Declared, fault: Fault, notes: Mapping[Path, Note]) -> None:
        spot = self.spot(entry, fault.path, notes, at_key=fault.at_key)
        if not fault.path and not fault.at_key and entry.value is not None:
            spot = Spot(entry.source, own(entry.marks))
        path = shown_path(rules(entry.kind).checker.schema, fault.path)
        self.report.error(fault.code, fault.message, spot, entry.path(path), fault.hint)

    def spot(self, entry: Declared, path: Path, notes: Mapping[Path, Note], *, at_key: bool = False) -> Spot:
        """Where a value is to be mended: where it stands, or where its environment gives it."""
        for length in range(len(path), 0, -1):
            note = notes.get(path[:length])
            if note is None:
                continue
            for name in note.variables:
                origin = self.variables.origins.get(name)
                given = origin.spot(path[length:]) if origin is not None else None
                if given is not None:
                    return given
            return entry.spot(path[:length])
        return entry.spot(path, at_key=at_key)

    def _check_texts(
        self,
        entry: Declared,
        kind: KindRules,
        attributes: Mapping[str, Value],
        notes: Mapping[Path, Note],
        bad: set[Any],
    ) -> None:
        for name in kind.marked:
            text = attributes.get(name)
            if name not in bad and isinstance(text, str) and "[gcsync" in text and split(text)[1] is not None:
                hint = "take the part in brackets away: gcsync writes its marker itself, behind the text"
                spot = self.spot(entry, (name,), notes)
                self.report.error("GC122", "the text holds a marker of gcsync", spot, entry.path((name,)), hint)

    def _check_names(
        self,
        entry: Declared,
        kind: KindRules,
        attributes: Mapping[str, Value],
        notes: Mapping[Path, Note],
        bad: set[Any],
    ) -> None:
        values = [value for name in kind.unique if isinstance(value := attributes.get(name), str)]
        if not values or len(values) < len(kind.unique) or bad.intersection(kind.unique):
            return
        written = kind.unique[-1] in entry.value
        first, _ = self.names.setdefault((entry.kind, *map(fold, values)), (entry, written))
        if first is not entry:
            self._same_name(entry, first, kind.unique, values, notes)

    def _same_name(
        self,
        entry: Declared,
        first: Declared,
        names: tuple[str, ...],
        values: list[str],
        notes: Mapping[Path, Note],
    ) -> None:
        path: Path = (names[-1],) if names[-1] in entry.value else ()
        other = first((names[-1],))
        shown = " and ".join(
            f"the {name} {describe(value, hidden=_secrets(notes)((name,)))}"
            for name, value in zip(names, values, strict=True)
        )
        message = f"{first.section}.{first.key} has {shown} already ({other})"
        hint = f"give one of the two another {names[-1]}; upper and lower case count as the same"
        self.report.error("GC121", message, self.spot(entry, path, notes), entry.path(path), hint)


def _with_gaps(value: Value, paths: Iterable[Path], at: Path = ()) -> Any:
    holes = set(paths)
    if at in holes:
        return BROKEN
    if isinstance(value, dict):
        return {key: _with_gaps(inner, holes, (*at, key)) for key, inner in value.items() if (*at, key) not in holes}
    if isinstance(value, list):
        return [_with_gaps(inner, holes, (*at, index)) for index, inner in enumerate(value)]
    return value


def _lifecycle(value: Mapping[str, Any]) -> Lifecycle:
    return Lifecycle(**{**value, "ignore_changes": tuple(value.get("ignore_changes", ()))})


def _secrets(notes: Mapping[Path, Note]) -> Any:
    hidden = [path for path, note in notes.items() if note.sensitive]

    def is_secret(path: Path) -> bool:
        return any(path[: len(other)] == other or other[: len(path)] == path for other in hidden)

    return is_secret


def _seal(attributes: dict[str, Value], notes: Mapping[Path, Note]) -> None:
    """Wrap what came from sensitive variables. Everything on the way to it is a copy that `resolve` made."""
    for path, note in notes.items():
        if not note.sensitive or path[0] not in attributes:
            continue
        parent: Any = attributes
        for part in path[:-1]:
            parent = parent[part]
        parent[path[-1]] = replace_leaves(parent[path[-1]], Secret)
