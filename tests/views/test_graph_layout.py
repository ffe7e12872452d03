"""Where nodes stand."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from gcsync.model.graph import Edge, Graph, Node, Role
from gcsync.views.graph_layout import GAP, MARGIN, Box, lay_out
from tests.views.graphs import full_graph, two_stacks


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    """Any graph of the kind that gcsync draws: references lead to later resources only."""
    count = st.integers(0, 8)
    events, resources, targets = (
        [
            Node(f"{role} {number}", role, ("x" * draw(st.integers(1, 50)),) * draw(st.integers(1, 9)))
            for number in range(draw(count))
        ]
        for role in Role
    )
    pairs = [(a, b, False) for a in events for b in resources] + [(a, b, False) for a in resources for b in targets]
    pairs += [(a, b, True) for n, a in enumerate(resources) for b in resources[n + 1 :]]
    chosen = draw(st.lists(st.sampled_from(pairs), unique=True)) if pairs else []
    return Graph((*events, *resources, *targets), tuple(Edge(a.id, b.id, reference=r) for a, b, r in chosen))


@settings(deadline=None, max_examples=60)
@given(graphs())
def test_no_two_nodes_overlap_and_all_are_in_the_picture(graph: Graph) -> None:
    layout = lay_out(graph)
    assert set(layout.boxes) == {node.id for node in graph.nodes}
    columns: dict[float, list[Box]] = {}
    for box in layout.boxes.values():
        columns.setdefault(box.x, []).append(box)
        assert box.x >= MARGIN - 0.01
        assert box.y >= MARGIN - 0.01
        assert box.x + box.width <= layout.width
        assert box.y + box.height <= layout.height
    for column in columns.values():
        for above, below in pairwise(sorted(column, key=lambda box: box.y)):
            assert above.y + above.height + GAP <= below.y + 0.01
    edges = sorted(columns)
    assert all(max(box.x + box.width for box in columns[a]) < b for a, b in pairwise(edges))


@settings(deadline=None, max_examples=60)
@given(graphs())
def test_every_arrow_leads_to_the_right(graph: Graph) -> None:
    boxes = lay_out(graph).boxes
    for edge in graph.edges:
        assert boxes[edge.start].x + boxes[edge.start].width < boxes[edge.end].x


def test_it_is_the_same_every_time() -> None:
    assert lay_out(full_graph()) == lay_out(full_graph())


def test_resources_of_one_target_stand_together() -> None:
    nodes = [Node(f"r{number}", Role.RESOURCE, (f"r{number}",)) for number in range(6)]
    targets = [Node("a", Role.TARGET, ("a",)), Node("b", Role.TARGET, ("b",))]
    edges = tuple(Edge(f"r{number}", "ab"[number % 2]) for number in range(6))
    boxes = lay_out(Graph((*nodes, *targets), edges)).boxes
    order = [box.node.id for box in sorted(boxes.values(), key=lambda box: box.y) if box.node.role is Role.RESOURCE]
    assert len({int(id_[1]) % 2 for id_ in order[:3]}) == 1


def test_two_stacks_fit_in_one_picture() -> None:
    assert len(lay_out(two_stacks()).boxes) == len(two_stacks().nodes)
