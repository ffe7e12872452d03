"""What a schedule is about: an earlier stack, the stack to be applied, and what else the organization holds."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from gcsync.model.address import Address
from gcsync.model.resource import Lifecycle, Removal, Resource, Safety, Stack
from tests.faults.markers import render_marker
from tests.faults.organization import SETUP, Content, Kind, Organization

OWNER = "contact-center"
KIND_OF: dict[str, Kind] = {"stream": "eventstreams", "eventbridge_source": "integrations", "trigger": "triggers"}
EVENTS = ("conversation:start", "conversation:end", "user:state:change")
TOPICS = tuple(f"v2.detail.events.conversation.{{id}}.{end}" for end in ("acd.start", "user.end", "wrapup"))
_REPLACING = {"eventbridge_source": "suffix", "trigger": "topic"}


@dataclass(frozen=True)
class Scenario:
    """`earlier` was applied when all was well, then `wanted` is to be. The objects of `adopted` are there already."""

    earlier: Stack
    wanted: Stack
    adopted: tuple[Resource, ...]
    strangers: int
    foreigners: int
    created: tuple[Resource, ...] = field(default=())

    @property
    def all_addresses(self) -> frozenset[Address]:
        return frozenset((*self.earlier.resources, *self.wanted.resources))


def make(draw: random.Random) -> Scenario:
    """A scenario; the same draws make the same one."""
    return _Maker(draw).scenario()


def furnish(scenario: Scenario, organization: Organization) -> None:
    """What was there before gcsync came: objects to be adopted, objects of nobody and objects of other stacks."""
    for resource in scenario.adopted:
        organization.add(KIND_OF[resource.address.kind], wire_of(resource, organization, extra="by hand"), SETUP)
    for number in range(scenario.strangers + scenario.foreigners):
        kind = ("stream", "eventbridge_source", "trigger")[number % 3]
        name = f"not ours {number}"
        resource = Resource(Address(kind, f"other{number}"), attributes(random.Random(number), kind, name))
        marker = "" if number < scenario.strangers else render_marker("another-stack", resource.address)
        organization.add(KIND_OF[kind], wire_of(resource, organization, extra=marker), SETUP)


@dataclass
class _Maker:
    draw: random.Random
    names: Iterator[str] = field(default_factory=lambda: (f"name {n}" for n in range(1000)))
    moved: dict[Address, Address] = field(default_factory=dict)
    removed: dict[Address, Removal] = field(default_factory=dict)

    def scenario(self) -> Scenario:
        keys = [Address(self._kind(), f"key{n}") for n in range(self.draw.randint(1, 5))]
        earlier = {address: self._fresh(address) for address in keys}
        wanted: dict[Address, Resource] = {}
        for resource in earlier.values():
            found = self._next(resource)
            if found is not None:
                wanted[found.address] = found
        self._swap_names(wanted)
        fresh = [self._fresh(Address(self._kind(), f"new{n}")) for n in range(self.draw.randint(0, 3))]
        adopted = tuple(resource for resource in fresh if self.draw.random() < 0.3)
        wanted.update({resource.address: resource for resource in fresh})
        stack = Stack(OWNER, earlier, "stack.yaml", safety=Safety(100, 100))
        return Scenario(
            earlier=stack,
            wanted=replace(stack, resources=wanted, moved=self.moved, removed=self.removed),
            adopted=adopted,
            strangers=self.draw.randint(0, 3),
            foreigners=self.draw.randint(0, 3),
            created=tuple(resource for resource in fresh if resource not in adopted),
        )

    def _kind(self) -> str:
        return self.draw.choice(("stream", "stream", "eventbridge_source", "trigger"))

    def _fresh(self, address: Address) -> Resource:
        protected = Lifecycle(prevent_destroy=self.draw.random() < 0.15)
        return Resource(address, attributes(self.draw, address.kind, next(self.names)), protected)

    def _next(self, resource: Resource) -> Resource | None:
        """What the new stack makes of a resource of the earlier one."""
        address, kind = resource.address, resource.address.kind
        change = self.draw.choice(("same", "edit", "edit", "rename", "remove", "release", "move", "replace", "protect"))
        if change == "remove":
            return None
        if change == "release":
            self.removed[address] = Removal(address, destroy=False)
            return None
        if change == "move":
            self.moved[address] = Address(kind, f"moved-{address.key}")
            return replace(resource, address=self.moved[address])
        if change == "protect":
            return replace(resource, lifecycle=Lifecycle(prevent_destroy=not resource.lifecycle.prevent_destroy))
        edited = attributes(self.draw, kind, resource.name)
        for name in ("aws_account_id", "aws_region", "suffix", "topic"):
            if name in edited:
                edited[name] = resource.attributes[name]
        if change == "replace" and kind in _REPLACING:
            key = _REPLACING[kind]
            edited[key] = f"{edited[key]}.2" if kind == "trigger" else f"{edited[key]}-2"
        if change == "rename":
            edited = {**resource.attributes, "name": next(self.names)}
        return resource if change == "same" else replace(resource, attributes=edited)

    def _swap_names(self, wanted: dict[Address, Resource]) -> None:
        """Two resources, or three in a circle, trade their names."""
        for kind in KIND_OF:
            mine = [address for address in wanted if address.kind == kind]
            if len(mine) < 2 or self.draw.random() < 0.6:
                continue
            names = [wanted[address].name for address in mine]
            for address, name in zip(mine, (*names[1:], names[0]), strict=True):
                wanted[address] = replace(wanted[address], attributes={**wanted[address].attributes, "name": name})


def attributes(draw: random.Random, kind: str, name: str) -> dict[str, Any]:
    """The declared attributes of a resource, under the schema's names."""
    found: dict[str, Any] = {"name": name, "enabled": draw.random() < 0.7}
    prose = "notes" if kind == "eventbridge_source" else "description"
    if draw.random() < 0.7:
        found[prose] = draw.choice(("For analytics", "Für  Teams\nzwei Zeilen", "x"))
    if kind == "stream":
        found["destinations"] = [{"protocol": "https", "url": f"https://{draw.choice('abc')}.example.com/in"}]
        if draw.random() < 0.8:
            found["event_types"] = draw.sample(EVENTS, draw.randint(1, 3))
    elif kind == "eventbridge_source":
        suffix = name.replace(" ", "-")
        found |= {"aws_account_id": "123456789012", "aws_region": "us-east-1", "suffix": suffix}
        if draw.random() < 0.8:
            found["topics"] = draw.sample(TOPICS, draw.randint(1, 3))
    else:
        found["topic"] = draw.choice(TOPICS)
        found["target"] = {"type": "Workflow", "id": "0f4b0d30-5e0c-4c5c-8a9e-3d8e4a4b7c11", "data_format": "Json"}
        found[draw.choice(("event_ttl_seconds", "delay_by_seconds"))] = draw.randint(60, 900)
        if draw.random() < 0.5:
            found["match_criteria"] = [{"json_path": "$.a", "operator": "Equal", "value": draw.choice((1, "1", True))}]
    return found


