"""Values as JSON may show them: secrets are absent, never masked copies."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from gcsync.model.plan import ABSENT
from gcsync.model.value import NOT_GIVEN, UNKNOWN, UNREADABLE, Secret, Value, is_sensitive

ABSENT_VALUE: Any = object()
"""What stands for a value that is left out, until the key that holds it is left out too."""


def visible(value: Value) -> Any:
    """The value without its secrets and without what nobody may read: their keys are left out, in a list null stands.

    `ABSENT_VALUE` when nothing is left of the value itself.
    """
    if isinstance(value, Secret) or any(value is hidden for hidden in (UNREADABLE, UNKNOWN, NOT_GIVEN, ABSENT)):
        return ABSENT_VALUE
    if isinstance(value, Mapping):
        shown = {key: visible(inner) for key, inner in value.items()}
        return {key: inner for key, inner in shown.items() if inner is not ABSENT_VALUE}
    if isinstance(value, list | tuple):
        return [None if inner is ABSENT_VALUE else inner for inner in map(visible, value)]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def visible_object(attributes: Mapping[str, Value] | None) -> dict[str, Any] | None:
    """An object's attributes without their secrets; None for no object."""
    return None if attributes is None else dict(visible(attributes))


def marked(value: Value, is_marked: Callable[[Value], bool]) -> Any:
    """Where such leaves are, in Terraform's shape: true at each, the containers round it; False where there is none.

    A list keeps its length, so that the mark stands at the index of the value.
    """
    if isinstance(value, Mapping):
        marks = {key: marked(inner, is_marked) for key, inner in value.items()}
        return {key: mark for key, mark in marks.items() if mark is not False} or False
    if isinstance(value, list | tuple):
        listed = [marked(inner, is_marked) for inner in value]
        return listed if any(mark is not False for mark in listed) else False
    return is_marked(value)


def is_secret(leaf: Value) -> bool:
    return is_sensitive(leaf)


def sensitive_object(attributes: Mapping[str, Value] | None) -> Any:
    """`before_sensitive` or `after_sensitive`: false for no object, else a mapping of the attributes with secrets."""
    return False if attributes is None else marked(attributes, is_secret) or {}


def unknown_object(attributes: Mapping[str, Value] | None) -> dict[str, Any]:
    """`after_unknown`: a mapping of what only an apply will tell, or nobody gave."""
    return {} if attributes is None else marked(attributes, lambda leaf: leaf is UNKNOWN or leaf is NOT_GIVEN) or {}
