"""A Markdown report cut to what a platform takes, at a resource's boundary, saying what was left out.

What stays, most important first: the marker and the summary; alerts, the verdicts on environments and the first
errors; the rows of what is destroyed (or drifted); what the stacks are, and errors; the details of what is destroyed;
the other rows; notes; the other rows of the table of environments; the details of what is created, then of the rest.
So a change is folded before its row goes, and an update goes before a delete; details that do not fit are left out
alone, and shorter ones behind them stay.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Final

from gcsync.views.markdown_marker import read_marker
from gcsync.views.markdown_parts import LOUD, QUIET
from gcsync.views.markdown_pieces import Kind, Piece, take_apart
from gcsync.views.style import plural

SMALLEST: Final = 1_000
"""Bytes under which nothing is worth cutting to."""

GITHUB: Final = 65_536
"""The longest comment that GitHub takes."""

_WORDS: Final = (*LOUD, *QUIET, "other")


def fit(text: str, limit: int) -> str:
    """The report in at most `limit` UTF-8 bytes, and so in no more characters; as it is where it fits.

    Never leaves a block of code or details open. A report whose marker takes the whole limit loses its marker.
    Raises ValueError for a limit under 1,000.
    """
    if limit < SMALLEST:
        raise ValueError(f"a report is not cut to fewer than {SMALLEST} bytes, got {limit}")
    if _size(text) <= limit:
        return text
    marker = read_marker(text)
    log = (
        "the report in the job's log" if marker is not None and marker.kind == "drift" else "the plan in the job's log"
    )
    pieces = take_apart(text)
    room = limit - _size(_longest_note(pieces, log))
    kept = _Choice(pieces, room).choose()
    lines = [line for piece, stays in zip(pieces, kept, strict=True) if stays for line in piece.lines]
    left_out = [piece for piece, stays in zip(pieces, kept, strict=True) if not stays]
    return "\n".join([*lines, _note(left_out, log)])


class _Choice:
    """Which pieces stay; `room` is what is left of the limit."""

    def __init__(self, pieces: Sequence[Piece], room: int) -> None:
        self._pieces = pieces
        self._sizes = [piece.size for piece in pieces]
        self._kept = [False] * len(pieces)
        self._room = room

    def choose(self) -> list[bool]:
        whole = self._room
        self._each(lambda piece: piece.kind is Kind.SUMMARY)
        self._each(lambda piece: piece.kind is Kind.MARKER)
        self._each(lambda piece: piece.kind is Kind.ALERT)
        self._each(lambda piece: piece.kind is Kind.CELLS and piece.word == "Changes")
        self._each(lambda piece: piece.word == "error", least=self._room - whole // 4)
        if not self._row_by_row(lambda piece: piece.kind is Kind.ROW and piece.word in LOUD):
            return self._kept
        self._row_by_row(lambda piece: piece.kind is Kind.CELLS and piece.word in LOUD)
        self._each(lambda piece: piece.kind is Kind.TEXT or piece.word == "error")
        destroyed = self._each(lambda piece: piece.kind is Kind.DETAILS and piece.word in LOUD)
        rows = self._row_by_row(lambda piece: piece.kind is Kind.ROW)
        self._each(lambda piece: piece.kind is Kind.ITEM)
        rows &= self._row_by_row(lambda piece: piece.kind is Kind.CELLS)
        if destroyed and rows:
            self._each(lambda piece: piece.kind is Kind.DETAILS and piece.word == "create")
            self._each(lambda piece: piece.kind is Kind.DETAILS)
        return self._kept

    def _each(self, wanted: Callable[[Piece], bool], least: int = 0) -> bool:
        """Keep each wanted piece that still fits, with `least` bytes left; whether all did."""
        left_out = [index for index in self._wanted(wanted) if not self._keep(index, least)]
        return not left_out

    def _row_by_row(self, wanted: Callable[[Piece], bool]) -> bool:
        """Keep the wanted pieces up to the first that does not fit; whether there is none."""
        return all(self._keep(index, 0) for index in self._wanted(wanted))

    def _wanted(self, wanted: Callable[[Piece], bool]) -> Iterable[int]:
        return (index for index, piece in enumerate(self._pieces) if not self._kept[index] and wanted(piece))

    def _keep(self, index: int, least: int) -> bool:
        new = [index, *(needed for needed in self._pieces[index].needs if not self._kept[needed])]
        cost = sum(self._sizes[one] for one in new)
        if self._room - cost < least:
            return False
        self._room -= cost
        for one in new:
            self._kept[one] = True
        return True


def _note(left_out: Sequence[Piece], log: str) -> str:
    rows, folded = _words(left_out, Kind.ROW), _words(left_out, Kind.DETAILS)
    return _said(rows, folded - rows, _cells(left_out), _notes(left_out), log)


def _longest_note(pieces: Sequence[Piece], log: str) -> str:
    """No note about some of the pieces is longer."""
    return _said(_words(pieces, Kind.ROW), _words(pieces, Kind.DETAILS), _cells(pieces), _notes(pieces), log)


def _said(rows: Counter[str], folded: Counter[str], cells: int, notes: int, log: str) -> str:
    """What was left out: whole resources, what would differ in others, rows that compare, notes and paragraphs."""
    said = []
    if rows:
        verb = "is" if rows.total() == 1 else "are"
        said.append(f"{plural(rows.total(), 'more resource')} {verb} not shown: {_counted(rows)}")
    if folded:
        said.append(f"the differences of {plural(folded.total(), 'resource')} are left out: {_counted(folded)}")
    if cells:
        said.append(f"{plural(cells, 'row')} of the table of environments left out")
    if notes:
        said.append(f"{plural(notes, 'note')} left out")
    return f"\n**Cut to fit**: {'; '.join([*said, f'see {log}'])}.\n"


def _words(pieces: Sequence[Piece], kind: Kind) -> Counter[str]:
    return Counter(piece.word for piece in pieces if piece.kind is kind)


def _cells(pieces: Sequence[Piece]) -> int:
    return sum(piece.kind is Kind.CELLS for piece in pieces)


def _notes(pieces: Sequence[Piece]) -> int:
    return sum(piece.kind in (Kind.ITEM, Kind.ALERT, Kind.TEXT) for piece in pieces)


def _counted(words: Counter[str]) -> str:
    return ", ".join(f"{words[word]} {word.lower()}" for word in _WORDS if words[word])


def _size(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))
