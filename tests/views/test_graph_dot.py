"""A graph for Graphviz, read back by pydot's parser."""

from __future__ import annotations

import warnings
from typing import Any

import pytest

from gcsync.model.graph import Graph
from gcsync.views.graph_dot import render_graph_dot
from gcsync.views.style import clean
from tests.views.golden import golden
from tests.views.graphs import full_graph, hostile_graph, two_stacks
from tests.views.test_hostile_text import HOSTILE


def test_it_draws_every_action() -> None:
    assert render_graph_dot(full_graph()) == golden("graph_dot")


def test_each_stack_is_a_cluster_where_there_are_several() -> None:
    assert render_graph_dot(two_stacks()).count("subgraph cluster_") == 2


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_name_ends_no_line_and_no_quotation(text: str) -> None:
    for line in render_graph_dot(hostile_graph(text)).splitlines():
        assert line.isprintable()
        assert line.replace("\\\\", "").replace('\\"', "").count('"') % 2 == 0


@pytest.mark.full
@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_a_parser_reads_every_label_back(text: str) -> None:
    graph = parsed(render_graph_dot(hostile_graph(text)))
    labels = {label for part in (graph, *graph.get_subgraphs()) for label in labels_of(part)}
    assert f"DELETE stream.a\n{clean(text)}" in labels
    assert f"{clean(text)}\nURL" in labels
    assert len(graph.get_edges()) == 3


@pytest.mark.full
def test_a_parser_reads_an_empty_graph() -> None:
    assert parsed(render_graph_dot(Graph())).get_edges() == []


def parsed(text: str) -> Any:
    with warnings.catch_warnings():
        # pydot 4 calls pyparsing by names that pyparsing 3.3 is about to drop.
        warnings.simplefilter("ignore", DeprecationWarning)
        import pydot

        graphs = pydot.graph_from_dot_data(text)
    assert graphs is not None
    (graph,) = graphs
    return graph


def labels_of(graph: Any) -> list[str]:
    """Labels as Graphviz would show them."""
    found = [node.get("label") for node in graph.get_nodes() if node.get("label")]
    plain = [label[1:-1].replace('\\"', '"') for label in found]
    return [label.replace("\\\\", "\0").replace("\\n", "\n").replace("\0", "\\") for label in plain]
