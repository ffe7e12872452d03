"""Values and their differences as rows of the HTML report: `[mark, depth, label, before, after]`.

Marks are those of `explain`, and `=` for what did not change. A side that a row does not have is None. All texts are
cleaned; nothing sensitive is in them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import SequenceMatcher
from typing import Final, TypeAlias

from gcsync.model.value import Secret, Value
from gcsync.views.explain import Node
from gcsync.views.style import clean, plural
from gcsync.views.text_value import inline

Row: TypeAlias = list[str | int | None]

_CONTEXT: Final = 2
"""Lines of a text that are shown around a changed one."""

_LONG: Final = 2000
"""Lines of a text above which the comparison takes a short cut."""


def whole_rows(mark: str, label: str, value: Value, depth: int = 0) -> Iterator[Row]:
    """An object, or a part of it, that is there on one side only."""
    text = inline(value)
    if text is None and isinstance(value, str):
        text = _text(value)
    if text is not None:
        yield [mark, depth, clean(label), text if mark == "-" else None, None if mark == "-" else text]
        return
    yield [mark, depth, clean(label), None, None]
    for name, inner in _members(value):
        yield from whole_rows(mark, name, inner, depth + 1)


def difference_rows(node: Node, depth: int = 0) -> Iterator[Row]:
    """A tree of differences, from the outside to the inside."""
    if node.mark != "~":
        yield from whole_rows(node.mark, node.label, node.after if node.mark == "+" else node.before, depth)
        return
    if node.reordered and not node.children:
        yield ["~", depth, clean(node.label), _flat(node.before), _flat(node.after)]
        yield ["=", depth + 1, "the same, in another order", None, None]
        return
    if not node.children:
        yield from _replaced(node, depth)
        return
    known = f"  {node.known_by[0]}: {node.known_by[1]}" if node.known_by is not None else ""
    yield ["~", depth, clean(node.label + known), None, None]
    for child in node.children:
        yield from difference_rows(child, depth + 1)
    if node.unchanged:
        order = ", in another order" if node.reordered else ""
        yield ["=", depth + 1, f"{node.unchanged} unchanged{order}", None, None]


def _replaced(node: Node, depth: int) -> Iterator[Row]:
    before, after = node.before, node.after
    if isinstance(before, str) and isinstance(after, str) and ("\n" in before or "\n" in after):
        yield ["~", depth, clean(node.label), None, None]
        yield from _line_rows(before.split("\n"), after.split("\n"), depth + 1)
        return
    if isinstance(before, Secret) and isinstance(after, Secret):
        yield ["~", depth, clean(node.label), repr(before), f"{after!r}, another one"]
        return
    yield ["~", depth, clean(node.label), _flat(before), _flat(after)]


def _line_rows(before: list[str], after: list[str], depth: int) -> Iterator[Row]:
    codes = SequenceMatcher(None, before, after, autojunk=len(before) > _LONG).get_opcodes()
    for position, (tag, i1, i2, j1, j2) in enumerate(codes):
        if tag == "equal":
            yield from _around(before[i1:i2], depth, first=position == 0, last=position == len(codes) - 1)
            continue
        for line in before[i1:i2]:
            yield ["-", depth, "", clean(line), None]
        for line in after[j1:j2]:
            yield ["+", depth, "", None, clean(line)]


def _around(lines: list[str], depth: int, *, first: bool, last: bool) -> Iterator[Row]:
    head, tail = 0 if first else _CONTEXT, 0 if last else _CONTEXT
    hidden = len(lines) - head - tail
    if hidden <= 1:
        head, hidden = len(lines), 0
    for line in lines[:head]:
        yield [" ", depth, "", clean(line), clean(line)]
    if hidden:
        yield ["=", depth, f"{plural(hidden, 'line')} unchanged", None, None]
    for line in lines[head + hidden :]:
        yield [" ", depth, "", clean(line), clean(line)]


def _flat(value: Value) -> str:
    """A value as one text, of several lines where it has parts."""
    text = inline(value)
    if text is not None:
        return text
    if isinstance(value, str):
        return _text(value)
    rows = [row for name, inner in _members(value) for row in whole_rows("+", name, inner)]
    return "\n".join("  " * int(depth or 0) + f"{label}: {text or ''}".rstrip() for _, depth, label, _, text in rows)


def _members(value: Value) -> Iterator[tuple[str, Value]]:
    if isinstance(value, Mapping):
        yield from ((name, value[name]) for name in sorted(value))
        return
    plain = all(inline(member) is not None for member in value)
    yield from (("" if plain else f"[{index}]", member) for index, member in enumerate(value))


def _text(value: str) -> str:
    return "\n".join(clean(line) for line in value.split("\n"))
