"""An object as a resource of a stack file: what equals a default is left out, what is secret is a variable."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from gcsync.adopt.secrets import Variable, parameterize
from gcsync.model.marker import split
from gcsync.model.value import UNREADABLE, Path, Value, leaves, replace_leaves, reveal
from gcsync.schema import compose
from gcsync.schema.semantics import is_empty, kind_schema
from gcsync.stack.check import Checker

_NO_TEXT = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Declaration:
    """`body` is what stands below the key; `remarks` are comments for the lines above it."""

    kind: str
    key: str
    body: Mapping[str, Value]
    variables: tuple[Variable, ...] = ()
    remarks: tuple[str, ...] = ()

    @property
    def address(self) -> str:
        return f"{self.kind}.{self.key}"


def declare(
    kind: str,
    key: str,
    attributes: Mapping[str, Value],
    *,
    protected: bool = False,
    taken: frozenset[str] = frozenset(),
) -> Declaration:
    """The resource that an object with these attributes is; `taken` are names that its variables may not have."""
    sealed = _worth_declaring(kind, key, attributes)
    body, variables = parameterize(key, sealed, taken)
    if protected:
        body["lifecycle"] = {"prevent_destroy": True}
    return Declaration(kind, key, body, variables, tuple(everything_remarks(kind, sealed)))


def problem_of(kind: str, attributes: Mapping[str, Value]) -> str:
    """Why an object with these attributes cannot stand in a stack file; empty when it can. Shows no value."""
    schema, sealed = kind_schema(kind), _worth_declaring(kind, "", attributes)
    opened = replace_leaves(reveal(sealed), lambda leaf: "" if leaf is UNREADABLE else leaf)
    if lacking := [name for name in _named_like_the_key(kind) if is_empty(reveal(attributes.get(name)))]:
        return f"its {lacking[0]} is empty"
    for name in (part for part, rule in compose.kind_schema(kind)["properties"].items() if rule.get("x-marker")):
        if isinstance(text := opened.get(name), str) and split(text)[1] is not None:
            return f"its {name} holds what looks like a marker of gcsync"
    try:
        json.dumps(opened, allow_nan=False)
    except ValueError:
        return "a number in it is none that YAML can hold"
    if any("${" in str(part) for path, _ in leaves(opened) for part in path):
        return "a name of a value in it holds ${, which would be an expression"
    if any(_NO_TEXT.search(text) for text in _texts(opened)):
        return "a text in it holds half a character"
    faults = _checker(schema.name).faults(opened, secret=lambda _: True)
    return "; ".join(_about(fault.path, fault.message) for fault in faults[:3])


def everything_remarks(kind: str, attributes: Mapping[str, Value]) -> Iterator[str]:
    """What is to be said where an object asks for every event of the organization (`x-everything`)."""
    for name, rule in compose.kind_schema(kind)["properties"].items():
        everything, given = rule.get("x-everything"), attributes.get(name)
        if everything is None:
            continue
        if is_empty(given):
            yield f"without `{name}`, every event of the organization is sent"
        elif isinstance(given, list) and everything in given:
            yield f'"{everything}" in `{name}` stands for every event of the organization'


def _worth_declaring(kind: str, key: str, attributes: Mapping[str, Value]) -> dict[str, Value]:
    """The attributes, canonical and sealed, without what is empty, computed, or what the file says anyway."""
    schema = kind_schema(kind)
    defaults = {**schema.defaults, **dict.fromkeys(_named_like_the_key(kind), key)}
    return {
        name: value
        for name, value in schema.canonical(attributes).items()
        if not schema.attributes[name].computed
        and not is_empty(value)
        and not (name in defaults and _same(value, defaults[name]))
    }


def _same(value: Value, other: Value) -> bool:
    return type(value) is type(other) and bool(value == other)


def _named_like_the_key(kind: str) -> tuple[str, ...]:
    return tuple(name for name, rule in compose.kind_schema(kind)["properties"].items() if rule.get("x-default-key"))


@cache
def _checker(kind: str) -> Checker:
    return Checker(compose.kind_schema(kind))


def _texts(value: Any) -> Iterator[str]:
    for path, leaf in leaves(value):
        yield from (part for part in (*path, leaf) if isinstance(part, str))


def _about(path: Path, message: str) -> str:
    # Behind the first step there may be names that are secret themselves.
    return f"{path[0]} {message}" if path else message
