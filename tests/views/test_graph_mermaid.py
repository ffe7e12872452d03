"""A graph for Mermaid; that Mermaid itself reads it, a test in tests/browser shows."""

from __future__ import annotations

import re

import pytest

from gcsync.model.graph import Edge, Graph
from gcsync.views.graph_mermaid import MOST_EDGES, MOST_TEXT, render_graph_mermaid, too_large
from tests.views.golden import golden
from tests.views.graphs import full_graph, hostile_graph, two_stacks
from tests.views.test_hostile_text import HOSTILE

LINE = re.compile(
    r'flowchart LR|  subgraph s\d+\["[\w .,:/()#;-]*"\]|  end|    classDef .*|  classDef is_\w+ [\w#:,]+'
    r'|  rest\["[\w .#;-]*"\]|  n\d+ (-->|-\.->) n\d+'
    r'| {2,4}n\d+(\["|\("|\(\[")[\w .,:/()#;<>-]*("\]|"\)|"\]\)):::is_\w+'
)


def test_it_draws_every_action() -> None:
    assert render_graph_mermaid(full_graph()) == golden("graph_mermaid")


def test_each_stack_is_a_subgraph_where_there_are_several() -> None:
    assert render_graph_mermaid(two_stacks()).count("subgraph") == 2
    assert "subgraph" not in render_graph_mermaid(full_graph())


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_name_is_a_label_and_nothing_else(text: str) -> None:
    drawn = render_graph_mermaid(hostile_graph(text))
    assert [line for line in drawn.splitlines() if not LINE.fullmatch(line)] == []
    assert set(re.findall(r"<[^>]*>", drawn)) <= {"<br/>"}


def test_what_mermaid_would_refuse_is_told() -> None:
    edges = (Edge("a", "b"),) * (MOST_EDGES + 1)
    assert too_large("", Graph(edges=edges)) == "it has 501 arrows, and Mermaid draws 500"
    assert "characters" in (too_large("x" * (MOST_TEXT + 1), Graph()) or "")
    assert too_large("x" * MOST_TEXT, Graph(edges=edges[1:])) is None
