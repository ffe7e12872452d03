"""Several environments side by side, as JSON: `gcsync.matrix` of the JSON plan."""

from __future__ import annotations

from typing import Any

from gcsync.model.matrix import Cell, Column, Matrix


def matrix_object(matrix: Matrix) -> dict[str, Any]:
    """`rows[].environments` holds, by environment, the action, or `absent`, `left out` or `not read`."""
    names = [column.environment for column in matrix.columns]
    return {
        "environments": [_column(column) for column in matrix.columns],
        "rows": [
            {
                "stack": row.stack,
                "address": str(row.address),
                "environments": {name: _cell(cell) for name, cell in zip(names, row.cells, strict=True)},
            }
            for row in matrix.rows
        ],
        "unchanged": matrix.unchanged,
    }


def _column(column: Column) -> dict[str, Any]:
    return {
        "environment": column.environment,
        "organizations": list(column.organizations),
        "summary": dict(column.summary.items()),
        "verdict": column.verdict.value,
    }


def _cell(cell: Cell) -> dict[str, Any]:
    return {"action": cell.standing.value} | ({"conflict": True} if cell.conflict else {})
