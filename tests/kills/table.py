"""The kill table: a row for each sink, as it stands in docs/receiver.md."""

from __future__ import annotations

from collections.abc import Sequence

from tests.kills.runner import Figures

TITLES = (
    "sink",
    "kills",
    "acknowledged",
    "lost",
    "in flight at a kill",
    "twice",
    "allowed",
    "claims left",
    "taken over",
    "restart, s",
)


def render(found: Sequence[Figures]) -> str:
    """Aligned, and a table in Markdown as well."""
    rows = [TITLES, *[_row(figures) for figures in found]]
    widths = [max(len(row[column]) for row in rows) for column in range(len(TITLES))]
    lines = [_line(row, widths) for row in rows]
    rule = [f"{'-' * widths[0]}", *["-" * (width - 1) + ":" for width in widths[1:]]]
    return "\n".join([lines[0], _line(rule, widths), *lines[1:]])


def render_violations(found: Sequence[Figures], most: int = 20) -> str:
    return "\n".join([f"{figures.sink}: {said}" for figures in found for said in figures.violations][:most])


def _row(figures: Figures) -> tuple[str, ...]:
    middle = sorted(figures.restarts)[len(figures.restarts) // 2] if figures.restarts else 0.0
    numbers = (
        figures.kills,
        figures.acknowledged,
        figures.lost,
        figures.in_flight,
        figures.twice,
        figures.allowed,
        figures.claims_left,
        figures.taken_over,
    )
    return (f"`{figures.sink}`", *[f"{number:,}" for number in numbers], f"{middle:.1f}")


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    cells = [row[0].ljust(widths[0]), *[cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)]]
    return f"| {' | '.join(cells)} |"
