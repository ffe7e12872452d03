"""Values and their differences as indented lines: what the text plan and the text drift report have in common."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import SequenceMatcher
from typing import Final

from gcsync.model.plan import ABSENT
from gcsync.model.value import UNREADABLE, Secret, Value
from gcsync.views.explain import Mark, Node
from gcsync.views.style import Style, Tone, cells, clean, fold, paragraph, plural, quote

STEP: Final = 4
"""Cells that a level is indented by."""

_CONTEXT = 2
"""Lines shown around a changed line of a text."""

_LONG = 2000
"""Lines of a text above which the line diff takes a short cut, so that it ends soon."""

TONES: Final[dict[Mark, Tone]] = {"+": Tone.ADDED, "-": Tone.REMOVED, "~": Tone.CHANGED}


def difference(node: Node, style: Style, indent: int, note: str = "", note_tone: Tone = Tone.DIM) -> Iterator[str]:
    """The lines of a difference. `note` stands behind the first one, `# drift`."""
    tail = _tail(note, note_tone, style)
    if node.mark != "~":
        value = node.after if node.mark == "+" else node.before
        yield from whole(node.mark, node.label, value, style, indent, note, note_tone)
    elif node.reordered:
        yield _lead("~", node.label, style, indent, ":") + tail
        yield from _dim("# the same, in another order", style, indent + STEP)
        yield from whole("-", "", node.before, style, indent + STEP)
        yield from whole("+", "", node.after, style, indent + STEP)
    elif node.children:
        yield _lead("~", node.label, style, indent, ":") + tail
        if node.known_by is not None:
            key, text = node.known_by
            yield from _context(f"{clean(key)}: {quote(text)}", style, indent + STEP)
        for child in node.children:
            yield from difference(child, style, indent + STEP)
        if node.unchanged:
            yield from _dim(f"# {node.unchanged} unchanged", style, indent + STEP)
    elif _many_lines(node.before) or _many_lines(node.after):
        yield _lead("~", node.label, style, indent, ":") + tail
        yield from _text_difference(node.before, node.after, style, indent + STEP)
    else:
        yield from _replaced(node, style, indent, note, note_tone)


def whole(
    mark: Mark, label: str, value: Value, style: Style, indent: int, note: str = "", note_tone: Tone = Tone.DIM
) -> Iterator[str]:
    """The lines of a value that comes or goes as a whole."""
    tail = _tail(note, note_tone, style)
    colon = ": " if label else ""
    lead = _lead(mark, label, style, indent, colon)
    room = style.columns - indent - 2 - cells(clean(label) + colon)
    short = inline(value)
    note_room = len(note) + 4 if note else 0
    if short is not None and cells(short) + note_room <= room:
        yield lead + style.paint(short, TONES[mark]) + tail
    elif short is not None and not isinstance(value, list):
        yield from _folded(mark, lead, short, room, style, indent, tail)
    else:
        yield lead.rstrip() + tail
        yield from _inside(mark, value, style, indent + STEP)


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
    if isinstance(value, Secret) or value is UNREADABLE or value is ABSENT:
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
    """`~ enabled: false -> true`, or the two below each other where they do not fit."""
    tail = _tail(note, note_tone, style)
    before, after = inline(node.before), inline(node.after)
    lead = _lead("~", node.label, style, indent, ": ")
    if before is not None and after is not None:
        length = (
            indent + 4 + cells(clean(node.label)) + cells(before) + 4 + cells(after) + (len(note) + 4 if note else 0)
        )
        if length <= style.columns:
            arrow = style.paint(" -> ", Tone.DIM)
            yield lead + style.paint(before, Tone.REMOVED) + arrow + style.paint(after, Tone.ADDED) + tail
            return
    yield lead.rstrip() + tail
    yield from whole("-", "", node.before, style, indent + STEP)
    yield from whole("+", "", node.after, style, indent + STEP)


def _text_difference(before: Value, after: Value, style: Style, indent: int) -> Iterator[str]:
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
    for piece in fold(clean(line), max(style.columns - indent - 4, 16)):
        yield " " * indent + style.paint(f"{bar}{piece}".rstrip(), tone)
        bar = "  : "


def _folded(mark: Mark, lead: str, text: str, room: int, style: Style, indent: int, tail: str) -> Iterator[str]:
    """A text that is longer than the line: below its label where that gives it more room, cut to pieces if need be."""
    below = style.columns - indent - STEP
    if tail or room < below // 2 or room < cells(text) <= below:
        yield lead.rstrip() + tail
        lead, room = " " * (indent + STEP), below
    hang = " " * (indent + STEP)
    pieces = fold(text, max(min(room, below), 16))
    for piece in pieces:
        yield lead + style.paint(piece, TONES[mark])
        lead = hang


def _lead(mark: Mark, label: str, style: Style, indent: int, colon: str) -> str:
    text = clean(label) + colon if label else ""
    return " " * indent + style.paint(mark, TONES[mark]) + " " + text


def _tail(note: str, tone: Tone, style: Style) -> str:
    return "  " + style.paint(f"# {note}", tone) if note else ""


def _context(text: str, style: Style, indent: int) -> Iterator[str]:
    lead = " " * (indent + 2)
    yield from paragraph(text, style, first=lead, indent=lead + "  ", tone=Tone.DIM)


def _dim(text: str, style: Style, indent: int) -> Iterator[str]:
    yield " " * (indent + 2) + style.paint(text, Tone.DIM)


def _many_lines(value: Value) -> bool:
    return isinstance(value, str) and "\n" in value
