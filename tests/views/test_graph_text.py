"""A graph as a tree."""

from __future__ import annotations

import pytest

from gcsync.model.graph import Graph
from gcsync.views.graph_text import render_graph_text
from gcsync.views.style import Style
from tests.views.golden import golden
from tests.views.graphs import full_graph, hostile_graph, two_stacks
from tests.views.test_hostile_text import HOSTILE


def test_every_resource_stands_with_what_it_sends_and_to_whom() -> None:
    assert render_graph_text(full_graph(), Style()) == golden("graph")


def test_each_stack_has_a_tree_of_its_own() -> None:
    drawn = render_graph_text(two_stacks(), Style())
    assert [line for line in drawn.splitlines() if line.startswith("Stack")] == [
        "Stack contact-center",
        "Stack other@dev",
    ]


def test_what_is_left_out_and_an_empty_graph_are_told() -> None:
    assert "3 more resources are not shown." in render_graph_text(hostile_graph("x"), Style())
    assert render_graph_text(Graph(), Style()) == "Nothing is declared.\n"


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_name_is_printable(text: str) -> None:
    drawn = render_graph_text(hostile_graph(text), Style(width=60))
    assert all(line.isprintable() for line in drawn.split("\n"))


def test_colours_say_what_a_plan_destroys() -> None:
    assert "\x1b[1;31m- DELETE stream.legacy\x1b[0m" in render_graph_text(full_graph(), Style(color=True))
