"""What differs inside a resource, as the lines of a `diff` block: a line has its colour from its first character.

`+` comes, `-` goes, `!` needs a look; a line with a blank first is there for orientation.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final, Literal

from gcsync.model.plan import Action, AttributeChange, Change, Reason
from gcsync.model.value import Secret, Value
from gcsync.views.explain import Node, explain
from gcsync.views.style import Style, clean, fold, quote, shorten
from gcsync.views.text_change import CONFLICT, CONFLICT_WORD, PROTECTION, attribute_notes
from gcsync.views.text_value import inline, text_difference

First = Literal["+", "-", "!", " "]

_WIDTH: Final = 80
"""Cells of a line: a block of code does not wrap, and a comment shows about as many."""

_LEAST: Final = 20
"""Cells that a value keeps however deep it lies."""

_LONGEST_LABEL: Final = 60


def change_diff(change: Change) -> list[str]:
    """The lines of what a change makes, takes away or writes."""
    return list(_change(change))


def attribute_diff(attribute: AttributeChange, note: str = "", warning: str = "") -> Iterator[str]:
    """One attribute from `before` to `after`; `note` stands behind it, `warning` on a line of its own before it."""
    if warning:
        yield from _folded("!", 0, f"{clean(attribute.name)}: {warning}")
    yield from _node(explain(attribute.name, attribute.before, attribute.after), 0, note)


def not_checked_line(attribute: AttributeChange) -> str:
    """The line of an attribute that could not be compared."""
    return f"! {clean(attribute.name)}: not checked: {attribute.why_not_checked}"


def _change(change: Change) -> Iterator[str]:
    if change.action is Action.CREATE:
        yield from _every("+", change.after or {})
        yield from (line for a in change.attributes if a.name == PROTECTION for line in _attribute(a, reasons=False))
        return
    if change.action is Action.DELETE:
        yield from _every("-", change.before or {})
        return
    for attribute in change.attributes:
        yield from _attribute(attribute, reasons=change.action is not Action.ADOPT)
    unchanged = len(set(change.after or {}) - {attribute.name for attribute in change.attributes})
    if unchanged and (change.differing or change.action is Action.REPLACE):
        yield f"  # {unchanged} unchanged"


def _attribute(attribute: AttributeChange, *, reasons: bool) -> Iterator[str]:
    if attribute.reason is Reason.NOT_CHECKED:
        yield not_checked_line(attribute)
        return
    conflict = attribute.reason is Reason.CONFLICT
    notes = [note for note in attribute_notes(attribute, reasons=reasons) if note != CONFLICT_WORD]
    yield from attribute_diff(attribute, ", ".join(notes), f"{CONFLICT_WORD}: {CONFLICT}" if conflict else "")


def _every(first: First, attributes: Mapping[str, Value]) -> Iterator[str]:
    """Every attribute of an object that comes or goes, its name first."""
    for name in sorted(attributes, key=lambda name: (name != "name", name)):
        yield from _value(first, name, attributes[name], 0)


def _node(node: Node, depth: int, note: str = "") -> Iterator[str]:
    if node.mark != "~":
        yield from _value(node.mark, node.label, node.after if node.mark == "+" else node.before, depth, note)
    elif node.reordered and not node.children:
        yield from _head("!", node.label, depth, ", ".join(["the same, in another order", *([note] if note else [])]))
        yield from _value("-", "", node.before, depth + 1)
        yield from _value("+", "", node.after, depth + 1)
    elif node.children:
        yield from _inner(node, depth, note)
    elif isinstance(node.before, Secret) and isinstance(node.after, Secret):
        yield from _value("!", node.label, node.after, depth, ", ".join(["another value", *([note] if note else [])]))
    elif isinstance(node.before, str) and isinstance(node.after, str) and "\n" in node.before + node.after:
        yield from _head(" ", node.label, depth, note)
        yield from _texts(node.before, node.after, depth + 1)
    else:
        yield from _value("-", node.label, node.before, depth)
        yield from _value("+", node.label, node.after, depth, note)


def _inner(node: Node, depth: int, note: str) -> Iterator[str]:
    yield from _head(" ", node.label, depth, note)
    if node.known_by is not None:
        key, text = node.known_by
        yield from _folded(" ", depth + 1, f"{clean(key)}: {quote(text)}")
    for child in node.children:
        yield from _node(child, depth + 1)
    if node.unchanged:
        yield from _folded(" ", depth + 1, f"# {node.unchanged} unchanged{', in another order' * node.reordered}")


def _value(first: First, label: str, value: Value, depth: int, note: str = "") -> Iterator[str]:
    """A value that comes or goes as a whole; one that has no room on a line is laid out below its label."""
    short = inline(value)
    if short is not None and not (isinstance(value, list) and len(short) > _room(depth)):
        yield from _folded(first, depth, f"{_label(label)}{short}" + (f"  # {note}" if note else ""))
        return
    yield from _head(first, label, depth, note)
    if isinstance(value, str):
        for line in value.split("\n"):
            yield from _folded(first, depth + 1, f"| {clean(line)}", "  ")
    elif isinstance(value, Mapping):
        for key in sorted(value):
            yield from _value(first, key, value[key], depth + 1)
    else:
        named = any(isinstance(member, Mapping | list) for member in value)
        for index, member in enumerate(value):
            yield from _value(first, f"[{index}]" if named else "", member, depth + 1)


def _texts(before: str, after: str, depth: int) -> Iterator[str]:
    """Two texts line by line; a line that goes on has the first character of the one it belongs to."""
    first = " "
    for line in text_difference(before, after, Style(width=_room(depth)), 0):
        first = first if line.startswith("  :") else line[0]
        yield f"{first} {'  ' * depth}{line[2:]}".rstrip()


def _head(first: First, label: str, depth: int, note: str) -> Iterator[str]:
    """A label whose value follows on the next lines."""
    if label or note:
        yield from _folded(first, depth, f"{_label(label)}".rstrip() + (f"  # {note}" if note else ""))


def _label(label: str) -> str:
    return f"{shorten(clean(label), _LONGEST_LABEL)}: " if label else ""


def _folded(first: First, depth: int, text: str, further: str = "    ") -> Iterator[str]:
    lead = f"{first} {'  ' * depth}"
    room = _room(depth) - len(further)
    for piece in fold(text, room):
        yield f"{lead}{piece}".rstrip()
        lead = f"{first} {'  ' * depth}{further}"


def _room(depth: int) -> int:
    return max(_WIDTH - 2 - 2 * depth, _LEAST)
