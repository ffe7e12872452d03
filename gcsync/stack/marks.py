"""Where values stand in a file, kept beside them at the cost of one integer each.

The marks of a scalar are one packed integer (line, column, end column). Those of a list are a tuple: its own, then
those of its entries. Those of a mapping: its own, then the mark of the key and the marks of the value, entry by entry
in the mapping's order. One object per value would cost more than the values themselves.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from gcsync.model.diagnostic import Place

if TYPE_CHECKING:
    from gcsync.model.value import Path, Value

Marks: TypeAlias = Any
"""An int, or a tuple of marks."""

_BITS = 27
_MASK = (1 << _BITS) - 1
_LINE = 2 * _BITS


def pack(line: int, column: int, end_column: int = 0) -> int:
    """Line and columns count from 0; an end column of 0 means: not on this line."""
    return (line << _LINE) | (column << _BITS) | end_column


def unpack(mark: int) -> tuple[int, int, int]:
    return mark >> _LINE, (mark >> _BITS) & _MASK, mark & _MASK


def own(marks: Marks) -> int:
    """The mark of the value itself, whatever is inside it."""
    first: int = marks[0] if isinstance(marks, tuple) else marks
    return first


def to_place(file: str, mark: int) -> Place:
    line, column, end = unpack(mark)
    return Place(file, line + 1, column + 1, end + 1 if end > column else None)


def child(value: Value, marks: Marks, part: str | int) -> tuple[int, Value, Marks] | None:
    """The mark of the key (of the entry, in a list), the value and its marks; None where there is no such part."""
    if isinstance(value, dict) and part in value:
        index = 1 + 2 * list(value).index(part)
        return marks[index], value[part], marks[index + 1]
    if isinstance(value, list) and isinstance(part, int) and 0 <= part < len(value):
        return own(marks[part + 1]), value[part], marks[part + 1]
    return None


def find(value: Value, marks: Marks, path: Path) -> int:
    """The mark of the value at the path, or of the nearest value around it."""
    for part in path:
        inner = child(value, marks, part)
        if inner is None:
            break
        _, value, marks = inner
    return own(marks)


def find_key(value: Value, marks: Marks, path: Path) -> int:
    """The mark of the key under which the value at the path stands, or of the nearest around it."""
    mark = own(marks)
    for part in path:
        inner = child(value, marks, part)
        if inner is None:
            break
        mark, value, marks = inner
    return mark
