"""A graph for Graphviz. Source of the language: https://graphviz.org/doc/info/lang.html."""

from __future__ import annotations

from collections.abc import Iterator

from gcsync.model.graph import Graph, Node, Role
from gcsync.views.graph_labels import COLORS, class_of, in_stacks, label_lines
from gcsync.views.style import clean

_SHAPES = {Role.EVENTS: "note", Role.RESOURCE: "box", Role.TARGET: "component"}


def render_graph_dot(graph: Graph) -> str:
    """A directed graph from left to right; a cluster for each stack where there are several."""
    return "\n".join(_lines(graph)) + "\n"


def _lines(graph: Graph) -> Iterator[str]:
    names = {node.id: f"n{number}" for number, node in enumerate(graph.nodes)}
    yield "digraph gcsync {"
    yield '  graph [rankdir="LR", fontname="Helvetica"];'
    yield '  node [fontname="Helvetica", fontsize="11", style="filled", margin="0.15,0.08"];'
    if graph.left_out:
        yield f'  label="{graph.left_out} more resources are not drawn";'
    stacks = in_stacks(graph.resources)
    yield from (f"  {_node(node, names)}" for node in graph.nodes if node.role is not Role.RESOURCE)
    for number, (owner, nodes) in enumerate(stacks.items()):
        if len(stacks) > 1:
            yield f"  subgraph cluster_{number} {{"
            yield f"    label={_quoted([clean(owner)])};"
        yield from (f"    {_node(node, names)}" for node in nodes)
        if len(stacks) > 1:
            yield "  }"
    for edge in graph.edges:
        how = ' [style="dashed"]' if edge.reference else ""
        yield f"  {names[edge.start]} -> {names[edge.end]}{how};"
    yield "}"


def _node(node: Node, names: dict[str, str]) -> str:
    fill, line, _, _ = COLORS[class_of(node)]
    label = _quoted(label_lines(node))
    return f'{names[node.id]} [label={label}, shape="{_SHAPES[node.role]}", fillcolor="{fill}", color="{line}"];'


def _quoted(lines: list[str]) -> str:
    r"""A label of Graphviz, where a backslash begins an escape (`\N`) and a quotation mark ends the text."""
    return '"' + "\\n".join(line.replace("\\", "\\\\").replace('"', '\\"') for line in lines) + '"'
