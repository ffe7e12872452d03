"""What the stack reader needs to know of a kind, taken from its schema once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from gcsync.model.value import Value
from gcsync.schema.compose import kind_schema
from gcsync.schema.files import read_schema
from gcsync.stack.check import Checker

FOR_EACH = "for_each"


@dataclass(frozen=True, slots=True)
class KindRules:
    """`common` are the keys that every kind has; `known_first` the attributes that tell an object from others."""

    checker: Checker
    common: frozenset[str]
    attributes: frozenset[str]
    computed: frozenset[str]
    defaults: Mapping[str, Value]
    key_defaults: tuple[str, ...]
    unique: tuple[str, ...]
    marked: tuple[str, ...]
    known_first: tuple[str, ...]


@cache
def rules(kind: str) -> KindRules:
    schema = kind_schema(kind)
    common = frozenset(read_schema("resource")["properties"])
    own = {name: part for name, part in schema["properties"].items() if name not in common}
    unique = tuple(schema.get("x-unique", ()))
    return KindRules(
        checker=Checker(schema),
        common=common,
        attributes=frozenset(own),
        computed=frozenset({"id", *(name for name, part in own.items() if part.get("x-computed"))}),
        defaults={name: part["default"] for name, part in own.items() if "default" in part},
        key_defaults=tuple(name for name, part in own.items() if part.get("x-default-key")),
        unique=unique,
        marked=tuple(name for name, part in own.items() if part.get("x-marker")),
        known_first=tuple(dict.fromkeys(["name", *schema.get("x-identity", ()), *unique])),
    )
