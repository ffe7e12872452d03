"""Stacks and plans as graphs."""

from __future__ import annotations

from dataclasses import replace

from gcsync.model.address import Address
from gcsync.model.graph import Edge, Graph, Role
from gcsync.model.plan import Action
from gcsync.model.resource import Resource, Stack
from gcsync.schema.graphing import graph_of_plans, graph_of_stacks
from tests.views.factories import create, delete, keep, plan, update


def stack(*resources: Resource, name: str = "team") -> Stack:
    return Stack(name, {resource.address: resource for resource in resources}, "stacks/team.yaml")


def stream(key: str, *events: str, host: str = "a.example.com", takes: str = "") -> Resource:
    destination = {"protocol": "https", "url": f"https://{host}/x"}
    needs = frozenset({Address("stream", takes)} if takes else ())
    given = {"name": key, "event_types": list(events), "destinations": [destination]}
    return Resource(Address("stream", key), given, dependencies=needs)


def lines(graph: Graph, role: Role) -> list[tuple[str, ...]]:
    return [node.lines for node in graph.nodes if node.role is role]


def test_what_the_same_resources_send_is_one_node() -> None:
    graph = graph_of_stacks([stack(stream("a", "x", "y", "z"), stream("b", "x", "y"))])
    assert lines(graph, Role.EVENTS) == [("x", "y"), ("z",)]
    assert Edge("events 0", "team/stream.a") in graph.edges
    assert Edge("events 0", "team/stream.b") in graph.edges
    assert Edge("events 1", "team/stream.b") not in graph.edges


def test_what_several_stacks_reach_is_one_node_too() -> None:
    graph = graph_of_stacks([stack(stream("a", "x")), stack(stream("a", "x"), name="other")])
    assert lines(graph, Role.TARGET) == [("a.example.com", "URL")]
    assert graph.stacks == ("team", "other")
    assert [edge.start for edge in graph.edges if edge.end == "target 0"] == ["team/stream.a", "other/stream.a"]


def test_a_reference_is_an_edge_of_its_own() -> None:
    graph = graph_of_stacks([stack(stream("a", "x"), stream("b", "y", takes="a"), stream("c", takes="elsewhere"))])
    assert [edge for edge in graph.edges if edge.reference] == [Edge("team/stream.a", "team/stream.b", reference=True)]


def test_a_name_stands_beside_the_address_unless_it_is_the_key() -> None:
    named = replace(stream("a"), attributes=stream("a").attributes | {"name": "Something else"})
    assert lines(graph_of_stacks([stack(named, stream("b"))]), Role.RESOURCE) == [
        ("stream.a", "Something else"),
        ("stream.b",),
    ]


def test_the_order_of_the_stacks_resources_does_not_matter() -> None:
    one, other = stream("a", "x", "y"), stream("b", "y", takes="a")
    assert graph_of_stacks([stack(one, other)]) == graph_of_stacks([stack(other, one)])


def test_a_plan_is_drawn_as_it_will_be_and_what_goes_as_it_is() -> None:
    before, after = ({"destinations": [{"url": f"https://{host}.example.com"}]} for host in ("old", "new"))
    graph = graph_of_plans([plan(update(before, after), delete("stream.gone", **before))])
    assert {node.anchor: node.action for node in graph.resources} == {
        "stream.conversations": Action.UPDATE,
        "stream.gone": Action.DELETE,
    }
    hosts = {node.id: node.lines[0] for node in graph.nodes if node.role is Role.TARGET}
    ends = {edge.start.partition("/")[2]: hosts[edge.end] for edge in graph.edges if edge.end in hosts}
    assert ends == {"stream.conversations": "new.example.com", "stream.gone": "old.example.com"}


def test_the_references_of_a_plan_are_drawn() -> None:
    taking = replace(create("stream.b"), references=frozenset({Address("stream", "a")}))
    graph = graph_of_plans([plan(create("stream.a"), taking)])
    assert any(edge.reference and edge.end.endswith("stream.b") for edge in graph.edges)


def test_a_limit_leaves_out_what_stays_as_it_is_first() -> None:
    changes = [keep(f"stream.k{number}") for number in range(5)] + [create("stream.z")]
    graph = graph_of_plans([plan(*changes)], limit=2)
    assert [node.anchor for node in graph.resources] == ["stream.k0", "stream.z"]
    assert graph.left_out == 4


def test_nothing_gives_an_empty_graph() -> None:
    assert graph_of_stacks([]) == graph_of_plans([]) == Graph()
