"""Does the body of an event meet a criterion: a path, an operator and what it is compared with?

Paths are Goessner's JSONPath, of which only what leads to one place is followed: `mediaType`, `$.queue.id`,
`participants[0].purpose`, `$['media type']`. The operators are those of SDK 269 (models/match_criteria.py:114). What
they mean for a place that is not there, or for values of two types, is published nowhere: that is *not checked*, None.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from gcsync.model.value import PLAIN_LEAVES, Value, leaves

_STEP = re.compile(
    r"""\.?(?P<name>[A-Za-z_][\w-]*)|\[(?P<index>\d{1,6})\]|\['(?P<single>[^']*)'\]|\["(?P<double>[^"]*)"\]"""
)
_LACKING: Final = object()


def steps_of(path: str) -> tuple[str | int, ...] | None:
    """Where a path leads; None for one that may lead to several places, or to none that can be told."""
    text = path.strip()
    rest = text[1:] if text.startswith("$") else f".{text}" if text[:1] not in ("[", ".") else ""
    found: list[str | int] = []
    at = 0
    while at < len(rest):
        step = _STEP.match(rest, at)
        if step is None or (step["name"] is not None and rest[at] != "."):
            return None
        at = step.end()
        found.append(int(step["index"]) if step["index"] is not None else _name(step))
    return tuple(found) or None


def _name(step: re.Match[str]) -> str:
    return next(step[group] for group in ("name", "single", "double") if step[group] is not None)


def meets(body: Value, path: str, operator: str, value: Value) -> bool | None:
    """Whether the body meets the criterion; None where that cannot be told."""
    steps = steps_of(path)
    if steps is None or steps[1:][-1:] == ("length",) or not _is_plain(value):
        # A `length` at the end of a path is that of a list to some readers of JSONPath, and a name to others.
        return None
    found = _at(body, steps)
    if operator == "Exists":
        return (found is not _LACKING) is value if isinstance(value, bool) else None
    if found is _LACKING:
        return None if operator in ("NotEqual", "NotIn") else False
    compare = _OPERATORS.get(operator)
    return None if compare is None else compare(found, value)


def _is_plain(value: Value) -> bool:
    return all(type(leaf) in PLAIN_LEAVES or leaf in ([], {}) for _, leaf in leaves(value))


def _at(body: Value, steps: tuple[str | int, ...]) -> Value:
    for step in steps:
        if isinstance(step, int):
            if not isinstance(body, list) or step >= len(body):
                return _LACKING
            body = body[step]
        elif not isinstance(body, Mapping) or step not in body:
            return _LACKING
        else:
            body = body[step]
    return body


def _same(one: Value, other: Value) -> bool:
    """JSON's equality: `true` is not 1, `"5"` is not 5, and 5 is 5.0."""
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_same, one, other))
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(_same(one[key], other[key]) for key in one)
    return isinstance(one, bool) is isinstance(other, bool) and bool(one == other)


def _ordered(compare: Callable[[Any, Any], bool]) -> Callable[[Value, Value], bool | None]:
    def decide(found: Value, value: Value) -> bool | None:
        numbers = all(isinstance(one, int | float) and not isinstance(one, bool) for one in (found, value))
        return compare(found, value) if numbers else None

    return decide


def _is_in(found: Value, values: Value) -> bool | None:
    return any(_same(found, one) for one in values) if isinstance(values, list) else None


def _is_not_in(found: Value, values: Value) -> bool | None:
    inside = _is_in(found, values)
    return None if inside is None else not inside


def _contains(found: Value, value: Value) -> bool | None:
    if isinstance(found, list):
        return any(_same(one, value) for one in found)
    return value in found if isinstance(found, str) and isinstance(value, str) else None


def _holds_all(found: Value, values: Value) -> bool | None:
    if not isinstance(found, list) or not isinstance(values, list):
        return None
    return all(any(_same(one, value) for one in found) for value in values)


def _has_size(found: Value, value: Value) -> bool | None:
    return len(found) == value if isinstance(found, list) and type(value) is int else None


_OPERATORS: Final[Mapping[str, Callable[[Value, Value], bool | None]]] = {
    "Equal": _same,
    "NotEqual": lambda found, value: not _same(found, value),
    "LessThan": _ordered(lambda found, value: found < value),
    "LessThanOrEqual": _ordered(lambda found, value: found <= value),
    "GreaterThan": _ordered(lambda found, value: found > value),
    "GreaterThanOrEqual": _ordered(lambda found, value: found >= value),
    "In": _is_in,
    "NotIn": _is_not_in,
    "Contains": _contains,
    "All": _holds_all,
    "Size": _has_size,
}
