"""What all drawings of a graph have in common: words, and how much of a long list is written out."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from gcsync.model.graph import Graph, Node, Role
from gcsync.model.plan import Action
from gcsync.views.style import clean

MOST_LINES: Final = 8
"""Lines of a node that a drawing writes out; of 200 event types it shows the first ones and counts the rest."""

WORDS: Final[dict[Action, str]] = {
    Action.CREATE: "create",
    Action.UPDATE: "update",
    Action.MOVE: "move",
    Action.RELEASE: "release",
    Action.ADOPT: "adopt",
    Action.REPLACE: "REPLACE",
    Action.DELETE: "DELETE",
    Action.NO_OP: "",
}
"""The word for what a plan does to a resource; what destroys is written in capitals."""

COLORS: Final[dict[str, tuple[str, str, str, str]]] = {
    "events": ("#eef4fb", "#54708c", "#16202c", "#7d98b3"),
    "resource": ("#ffffff", "#57606a", "#1c2128", "#8b949e"),
    "target": ("#f4effb", "#6e5494", "#221a2e", "#a48cc9"),
    "create": ("#e3f6e5", "#1a7f37", "#12281a", "#3fb950"),
    "change": ("#fff5d6", "#8a6100", "#2d2308", "#d29922"),
    "adopt": ("#ddf3f8", "#0b6b80", "#0c2930", "#39c5cf"),
    "destroy": ("#ffe3e0", "#b3261e", "#3a1210", "#ff7b72"),
}
"""Fill and line of each class of node, in a light and in a dark drawing."""

_CLASSES: Final[dict[Action, str]] = {
    Action.CREATE: "create",
    Action.UPDATE: "change",
    Action.MOVE: "change",
    Action.RELEASE: "change",
    Action.ADOPT: "adopt",
    Action.REPLACE: "destroy",
    Action.DELETE: "destroy",
}


def class_of(node: Node) -> str:
    """The class by which a node is coloured: what a plan does to it, else what it is."""
    return _CLASSES.get(node.action, node.role.value) if node.action is not None else node.role.value


def label_lines(node: Node, most: int = MOST_LINES) -> list[str]:
    """What stands in a node, cleaned: a resource begins with what a plan does to it."""
    lines = [clean(line) for line in node.lines]
    word = WORDS[node.action] if node.action is not None else ""
    if node.role is Role.RESOURCE and word:
        lines[0] = f"{word} {lines[0]}"
    return lines if len(lines) <= most else [*lines[: most - 1], f"and {len(lines) - most + 1} more"]


def summary_of(graph: Graph) -> str:
    """`3 resources, 2 groups of events, 1 target`, and what was left out."""
    counts = {role: sum(node.role is role for node in graph.nodes) for role in Role}
    said = [
        _plural(counts[Role.RESOURCE], "resource"),
        _plural(counts[Role.EVENTS], "group") + " of events",
        _plural(counts[Role.TARGET], "target"),
    ]
    rest = f"; {_plural(graph.left_out, 'more resource')} not drawn" if graph.left_out else ""
    return ", ".join(said) + rest


def in_stacks(nodes: Iterable[Node]) -> dict[str, list[Node]]:
    """Resources by their stack."""
    found: dict[str, list[Node]] = {}
    for node in nodes:
        found.setdefault(node.stack, []).append(node)
    return found


def _plural(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
