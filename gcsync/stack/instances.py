"""`for_each`: one declaration, several resources.

A mapping gives an instance for each of its keys, a list of texts one for each text. A mistake in the shared body is
told once, for the first instance that has it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from gcsync.model.address import EACH_KEY_PATTERN, MAX_LENGTH, Address
from gcsync.model.diagnostic import Place
from gcsync.model.value import Path, Value
from gcsync.schema.compose import kind_names
from gcsync.stack.declared import Declared
from gcsync.stack.discover import sections
from gcsync.stack.expressions import Resolved, resolve
from gcsync.stack.faults import describe
from gcsync.stack.kind_rules import FOR_EACH
from gcsync.stack.places import where
from gcsync.stack.report import Report
from gcsync.stack.scope import BadExpression, Each, Found, Notes, Scope, notes_at, shown
from gcsync.stack.unknown import Unknown
from gcsync.stack.variables import Variables

_EACH_KEY = re.compile(EACH_KEY_PATTERN)


@dataclass(slots=True, eq=False)
class Instance:
    """A resource to be made: a declaration, or one instance of it. `body` is what is written, without `for_each`."""

    entry: Declared
    address: Address
    body: Value
    each: Each | None = None

    @property
    def default_name(self) -> Value:
        """The key, under `for_each` with that of the instance: `agents-emea`."""
        if self.each is None:
            return self.entry.key
        return f"{self.entry.key}-{self.each.key}" if isinstance(self.each.key, str) else Unknown("string")

    def path(self, path: Path = ()) -> Path:
        each = self.address.each
        key = self.entry.key if each is None else f'{self.entry.key}["{each}"]'
        return (self.entry.section, key, *path)

    def __call__(self, path: Path) -> Place | None:
        return self.entry(path)


@dataclass(slots=True)
class Group:
    """The instances of one declaration. Where `complete` is false nobody knows yet which there are."""

    instances: dict[str | None, Instance] = field(default_factory=dict)
    repeated: bool = False
    complete: bool = True


@dataclass(frozen=True, slots=True)
class _Wanted:
    """An instance that is asked for; `key` is None where it is not known, `path` where in `for_each` it stands."""

    key: str | None
    value: Value = field(default_factory=Unknown)
    path: Path = ()


_NOT_KNOWN = _Wanted(None)


@dataclass(slots=True)
class Expansion:
    """Makes instances of declarations."""

    scope: Scope
    variables: Variables
    report: Report

    def group(self, entry: Declared) -> Group:
        """The instances of a declaration. What is wrong with its `for_each` is reported."""
        if not isinstance(entry.value, dict) or FOR_EACH not in entry.value:
            return Group({None: Instance(entry, entry.address, entry.value)})
        resolved = self._resolved(entry)
        body = {name: inner for name, inner in entry.value.items() if name != FOR_EACH}
        group = Group(repeated=True)
        for wanted in self._wanted(entry, resolved):
            if wanted.key is None:
                group.complete = False
            elif self._is_usable(entry, wanted, group, resolved.notes):
                each = Each(wanted.key, wanted.value, notes_at(resolved.notes, wanted.path))
                address = Address(entry.kind, entry.key, wanted.key)
                group.instances[wanted.key] = Instance(entry, address, body, each)
        if not group.complete:
            unknown = Each(Unknown("string"), Unknown())
            group.instances[None] = Instance(entry, entry.address, body, unknown)
        return group

    def _resolved(self, entry: Declared) -> Resolved:
        self.scope.each, self.scope.refer = None, _refuse_references
        resolved = resolve(entry.value[FOR_EACH], self.scope)
        for note in resolved.notes.values():
            self.variables.report_missing(note.variables, self.report)
        for path, at_key, error in resolved.errors:
            at = (FOR_EACH, *path)
            hint = "take the keys from a list, a mapping or a variable" if error.code == "GC209" else error.hint
            self.report.error(error.code, error.message, entry.spot(at, at_key=at_key), entry.path(at), hint)
        return resolved

    def _wanted(self, entry: Declared, resolved: Resolved) -> Iterator[_Wanted]:
        value, notes = resolved.value, resolved.notes
        if () in notes and notes[()].sensitive:
            self._refuse_sensitive(entry, (), notes)
            yield _NOT_KNOWN
        elif isinstance(value, dict):
            yield from (_Wanted(key, inner, (key,)) for key, inner in value.items())
        elif isinstance(value, list):
            yield from (self._wanted_text(entry, index, item, notes) for index, item in enumerate(value))
        else:
            if not isinstance(value, Unknown) or value.type not in (None, "list", "object"):
                got = str(value) if isinstance(value, Unknown) else describe(value)
                hint = "write a list of texts, `[emea, apac]`, or a mapping with an entry for each instance"
                self._error("GC126", entry, f"must be a list or a mapping, got {got}", (), notes, hint)
            yield _NOT_KNOWN

    def _wanted_text(self, entry: Declared, index: int, item: Value, notes: Notes) -> _Wanted:
        path = (index,)
        if isinstance(item, str) and any(note.sensitive for note in notes_at(notes, path).values()):
            self._refuse_sensitive(entry, path, notes)
        elif isinstance(item, str):
            return _Wanted(item, item, path)
        elif not isinstance(item, Unknown) or item.type not in (None, "string"):
            got = str(item) if isinstance(item, Unknown) else describe(item)
            hint = "put it in quotes" if isinstance(item, bool | int | float) else "write a mapping: `{key: value}`"
            self._error("GC126", entry, f"an entry of such a list must be text, got {got}", path, notes, hint)
        return _NOT_KNOWN

    def _is_usable(self, entry: Declared, wanted: _Wanted, group: Group, notes: Notes) -> bool:
        key = wanted.key or ""
        length = len(str(Address(entry.kind, entry.key, key)))
        if key in group.instances:
            self._error("GC115", entry, f'"{key[:60]}" is in the list already', wanted.path, notes, "name it once")
        elif _EACH_KEY.fullmatch(key) is None:
            message = f'"{key[:60]}" is no key of an instance: 1 to 40 letters, digits, `.`, `_`, `:` and `-`'
            hint = "the key is part of the address; let other text be in the value: `key: {name: any text}`"
            self._error("GC127", entry, message, wanted.path, notes, hint)
        elif length > MAX_LENGTH:
            message = f'with the key "{key}" the address has {length} characters; at most {MAX_LENGTH} can be kept'
            self._error("GC127", entry, message, wanted.path, notes, "shorten this key, or that of the resource")
        else:
            return True
        return False

    def _refuse_sensitive(self, entry: Declared, path: Path, notes: Notes) -> None:
        message = "the keys of `for_each` would be sensitive, and stand in addresses, plans and markers"
        hint = "take the keys from values that are not sensitive, and the secrets from a variable in the body"
        self._error("GC225", entry, message, path, notes, hint)

    def _error(self, code: str, entry: Declared, message: str, path: Path, notes: Notes, hint: str) -> None:
        at = (FOR_EACH, *path)
        inner = {(FOR_EACH, *of): note for of, note in notes.items()}
        at_key = bool(path) and isinstance(path[-1], str)
        spot = where(entry, at, inner, self.variables, at_key=at_key)
        self.report.error(code, message, spot, entry.path(at), hint)


def _refuse_references(inner: str) -> Found | None:
    hint = "which instances there are must be known before anything is applied: take the keys from a variable"
    if inner.partition(".")[0] in (*kind_names(), *sections()):
        raise BadExpression("GC229", f"{shown(inner)} cannot stand in `for_each`", hint)
    return None
