"""A figure of the benchmarks: a ratio or a size, with the limit it is held to."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """`value` is measured; it should be at most `limit`, or at least that with `least`.

    `detail` gives the two times behind a ratio.
    """

    what: str
    value: float
    limit: float
    detail: str
    unit: str = "x"
    least: bool = False

    @property
    def holds(self) -> bool:
        return self.value >= self.limit if self.least else self.value <= self.limit

    def __str__(self) -> str:
        verdict = "ok  " if self.holds else "LOW " if self.least else "OVER"
        sign = ">=" if self.least else "<="
        bound = f"{self.value:8.2f} {self.unit:<3} {sign} {self.limit:6.2f} {self.unit:<3}"
        return f"{verdict}  {bound}  {self.what}  ({self.detail})"
