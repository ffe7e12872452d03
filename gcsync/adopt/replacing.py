"""One attribute of a declaration with another value: only what differs in it is written anew.

What is an expression, an alias or a secret stays as it is where the value did not change, and is refused where it did.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from gcsync.adopt.edits import Edit, Editor, NoPlace
from gcsync.adopt.nodes import BLOCK_STYLES, Node
from gcsync.adopt.origins import expression_in
from gcsync.adopt.secrets import escape
from gcsync.adopt.spelling import spell
from gcsync.model.diagnostic import Place
from gcsync.model.value import Value, holds_secret, holds_unreadable, replace_leaves
from gcsync.schema.semantics import PLAIN, Shape, differ, is_empty, sort_key


class Refused(Exception):
    """An attribute that cannot be accepted: the code, why, where, and what to do."""

    def __init__(self, code: str, message: str, place: Place | None = None, hint: str = "") -> None:
        super().__init__(message)
        self.code, self.message, self.place, self.hint = code, message, place, hint


@dataclass(slots=True)
class Replacing:
    """Gathers the edits for one value. `expression` says what is said of an expression at a place."""

    editor: Editor
    file: str
    expression: Callable[[str, Place], Refused]
    repeated: frozenset[str] = frozenset()
    edits: list[Edit] = field(default_factory=list)

    def value(self, node: Node, raw: Value, declared: Value, actual: Value, shape: Shape) -> Value:
        """The raw value from now on. `declared` is the same without expressions, `actual` canonical and sealed."""
        self.refuse_shared(node)
        inner = expression_in(raw)
        if inner is not None:
            raise self.expression(inner, self.place(node))
        if isinstance(raw, dict) and isinstance(actual, Mapping) and node.entries is not None:
            return self._mapping(node, raw, declared, actual, shape)
        if isinstance(raw, list) and isinstance(actual, list) and node.items is not None:
            if shape.is_set:
                return self._set(node, raw, declared, actual, shape)
            return self._list(node, raw, declared, actual, shape.items or PLAIN)
        if not node.is_scalar:
            raise NoPlace
        new = self.written(actual)
        # A block scalar ends with a line end, which means nothing in prose.
        prose = shape.is_text and node.style in BLOCK_STYLES and isinstance(raw, str) and raw.endswith("\n")
        spelled = self._spelled(f"{new}\n", node) if prose else None
        if spelled is not None and spelled.startswith(BLOCK_STYLES):
            new = f"{new}\n"
        else:
            spelled = self._spelled(new, node)
        if spelled is None:
            raise NoPlace
        self.edits.append(Edit(node.start, node.end, spelled))
        return new

    def _spelled(self, value: Value, node: Node) -> str | None:
        return spell(value, node, self.editor.text, is_json=self.editor.is_json)

    def written(self, actual: Value) -> Value:
        """A value as it stands in a file. Raises Refused for one that may not, or that nobody knows."""
        if holds_secret(actual):
            hint = "let a sensitive variable hold it, with the new value; or undo the change: gcsync apply"
            raise Refused("GC732", "the value is sensitive, and is never written into a file", hint=hint)
        if holds_unreadable(actual):
            raise Refused("GC733", "the API does not return the value", hint="write it by hand, if you know it")
        return replace_leaves(actual, lambda leaf: escape(leaf) if isinstance(leaf, str) else leaf)

    def place(self, node: Node) -> Place:
        return Place(self.file, node.line + 1, node.column + 1)

    def refuse_shared(self, node: Node) -> None:
        """What an alias stands for, or repeats, is not this value's alone."""
        if node.is_alias:
            raise self.shared("it is an alias", node)
        if node.anchor is not None and node.anchor in self.repeated:
            raise self.shared("an alias repeats it", node)

    def shared(self, what: str, node: Node | None, place: Place | None = None) -> Refused:
        hint = "write the value out where it is this resource's alone, or change it by hand for all"
        place = place if node is None else self.place(node)
        return Refused("GC731", f"{what}, so that another value there would change others", place, hint)

    def remove_entry(self, mapping: Node, key: str) -> None:
        """Without a key of a mapping; its value goes whatever it is, unless others repeat it."""
        index = self._written_entry(mapping, key)
        for node in (mapping.entries or [])[index][1].walk():
            if node.anchor is not None and node.anchor in self.repeated:
                raise self.shared("an alias repeats it", node)
        self.edits += self.editor.remove_entry(mapping, index)

    def _written_entry(self, mapping: Node, key: str) -> int:
        index = mapping.index_of(key)
        if index is None:
            raise self.shared("a merge (`<<`) brings it", mapping)
        return index

    def _mapping(
        self, node: Node, raw: Mapping[str, Value], declared: Any, actual: Mapping[str, Value], shape: Shape
    ) -> dict[str, Value]:
        fold = str.lower if shape.case_insensitive_keys else str
        there = {fold(key): (key, value) for key, value in actual.items() if not is_empty(value)}
        found = dict(raw)
        for key in raw:
            inner, (_, value) = shape.child(key), there.pop(fold(key), (key, None))
            if _same(inner, declared[key], value):
                continue
            if value is None:
                self.remove_entry(node, key)
                del found[key]
            else:
                entry = (node.entries or [])[self._written_entry(node, key)]
                found[key] = self.value(entry[1], raw[key], declared[key], value, inner)
        for key, value in there.values():
            if not shape.child(key).left_alone:
                found[escape(key)] = self.written(value)
                self.edits += self.editor.add_entry(node, len(node.entries or ()) - 1, key, found[escape(key)])
        return found

    def _set(
        self, node: Node, raw: Sequence[Value], declared: Sequence[Value], actual: Sequence[Value], shape: Shape
    ) -> list[Value]:
        items = shape.items or PLAIN
        mine = [sort_key(items.comparable(value)) for value in declared]
        theirs = {sort_key(items.comparable(value)): value for value in actual}
        kept = [index for index, key in enumerate(mine) if key in theirs]
        added = [value for key, value in theirs.items() if key not in set(mine)]
        return self._items(node, raw, kept, [(kept[-1] if kept else -1, value) for value in added])

    def _list(
        self, node: Node, raw: Sequence[Value], declared: Sequence[Value], actual: Sequence[Value], items: Shape
    ) -> list[Value]:
        kept: list[int] = []
        added: list[tuple[int, Value]] = []
        raw = list(raw)
        for index, other in _paired(declared, actual, items):
            if index is None and other is not None:
                added.append((kept[-1] if kept else -1, actual[other]))
            elif index is not None and other is not None:
                kept.append(index)
                if not _same(items, declared[index], actual[other]):
                    item = (node.items or [])[index]
                    raw[index] = self.value(item, raw[index], declared[index], actual[other], items)
        return self._items(node, raw, kept, added)

    def _items(self, node: Node, raw: Sequence[Value], kept: list[int], added: list[tuple[int, Value]]) -> list[Value]:
        """The items that stay, and others behind them; an edit for what changes."""
        more = [(index, self.written(value)) for index, value in added]
        removed = frozenset(range(len(raw))) - set(kept)
        for index in removed:
            for inner in (node.items or [])[index].walk():
                self.refuse_shared(inner) if inner.anchor is not None else None
        if removed or more:
            self.edits += self.editor.change_items(node, removed, more)
        found = [value for index, value in more if index < 0]
        for index in kept:
            found += [raw[index], *(value for at, value in more if at == index)]
        return found


