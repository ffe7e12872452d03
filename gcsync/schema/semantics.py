"""What the schema's annotations mean for a diff: which values are the same, and which may not be shown.

    x-set                     a list whose order and repetitions mean nothing
    x-text                    prose: line ends and white space around it mean nothing
    x-case-insensitive-keys   a mapping whose keys differ by more than case (HTTP headers)
    x-sensitive               true: never shown; "url-credentials": not if it is a URL with user information or a query
    x-force-new               another value takes a new object
    x-write-only              the API never returns it
    x-computed                the API decides it
    x-left-alone              inside a mapping: where that does not declare it, it stays as it is
    x-marker                  the text that carries gcsync's marker on the wire

and of a whole kind:

    x-identity                the attributes by which an object without a marker is recognised, whatever the case
    x-unique                  the attributes that no two objects of the organization share, whatever the case
    x-flow                    where its events come from and go to (gcsync/schema/flow.py)
    x-selects                 which events it lets through (gcsync/schema/selecting.py)
    x-delivers                what its destinations get of an event (gcsync/schema/delivering.py)

An empty text, list or mapping is the same as none: servers return either.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, TypeAlias
from urllib.parse import urlsplit

from gcsync.model.value import NOT_GIVEN, UNREADABLE, Secret, Value, reveal
from gcsync.schema.files import read_schema

Key: TypeAlias = tuple[str, ...]
"""A kind and folded values of some attributes."""


@dataclass(frozen=True, slots=True)
class Shape:
    """The semantics of one value: of an attribute, or of what is inside one."""

    is_set: bool = False
    is_text: bool = False
    case_insensitive_keys: bool = False
    sensitive: bool | str = False
    force_new: bool = False
    write_only: bool = False
    computed: bool = False
    left_alone: bool = False
    items: Shape | None = None
    properties: Mapping[str, Shape] = field(default_factory=dict)
    others: Shape | None = None
    may_be_sensitive: bool = False
    """Whether it, or anything in it, is `x-sensitive`."""

    def child(self, key: str) -> Shape:
        return self.properties.get(key) or self.others or PLAIN

    def canonical(self, value: Value) -> Value:
        """The value as it is shown and compared: sets sorted, text trimmed, what is empty left out of mappings."""
        if isinstance(value, Secret):
            return Secret(self.canonical(value.reveal()))
        if isinstance(value, Mapping):
            inner = ((key, self.child(key).canonical(item)) for key, item in value.items())
            return {key: item for key, item in inner if not is_empty(item)}
        if isinstance(value, list | tuple):
            return self._canonical_list(value)
        if self.is_text and isinstance(value, str):
            return value.replace("\r\n", "\n").replace("\r", "\n").strip()
        return value

    def _canonical_list(self, value: Any) -> list[Value]:
        items = [(self.items or PLAIN).canonical(item) for item in value]
        if not self.is_set:
            return items
        return list({sort_key(item): item for item in sorted(items, key=sort_key)}.values())

    def beside(self, declared: Value, remote: Value) -> Value:
        """The remote value as it is compared with a declared one: without what that leaves alone."""
        if isinstance(declared, Secret):
            return self.beside(declared.reveal(), remote)
        if not isinstance(declared, Mapping) or not isinstance(remote, Mapping):
            return remote
        alone = {key for key, shape in self.properties.items() if shape.left_alone and key not in declared}
        return remote if alone.isdisjoint(remote) else {key: remote[key] for key in remote if key not in alone}

    def comparable(self, value: Value) -> Value:
        """The canonical value laid open, keys of any case folded, None for nothing: equal when the meaning is."""
        plain = self._open(self.canonical(value))
        return None if is_empty(plain) else plain

    def _open(self, value: Value) -> Value:
        if isinstance(value, Secret):
            return self._open(value.reveal())
        if isinstance(value, Mapping):
            fold_key = str.lower if self.case_insensitive_keys else str
            return {fold_key(key): self.child(key)._open(item) for key, item in value.items()}
        if isinstance(value, list):
            return [(self.items or PLAIN)._open(item) for item in value]
        return value

    def seal(self, value: Value) -> Value:
        """The value with every part that is sensitive by the schema in a `Secret`."""
        if isinstance(value, Secret) or value is UNREADABLE or value is NOT_GIVEN or value is None:
            return value
        if self.sensitive is True or (self.sensitive == "url-credentials" and has_credentials(value)):
            return Secret(value)
        if isinstance(value, Mapping):
            return {key: self.child(key).seal(item) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return [(self.items or PLAIN).seal(item) for item in value]
        return value


PLAIN = Shape()


@dataclass(frozen=True, slots=True)
class KindSchema:
    """The semantics of a kind. `attributes` are in the schema's order, which is that of the marker's fingerprints."""

    name: str
    stack_key: str
    resource_type: str
    title: str
    attributes: Mapping[str, Shape]
    defaults: Mapping[str, Value]
    identity: tuple[str, ...] = ("name",)
    unique: tuple[str, ...] = ()

    def identity_of(self, attributes: Mapping[str, Value]) -> Key | None:
        """What tells an object without a marker from others; None when part of it is lacking or not yet known."""
        return self._key(self.identity, attributes)

    def unique_key(self, attributes: Mapping[str, Value]) -> Key | None:
        """What no other object may have; None where the kind has no such thing, or part of it is not known."""
        return self._key(self.unique, attributes)

    def _key(self, names: tuple[str, ...], attributes: Mapping[str, Value]) -> Key | None:
        values = [reveal(attributes.get(name)) for name in names]
        if not values or not all(isinstance(value, str) for value in values):
            return None
        return (self.name, *map(fold, values))

    def canonical(self, attributes: Mapping[str, Value]) -> dict[str, Value]:
        """A whole object, canonical and sealed, in the schema's order; empty attributes are kept."""
        return {
            name: shape.seal(shape.canonical(attributes[name]))
            for name, shape in self.attributes.items()
            if name in attributes
        }


