"""What must hold after a schedule, judged from the history of the organization alone; no code of the engine.

For each write of gcsync: what did gcsync know of the object, what did others do since, and is it still there?

    known        the revision that the plan saw, or that gcsync itself wrote last; of an object that was not there
                 yet, the one in the listing in which gcsync came across it
    guarded      an edit that gcsync could know of: the request carried a version, or a read showed it
    unguarded    no version, and the edit came between the read and the write that followed at once
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.faults.markers import marker_of
from tests.faults.network import ROUND_TRIP
from tests.faults.organization import ANOTHER, Content, Entry, Organization, Served, Thing, Wrote, fold, place
from tests.faults.scenario import KIND_OF, OWNER, Scenario

DUPLICATE = "duplicate"
UNMANAGED = "unmanaged object touched"
FOREIGN = "another owner's object touched"
LOST = "guarded update lost"
UNFINISHED = "not converged"

# What docs/reliability.md allows between a read and its write, beside the round trips.
_AT_ONCE = 0.2 + 3 * ROUND_TRIP


@dataclass(frozen=True, slots=True)
class Violation:
    rule: str
    what: str

    def __str__(self) -> str:
        return f"{self.rule}: {self.what}"


@dataclass
class Judge:
    """Walks the history once; `found` are the violations, `unguarded` counts updates lost where nothing guards."""

    scenario: Scenario
    organization: Organization
    alone: bool
    """Whether gcsync sent one request at a time, so that what followed at once can be told."""
    found: list[Violation] = field(default_factory=list)
    unguarded: int = 0
    _known: dict[tuple[int, str], int] = field(default_factory=dict)
    _planned: dict[tuple[int, str], int] = field(default_factory=dict)
    _state: dict[tuple[int, str], int] = field(default_factory=dict)
    _decided: set[tuple[int, str]] = field(default_factory=set)
    _read: dict[str, Served] = field(default_factory=dict)
    _made: dict[tuple[str, str], list[Thing]] = field(default_factory=dict)
    _now: dict[str, int] = field(default_factory=dict)

    def walk(self, history: list[Entry]) -> None:
        for entry in history:
            if isinstance(entry, Served):
                self._shown(entry)
            elif isinstance(entry, Wrote):
                self._wrote(entry)
                self._now[entry.thing.id] = entry.before + 1
            else:
                self._now[entry.thing.id] = entry.revision

    def _shown(self, shown: Served) -> None:
        key = shown.run, shown.thing.id
        self._read[shown.thing.id] = shown
        came_across = shown.listed and key not in self._decided
        if shown.planning or came_across or key not in self._known:
            self._known[key] = self._state[key] = self._planned[key] = shown.revision
        if shown.planning:
            self._decided.add(key)

    def _wrote(self, wrote: Wrote) -> None:
        key, thing = (wrote.run, wrote.thing.id), wrote.thing
        if wrote.before < 0:
            # Not decided on yet: where the answer was lost, gcsync comes across it in a listing.
            self._created(thing)
        else:
            self._decided.add(key)
            known = self._known.get(key, wrote.before)
            # What gcsync gave up itself and writes once more is not a stranger's.
            self._check_owner(wrote, thing.revisions[self._planned.get(key, known)].content)
            # The answer to a configuration says nothing of the state.
            self._check_lost(wrote, self._state.get(key, known) if wrote.method == "PATCH" else known)
        self._known[key] = wrote.before + 1
        if wrote.method in ("POST", "PATCH"):
            self._state[key] = wrote.before + 1

    def _created(self, thing: Thing) -> None:
        """Beside another that bears our marker at that moment; one that had lost it nobody could know."""
        mark = marker_of(thing.kind, thing.revisions[0].content)
        if mark is None or mark.owner != OWNER:
            self.found.append(Violation(UNMANAGED, f"{thing.id} was made without a marker"))
            return
        others = self._made.setdefault((thing.kind, mark.address), [])
        twins = [other for other in others if _is_ours(other, self._now[other.id])]
        if twins:
            self.found.append(Violation(DUPLICATE, f"{thing.id} beside {twins[0].id} for {mark.address}"))
        others.append(thing)

    def _check_owner(self, wrote: Wrote, content: Content | None) -> None:
        mark = marker_of(wrote.thing.kind, content)
        if mark is not None and mark.owner != OWNER:
            self.found.append(Violation(FOREIGN, f"{wrote.method} of {wrote.thing.id}"))
        elif mark is None and not (wrote.method != "DELETE" and self._may_be_adopted(wrote.thing, content)):
            self.found.append(Violation(UNMANAGED, f"{wrote.method} of {wrote.thing.id}"))

    def _may_be_adopted(self, thing: Thing, content: Content | None) -> bool:
        """Whether it has the name, or the place in AWS, of a declared resource."""
        for address, resource in self.scenario.wanted.resources.items():
            if KIND_OF[address.kind] != thing.kind or content is None:
                continue
            if thing.kind == "integrations":
                account, _, suffix = place(content["config"]["properties"])
                if (account, suffix) == (resource.attributes["aws_account_id"], resource.attributes["suffix"]):
                    return True
            elif fold(content["name"]) == fold(resource.name):
                return True
        return False

    def _check_lost(self, wrote: Wrote, known: int) -> None:
        revisions = wrote.thing.revisions
        edits = [n for n in range(known + 1, wrote.before + 1) if revisions[n].by == ANOTHER]
        if not edits:
            return
        before, after = _flat(revisions[wrote.before].content), _flat(revisions[wrote.before + 1].content)
        base = _flat(revisions[known].content)
        lost = [name for name in before.keys() | base.keys() if before.get(name) != base.get(name)]
        lost = sorted(
            name for name in lost if before.get(name) != after.get(name) and not _is_of_no_matter(name, after)
        )
        if not lost:
            return
        why = self._why_guarded(wrote, known, after)
        if why:
            what = f"{wrote.method} of {wrote.thing.id}, request {wrote.request}, {why}: {', '.join(lost)}"
            self.found.append(Violation(LOST, what))
        else:
            self.unguarded += 1

    def _why_guarded(self, wrote: Wrote, known: int, after: Content) -> str:
        """Why gcsync could have known of the edits; empty where it could not."""
        read = self._read.get(wrote.thing.id)
        if wrote.locked:
            return "which has a version"
        if read is None or read.run != wrote.run or read.planning:
            return "not read before"
        # A read that is behind what gcsync knows already shows nothing new.
        base = _flat(wrote.thing.revisions[known].content)
        shown = _flat(wrote.thing.revisions[max(known, read.revision)].content)
        seen = [name for name in shown.keys() | base.keys() if shown.get(name) != base.get(name)]
        if any(shown.get(name) != after.get(name) and not _is_of_no_matter(name, after) for name in seen):
            return "whose read showed it"
        late = self.alone and (wrote.request != read.request + 1 or wrote.at - read.at > _AT_ONCE)
        return "not read immediately before" if late else ""


def final_violations(scenario: Scenario, organization: Organization) -> Iterator[Violation]:
    """What the organization holds beside what was declared, object by object, from the wire alone."""
    owned: dict[str, list[Thing]] = {}
    for thing in organization.things.values():
        mark = marker_of(thing.kind, thing.content)
        if mark is not None and mark.owner == OWNER:
            owned.setdefault(mark.address, []).append(thing)
    for address, things in owned.items():
        if len(things) > 1:
            yield Violation(DUPLICATE, f"{address}: {', '.join(thing.id for thing in things)}")
    wanted = {str(address): resource for address, resource in scenario.wanted.resources.items()}
    for address in sorted(owned.keys() | wanted.keys()):
        if address not in owned or address not in wanted:
            yield Violation(UNFINISHED, f"{address} is {'there' if address in owned else 'not there'}")
            continue
        resource, thing = wanted[address], owned[address][0]
        declared = _declared(address.partition(".")[0], resource.attributes, resource.lifecycle.prevent_destroy)
        there = _there(thing)
        differing = [name for name, value in declared.items() if there.get(name) != value]
        if differing:
            yield Violation(UNFINISHED, f"{address} ({thing.id}) differs in {', '.join(differing)}")


def _declared(kind: str, attributes: Any, protected: bool) -> Content:
    """The declared attributes in the words of the wire, sets sorted."""
    wire = {
        "aws_account_id": "awsAccountId",
        "aws_region": "awsAccountRegion",
        "suffix": "eventSourceSuffix",
        "topics": "eventFilter",
        "event_types": "eventTypes",
        "topic": "topicName",
        "event_ttl_seconds": "eventTTLSeconds",
        "delay_by_seconds": "delayBySeconds",
        "notes": "prose",
        "description": "prose",
    }
    found = {wire.get(name, name): value for name, value in attributes.items()}
    for name in ("eventTypes", "eventFilter"):
        if name in found:
            found[name] = sorted(found[name])
    if kind == "trigger":
        found["target"] = found["target"]["id"]
        criteria = found.pop("match_criteria", None)
        if criteria is not None:
            found["criteria"] = repr([(c["json_path"], c["operator"], c["value"]) for c in criteria])
    return {**found, "protected": protected}


def _there(thing: Thing) -> Content:
    """An object in the same words."""
    content = thing.content or {}
    mark = marker_of(thing.kind, content)
    if thing.kind == "integrations":
        config = content["config"]
        found = {**config, **config["properties"], "enabled": content["state"] == "ENABLED"}
    else:
        found = dict(content)
    prose = str(found.get("notes" if thing.kind == "integrations" else "description") or "")
    found["prose"] = prose[: prose.rfind("[gcsync")].strip()
    for name in ("eventTypes", "eventFilter"):
        found[name] = sorted(found.get(name) or [])
    if thing.kind == "triggers":
        found["target"] = found["target"]["id"]
        found["criteria"] = repr([(c["jsonPath"], c["operator"], c["value"]) for c in found.get("matchCriteria", [])])
    return {**found, "protected": mark is not None and mark.protected}


def _is_ours(thing: Thing, revision: int) -> bool:
    mark = marker_of(thing.kind, thing.revisions[revision].content)
    return mark is not None and mark.owner == OWNER


def _is_of_no_matter(name: str, after: Content) -> bool:
    """What nobody edits; and, where the object is deleted, what gcsync does not know of it."""
    return name in ("version", "config.version", "moved") or (not after and "unknownField" in name)


def _flat(content: Content | None, prefix: str = "") -> Content:
    if content is None:
        return {}
    found: Content = {}
    for name, value in content.items():
        if isinstance(value, dict) and name in ("config", "properties", "advanced"):
            found |= _flat(value, f"{prefix}{name}.")
        else:
            found[f"{prefix}{name}"] = value
    return found
