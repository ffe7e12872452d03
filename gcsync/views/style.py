"""How text looks: colour, width, and what is done to text that came from outside before a terminal sees it.

Colours are plain SGR codes: eight of them are needed, and importing rich for them would cost more than a whole
`gcsync --version`. What is hard, the width of a character, is rich's (`rich.cells`, imported when first asked).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

MINIMUM_WIDTH = 40
"""Cells that a line is laid out for at least."""

_MINIMUM_ROOM = 12
"""Cells that text keeps however far it is indented; a line then is longer than the terminal."""


class Tone(StrEnum):
    """What a piece of text says by its colour; the value is its SGR code."""

    PLAIN = ""
    BOLD = "1"
    DIM = "2"
    ADDED = "32"
    CHANGED = "33"
    REMOVED = "31"
    ADOPTED = "36"
    DESTRUCTIVE = "1;31"
    CONFLICT = "1;35"
    ERROR = "1;31"
    WARNING = "1;33"
    HINT = "36"


@dataclass(frozen=True, slots=True)
class Style:
    """Whether colours may be used, and how many cells a line has."""

    color: bool = False
    width: int = 80

    def paint(self, text: str, tone: Tone) -> str:
        """`text` in a colour; unchanged without colours, and where there is nothing to see."""
        if not self.color or tone is Tone.PLAIN or not text:
            return text
        return f"\x1b[{tone.value}m{text}\x1b[0m"

    @property
    def columns(self) -> int:
        """The width to lay out for; under 40 cells nothing can be laid out."""
        return max(self.width, MINIMUM_WIDTH)

    def room(self, lead: str | int) -> int:
        """How many cells are left of a line behind `lead`, a text or a number of cells; never too few to read."""
        return max(self.columns - (lead if isinstance(lead, int) else cells(lead)), _MINIMUM_ROOM)


def clean(text: str) -> str:
    r"""Text from outside as a terminal may see it: what is not printable stands as its escape (`\n`, `\x1b`, `\u202e`).

    That covers terminal escapes, changes of writing direction, zero-width and private characters, lone surrogates.
    """
    if text.isprintable():
        return text
    return "".join(character if character.isprintable() else _escape(character) for character in text)


def quote(text: str) -> str:
    """A cleaned text in quotation marks, told apart from what looks like it: quotes and backslashes are escaped."""
    return '"' + clean(text.replace("\\", "\\\\").replace('"', '\\"')) + '"'


def cells(text: str) -> int:
    """How many cells a cleaned text takes on a terminal."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)


def fold(text: str, width: int) -> list[str]:
    """A cleaned text cut into pieces of at most `width` cells, after a space where one is near the end."""
    pieces = []
    start = 0
    while start < len(text):
        end = _cut(text, start, width)
        space = text.rfind(" ", start + (end - start) * 2 // 3, end) if end < len(text) else -1
        end = space + 1 if space >= 0 else end
        pieces.append(text[start:end])
        start = end
    return pieces or [""]


def paragraph(text: str, style: Style, *, first: str = "", indent: str = "", tone: Tone = Tone.PLAIN) -> list[str]:
    """A cleaned text laid out in lines: `first` before the first one, `indent` before the others, all in one tone."""
    beginning = fold(text, style.room(first))[0]
    rest = text[len(beginning) :]
    pieces = [beginning, *(fold(rest, style.room(indent)) if rest else [])]
    lines = []
    lead = first
    for piece in pieces:
        blank = len(lead) - len(lead.lstrip())
        lines.append(lead[:blank] + style.paint(lead[blank:] + piece.rstrip(), tone))
        lead = indent
    return lines


def shorten(text: str, width: int) -> str:
    """A cleaned text of at most `width` cells: the middle of a longer one is left out."""
    if cells(text) <= width:
        return text
    half = (width - 3) // 2
    ending = _cut(text[::-1], 0, half)
    return f"{text[: _cut(text, 0, half)]}...{text[len(text) - ending :]}"


def plural(count: int, noun: str) -> str:
    """`1 error`, `2 errors`."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _escape(character: str) -> str:
    named = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}.get(character)
    if named is not None:
        return named
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _cut(text: str, start: int, width: int) -> int:
    """Where a piece from `start` ends that takes at most `width` cells; it has one character at least."""
    if text.isascii():
        return min(start + width, len(text))
    from rich.cells import get_character_cell_size

    used = 0
    for index in range(start, len(text)):
        # A variation selector widens the character before it; at worst a piece is a cell short of the width.
        used += 1 if text[index] == "\ufe0f" else get_character_cell_size(text[index])
        if used > width:
            return max(index, start + 1)
    return len(text)