@cache
def kind_schema(kind: str) -> KindSchema:
    """The semantics of `kind`, read from its JSON Schema."""
    schema = read_schema(kind)
    properties: dict[str, Any] = schema["properties"]
    return KindSchema(
        name=schema["x-kind"],
        stack_key=schema["x-stack-key"],
        resource_type=schema["x-resource-type"],
        title=schema["title"],
        attributes={name: _shape(part) for name, part in properties.items()},
        defaults={name: part["default"] for name, part in properties.items() if "default" in part},
        identity=tuple(schema.get("x-identity", ("name",))),
        unique=tuple(schema.get("x-unique", ())),
    )


def fold(text: str) -> str:
    """What two names have in common that the API takes for one."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())


def is_empty(value: Value) -> bool:
    """Whether a value is nothing at all: none, or an empty text, list or mapping."""
    return value is None or (isinstance(value, str | list | tuple | Mapping) and len(value) == 0)


def has_credentials(url: Value) -> bool:
    """Whether a URL holds user information or a query; one that cannot be read is taken to."""
    if not isinstance(url, str):
        return False
    try:
        parts = urlsplit(url)
    except ValueError:
        return True
    return "@" in parts.netloc or bool(parts.query)


def sort_key(value: Value) -> str:
    """Orders anything: the JSON text, secrets laid open."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, default=_plain)


def _plain(value: Value) -> Value:
    return value.reveal() if isinstance(value, Secret) else repr(value)


def _shape(schema: Mapping[str, Any]) -> Shape:
    others = schema.get("additionalProperties")
    items = _shape(schema["items"]) if "items" in schema else None
    properties = {name: _shape(part) for name, part in schema.get("properties", {}).items()}
    rest = _shape(others) if isinstance(others, Mapping) else None
    sensitive = schema.get("x-sensitive", False)
    return Shape(
        is_set=schema.get("x-set", False),
        is_text=schema.get("x-text", False),
        case_insensitive_keys=schema.get("x-case-insensitive-keys", False),
        sensitive=sensitive,
        force_new=schema.get("x-force-new", False),
        write_only=schema.get("x-write-only", False),
        computed=schema.get("x-computed", False),
        left_alone=schema.get("x-left-alone", False),
        items=items,
        properties=properties,
        others=rest,
        may_be_sensitive=bool(sensitive)
        or any(inner.may_be_sensitive for inner in (*properties.values(), items, rest) if inner is not None),
    )


def differ(declared: Value, remote: Value) -> bool:
    """Whether two comparable values differ.

    What the API does not return may be any declared value; a value that was not given may be any that is there.
    """
    if declared is NOT_GIVEN and remote is not None:
        return False
    if remote is UNREADABLE and declared is not None:
        return False
    if isinstance(declared, Mapping) and isinstance(remote, Mapping):
        return any(differ(declared.get(key), remote.get(key)) for key in {**declared, **remote})
    if isinstance(declared, list) and isinstance(remote, list) and len(declared) == len(remote):
        return any(differ(one, other) for one, other in zip(declared, remote, strict=True))
    if isinstance(declared, bool) != isinstance(remote, bool):
        return True
    return bool(declared != remote)
