"""The same place in two versions of a value: where a secret that one had may be had from the other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, final

from gcsync.model.value import UNREADABLE, Path, Secret, Value, leaves, replace_leaves


@final
class Missing:
    """What a value has not at a place."""

    def __repr__(self) -> str:
        return "(missing)"


MISSING: Final = Missing()


def hidden_places(value: Value) -> list[Path]:
    """Where a value holds a secret, or what the API does not return."""
    return [path for path, leaf in leaves(value) if isinstance(leaf, Secret) or leaf is UNREADABLE]


def value_at(other: Value, path: Path, value: Value) -> Value:
    """What `other` has where `value` has the place `path`, laid open; MISSING where it has no such place.

    An element of a list is found by all in it that is not secret, else by its index; a key in any case.
    """
    if isinstance(other, Secret):
        other = other.reveal()
    if not path:
        return other
    first, rest = path[0], path[1:]
    if isinstance(first, int):
        index = _index(other, first, value)
        return MISSING if index is None else value_at(other[index], rest, value[first])
    if not isinstance(other, Mapping):
        return MISSING
    key = first if first in other else next((key for key in other if str(key).lower() == first.lower()), None)
    return MISSING if key is None else value_at(other[key], rest, value[first])


def _index(other: Value, index: int, value: Value) -> int | None:
    if not isinstance(other, list | tuple):
        return None
    looks = _without_secrets(value[index])
    same = [position for position, item in enumerate(other) if _alike(looks, item)]
    if index in same or (not same and index < len(other)):
        return index
    return same[0] if same else None


def _alike(looks: Value, item: Value) -> bool:
    """Whether an element has all that another shows of itself."""
    if looks is MISSING:
        return True
    if isinstance(looks, Mapping):
        return isinstance(item, Mapping) and all(_alike(inner, item.get(key, None)) for key, inner in looks.items())
    if isinstance(looks, list):
        return isinstance(item, list) and len(looks) == len(item) and all(map(_alike, looks, item))
    return bool(looks == item)


def _without_secrets(value: Value) -> Value:
    return replace_leaves(value, lambda leaf: MISSING if isinstance(leaf, Secret) or leaf is UNREADABLE else leaf)


def put(value: Value, path: Path, new: Value) -> Value:
    """A copy of the value with another one at a place; MISSING takes the key of a mapping away."""
    if not path:
        return new
    first, rest = path[0], path[1:]
    if isinstance(first, int):
        return [put(item, rest, new) if index == first else item for index, item in enumerate(value)]
    if not rest and new is MISSING:
        return {key: item for key, item in value.items() if key != first}
    return {key: put(item, rest, new) if key == first else item for key, item in value.items()}
