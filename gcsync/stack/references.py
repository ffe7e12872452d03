"""`${stream.calls.id}`, `${stream.agents["emea"].name}`: what one resource takes from another.

What the other declares is known at once; its id, and what the API computes, only after an apply. Who refers to whom
orders the apply, so that a circle is an error.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from gcsync.model.address import KEY_PATTERN, Address
from gcsync.model.value import Path, Reference, Secret, Value, leaves
from gcsync.schema.compose import kind_names
from gcsync.schema.semantics import kind_schema
from gcsync.stack.discover import sections
from gcsync.stack.instances import Group, Instance
from gcsync.stack.kind_rules import rules
from gcsync.stack.nearest import nearest
from gcsync.stack.scope import BadExpression, Found, Note, Notes, notes_at, shown
from gcsync.stack.unknown import BROKEN

_REFERENCE = re.compile(
    rf"(?P<kind>[a-z][a-z0-9_]*)\.(?P<key>{KEY_PATTERN})(?:\[(?P<index>[^\]]*)\])?\.(?P<attribute>.+)"
)
_INDEX = re.compile(r'"(?P<key>[^"]*)"')
_LONGEST_CIRCLE = 20
_FORM = 'a reference is ${KIND.KEY.ATTRIBUTE}, or ${KIND.KEY["INSTANCE"].ATTRIBUTE} under for_each'


@dataclass(frozen=True, slots=True)
class Made:
    """What became of a resource. `bad` are the attributes at fault; `attributes` is None where it is no mapping."""

    attributes: Mapping[str, Value] | None
    notes: Notes
    bad: frozenset[object]


@dataclass(slots=True)
class References:
    """Answers references. Whoever makes the resources says which one is at hand, and makes what is `needed` first."""

    groups: Mapping[tuple[str, str], Group]
    made: dict[Address, Made] = field(default_factory=dict)
    opened: dict[Address, None] = field(default_factory=dict)
    """The resources that are begun and wait for others, in order: each refers to the next."""
    needed: dict[Address, Instance] = field(default_factory=dict)
    used: set[Address] = field(default_factory=set)
    instance: Instance | None = None

    def begin(self, instance: Instance) -> None:
        self.instance = instance
        if self.needed:
            self.needed = {}
        if self.used:
            self.used = set()

    def refer(self, inner: str) -> Found | None:
        """What a reference stands for; None for what is none. Raises BadExpression."""
        match = _REFERENCE.fullmatch(inner)
        if match is None:
            if inner.partition(".")[0] in (*kind_names(), *sections()):
                raise BadExpression("GC226", f"{shown(inner)} is no reference", _FORM)
            return None
        group = self._group(match["kind"], match["key"], inner)
        target = self._instance(group, match["index"], inner)
        name = self._attribute(target, match["attribute"], inner)
        self._refuse_circle(target.address)
        self.used.add(target.address)
        made = self.made.get(target.address)
        if made is None:
            self.needed[target.address] = target
        if name in rules(target.address.kind).computed:
            return Found(Reference(target.address, name))
        return Found(BROKEN) if made is None else _taken(made, target.address, name, inner)

    def _group(self, kind: str, key: str, inner: str) -> Group:
        if kind not in kind_names():
            meant = sections().get(kind)
            hint = f'did you mean "{meant}.{key}"?' if meant else nearest(kind, kind_names())
            hint = hint or f"kinds: {', '.join(kind_names())}"
            raise BadExpression("GC226", f'{shown(inner)}: there is no kind "{kind[:40]}"', hint)
        group = self.groups.get((kind, key))
        if group is None:
            others = [f"{of}.{key}" for of, other in self.groups if other == key]
            hint = f'did you mean "{others[0]}"?' if others else ""
            hint = hint or nearest(key, [other for of, other in self.groups if of == kind])
            message = f"{shown(inner)}: the stack does not declare {kind}.{key}"
            raise BadExpression("GC226", message, hint or "declare it, or write the value itself")
        return group

    def _instance(self, group: Group, index: str | None, inner: str) -> Instance:
        first = next(iter(group.instances.values()), None)
        if index is None:
            if group.repeated:
                example = "" if first is None else f", such as {first.address}"
                hint = f"name the instance{example}" if first is None or first.address.each else "name the instance"
                raise BadExpression("GC226", f"{shown(inner)}: the resource has `for_each`", hint)
            return group.instances[None]
        if not group.repeated:
            raise BadExpression("GC226", f"{shown(inner)}: the resource has no `for_each`", "take the brackets away")
        key = self._index(index, inner)
        found = group.instances.get(key) if isinstance(key, str) else None
        if found is None and (not group.complete or not isinstance(key, str)):
            found = group.instances.get(None) or first
        if found is None:
            known = [each for each in group.instances if each is not None]
            hint = nearest(str(key), known) or f"there are {', '.join(sorted(known)[:10]) or 'none'}"
            raise BadExpression("GC226", f'{shown(inner)}: there is no instance "{str(key)[:40]}"', hint)
        return found

    def _index(self, text: str, inner: str) -> Value:
        if text.strip() == "each.key":
            each = self.instance.each if self.instance is not None else None
            if each is None:
                hint = "give this resource a `for_each`, or write the instance's key in quotes"
                raise BadExpression("GC209", f"{shown(inner)}: each.key has a meaning under `for_each` only", hint)
            return each.key
        match = _INDEX.fullmatch(text.strip())
        if match is None:
            hint = f'write the key in double quotes: ["{text.strip().strip(chr(39))[:40]}"], or [each.key]'
            raise BadExpression("GC226", f"{shown(inner)}: the instance is named by its key", hint)
        return match["key"]

    def _attribute(self, target: Instance, text: str, inner: str) -> str:
        known = rules(target.address.kind)
        if text in known.attributes or text in known.computed:
            return text
        whole = re.split(r"[.\[]", text, maxsplit=1)[0]
        if whole != text and whole in known.attributes:
            hint = "a reference takes a whole attribute; take the part of it from a variable, in both places"
            raise BadExpression("GC227", f"{shown(inner)} is a part of an attribute", hint)
        names = sorted(known.attributes | known.computed)
        message = f'{shown(inner)}: a {target.address.kind} has no "{whole[:40]}"'
        raise BadExpression("GC227", message, nearest(whole, names) or f"known here: {', '.join(names)}")

    def _refuse_circle(self, target: Address) -> None:
        current = self.instance.address if self.instance is not None else target
        if target != current and target not in self.opened:
            return
        path = [*(address for address in self.opened if address != current), current]
        circle = [*path[path.index(target) :], target]
        shown_ones = circle if len(circle) <= _LONGEST_CIRCLE else [*circle[: _LONGEST_CIRCLE - 2], "...", *circle[-1:]]
        text = " -> ".join(map(str, shown_ones))
        hint = "take the value of one of them from a variable, or write it out"
        raise BadExpression("GC228", f"the references go in a circle: {text}", hint)


def _taken(made: Made, address: Address, name: str, inner: str) -> Found:
    if made.attributes is None or name in made.bad:
        return Found(BROKEN)
    if name not in made.attributes:
        message = f"{shown(inner)}: {address} does not declare `{name}`, and it has no default"
        raise BadExpression("GC227", message, f"declare `{name}` there, or write the value itself here")
    value = made.attributes[name]
    return Found(value, _secret_notes(made, address, name, value))


def _secret_notes(made: Made, address: Address, name: str, value: Value) -> dict[Path, Note]:
    """What in the value is sensitive, through a variable or by the schema."""
    sealed = kind_schema(address.kind).attributes[name].seal(value)
    by_schema = [path for path, leaf in leaves(sealed) if isinstance(leaf, Secret)]
    flowed = [path for path, note in notes_at(made.notes, (name,)).items() if note.sensitive]
    return {path: Note(sensitive=True) for path in (*by_schema, *flowed)}


def addresses_in(attributes: Mapping[str, Value]) -> set[Address]:
    """The resources whose values only an apply will tell."""
    found = (leaf.references() for _, leaf in leaves(attributes) if isinstance(leaf, Reference))
    return {reference.address for references in found for reference in references}
