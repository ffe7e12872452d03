"""Where the nodes of a graph stand: in columns from left to right, few arrows crossing, none overlapping.

The columns are given (events, resources, targets), so this is a small part of what Graphviz does, and needs no
program beside Python: a column for events, one for each depth of references, one for targets; within them the order by
the mean of the neighbours, in a few sweeps (Sugiyama, Tagawa, Toda 1981), then heights near the neighbours'.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from gcsync.model.graph import Edge, Graph, Node, Role
from gcsync.views.graph_labels import label_lines
from gcsync.views.style import cells, shorten

CHARACTER: Final = 7.3
LINE: Final = 17.0
PADDING: Final = 11.0
GAP: Final = 16.0
COLUMN_GAP: Final = 84.0
MARGIN: Final = 12.0
"""Sizes in pixels: a character of a 12 px monospace font, a line of it, space in a node, between nodes, columns."""

_LONGEST: Final = 52
_SWEEPS: Final = 4


@dataclass(frozen=True, slots=True)
class Box:
    """A node with its place; `x` and `y` are of the corner at the top left."""

    node: Node
    lines: tuple[str, ...]
    x: float
    y: float
    width: float
    height: float

    @property
    def middle(self) -> float:
        return self.y + self.height / 2


@dataclass(frozen=True, slots=True)
class Layout:
    """The boxes by the id of their node, and the size of all."""

    boxes: Mapping[str, Box]
    width: float
    height: float


def lay_out(graph: Graph) -> Layout:
    """Every node's place. Takes time in proportion to the nodes and edges."""
    neighbours = _neighbours(graph.edges)
    columns = _ordered(_columns(graph), neighbours)
    lines = {node.id: tuple(shorten(line, _LONGEST) for line in label_lines(node)) for node in graph.nodes}
    boxes: dict[str, Box] = {}
    x = MARGIN
    for column in columns:
        width = max(cells(line) for node in column for line in lines[node.id]) * CHARACTER + 2 * PADDING
        for node, y in zip(column, _heights(column, lines, neighbours, boxes), strict=True):
            boxes[node.id] = Box(node, lines[node.id], x, y, width, _height(lines[node.id]))
        x += width + COLUMN_GAP
    return _at_the_corner(boxes)


def _columns(graph: Graph) -> list[list[Node]]:
    depths = _depths(graph)
    columns: dict[int, list[Node]] = defaultdict(list)
    last = max(depths.values(), default=0) + 1
    for node in graph.nodes:
        columns[{Role.EVENTS: -1, Role.TARGET: last}.get(node.role, depths.get(node.id, 0))].append(node)
    return [columns[number] for number in sorted(columns)]


def _depths(graph: Graph) -> dict[str, int]:
    """How many references lead to a resource, one after the other. The stack reader lets no circle through."""
    waiting: dict[str, int] = defaultdict(int)
    takers: dict[str, list[str]] = defaultdict(list)
    for edge in graph.edges:
        if edge.reference:
            waiting[edge.end] += 1
            takers[edge.start].append(edge.end)
    depths = {node.id: 0 for node in graph.resources}
    ready = [id_ for id_ in depths if not waiting[id_]]
    while ready:
        current = ready.pop()
        for taker in takers[current]:
            depths[taker] = max(depths[taker], depths[current] + 1)
            waiting[taker] -= 1
            if not waiting[taker]:
                ready.append(taker)
    return depths


def _neighbours(edges: Sequence[Edge]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for edge in edges:
        found[edge.start].append(edge.end)
        found[edge.end].append(edge.start)
    return found


def _ordered(columns: list[list[Node]], neighbours: Mapping[str, list[str]]) -> list[list[Node]]:
    """The nodes of each column by the mean place of their neighbours in the others, there and back a few times."""
    place = {node.id: number / max(len(column), 1) for column in columns for number, node in enumerate(column)}
    for sweep in range(_SWEEPS):
        for column in columns if sweep % 2 == 0 else reversed(columns):
            inside = {node.id for node in column}
            means = {node.id: _mean(place, neighbours.get(node.id, ()), inside, place[node.id]) for node in column}
            column.sort(key=lambda node: means[node.id])
            place.update({node.id: number / len(column) for number, node in enumerate(column)})
    return columns


def _mean(place: Mapping[str, float], ids: Sequence[str], inside: set[str], otherwise: float) -> float:
    found = [place[id_] for id_ in ids if id_ not in inside]
    return sum(found) / len(found) if found else otherwise


def _heights(
    column: Sequence[Node],
    lines: Mapping[str, tuple[str, ...]],
    neighbours: Mapping[str, list[str]],
    boxes: Mapping[str, Box],
) -> list[float]:
    """How far down each node stands: beside its neighbours in earlier columns where there is room."""
    found: list[float] = []
    wishes: list[float] = []
    free = MARGIN
    for node in column:
        height = _height(lines[node.id])
        middles = [boxes[id_].middle for id_ in neighbours.get(node.id, ()) if id_ in boxes]
        wish = sum(middles) / len(middles) - height / 2 if middles else free
        wishes.append(wish)
        found.append(max(wish, free))
        free = found[-1] + height + GAP
    # What was pushed down by the nodes above it pulls the whole column up by the mean of that.
    shift = sum(y - wish for y, wish in zip(found, wishes, strict=True)) / len(found)
    return [y - shift for y in found]


def _height(lines: Sequence[str]) -> float:
    return len(lines) * LINE + 2 * PADDING - (LINE - 12)


def _at_the_corner(boxes: Mapping[str, Box]) -> Layout:
    top = min((box.y for box in boxes.values()), default=0.0) - MARGIN
    placed = {id_: Box(box.node, box.lines, box.x, box.y - top, box.width, box.height) for id_, box in boxes.items()}
    width = max((box.x + box.width for box in placed.values()), default=0.0) + MARGIN
    height = max((box.y + box.height for box in placed.values()), default=0.0) + MARGIN
    return Layout(placed, width, height)
