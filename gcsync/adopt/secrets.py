"""What may not stand in a file: it is replaced by sensitive variables, and the literal `${` of all else is escaped."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from gcsync.adopt.keys import Wanted, unique_keys
from gcsync.model.value import UNREADABLE, Path, Secret, Value, format_path

_TYPES = {bool: "boolean", int: "number", float: "number", list: "list", dict: "object"}


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable that a resource needs. `path` is where it stands; `readable` whether the API returns its value."""

    name: str
    type: str
    path: Path
    readable: bool
    value: Value = field(default=None, repr=False)
    """A `Secret`, for whoever wants to check the file with it; None for what the API does not return."""


def escape(text: str) -> str:
    """The text as it stands in a stack file."""
    return text.replace("${", "$${")


def parameterize(
    key: str, attributes: Mapping[str, Value], taken: frozenset[str] = frozenset()
) -> tuple[dict[str, Value], tuple[Variable, ...]]:
    """Sealed attributes as they are declared: secrets as `${var...}`, and the variables for that."""
    found: dict[Path, Value] = {}
    _collect(attributes, (), found)
    names = _names(key, list(found), taken) if found else {}
    variables = tuple(
        Variable(
            names[path],
            "string" if value is UNREADABLE else _TYPES.get(type(value.reveal()), "string"),
            path,
            value is not UNREADABLE,
            None if value is UNREADABLE else value,
        )
        for path, value in found.items()
    )
    return {name: _replaced(value, (name,), names) for name, value in attributes.items()}, variables


def _collect(value: Value, path: Path, found: dict[Path, Value]) -> None:
    if isinstance(value, Secret) or value is UNREADABLE:
        found[path] = value
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            _collect(inner, (*path, key), found)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            _collect(inner, (*path, index), found)


def _names(key: str, paths: list[Path], taken: frozenset[str]) -> dict[Path, str]:
    """A name for each: the key with the last part of the path, or with all of it. No hyphens: shells take none."""
    wanted = [
        Wanted(f"{key}:{format_path(path)}", tuple(_name(key, part) for part in ((path[-1],), path))) for path in paths
    ]
    names = unique_keys(wanted, "secret", taken)
    return {path: names[one.identity] for path, one in zip(paths, wanted, strict=True)}


def _name(key: str, path: Path) -> str:
    text = re.sub(r"[^A-Za-z0-9]+", "_", "_".join((key, *map(str, path)))).strip("_").lower()
    return f"_{text}" if text[:1].isdigit() else text


def _replaced(value: Value, path: Path, names: Mapping[Path, str]) -> Value:
    if path in names:
        return f"${{var.{names[path]}}}"
    if isinstance(value, Mapping):
        return {key: _replaced(inner, (*path, key), names) for key, inner in value.items()}
    if isinstance(value, list):
        return [_replaced(inner, (*path, index), names) for index, inner in enumerate(value)]
    return escape(value) if isinstance(value, str) else value
