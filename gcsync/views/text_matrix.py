"""Several environments side by side, as text: a row per resource, a column per environment."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from gcsync.model.matrix import Cell, Column, Matrix, Row, Standing, Verdict
from gcsync.model.plan import Action
from gcsync.views.style import Style, Tone, cells, clean, paragraph, plural, shorten
from gcsync.views.text_change import HEADS

_GAP: Final = 2
_NARROWEST: Final = 9
"""Cells of a column: the longest word in it, and its mark of a conflict."""
_LEAST_FOR_ADDRESSES: Final = 24
_STANDING: Final[dict[Standing, tuple[str, Tone]]] = {
    Standing.ABSENT: ("-", Tone.DIM),
    Standing.LEFT_OUT: ("left out", Tone.DIM),
    Standing.NOT_READ: ("?", Tone.ERROR),
}
_VERDICTS: Final[dict[Verdict, tuple[str, Tone]]] = {
    Verdict.NOT_READ: ("NOT READ", Tone.ERROR),
    Verdict.ERRORS: ("ERRORS", Tone.ERROR),
    Verdict.REFUSED: ("REFUSED", Tone.ERROR),
    Verdict.CHANGES: ("", Tone.BOLD),
    Verdict.NO_CHANGES: ("=", Tone.DIM),
}


def matrix_lines(matrix: Matrix, style: Style) -> Iterator[str]:
    """The matrix; where the terminal is too narrow for all environments, in bands one below the other."""
    width = max(_NARROWEST, *(cells(clean(column.environment)) for column in matrix.columns)) + _GAP
    at_once = max(1, (style.columns - _LEAST_FOR_ADDRESSES) // width)
    for first in range(0, len(matrix.columns), at_once):
        if first:
            yield ""
        yield from _band(matrix, slice(first, first + at_once), width, style)
    yield from paragraph(_legend(matrix), style, first="  ", indent="  ", tone=Tone.DIM)


def _band(matrix: Matrix, part: slice, width: int, style: Style) -> Iterator[str]:
    columns = matrix.columns[part]
    labels = [clean(str(row.address)) for row in matrix.rows]
    longest = max(map(cells, ["Resource", *labels]))
    room = min(longest, style.columns - 2 - width * len(columns))
    heads = [(clean(column.environment), Tone.BOLD) for column in columns]
    yield from _line("Resource", heads, room, width, style, Tone.BOLD)
    named = len(matrix.stacks) > 1
    stack = ""
    for row, label in zip(matrix.rows, labels, strict=True):
        if named and row.stack != stack:
            stack = row.stack
            yield "  " + style.paint(f"Stack {clean(stack)}", Tone.DIM)
        yield from _line(label, _words(row, part), room, width, style)
    if matrix.unchanged:
        text = f"{matrix.unchanged} {'more ' if matrix.rows else ''}unchanged"
        unread = [("?" if column.verdict is Verdict.NOT_READ else "", Tone.ERROR) for column in columns]
        yield from _line(text, unread, room, width, style, Tone.DIM)
    yield from _line("Changes", list(map(_verdict, columns)), room, width, style, Tone.BOLD)


def _words(row: Row, part: slice) -> list[tuple[str, Tone]]:
    return [_word(cell) for cell in row.cells[part]]


def _word(cell: Cell) -> tuple[str, Tone]:
    if isinstance(cell.standing, Standing):
        return _STANDING[cell.standing]
    if cell.standing is Action.NO_OP:
        return "=", Tone.DIM
    _, word, tone = HEADS[cell.standing]
    return (f"{word} !", Tone.CONFLICT) if cell.conflict else (word, tone)


def _verdict(column: Column) -> tuple[str, Tone]:
    word, tone = _VERDICTS[column.verdict]
    return word or str(column.summary.changes), tone


def _line(
    label: str, words: Sequence[tuple[str, Tone]], room: int, width: int, style: Style, tone: Tone = Tone.PLAIN
) -> Iterator[str]:
    """The label and a word per column; a label that is too long stands on a line of its own."""
    if cells(label) > room and words:
        yield "  " + style.paint(shorten(label, style.room(2)), tone)
        label = ""
    line = "  " + style.paint(label, tone) + " " * (room - cells(label))
    for word, its_tone in words:
        line += " " * _GAP + style.paint(word, its_tone) + " " * (width - _GAP - cells(word))
    yield line.rstrip()


def _legend(matrix: Matrix) -> str:
    found = {cell.standing for row in matrix.rows for cell in row.cells}
    signs = ["= nothing to do"]
    signs += ["- neither declared nor owned there"] if Standing.ABSENT in found else []
    signs += ["! in conflict"] if any(cell.conflict for row in matrix.rows for cell in row.cells) else []
    unread = [clean(column.environment) for column in matrix.columns if column.verdict is Verdict.NOT_READ]
    signs += [f"? not read: {plural(len(unread), 'environment')}, see {', '.join(unread)} below"] if unread else []
    return "; ".join(signs)
