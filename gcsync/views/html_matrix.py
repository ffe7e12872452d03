"""Several environments side by side, as an HTML table: a part for a page that has its own styles."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from typing import Final

from gcsync.model.matrix import Cell, Column, Matrix, Standing, Verdict
from gcsync.model.plan import Action, Plan
from gcsync.views.style import clean

_STANDING: Final = {Standing.ABSENT: "–", Standing.LEFT_OUT: "left out", Standing.NOT_READ: "not read"}


def render_html_matrix(plans: Sequence[Plan]) -> str:
    """`<table class="matrix">`, each cell of the class of its action; empty without several environments."""
    matrix = Matrix.of(plans)
    return "" if matrix is None else "\n".join(_table(matrix)) + "\n"


def _table(matrix: Matrix) -> Iterator[str]:
    yield '<table class="matrix">'
    yield "<caption>What would be done in each environment</caption>"
    heads = "".join(f'<th scope="col">{_text(column.environment)}</th>' for column in matrix.columns)
    yield f'<thead><tr><th scope="col">Resource</th>{heads}</tr></thead>'
    yield "<tbody>"
    named = len(matrix.stacks) > 1
    for row in matrix.rows:
        label = _text(f"{row.stack}: {row.address}" if named else str(row.address))
        yield f'<tr><th scope="row"><code>{label}</code></th>{"".join(map(_cell, row.cells))}</tr>'
    yield "</tbody>"
    verdicts = "".join(f"<td>{_verdict(column)}</td>" for column in matrix.columns)
    unchanged = f" ({matrix.unchanged} unchanged in all)" if matrix.unchanged else ""
    yield f'<tfoot><tr><th scope="row">Changes{unchanged}</th>{verdicts}</tr></tfoot>'
    yield "</table>"


def _cell(cell: Cell) -> str:
    if isinstance(cell.standing, Standing):
        return f'<td class="{cell.standing.value.replace(" ", "-")}">{_STANDING[cell.standing]}</td>'
    word = "=" if cell.standing is Action.NO_OP else cell.standing.value
    word = word.upper() if cell.destroys else word
    conflict = " (conflict)" if cell.conflict else ""
    return f'<td class="{cell.standing.value}">{word}{conflict}</td>'


def _verdict(column: Column) -> str:
    return str(column.summary.changes) if column.verdict is Verdict.CHANGES else column.verdict.value


def _text(text: str) -> str:
    return escape(clean(text))
