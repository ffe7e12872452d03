"""What differs inside two values, as a tree: DeepDiff finds it, the tree is what the text views draw.

Equality was decided before (the engine compares canonical values); this only explains the few values that differ.
DeepDiff never sees a secret: each stands as a token there, equal tokens for equal secrets.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import Any, Literal

from gcsync.model.plan import ABSENT
from gcsync.model.value import NOT_GIVEN, UNKNOWN, UNREADABLE, Path, Secret, Value, replace_leaves

Mark = Literal["+", "-", "~"]

_PAIRING_LIMIT = 40
"""Elements of a list that are paired by likeness; the work grows with the square of it."""

_NAMING = ("name", "id", "url", "json_path")
"""The keys that a reader knows an element by, in any kind."""


@dataclass(frozen=True, slots=True)
class Node:
    """A difference. With `children` it is a mapping or list that differs inside; `unchanged` counts what does not.

    `label` is a key, an index (`[1]`, or `[0 -> 1]` where an element also moved), or empty for a member of a list
    of plain values. `reordered`: its unchanged elements stand in another order.
    """

    mark: Mark
    label: str
    before: Value = ABSENT
    after: Value = ABSENT
    children: tuple[Node, ...] = ()
    unchanged: int = 0
    reordered: bool = False
    known_by: tuple[str, str] | None = None
    """An unchanged value that tells which element of a list this is: its key and text."""


def explain(label: str, before: Value, after: Value) -> Node:
    """The tree of what differs between two values that do differ; `ABSENT` for a side that has none."""
    if before is ABSENT:
        return Node("+", label, after=after)
    if after is ABSENT:
        return Node("-", label, before=before)
    if not (_alike(before, after) and before and after):
        return Node("~", label, before, after)
    if _plain(before) and _plain(after):
        return _members(label, before, after)
    branch = _branches(before, after)
    if not branch.children and not branch.leaves:
        return Node("~", label, before, after, reordered=True)
    return _node(label, branch, before, after)


@dataclass(slots=True)
class _Branch:
    """What lies below one path while the tree is gathered. Keys are those of `before`; `moved` of `after`."""

    children: dict[str | int, _Branch] = field(default_factory=dict)
    leaves: list[tuple[Mark, str | int]] = field(default_factory=list)
    moved: str | int | None = None


def _branches(before: Value, after: Value) -> _Branch:
    root = _Branch()
    for mark, old, new in _differences(before, after):
        branch = root
        for key, new_key in zip(old[:-1], new[:-1], strict=True):
            branch = branch.children.setdefault(key, _Branch())
            branch.moved = new_key
        if mark == "~":
            branch.children.setdefault(old[-1], _Branch()).moved = new[-1]
        else:
            branch.leaves.append((mark, old[-1] if mark == "-" else new[-1]))
    return root


def _differences(before: Value, after: Value) -> Iterator[tuple[Mark, Path, Path]]:
    """Mark, path in `before`, path in `after`; an added or removed one has its own key last in both."""
    from deepdiff import DeepDiff

    tokens: list[Secret] = []
    found = DeepDiff(
        _sealed(before, tokens),
        _sealed(after, tokens),
        view="tree",
        ignore_order_func=lambda level: _to_be_paired(level.t1) and _to_be_paired(level.t2),
        cutoff_distance_for_pairs=1,
        cutoff_intersection_for_pairs=1,
        threshold_to_diff_deeper=0,
        hasher=_digest,
    )
    for kind, levels in found.items():
        mark: Mark = "+" if kind.endswith("_added") else "-" if kind.endswith("_removed") else "~"
        for level in levels:
            old, new = (_path(level.up, use_t2=use_t2) for use_t2 in (False, True))
            yield mark, (*old, _path(level, use_t2=mark == "+")[-1]), (*new, _path(level, use_t2=mark != "-")[-1])


def _digest(text: str) -> str:
    """DeepDiff's own refuses text with a lone surrogate, which JSON may carry."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _path(level: Any, *, use_t2: bool) -> Path:
    return tuple(level.path(output_format="list", use_t2=use_t2))


