"""A figure of the benchmarks: a ratio or a size, with the limit it is held to."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """`value` is measured; it should be at most `limit`. `detail` gives the two times behind a ratio."""

    what: str
    value: float
    limit: float
    detail: str
    unit: str = "x"

    @property
    def holds(self) -> bool:
        return self.value <= self.limit

    def __str__(self) -> str:
        verdict = "ok  " if self.holds else "OVER"
        bound = f"{self.value:8.2f} {self.unit:<3} <= {self.limit:6.2f} {self.unit:<3}"
        return f"{verdict}  {bound}  {self.what}  ({self.detail})"
