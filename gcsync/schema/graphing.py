"""Stacks and plans as graphs. What the same resources send is one node, so that many streams stay readable."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from gcsync.model.address import Address
from gcsync.model.graph import Edge, Graph, Node, Role
from gcsync.model.plan import Action, Plan
from gcsync.model.resource import Stack
from gcsync.model.value import Value
from gcsync.schema.flow import Flow, flow_of


@dataclass(frozen=True, slots=True)
class _Drawn:
    """A resource as it is drawn."""

    stack: str
    address: Address
    name: str
    attributes: Mapping[str, Value]
    references: frozenset[Address]
    action: Action | None = None

    @property
    def id(self) -> str:
        return f"{self.stack}/{self.address}"

    def node(self) -> Node:
        """With its name, where that is not the key."""
        named = (self.name,) if self.name and self.name != self.address.key else ()
        return Node(self.id, Role.RESOURCE, (str(self.address), *named), self.stack, str(self.address), self.action)


def graph_of_stacks(stacks: Sequence[Stack]) -> Graph:
    """What stacks declare."""
    return _graph(
        [
            _Drawn(stack.owner, address, _name(resource.attributes), resource.attributes, resource.dependencies)
            for stack in stacks
            for address, resource in sorted(stack.resources.items())
        ]
    )


def graph_of_plans(plans: Sequence[Plan], *, limit: int | None = None) -> Graph:
    """What plans are about, each resource with its action, as it will be; one that goes, as it is.

    With `limit` at most so many resources, those first to which something happens.
    """
    drawn = [
        _Drawn(
            plan.owner,
            change.address,
            change.name,
            (change.after if change.after is not None else change.before) or {},
            change.references,
            change.action,
        )
        for plan in plans
        for change in plan.changes
    ]
    if limit is None or len(drawn) <= limit:
        return _graph(drawn)
    chosen = {one.id for one in sorted(drawn, key=lambda one: one.action is Action.NO_OP)[:limit]}
    return _graph([one for one in drawn if one.id in chosen], left_out=len(drawn) - limit)


def _graph(drawn: Sequence[_Drawn], left_out: int = 0) -> Graph:
    flows = {one.id: flow_of(one.address.kind, one.attributes) for one in drawn}
    events = list(_events(flows))
    targets = sorted({target for flow in flows.values() for target in flow.targets})
    target_ids = {target: f"target {number}" for number, target in enumerate(targets)}
    nodes = (
        *(Node(f"events {number}", Role.EVENTS, names) for number, (names, _) in enumerate(events)),
        *(one.node() for one in drawn),
        *(Node(target_ids[target], Role.TARGET, target) for target in targets),
    )
    edges = (
        *(Edge(f"events {number}", id_) for number, (_, ids) in enumerate(events) for id_ in ids),
        *_references(drawn),
        *(Edge(id_, target_ids[target]) for id_, flow in flows.items() for target in flow.targets),
    )
    return Graph(nodes, edges, left_out)


def _events(flows: Mapping[str, Flow]) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    """The events that go to the very same resources, and those resources."""
    takers: dict[str, list[str]] = defaultdict(list)
    for id_, flow in flows.items():
        for name in flow.events:
            takers[name].append(id_)
    together: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for name in sorted(takers):
        together[tuple(takers[name])].append(name)
    for ids, names in together.items():
        yield tuple(names), ids


def _references(drawn: Iterable[_Drawn]) -> Iterator[Edge]:
    there = {one.id for one in drawn}
    for one in drawn:
        for address in sorted(one.references):
            start = f"{one.stack}/{address}"
            if start in there:
                yield Edge(start, one.id, reference=True)


def _name(attributes: Mapping[str, Value]) -> str:
    name = attributes.get("name")
    return name if isinstance(name, str) else ""