def _sealed(value: Value, tokens: list[Secret]) -> Value:
    def seal(leaf: Value) -> Value:
        if isinstance(leaf, Secret):
            if leaf not in tokens:
                tokens.append(leaf)
            return f"\0secret {tokens.index(leaf)}"
        return f"\0{leaf!r}" if any(leaf is it for it in (UNREADABLE, UNKNOWN, NOT_GIVEN)) else leaf

    return replace_leaves(value, seal)


def _to_be_paired(value: Value) -> bool:
    """Whether the elements of a list are paired by likeness, not by position: mappings, few, none twice."""
    return (
        isinstance(value, list)
        and len(value) <= _PAIRING_LIMIT
        and any(isinstance(element, dict | list) for element in value)
        and len({repr(element) for element in value}) == len(value)
    )


def _node(label: str, branch: _Branch, before: Value, after: Value) -> Node:
    nodes: list[tuple[Any, Node]] = []
    for key, below in branch.children.items():
        new_key = key if below.moved is None else below.moved
        nodes.append((_order(new_key, "~"), _below(_label(key, new_key), below, before[key], after[new_key])))
    for mark, key in branch.leaves:
        sides = {"before": before[key]} if mark == "-" else {"after": after[key]}
        nodes.append((_order(key, mark), Node(mark, _label(key), **sides)))
    gone: set[Any] = {*branch.children, *(key for mark, key in branch.leaves if mark == "-")}
    come: set[Any] = {
        *(below.moved for below in branch.children.values()),
        *(key for mark, key in branch.leaves if mark == "+"),
    }
    if isinstance(before, Mapping):
        shuffled = [key for key in before if key not in gone and before[key] != after[key]]
        nodes += [(_order(key, "~"), Node("~", key, before[key], after[key], reordered=True)) for key in shuffled]
        gone.update(shuffled)
    children = tuple(node for _, node in sorted(nodes, key=lambda pair: pair[0]))
    known_by = _known_by(before, gone | come) if label.startswith("[") else None
    unchanged = len(before) - len(gone) - (known_by is not None)
    moved = isinstance(before, list) and _kept(before, gone) != _kept(after, come)
    return Node("~", label, before, after, children, unchanged, moved, known_by)


def _kept(elements: list[Value], touched: set[Any]) -> list[Value]:
    return [element for index, element in enumerate(elements) if index not in touched]


def _below(label: str, branch: _Branch, before: Value, after: Value) -> Node:
    if _plain(before) and _plain(after) and before and after:
        return _members(label, before, after)
    if branch.children or branch.leaves:
        return _node(label, branch, before, after)
    return Node("~", label, before, after)


def _known_by(element: Value, changed: set[Any]) -> tuple[str, str] | None:
    if isinstance(element, Mapping):
        for key in _NAMING:
            if key not in changed and isinstance(element.get(key), str):
                return key, element[key]
    return None


def _members(label: str, before: list[Value], after: list[Value]) -> Node:
    """The difference of two lists of plain values, member by member: those of a set, or in their order."""
    tokens: list[Secret] = []
    old, new = ([repr(_sealed(member, tokens)) for member in side] for side in (before, after))
    children: list[Node] = []
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag != "equal":
            children += [Node("-", "", before=member) for member in before[i1:i2]]
            children += [Node("+", "", after=member) for member in after[j1:j2]]
    if sorted(old) == sorted(new):
        return Node("~", label, before, after, reordered=True)
    removed = sum(node.mark == "-" for node in children)
    return Node("~", label, before, after, tuple(children), len(before) - removed)


def _plain(value: Value) -> bool:
    """Whether it is a list without a mapping or another list in it."""
    return isinstance(value, list) and not any(isinstance(member, Mapping | list) for member in value)


def _alike(before: Value, after: Value) -> bool:
    return any(isinstance(before, kind) and isinstance(after, kind) for kind in (Mapping, list))


def _label(key: str | int, new_key: str | int | None = None) -> str:
    if isinstance(key, str):
        return key
    return f"[{key}]" if new_key in (None, key) else f"[{key} -> {new_key}]"


def _order(key: str | int, mark: Mark) -> tuple[int, str, int]:
    """By position or key; of one that goes and one that comes, the one that goes first."""
    return (key, "", "-~+".index(mark)) if isinstance(key, int) else (0, key, "-~+".index(mark))
