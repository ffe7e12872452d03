"""A Markdown report taken apart where it may be cut: at a row, a note, a resource's details, a paragraph.

Our own lines tell the pieces apart (see `markdown_parts`); whatever a name or a value holds, it begins no line. Other
Markdown is taken apart too, with blocks of code and nested details whole.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from gcsync.views.markdown_parts import LOUD, QUIET

_MARKER: Final = "<!-- gcsync "
_ROW_WORD: Final = re.compile(r"\| \*{0,2}([A-Za-z ]{1,20}?)\*{0,2} \|")
_DETAILS_WORD: Final = re.compile(r"<details(?: open)?><summary>(?:<b>)?([A-Za-z ]{1,20}?)(?:</b>)? <code>")
_TABLE_RULE: Final = re.compile(r"\|? ?:?-{3,}")
_FENCE: Final = re.compile(r" {0,3}(`{3,}|~{3,})")
_CELLS: Final = re.compile(r"\| (?:`|\*\*Changes\*\*|[0-9]+ (?:more )?unchanged)")
"""How a row of the table of environments begins: with an address, or with what sums them up."""
_OTHER: Final = "other"


class Kind(Enum):
    """What a piece is. A frame (a heading, the head of a table, the title of a list) stands for what follows only.

    A block of code or details that nothing closes is one too: it stays nowhere.
    """

    MARKER = auto()
    SUMMARY = auto()
    ALERT = auto()
    FRAME = auto()
    TEXT = auto()
    ROW = auto()
    CELLS = auto()
    ITEM = auto()
    DETAILS = auto()


@dataclass(frozen=True, slots=True)
class Piece:
    """Some whole lines, with the blank ones before them. `needs` are the indexes of the frames that it stands in.

    `word` is that of a row or of details (`DELETE`, `update`); `error` of a note about one. Of CELLS, a row of the
    table of environments, it is `Changes` for the last one, and DELETE or REPLACE where one of them destroys.
    """

    kind: Kind
    lines: tuple[str, ...]
    word: str = ""
    needs: tuple[int, ...] = ()

    @property
    def size(self) -> int:
        """UTF-8 bytes, its newlines included."""
        return sum(len(line.encode("utf-8", "surrogatepass")) + 1 for line in self.lines)


def take_apart(text: str) -> list[Piece]:
    """The pieces in their order; together they are the text, whose last line ends with a newline or not."""
    lines = text.removesuffix("\n").split("\n")
    pieces: list[Piece] = []
    position, heading, frame = 0, (), ()  # type: int, tuple[int, ...], tuple[int, ...]
    while position < len(lines):
        begin = _skip(lines, position, lambda line: not line.strip())
        if begin == len(lines):
            pieces.append(Piece(Kind.TEXT, tuple(lines[position:])))
            break
        kind, end, word = _piece(lines, begin, first=not any(piece.kind is Kind.SUMMARY for piece in pieces[:2]))
        if kind is Kind.FRAME and lines[begin].startswith("#"):
            heading, frame = (len(pieces),), ()
            needs: tuple[int, ...] = ()
        elif kind is Kind.FRAME:
            frame, needs = (len(pieces),), heading
        else:
            needs = (*heading, *frame) if kind in (Kind.ROW, Kind.CELLS, Kind.ITEM) else heading
        pieces.append(Piece(kind, tuple(lines[position:end]), word, needs))
        position = end
    return pieces


def _piece(lines: Sequence[str], begin: int, *, first: bool) -> tuple[Kind, int, str]:
    """The kind of the piece that begins there, where it ends, and its word."""
    line = lines[begin]
    if begin == 0 and line.startswith(_MARKER):
        return Kind.MARKER, 1, ""
    if _FENCE.match(line):
        end = _end_of_fence(lines, begin)
        return (Kind.TEXT, end, "") if end is not None else (Kind.FRAME, len(lines), "")
    if line.startswith("<details"):
        end = _end_of_details(lines, begin)
        return (Kind.DETAILS, end, _word(_DETAILS_WORD, line)) if end is not None else (Kind.FRAME, len(lines), "")
    if first:
        return Kind.SUMMARY, begin + 1, ""
    if line.startswith("|"):
        return _table_piece(lines, begin)
    return _prose_piece(lines, begin)


def _table_piece(lines: Sequence[str], begin: int) -> tuple[Kind, int, str]:
    if begin + 1 < len(lines) and _TABLE_RULE.match(lines[begin + 1]):
        return Kind.FRAME, begin + 2, ""
    if _CELLS.match(lines[begin]):
        found = re.search(r"\*\*(Changes|DELETE|REPLACE)\*\*", lines[begin])
        return Kind.CELLS, begin + 1, found[1] if found is not None else _OTHER
    return Kind.ROW, begin + 1, _word(_ROW_WORD, lines[begin])


def _prose_piece(lines: Sequence[str], begin: int) -> tuple[Kind, int, str]:
    line = lines[begin]
    if line.startswith("#"):
        return Kind.FRAME, begin + 1, ""
    if line.startswith("- "):
        error = "error" if line.startswith("- **error[") else ""
        return Kind.ITEM, _skip(lines, begin + 1, lambda line: line.startswith("  ")), error
    if line.startswith(">"):
        return Kind.ALERT, _skip(lines, begin, lambda line: line.startswith(">")), ""
    if line.startswith("**") and begin + 2 < len(lines) and not lines[begin + 1] and lines[begin + 2].startswith("- "):
        return Kind.FRAME, begin + 2, ""
    return Kind.TEXT, _skip(lines, begin + 1, lambda line: bool(line.strip()) and not _starts_a_block(line)), ""


def _starts_a_block(line: str) -> bool:
    return line.startswith(("<details", "- ", ">", "#")) or _FENCE.match(line) is not None


def _word(pattern: re.Pattern[str], line: str) -> str:
    found = pattern.match(line)
    return found[1] if found is not None and found[1] in (*LOUD, *QUIET) else _OTHER


def _skip(lines: Sequence[str], begin: int, wanted: Callable[[str], bool]) -> int:
    """The first line from `begin` on that is not wanted."""
    while begin < len(lines) and wanted(lines[begin]):
        begin += 1
    return begin


def _end_of_fence(lines: Sequence[str], begin: int) -> int | None:
    """Where the block of code ends that begins there; None where nothing ends it."""
    opened = _FENCE.match(lines[begin])
    ticks = opened[1] if opened is not None else "```"
    for position in range(begin + 1, len(lines)):
        line = lines[position].strip()
        if line.startswith(ticks) and not line.strip(ticks[0]):
            return position + 1
    return None


def _end_of_details(lines: Sequence[str], begin: int) -> int | None:
    """Where the details end that begin there, with those inside them; None where nothing ends them."""
    depth, position = 0, begin
    while position < len(lines):
        line = lines[position]
        if _FENCE.match(line):
            end = _end_of_fence(lines, position)
            if end is None:
                return None
            position = end
            continue
        depth += line.startswith("<details") - line.endswith("</details>")
        position += 1
        if depth <= 0:
            return position
    return None
