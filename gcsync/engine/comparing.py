"""What differs between environments: in what is declared for each, and in what is live beyond that.

What an attribute is made of by variables is no difference in what is declared: it is compared as it is written. What is
live is compared with what is declared for its own environment first: only where it is another in some environment, and
not in the same way in all, do the live objects differ beyond the declarations.

Sensitive values are never compared between environments: that would tell whoever may read a plan whether two are the
same. Whether one is as declared, within its own environment, every plan tells.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from gcsync.engine.three_way import seal_like, secret_places
from gcsync.model.address import Address
from gcsync.model.comparison import Comparison, Presence, PresenceDifference, ValueDifference
from gcsync.model.plan import ABSENT, Action, Change, Plan, Reason
from gcsync.model.resource import Resource, Stack
from gcsync.model.value import Path, Secret, Value, is_sensitive, leaves, replace_leaves
from gcsync.schema.semantics import Shape, differ, is_empty, kind_schema

_EXPRESSION: Final = re.compile(r"(?<!\$)\$\{[^}]*\}")
_STANDING: Final = {
    Action.CREATE: Presence.NOT_THERE,
    Action.ADOPT: Presence.WITHOUT_MARKER,
    Action.DELETE: Presence.UNDECLARED_THERE,
    Action.RELEASE: Presence.UNDECLARED_THERE,
}
_AS_DECLARED: Final = (Presence.THERE, Presence.NOT_DECLARED)
_LIVE: Final = (Presence.THERE, Presence.WITHOUT_MARKER)


def compare(environments: Sequence[str], stacks: Iterable[Stack], plans: Iterable[Plan]) -> Comparison:
    """Compare the stacks of several environments, and what is live by their plans; `environments` gives the order."""
    by_name: dict[str, dict[str, tuple[Stack, Plan]]] = {}
    of_owner = {plan.owner: plan for plan in plans}
    for stack in stacks:
        by_name.setdefault(stack.name, {})[stack.environment or ""] = (stack, of_owner[stack.owner])
    declared: list[PresenceDifference | ValueDifference] = []
    live: list[PresenceDifference | ValueDifference] = []
    by_variables: list[ValueDifference] = []
    hidden = 0
    for name in sorted(by_name):
        sides = {one: by_name[name][one] for one in environments if one in by_name[name]}
        changes = {one: {change.address: change for change in plan.changes} for one, (_, plan) in sides.items()}
        for address in _addresses(sides.values()):
            compared = _Compared(name, address, sides, changes)
            declared += compared.declared_presence()
            for one in compared.declared_values():
                (by_variables if one.expressions else declared).append(one)
            live += compared.live()
            hidden += compared.hidden()
    return Comparison(tuple(environments), tuple(declared), tuple(live), tuple(by_variables), hidden)


def _addresses(sides: Iterable[tuple[Stack, Plan]]) -> list[Address]:
    found = {address for stack, plan in sides for address in (*stack.resources, *(c.address for c in plan.changes))}
    return sorted(found, key=Address.sort_key)


@dataclass(frozen=True, slots=True)
class _Compared:
    """One resource in every environment."""

    stack: str
    address: Address
    sides: Mapping[str, tuple[Stack, Plan]]
    changes: Mapping[str, Mapping[Address, Change]]

    @property
    def shapes(self) -> Mapping[str, Shape]:
        return kind_schema(self.address.kind).attributes

    def resources(self) -> dict[str, Resource]:
        """Those that are declared, by environment."""
        found = {name: stack.resources.get(self.address) for name, (stack, _) in self.sides.items()}
        return {name: resource for name, resource in found.items() if resource is not None}

    def declared_presence(self) -> Iterator[PresenceDifference]:
        there = self.resources()
        if there and len(there) < len(self.sides):
            standing = {name: Presence.DECLARED if name in there else Presence.NOT_DECLARED for name in self.sides}
            yield PresenceDifference(self.stack, self.address, standing)

    def declared_values(self) -> Iterator[ValueDifference]:
        resources = self.resources()
        schema = kind_schema(self.address.kind)
        whole = {name: schema.canonical(resource.attributes) for name, resource in resources.items()}
        for attribute in self.shapes if len(resources) > 1 else ():
            values = _hidden_alike({name: one.get(attribute, ABSENT) for name, one in whole.items()})
            for path, found in _places(values, (attribute,)):
                written = (resource.written for resource in resources.values())
                expressions = dict.fromkeys(text for one in written for text in _expressions(one, path))
                yield ValueDifference(self.stack, self.address, path, found, tuple(expressions))

    def hidden(self) -> int:
        """How many attributes have a sensitive part in any environment that declares it."""
        schema, resources = kind_schema(self.address.kind), self.resources().values()
        whole = [schema.canonical(resource.attributes) for resource in resources] if len(resources) > 1 else []
        return sum(any(secret_places(one.get(attribute)) for one in whole) for attribute in self.shapes)

    def live(self) -> Iterator[PresenceDifference | ValueDifference]:
        changes = {name: found.get(self.address) for name, found in self.changes.items()}
        declared = self.resources()
        if any(changes[name] is None for name in declared):
            return  # what keeps it from being matched is an error of that plan
        standing = {name: _standing(change) for name, change in changes.items()}
        if len(set(standing.values()) - {*_AS_DECLARED}) and len(set(standing.values())) > 1:
            yield PresenceDifference(self.stack, self.address, standing)
        objects = {n: change for n, change in changes.items() if change is not None and standing[n] in _LIVE}
        for attribute, shape in self.shapes.items() if len(objects) > 1 else ():
            if not shape.computed:
                yield from self._live_values(attribute, shape, objects)

    def _live_values(self, attribute: str, shape: Shape, objects: Mapping[str, Change]) -> Iterator[ValueDifference]:
        pairs = {name: _pair(attribute, shape, change) for name, change in objects.items()}
        if all(live is wanted for live, wanted in pairs.values()):
            return
        places = frozenset(place for pair in pairs.values() for side in pair for place in secret_places(side))
        sealed = {name: tuple(seal_like(side, places) for side in pair) for name, pair in pairs.items()}
        flat = {(name, side): pair[side] for name, pair in sealed.items() for side in (0, 1)}
        for path, found in _places(flat, (attribute,), even_secrets=True):
            deviates = {name: _another(found[name, 0], found[name, 1]) for name in objects}
            lives = {name: found[name, 0] for name in objects}
            if _differ_beyond(deviates.values(), lives.values()):
                as_declared = {name: not deviates[name] for name in objects}
                yield ValueDifference(self.stack, self.address, path, lives, as_declared=as_declared)


def _differ_beyond(deviates: Collection[bool], lives: Collection[Value]) -> bool:
    """Whether live values differ beyond what is declared; of sensitive ones only whether each is as declared counts."""
    if any(is_sensitive(leaf) for live in lives for _, leaf in leaves(live)):
        return len(set(deviates)) > 1
    return any(deviates) and not _all_alike(lives)


def _standing(change: Change | None) -> Presence:
    if change is None:
        return Presence.NOT_DECLARED
    if change.continues:
        return Presence.THERE
    return _STANDING.get(change.action, Presence.THERE)


def _pair(attribute: str, shape: Shape, change: Change) -> tuple[Value, Value]:
    """The live value and the declared one; the very same where there is nothing to be said of it."""
    live = (change.before or {}).get(attribute, ABSENT)
    for one in change.attributes:
        if one.name == attribute:
            return (live, live) if one.reason is Reason.NOT_CHECKED else (one.before, one.after)
    desired = change.desired
    if desired is None:
        return live, live
    if attribute not in desired.attributes:
        return live, ABSENT
    if attribute not in desired.lifecycle.ignore_changes:
        return live, live
    wanted = shape.seal(shape.canonical(desired.attributes[attribute]))
    return (live, wanted) if _another(live, wanted) else (live, live)


def _hidden_alike(values: Mapping[str, Value]) -> dict[str, Value]:
    """The values with everything hidden that is sensitive in any of them."""
    places = frozenset(place for value in values.values() for place in secret_places(value))
    return {name: seal_like(value, places) for name, value in values.items()}


def _places(
    values: Mapping[Any, Value], path: Path, *, even_secrets: bool = False
) -> Iterator[tuple[Path, dict[Any, Value]]]:
    """The innermost places at which not all values are alike; where all are sensitive, only with `even_secrets`."""
    found = list(values.values())
    there = [value for value in found if value is not ABSENT]
    if there and all(isinstance(value, Mapping) for value in there) and len(there) > 1:
        for key in sorted({key for value in there for key in value}):
            inner = {name: ABSENT if value is ABSENT else value.get(key, ABSENT) for name, value in values.items()}
            yield from _places(inner, (*path, key), even_secrets=even_secrets)
    elif all(_is_list_of_mappings(value) for value in found) and len({len(value) for value in found}) == 1:
        for index in range(len(found[0])):
            inner = {name: value[index] for name, value in values.items()}
            yield from _places(inner, (*path, index), even_secrets=even_secrets)
    elif all(map(is_sensitive, found)):
        if even_secrets:
            yield path, dict(values)
    elif not _all_alike(found):
        yield path, dict(values)


def _is_list_of_mappings(value: Value) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(member, Mapping) for member in value)


def _all_alike(values: Iterable[Value]) -> bool:
    """Whether all are the same but for their sensitive parts, which are never compared."""
    first, *others = values
    plain = _without_secrets(first)
    return not any(_another(plain, _without_secrets(other)) for other in others)


def _without_secrets(value: Value) -> Value:
    return replace_leaves(value, lambda leaf: "" if is_sensitive(leaf) else leaf)


def _another(live: Value, declared: Value) -> bool:
    """Whether a live value is another than the declared one of its own environment."""
    one, other = (None if value is ABSENT or is_empty(value) else _open(value) for value in (declared, live))
    return differ(one, other)


def _open(value: Value) -> Value:
    return replace_leaves(value, lambda leaf: leaf.reveal() if isinstance(leaf, Secret) else leaf)


def _expressions(written: Mapping[str, Value], path: Path) -> list[str]:
    """The expressions at a place of what the file says, or those that the whole of it is made of."""
    value: Value = written
    for part in path:
        if isinstance(value, str):
            break
        try:
            value = value[part]
        except (KeyError, IndexError, TypeError):
            if value is written:
                return []
            break
    texts = (leaf for _, leaf in leaves(value) if isinstance(leaf, str))
    return list(dict.fromkeys(found for text in texts for found in _EXPRESSION.findall(text)))