def _same(shape: Shape, declared: Value, actual: Value) -> bool:
    return not differ(shape.comparable(declared), shape.comparable(shape.beside(declared, actual)))


def _paired(declared: Sequence[Value], actual: Sequence[Value], items: Shape) -> list[tuple[int | None, int | None]]:
    """Each item of one list beside that of the other: the same ones, then as many of those between as there are."""
    if len(declared) == len(actual):
        return [(index, index) for index in range(len(declared))]
    pairs: list[tuple[int | None, int | None]] = []
    left = right = 0
    for index, other in [*_common(declared, actual, items), (len(declared), len(actual))]:
        while left < index or right < other:
            pairs.append((left if left < index else None, right if right < other else None))
            left, right = left + (left < index), right + (right < other)
        if index < len(declared):
            pairs.append((index, other))
        left, right = index + 1, other + 1
    return pairs


def _common(declared: Sequence[Value], actual: Sequence[Value], items: Shape) -> list[tuple[int, int]]:
    """The longest run of items that are the same in both lists, in their order."""
    longest = [[0] * (len(actual) + 1) for _ in range(len(declared) + 1)]
    same = [[_same(items, one, other) for other in actual] for one in declared]
    for index in reversed(range(len(declared))):
        for other in reversed(range(len(actual))):
            beside = longest[index + 1][other + 1] + 1 if same[index][other] else 0
            longest[index][other] = max(beside, longest[index + 1][other], longest[index][other + 1])
    found, index, other = [], 0, 0
    while index < len(declared) and other < len(actual):
        if same[index][other] and longest[index][other] == longest[index + 1][other + 1] + 1:
            found.append((index, other))
            index, other = index + 1, other + 1
        elif longest[index + 1][other] >= longest[index][other + 1]:
            index += 1
        else:
            other += 1
    return found
