"""Values and their differences as indented lines: what the text plan and the text drift report have in common."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cached_property
from typing import Final

from gcsync.model.plan import ABSENT
from gcsync.model.value import NOT_GIVEN, UNKNOWN, UNREADABLE, Secret, Value
from gcsync.views.explain import Mark, Node
from gcsync.views.style import Style, Tone, cells, clean, fold, paragraph, plural, quote, shorten

STEP: Final = 4
"""Cells that a level is indented by."""

_CONTEXT = 2
"""Lines shown around a changed line of a text."""

_LONG = 2000
"""Lines of a text above which the line diff takes a short cut, so that it ends soon."""

_SHORTEST_LABEL = 8
"""Cells that a label keeps in any case."""

TONES: Final[dict[Mark, Tone]] = {"+": Tone.ADDED, "-": Tone.REMOVED, "~": Tone.CHANGED}


def difference(node: Node, style: Style, indent: int, note: str = "", note_tone: Tone = Tone.DIM) -> Iterator[str]:
    """The lines of a difference. `note` stands behind the first one, `# drift`."""
    lead = _Lead(node.mark, node.label, style, indent)
    if node.mark != "~":
        value = node.after if node.mark == "+" else node.before
        yield from whole(node.mark, node.label, value, style, indent, note, note_tone)
    elif node.reordered and not node.children:
        yield from lead.alone(note, note_tone)
        yield from _dim("# the same, in another order", style, indent + STEP)
        yield from whole("-", "", node.before, style, indent + STEP)
        yield from whole("+", "", node.after, style, indent + STEP)
    elif node.children:
        yield from lead.alone(note, note_tone)
        if node.known_by is not None:
            key, text = node.known_by
            yield from _context(f"{clean(key)}: {quote(text)}", style, indent + STEP)
        for child in node.children:
            yield from difference(child, style, indent + STEP)
        if node.unchanged:
            order = ", in another order" if node.reordered else ""
            yield from _dim(f"# {node.unchanged} unchanged{order}", style, indent + STEP)
    elif _many_lines(node.before) or _many_lines(node.after):
        yield from lead.alone(note, note_tone)
        yield from text_difference(node.before, node.after, style, indent + STEP)
    else:
        yield from _replaced(node, style, indent, note, note_tone)


def whole(
    mark: Mark, label: str, value: Value, style: Style, indent: int, note: str = "", note_tone: Tone = Tone.DIM
) -> Iterator[str]:
    """The lines of a value that comes or goes as a whole."""
    lead = _Lead(mark, label, style, indent)
    short = inline(value)
    if short is None or (isinstance(value, list) and not lead.fits(short)):
        yield from lead.alone(note, note_tone)
        yield from _inside(mark, value, style, indent + STEP)
    elif lead.fits(short):
        yield from lead.with_value(style.paint(short, TONES[mark]), cells(short), note, note_tone)
    elif label:
        yield from lead.alone(note, note_tone)
        yield from _folded(" " * (indent + STEP), short, mark, style, indent + STEP)
    else:
        yield from _folded(lead.plain_lead(), short, mark, style, indent + 2)


@dataclass(frozen=True)
class _Lead:
    """What a line begins with: the mark and the label; and how a value and a note go with it."""

    mark: Mark
    label: str
    style: Style
    indent: int

    @cached_property
    def _shown(self) -> str:
        return shorten(clean(self.label), max(self.style.columns - self.indent - STEP, _SHORTEST_LABEL))

    def fits(self, value: str) -> bool:
        return self._length(cells(value)) <= self.style.columns

    def plain_lead(self) -> str:
        return self._marked(f"{self._shown}: " if self._shown else "")

    def alone(self, note: str, tone: Tone) -> Iterator[str]:
        """The label with nothing behind it but the note; its value follows on the next lines."""
        yield from self._noted(self._marked(f"{self._shown}:"), cells(self._shown) + 1, note, tone)

    def with_value(self, painted: str, length: int, note: str, tone: Tone) -> Iterator[str]:
        """The label and its value, of `length` cells."""
        yield from self._noted(self.plain_lead() + painted, self._length(length) - self.indent - 2, note, tone)

    def _length(self, value: int) -> int:
        return self.indent + 2 + (cells(self._shown) + 2 if self._shown else 0) + value

    def _marked(self, text: str) -> str:
        return " " * self.indent + self.style.paint(self.mark, TONES[self.mark]) + " " + text

    def _noted(self, line: str, length: int, note: str, tone: Tone) -> Iterator[str]:
        """The note behind the line, below it where there is no room."""
        if not note:
            yield line
        elif self.indent + 2 + length + 4 + cells(note) <= self.style.columns:
            yield f"{line}  {self.style.paint(f'# {note}', tone)}"
        else:
            yield line
            below = " " * (self.indent + STEP)
            yield from paragraph(f"# {note}", self.style, first=below, indent=f"{below}# ", tone=tone)


def inline(value: Value) -> str | None:
    """A value on one line, or None where it needs several."""
    if isinstance(value, str):
        return None if _many_lines(value) else quote(value)
    if isinstance(value, Mapping):
        return None if value else "{}"
    if isinstance(value, list | tuple):
        members = [inline(member) for member in value]
        if any(member is None for member in members) or any(isinstance(member, Mapping | list) for member in value):
            return None
        return "[" + ", ".join(member for member in members if member is not None) + "]"
    return scalar(value)


def scalar(value: Value) -> str:
    """A value that is neither text nor container, in the words of the stack language."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Secret) or any(value is hidden for hidden in (UNREADABLE, UNKNOWN, NOT_GIVEN, ABSENT)):
        return repr(value)
    return clean(str(value))


