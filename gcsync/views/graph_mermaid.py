"""A graph for Mermaid, which GitHub and GitLab draw in a ```mermaid block.

Source of the language: https://mermaid.js.org/syntax/flowchart.html. Nodes have numbers for names, and of a label
everything but letters, digits and a few signs stands as an entity code, so that no label is taken for the language.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from gcsync.model.graph import Graph, Node, Role
from gcsync.views.graph_labels import COLORS, class_of, in_stacks, label_lines
from gcsync.views.style import clean

MOST_EDGES: Final = 500
MOST_TEXT: Final = 50_000
"""What Mermaid draws at most, where nobody set it otherwise (its settings maxEdges and maxTextSize)."""

BACKSLASH: Final = "\u29f5"
_PLAIN: Final = frozenset(" .,:-_/()")
_SHAPES: Final[dict[Role, tuple[str, str]]] = {
    Role.EVENTS: ('["', '"]'),
    Role.RESOURCE: ('("', '")'),
    Role.TARGET: ('(["', '"])'),
}


def render_graph_mermaid(graph: Graph) -> str:
    """A flowchart from left to right; a subgraph for each stack where there are several."""
    return "\n".join(_lines(graph)) + "\n"


def too_large(text: str, graph: Graph) -> str | None:
    """Why Mermaid would not draw it, with its own settings; None where it would."""
    if len(graph.edges) > MOST_EDGES:
        return f"it has {len(graph.edges)} arrows, and Mermaid draws {MOST_EDGES}"
    if len(text) > MOST_TEXT:
        return f"it has {len(text)} characters, and Mermaid reads {MOST_TEXT}"
    return None


def _lines(graph: Graph) -> Iterator[str]:
    names = {node.id: f"n{number}" for number, node in enumerate(graph.nodes)}
    yield "flowchart LR"
    for node in graph.nodes:
        if node.role is Role.EVENTS:
            yield f"  {_node(node, names)}"
    stacks = in_stacks(graph.resources)
    for number, (owner, nodes) in enumerate(stacks.items()):
        indent = "  "
        if len(stacks) > 1:
            yield f'  subgraph s{number}["{_escape(owner)}"]'
            indent = "    "
        yield from (f"{indent}{_node(node, names)}" for node in nodes)
        if len(stacks) > 1:
            yield "  end"
    for node in graph.nodes:
        if node.role is Role.TARGET:
            yield f"  {_node(node, names)}"
    for edge in graph.edges:
        yield f"  {names[edge.start]} {'-.->' if edge.reference else '-->'} {names[edge.end]}"
    if graph.left_out:
        yield f'  rest["{_escape(f"{graph.left_out} more resources are not drawn")}"]'
    for name in dict.fromkeys(class_of(node) for node in graph.nodes):
        fill, line, _, _ = COLORS[name]
        yield f"  classDef is_{name} fill:{fill},stroke:{line},color:#1f2328"


def _node(node: Node, names: dict[str, str]) -> str:
    opening, closing = _SHAPES[node.role]
    label = "<br/>".join(_escape(line) for line in label_lines(node))
    return f"{names[node.id]}{opening}{label}{closing}:::is_{class_of(node)}"


def _escape(text: str) -> str:
    r"""Text as a label. Mermaid breaks the line at a `\n`, however it is written, so another sign stands for `\`."""
    shown = clean(text).replace("\\", BACKSLASH)
    return "".join(c if c.isalnum() or c in _PLAIN else f"#{ord(c)};" for c in shown) or " "
