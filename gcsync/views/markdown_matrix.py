"""Several environments side by side, as a Markdown table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from gcsync.model.matrix import Cell, Column, Matrix, Standing, Verdict
from gcsync.model.plan import Action, Plan
from gcsync.views.markdown_escape import cell_code, prose

_STANDING: Final = {Standing.ABSENT: "–", Standing.LEFT_OUT: "left out", Standing.NOT_READ: "not read"}


def render_matrix(plans: Sequence[Plan]) -> str:
    """A table with a row per resource and a column per environment; empty where there are not several environments.

    It ends with a line end. A pipe, a tag or a mention in a name is shown as such and does nothing.
    """
    matrix = Matrix.of(plans)
    if matrix is None:
        return ""
    lines = [table_line(["Resource", *(prose(column.environment) for column in matrix.columns)])]
    lines.append(table_line(["---", *("---" for _ in matrix.columns)]))
    named = len(matrix.stacks) > 1
    for row in matrix.rows:
        label = f"{row.stack}: {row.address}" if named else str(row.address)
        lines.append(table_line([cell_code(label), *map(_word, row.cells)]))
    if matrix.unchanged:
        more = "more " if matrix.rows else ""
        lines.append(table_line([f"{matrix.unchanged} {more}unchanged", *("" for _ in matrix.columns)]))
    lines.append(table_line(["**Changes**", *map(_verdict, matrix.columns)]))
    return "\n".join(lines) + "\n"


def _word(cell: Cell) -> str:
    if isinstance(cell.standing, Standing):
        return _STANDING[cell.standing]
    if cell.standing is Action.NO_OP:
        return "="
    word = f"**{cell.standing.value.upper()}**" if cell.destroys else cell.standing.value
    return f"{word} (conflict)" if cell.conflict else word


def _verdict(column: Column) -> str:
    if column.verdict is Verdict.CHANGES:
        return str(column.summary.changes)
    word = column.verdict.value
    return word if column.verdict is Verdict.NO_CHANGES else f"**{word}**"


def table_line(parts: Sequence[str]) -> str:
    """A row of a table, of cells that are Markdown already."""
    return f"| {' | '.join(parts)} |"
