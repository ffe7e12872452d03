"""A graph as a tree: each resource with what it sends, to whom, and what it takes from others."""

from __future__ import annotations

from collections.abc import Iterator

from gcsync.model.graph import Graph, Node, Role
from gcsync.views.graph_labels import WORDS, in_stacks
from gcsync.views.style import Style, Tone, clean, paragraph, quote
from gcsync.views.text_change import HEADS

_NOTHING = "Nothing is declared."


def render_graph_text(graph: Graph, style: Style) -> str:
    """The tree, a block for each stack. All is written out: no list is cut."""
    blocks = [list(_stack(owner, nodes, graph, style)) for owner, nodes in in_stacks(graph.resources).items()]
    if graph.left_out:
        blocks.append([f"{graph.left_out} more resources are not shown."])
    return "\n".join("\n".join(block) + "\n" for block in blocks) or f"{_NOTHING}\n"


def _stack(owner: str, nodes: list[Node], graph: Graph, style: Style) -> Iterator[str]:
    yield style.paint(f"Stack {clean(owner)}", Tone.BOLD)
    by_id = {node.id: node for node in graph.nodes}
    before: dict[str, list[Node]] = {node.id: [] for node in nodes}
    after: dict[str, list[Node]] = {node.id: [] for node in nodes}
    for edge in graph.edges:
        if edge.end in before:
            before[edge.end].append(by_id[edge.start])
        if edge.start in after and by_id[edge.end].role is Role.TARGET:
            after[edge.start].append(by_id[edge.end])
    for number, node in enumerate(nodes, 1):
        last = number == len(nodes)
        yield f"{'└─' if last else '├─'} {_head(node, style)}"
        yield from _branches(before[node.id], after[node.id], "   " if last else "│  ", style)


def _branches(before: list[Node], after: list[Node], indent: str, style: Style) -> Iterator[str]:
    events = [line for node in before if node.role is Role.EVENTS for line in node.lines]
    branches = [("takes from", [node.lines[0]]) for node in before if node.role is Role.RESOURCE]
    branches = [*([("events", events)] if events else []), *branches]
    branches += [(f"to {node.lines[-1]}", list(node.lines[:-1])) for node in after]
    for number, (word, lines) in enumerate(branches, 1):
        mark, below = ("└─", "  ") if number == len(branches) else ("├─", "│ ")
        text = ", ".join(clean(line) for line in lines)
        yield from paragraph(text, style, first=f"{indent}{mark} {word}: ", indent=f"{indent}{below}   ")


def _head(node: Node, style: Style) -> str:
    name = f"  {quote(node.lines[1])}" if len(node.lines) > 1 else ""
    if node.action is None or not WORDS[node.action]:
        return style.paint(clean(node.lines[0]), Tone.BOLD) + name
    mark, word, tone = HEADS[node.action]
    return style.paint(f"{mark} {word} {clean(node.lines[0])}", tone) + name
