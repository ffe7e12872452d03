"""Graphs that the tests of the drawings share."""

from __future__ import annotations

from gcsync.model.graph import Edge, Graph, Node, Role
from gcsync.model.plan import Action
from gcsync.schema.graphing import graph_of_plans
from tests.views.factories import create, plan, target
from tests.views.scenes import full_plan


def full_graph() -> Graph:
    """Every action."""
    return graph_of_plans([full_plan()])


def two_stacks() -> Graph:
    """Two stacks that reach the same host."""
    other = plan(create("stream.calls"), stack="other", owner="other@dev", environment="dev", target=target())
    return graph_of_plans([plan(create("stream.calls"), create("stream.more")), other])


def hostile_graph(text: str) -> Graph:
    """The text wherever there can be one."""
    nodes = (
        Node("events 0", Role.EVENTS, (text, "plain")),
        Node("one", Role.RESOURCE, ("stream.a", text), text, "stream.a", Action.DELETE),
        Node("two", Role.RESOURCE, ("stream.b", text), f"{text}2", "stream.b"),
        Node("target 0", Role.TARGET, (text, "URL")),
    )
    edges = (Edge("events 0", "one"), Edge("one", "two", reference=True), Edge("two", "target 0"))
    return Graph(nodes, edges, left_out=3)
