"""What flows where, as a value: events and topics, the resources that send them on, and whom they reach."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from gcsync.model.plan import Action


class Role(StrEnum):
    """What a node is; events flow from the first to the last."""

    EVENTS = "events"
    RESOURCE = "resource"
    TARGET = "target"


@dataclass(frozen=True, slots=True)
class Node:
    """`lines` are what it says, the most telling one first; nothing in them is sensitive.

    `id` names it in its graph, and nowhere else. `stack` is the owner of a resource, empty for the others, which
    several stacks may share; `anchor` is its address, `action` what a plan would do to it.
    """

    id: str
    role: Role
    lines: tuple[str, ...]
    stack: str = ""
    anchor: str = ""
    action: Action | None = None


@dataclass(frozen=True, slots=True)
class Edge:
    """From the id of a node to that of another; `reference` where the second takes a value from the first."""

    start: str
    end: str
    reference: bool = False


@dataclass(frozen=True, slots=True)
class Graph:
    """Nodes and edges in a fixed order. `left_out` counts the resources that were not drawn for want of room."""

    nodes: tuple[Node, ...] = ()
    edges: tuple[Edge, ...] = ()
    left_out: int = 0

    @property
    def resources(self) -> tuple[Node, ...]:
        return tuple(node for node in self.nodes if node.role is Role.RESOURCE)

    @property
    def stacks(self) -> tuple[str, ...]:
        """The owners of its resources, each once."""
        return tuple(dict.fromkeys(node.stack for node in self.resources))
