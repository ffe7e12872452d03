"""`${...}` in the values of resources, replaced.

One that is the whole scalar keeps its type; inside text only strings, numbers and booleans. No functions and no
conditionals: deliberate. What another resource gets from the API stays a `Reference`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from gcsync.model.value import Path, Reference, Value, leaves
from gcsync.stack.scope import FORMS, BadExpression, Found, Note, Scope, shown
from gcsync.stack.unknown import BROKEN, Unknown, is_gap, unknown_of

_TOKEN = re.compile(r"\$\$\{|\$\{(?P<inner>[^}]*)\}?")


@dataclass(slots=True)
class Resolved:
    """A value without expressions. `notes` are about the leaves that held one, `errors` about those that failed."""

    value: Value
    notes: dict[Path, Note]
    errors: list[tuple[Path, bool, BadExpression]]
    has_gaps: bool = False
    has_references: bool = False
    has_withheld: bool = False


def resolve(value: Value, scope: Scope) -> Resolved:
    """Replace every expression; parts without one are not copied."""
    resolver = _Resolver(scope)
    result = resolver.walk(value)
    flags = (resolver.has_gaps, resolver.has_references, resolver.has_withheld)
    return Resolved(result, resolver.notes, resolver.errors, *flags)


class _Resolver:
    """Walks a value, with the path to where it is."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.notes: dict[Path, Note] = {}
        self.errors: list[tuple[Path, bool, BadExpression]] = []
        self.has_gaps = False
        self.has_references = False
        self.has_withheld = False
        self.path: list[str | int] = []

    def walk(self, value: Value) -> Value:
        kind = type(value)
        if kind is dict:
            return self.inside(value, value.items(), dict)
        if kind is list:
            return self.inside(value, enumerate(value), list)
        if kind is str and "${" in value:
            return self.text(value)
        self._note(value)
        return value

    def _note(self, leaf: Value) -> None:
        self.has_gaps = self.has_gaps or is_gap(leaf)
        self.has_references = self.has_references or isinstance(leaf, Reference)
        self.has_withheld = self.has_withheld or (isinstance(leaf, Unknown) and leaf.withheld)

    def inside(self, given: Value, entries: Iterable[tuple[Any, Value]], copy: Callable[[Value], Value]) -> Value:
        changed: Value = None
        for key, inner in entries:
            kind = type(inner)
            if copy is dict and "${" in key:
                self.errors.append(((*self.path, key), True, _in_key(key)))
            if kind is dict or kind is list or kind is Unknown or (kind is str and "${" in inner):
                self.path.append(key)
                result = self.walk(inner)
                self.path.pop()
                if result is not inner or kind is str:
                    changed = copy(given) if changed is None else changed
                    changed[key] = result
        return given if changed is None else changed

    def text(self, leaf: str) -> Value:
        try:
            found = evaluate(leaf, self.scope)
        except BadExpression as error:
            self.errors.append((tuple(self.path), False, error))
            self.has_gaps = True
            return BROKEN
        for _, inner in leaves(found.value):
            self._note(inner)
        for path, note in found.notes.items():
            self.notes[(*self.path, *path)] = note
        return found.value


def _in_key(key: str) -> BadExpression:
    return BadExpression("GC211", f'an expression cannot stand in a key: "{key[:60]}"', "write the key itself")


def evaluate(text: str, scope: Scope) -> Found:
    """What text with expressions stands for. Raises BadExpression."""
    whole = _TOKEN.fullmatch(text)
    if whole is not None and whole["inner"] is not None and text.endswith("}") and "${" not in whole["inner"]:
        return scope.lookup(whole["inner"])
    return _interpolate(text, scope)


def _interpolate(text: str, scope: Scope) -> Found:
    parts: list[str | Reference] = []
    variables: list[str] = []
    unknown: list[Unknown] = []
    sensitive, position = False, 0
    for match in _TOKEN.finditer(text):
        parts.append(text[position : match.start()])
        position = match.end()
        inner = match["inner"]
        if inner is None:
            parts.append("${")
            continue
        if not match[0].endswith("}"):
            raise BadExpression("GC206", "an expression that is not closed", "add the `}`; write $${ for a literal ${")
        if "${" in inner:
            raise BadExpression("GC206", "an expression inside an expression", FORMS)
        found = scope.lookup(inner)
        variables += [name for note in found.notes.values() for name in note.variables]
        sensitive |= found.sensitive
        unknown += [found.value] if isinstance(found.value, Unknown) else []
        parts += _pieces(found.value, inner)
    parts.append(text[position:])
    notes: dict[Path, Note] = {(): Note(tuple(variables), sensitive)} if variables or sensitive else {}
    joined: Value = Unknown("string", withheld=all(gap.withheld for gap in unknown)) if unknown else _joined(parts)
    return Found(joined, notes)


def _pieces(value: Value, inner: str) -> list[str | Reference]:
    """What stands inside text: a text, or one that only an apply will tell."""
    gap = unknown_of(value) if isinstance(value, Reference) else value
    if isinstance(gap, Unknown):
        if gap.type in ("list", "object"):
            raise _not_in_text(inner, f"a {gap.type}")
        return [*(value.parts or (value,))] if isinstance(value, Reference) else []
    if isinstance(value, str):
        return [value]
    if value is None or isinstance(value, list | dict):
        what = "nothing (null)" if value is None else "a list" if isinstance(value, list) else "an object"
        raise _not_in_text(inner, what)
    return [json.dumps(value)]


def _joined(parts: list[str | Reference]) -> Value:
    """One text, or a reference with the text around it: no two texts stand side by side, and none is empty."""
    joined: list[str | Reference] = []
    for part in parts:
        if isinstance(part, str) and joined and isinstance(joined[-1], str):
            joined[-1] += part
        elif part != "":
            joined.append(part)
    first = next((part for part in joined if isinstance(part, Reference)), None)
    if first is None:
        return "".join(str(part) for part in joined)
    return first if len(joined) == 1 else Reference(first.address, first.attribute, tuple(joined))


def _not_in_text(inner: str, what: str) -> BadExpression:
    hint = "inside text only strings, numbers and booleans can stand; let the expression be the whole value"
    return BadExpression("GC210", f"{shown(inner)} is {what}, and stands inside text", hint)


def expressions_in(value: Value, path: Path = ()) -> Iterable[tuple[Path, str]]:
    """The scalars and keys that hold an expression, for values in which none may stand."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if _holds(key):
                yield (*path, key), key
            yield from expressions_in(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from expressions_in(inner, (*path, index))
    elif isinstance(value, str) and _holds(value):
        yield path, value


def _holds(text: str) -> bool:
    return any(match["inner"] is not None for match in _TOKEN.finditer(text))


def unescape(value: Value) -> Value:
    """`$${` as `${`, in values in which no expression may stand."""
    change: Callable[[Value], Value] = unescape
    if isinstance(value, dict):
        return {key: change(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [change(inner) for inner in value]
    return value.replace("$${", "${") if isinstance(value, str) else value