def wire_of(resource: Resource, organization: Organization, extra: str = "") -> Content:
    """A resource as an object on the wire, `extra` behind its prose; what is not declared has some value."""
    declared, kind = resource.attributes, resource.address.kind
    if kind == "eventbridge_source":
        properties = {"awsAccountId": declared["aws_account_id"], "awsAccountRegion": declared["aws_region"]}
        properties |= {"eventSourceSuffix": declared["suffix"], "eventFilter": list(declared.get("topics", ()))}
        notes = f"{declared.get('notes', '')} {extra}".strip()
        config = {"name": declared["name"], "version": 3, "properties": properties, "notes": notes}
        state = "ENABLED" if declared["enabled"] else "DISABLED"
        whole = {**config, "advanced": {"kept": 1}, "credentials": {}}
        return {"type": "amazon-eventbridge-source", "state": state, "moved": 0.0, "config": whole}
    prose = {"name": declared["name"], "description": f"{declared.get('description', '')} {extra}".strip()}
    found: Content = {**prose, "enabled": declared["enabled"], "unknownField": {"kept": [1]}}
    if kind == "stream":
        lock = {"version": 3} if organization.versions else {}
        return {**found, "destinations": declared["destinations"], "eventTypes": [EVENTS[0]], **lock}
    target = {"type": "Workflow", "id": declared["target"]["id"], "workflowTargetSettings": {"dataFormat": "Json"}}
    return {**found, "topicName": declared["topic"], "target": target, "version": 3}
