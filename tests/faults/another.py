"""Another writer: a person or a tool that changes, deletes and creates objects while gcsync is at work."""

from __future__ import annotations

import copy
import random
from collections.abc import Callable
from dataclasses import dataclass, field

from gcsync.model.resource import Resource
from tests.faults.api import next_version
from tests.faults.markers import marker_of, without_marker
from tests.faults.organization import ANOTHER, Content, Organization, Thing
from tests.faults.scenario import EVENTS, KIND_OF, OWNER, Scenario, wire_of


@dataclass
class Another:
    """Does one thing at a time, never anything that only a person could put right again."""

    scenario: Scenario
    organization: Organization
    draw: random.Random
    number: int = 0
    made: set[str] = field(default_factory=set)

    def act(self, path: str) -> str:
        """Change something, at times what gcsync's request at `path` is about; says what."""
        self.number += 1
        things = [thing for thing in self.organization.things.values() if thing.content is not None]
        near = [thing for thing in things if f"/{thing.id}" in path]
        deeds: list[Callable[[], str]] = [self._create]
        if things:
            thing = self.draw.choice(near if near and self.draw.random() < 0.5 else things)
            deeds += [lambda: self._edit(thing)] * 5
            deeds += [lambda: self._delete(thing)]
        return self.draw.choice(deeds)()

    def _delete(self, thing: Thing) -> str:
        self.organization.remove(thing, ANOTHER)
        return f"deletes {thing.id}"

    def _edit(self, thing: Thing) -> str:
        content = copy.deepcopy(thing.content or {})
        what = self._edited(thing, content)
        self.organization.change(thing, content, ANOTHER)
        return f"edits {thing.id}: {what}"

    def _edited(self, thing: Thing, content: Content) -> str:
        config = content["config"] if thing.kind == "integrations" else content
        prose = "notes" if thing.kind == "integrations" else "description"
        what = self.draw.choice(("prose", "prose", "state", "name", "unknown", "filter", "marker"))
        if what == "state":
            if thing.kind == "integrations":
                content["state"] = "DISABLED" if content["state"] == "ENABLED" else "ENABLED"
                content["moved"] = self.organization.clock.now
                return what
            content["enabled"] = not content["enabled"]
        elif what == "name" and "[gcsync" not in config["name"]:
            config["name"] = f"by hand {self.number}"
        elif what == "unknown":
            (config["advanced"] if thing.kind == "integrations" else config)["unknownField"] = {"hand": self.number}
        elif what == "filter" and thing.kind == "eventstreams":
            config["eventTypes"] = [self.draw.choice(EVENTS)]
        elif what == "marker" and self._may_lose_its_marker(thing):
            config[prose] = without_marker(config.get(prose))
        else:
            config[prose] = f"by hand {self.number} {config.get(prose, '')}"
        config.update(next_version(config))
        return what

    def _may_lose_its_marker(self, thing: Thing) -> bool:
        """Where the next plan finds it by its name, and nobody else wants that name meanwhile."""
        mark = marker_of(thing.kind, thing.content)
        if mark is None or mark.owner != OWNER or thing.kind == "integrations" or thing.content is None:
            return False
        for address, resource in self.scenario.wanted.resources.items():
            same = self.scenario.earlier.resources.get(address)
            same_topic = same is None or same.attributes.get("topic") == resource.attributes.get("topic")
            if str(address) == mark.address and same_topic and (same is None or same.name == resource.name):
                return bool(thing.content["name"] == resource.name) and resource.name not in self.made
        return False

    def _create(self) -> str:
        """An object of nobody; at times one with the name of a stream or a trigger that is about to be created."""
        names = [r for r in self.scenario.created if r.address.kind != "eventbridge_source" and r.name not in self.made]
        if names and self.draw.random() < 0.5:
            resource = self.draw.choice(names)
            if self._is_free(resource):
                self.made.add(resource.name)
                thing = self.organization.add(
                    KIND_OF[resource.address.kind], wire_of(resource, self.organization), ANOTHER
                )
                return f"creates {thing.id}, with the name of {resource.address}"
        resource = self.draw.choice(list(self.scenario.earlier.resources.values()))
        name = f"made by hand {self.number}"
        other = {**resource.attributes, "name": name, "suffix": name.replace(" ", "-")}
        kind = KIND_OF[resource.address.kind]
        thing = self.organization.add(kind, wire_of(Resource(resource.address, other), self.organization), ANOTHER)
        return f"creates {thing.id}"

    def _is_free(self, resource: Resource) -> bool:
        """Whether nobody has its name, and gcsync did not make its object yet."""
        things = self.organization.of(KIND_OF[resource.address.kind])
        marks = [marker_of(thing.kind, thing.content) for thing in things]
        taken = any(mark is not None and mark.address == str(resource.address) for mark in marks)
        return not taken and not any(t.content is not None and t.content["name"] == resource.name for t in things)
