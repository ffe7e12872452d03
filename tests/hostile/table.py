"""The table of hostile requests, as it stands in docs/receiver.md."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

TITLES = ("attack", "requests", "2xx", "4xx", "5xx", "ended", "violations")


@dataclass
class Row:
    """`ended` counts connections that were ended without an answer; None where nobody counted."""

    attack: str
    requests: int
    violations: int
    statuses: Counter[int] | None = None
    ended: int | None = None

    def cells(self) -> tuple[str, ...]:
        classes: list[int | None] = [None] * 3
        if self.statuses is not None:
            classes = [sum(n for status, n in self.statuses.items() if status // 100 == one) for one in (2, 4, 5)]
        numbers = (self.requests, *classes, self.ended, self.violations)
        return (self.attack, *["" if number is None else f"{number:,}" for number in numbers])


@dataclass
class Table:
    """`memory` has the bytes after each round."""

    rows: list[Row] = field(default_factory=list)
    descriptors_left: int = 0
    memory: list[int] = field(default_factory=list)

    def render(self) -> str:
        total = Row("all", sum(row.requests for row in self.rows), sum(row.violations for row in self.rows))
        rows = [TITLES, *[row.cells() for row in [*self.rows, total]]]
        widths = [max(len(row[column]) for row in rows) for column in range(len(TITLES))]
        lines = [_line(row, widths) for row in rows]
        rule = ["-" * widths[0], *["-" * (width - 1) + ":" for width in widths[1:]]]
        sizes = ", ".join(f"{size / 1024**2:.0f}" for size in self.memory)
        ends = f"descriptors left open: {self.descriptors_left}\nmemory after each round, in MiB: {sizes}"
        return "\n".join([lines[0], _line(rule, widths), *lines[1:], "", ends])


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    cells = [row[0].ljust(widths[0]), *[cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)]]
    return f"| {' | '.join(cells)} |"
