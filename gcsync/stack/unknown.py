"""A value that is not known: of a variable without one in `validate`, of a part of a file that is broken, of an id."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from gcsync.model.value import Reference, Value
from gcsync.schema.compose import kind_schema

_VARIABLE_TYPES: Final = {"array": "list", "integer": "number"}


@dataclass(frozen=True, slots=True)
class Unknown:
    """`type` is that of a variable, None for any. Only the type is checked, and nothing is said twice."""

    type: str | None = None
    from_api: bool = False
    withheld: bool = False
    """A sensitive variable without a value, where that is allowed: the resource is made all the same."""

    def __str__(self) -> str:
        """What it is, for `got ...`."""
        return (
            f"a value of type {self.type}, known after the apply"
            if self.from_api
            else f"a variable of type {self.type}"
        )


BROKEN = Unknown()
"""Stands where a mistake was reported already."""


def is_gap(value: Value) -> bool:
    """Whether a value is unknown in a way that keeps its resource from being made."""
    return isinstance(value, Unknown) and not value.withheld


def unknown_of(reference: Reference) -> Unknown:
    """What is known before an apply of what a reference will stand for: its type."""
    kind = "string" if reference.parts else attribute_type(reference.address.kind, reference.attribute)
    return Unknown(kind, from_api=True)


def attribute_type(kind: str, attribute: str) -> str | None:
    """The type of an attribute, as variables name types; None for one of any type."""
    if attribute == "id":
        return "string"
    found: str | None = kind_schema(kind)["properties"].get(attribute, {}).get("type")
    return found if found is None else _VARIABLE_TYPES.get(found, found)
