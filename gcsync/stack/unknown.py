"""A value that is not known: of a variable without one in `validate`, or of a part of a file that is broken."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Unknown:
    """`type` is the type of the variable, None for any. Only the type is checked, and nothing is said twice."""

    type: str | None = None


BROKEN = Unknown()
"""Stands where a mistake was reported already."""
