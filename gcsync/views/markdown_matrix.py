"""Several environments side by side, as a Markdown table."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from gcsync.model.matrix import Cell, Column, Matrix, Standing, Verdict
from gcsync.model.plan import Action, Plan
from gcsync.views.style import clean

_SPECIAL: Final = re.compile(r"[\\`*_{}\[\]#!|<>~@&$]")
_STANDING: Final = {Standing.ABSENT: "–", Standing.LEFT_OUT: "left out", Standing.NOT_READ: "not read"}


def render_matrix(plans: Sequence[Plan]) -> str:
    """A table with a row per resource and a column per environment; empty where there are not several environments.

    It ends with a line end. A pipe, a tag or a mention in a name is shown as such and does nothing.
    """
    matrix = Matrix.of(plans)
    if matrix is None:
        return ""
    lines = [table_line(["Resource", *(escape(column.environment) for column in matrix.columns)])]
    lines.append(table_line(["---", *("---" for _ in matrix.columns)]))
    named = len(matrix.stacks) > 1
    for row in matrix.rows:
        label = f"{row.stack}: {row.address}" if named else str(row.address)
        lines.append(table_line([code(label), *map(_word, row.cells)]))
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
    return str(column.summary.changes) if column.verdict is Verdict.CHANGES else f"**{column.verdict.value}**"


def table_line(parts: Sequence[str]) -> str:
    """A row of a table, of cells that are Markdown already."""
    return f"| {' | '.join(parts)} |"


def escape(text: str) -> str:
    """Text from outside that stands for itself: nothing in it is Markdown, a tag, a mention or an entity."""
    return _SPECIAL.sub(lambda found: f"&#{ord(found[0])};", clean(text))


def code(text: str) -> str:
    """Text in the type of code that cannot end it: as a tag, with everything special as an entity."""
    return f"<code>{escape(text)}</code>"