def _inside(mark: Mark, value: Value, style: Style, indent: int) -> Iterator[str]:
    if isinstance(value, str):
        for line in value.split("\n"):
            yield from _text_line(mark, line, style, indent)
    elif isinstance(value, Mapping):
        for key in sorted(value):
            yield from whole(mark, key, value[key], style, indent)
    elif all(inline(member) is not None for member in value):
        for member in value:
            yield from whole(mark, "", member, style, indent)
    else:
        for index, member in enumerate(value):
            yield from whole(mark, f"[{index}]", member, style, indent)


def _replaced(node: Node, style: Style, indent: int, note: str, note_tone: Tone) -> Iterator[str]:
    """`~ enabled: false -> true`, or the two below each other where they do not fit; a secret once."""
    lead = _Lead("~", node.label, style, indent)
    if isinstance(node.before, Secret) and isinstance(node.after, Secret):
        yield from whole("~", node.label, node.after, style, indent, note, note_tone)
        return
    before, after = inline(node.before), inline(node.after)
    if before is not None and after is not None and lead.fits(f"{before} -> {after}"):
        painted = [style.paint(before, Tone.REMOVED), style.paint("->", Tone.DIM), style.paint(after, Tone.ADDED)]
        yield from lead.with_value(" ".join(painted), cells(f"{before} -> {after}"), note, note_tone)
        return
    yield from lead.alone(note, note_tone)
    yield from whole("-", "", node.before, style, indent + STEP)
    yield from whole("+", "", node.after, style, indent + STEP)


def text_difference(before: Value, after: Value, style: Style, indent: int) -> Iterator[str]:
    """Two texts line by line, with a little of what surrounds each change."""
    if not (isinstance(before, str) and isinstance(after, str)):
        yield from whole("-", "", before, style, indent)
        yield from whole("+", "", after, style, indent)
        return
    old, new = before.split("\n"), after.split("\n")
    codes = SequenceMatcher(None, old, new, autojunk=len(old) > _LONG).get_opcodes()
    for position, (tag, i1, i2, j1, j2) in enumerate(codes):
        if tag == "equal":
            yield from _surroundings(old[i1:i2], style, indent, first=position == 0, last=position == len(codes) - 1)
            continue
        for line in old[i1:i2]:
            yield from _text_line("-", line, style, indent)
        for line in new[j1:j2]:
            yield from _text_line("+", line, style, indent)


def _surroundings(lines: list[str], style: Style, indent: int, *, first: bool, last: bool) -> Iterator[str]:
    head = 0 if first else _CONTEXT
    tail = 0 if last else _CONTEXT
    hidden = len(lines) - head - tail
    if hidden <= 1:
        head, hidden = len(lines), 0
    for line in lines[:head]:
        yield from _text_line(" ", line, style, indent)
    if hidden:
        yield from _dim(f"# {plural(hidden, 'line')} unchanged", style, indent)
    for line in lines[head + hidden :]:
        yield from _text_line(" ", line, style, indent)


def _text_line(mark: str, line: str, style: Style, indent: int) -> Iterator[str]:
    tone = {"+": Tone.ADDED, "-": Tone.REMOVED}.get(mark, Tone.DIM)
    bar = f"{mark} | "
    for piece in fold(clean(line), style.room(indent + 4)):
        yield " " * indent + style.paint(f"{bar}{piece}".rstrip(), tone)
        bar = "  : "


def _folded(lead: str, text: str, mark: Mark, style: Style, indent: int) -> Iterator[str]:
    """A text longer than its line, cut to pieces."""
    for piece in fold(text, style.room(indent)):
        yield lead + style.paint(piece, TONES[mark])
        lead = " " * indent


def _context(text: str, style: Style, indent: int) -> Iterator[str]:
    lead = " " * (indent + 2)
    yield from paragraph(text, style, first=lead, indent=lead + "  ", tone=Tone.DIM)


def _dim(text: str, style: Style, indent: int) -> Iterator[str]:
    yield " " * (indent + 2) + style.paint(text, Tone.DIM)


def _many_lines(value: Value) -> bool:
    return isinstance(value, str) and "\n" in value
