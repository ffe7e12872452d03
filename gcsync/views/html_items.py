"""What the HTML report lists, as plain data for its script: an item for each resource, in the order of the page.

    {"id": "stream.calls", "group": "delete", "address": …, "stack": 0, "kind": "stream", "name": …, "notes": […],
     "place": "stacks/prod.yaml:4", "reasons": ["drift"], "attributes": […], "commands": […]}

Attributes are `{"name", "reason", "note", "place", "rows"}`, with the rows of html_rows. What has nothing to say is
left out. `heads` are those of an item whose two columns are not the page's. Nothing sensitive is in it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from gcsync.model.diagnostic import Place
from gcsync.model.drift import DriftReport, KnownDrift, settling_commands
from gcsync.model.plan import ABSENT, Action, AttributeChange, Change, Plan, Reason
from gcsync.views.blame import about
from gcsync.views.explain import explain
from gcsync.views.html_rows import difference_rows, whole_rows
from gcsync.views.style import clean
from gcsync.views.text_change import HEADS, PROTECTION, change_notes
from gcsync.views.text_value import inline

Item = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Group:
    """Items that are counted and filtered together. `tone` is its colour; `hidden` items are shown on demand."""

    id: str
    word: str
    mark: str
    title: str
    tone: str
    hidden: bool = False

    def data(self, count: int) -> Item:
        found = {name: getattr(self, name) for name in ("id", "word", "mark", "title", "tone", "hidden")}
        return {**found, "count": count}


PLAN_GROUPS: Final = (
    Group("delete", "DELETE", "-", "Deletes", "destroy"),
    Group("replace", "REPLACE", "-/+", "Replacements: deleted and made anew", "destroy"),
    Group("update", "update", "~", "Updates", "change"),
    Group("move", "move", "~", "Moves", "change"),
    Group("release", "release", "~", "Releases: the object stays, its marker goes", "change"),
    Group("adopt", "adopt", ">", "Adoptions", "adopt"),
    Group("create", "create", "+", "Creates", "create"),
    Group("no-op", "unchanged", "=", "Unchanged", "plain", hidden=True),
)
DRIFT_GROUPS: Final = (
    Group("drifted", "drifted", "!", "Drifted: changed outside gcsync", "destroy"),
    Group("missing", "missing", "!", "Missing: declared and not there", "destroy"),
    Group("not-adopted", "not adopted", "!", "Not adopted: there, without gcsync's marker", "adopt"),
    Group("pending", "pending", "~", "Pending, which is no drift: edited in the stack and not applied yet", "change"),
    Group("known", "known", "=", "Known: drift that the baseline accepts", "plain"),
    Group("older", "older", "=", "Left out by --since: it changed last before that", "plain"),
    Group("look-alike", "look-alike", "?", "Look-alikes: unmanaged objects that do the same", "plain"),
)
"""In the order of the page: what destroys, and what someone is woken up for, first."""

_PENDING_HEADS: Final = ("Actual now", "After an apply")
_SAME: Final = "last applied: as declared"
_UNKNOWN: Final = "last applied: neither of the two; gcsync keeps a fingerprint of it only"
_CONFLICT: Final = "changed in the stack and outside gcsync; apply writes the stack's value"


@dataclass(slots=True)
class Anchors:
    """Ids of items, each once in a page: the address, with its stack where several stacks have it."""

    shared: frozenset[str]
    taken: Counter[str] = field(default_factory=Counter)

    @classmethod
    def of(cls, plans: Iterable[Plan]) -> Anchors:
        counts = Counter(address for plan in plans for address in {str(change.address) for change in plan.changes})
        return cls(frozenset(address for address, count in counts.items() if count > 1))

    def take(self, owner: str, address: str, part: str = "") -> str:
        stack = "".join(clean(owner).split())
        name = (f"{stack}/{address}" if address in self.shared else address) + (f"~{part}" if part else "")
        self.taken[name] += 1
        return name if self.taken[name] == 1 else f"{name}~{self.taken[name]}"


def plan_items(plans: Sequence[Plan]) -> list[Item]:
    """An item for each change of the plans, unchanged ones too."""
    anchors = Anchors.of(plans)
    found = [
        _item(change.action.value, number, change, anchors.take(plan.owner, str(change.address)))
        | _told(notes=change_notes(change), attributes=_planned(change))
        for number, plan in enumerate(plans)
        for change in plan.changes
    ]
    return _in_order(found, PLAN_GROUPS)


def drift_items(reports: Sequence[DriftReport]) -> list[Item]:
    """An item for each object that a drift report tells something of."""
    anchors = Anchors.of(report.plan for report in reports)
    found = [item for number, report in enumerate(reports) for item in _drift(report, number, anchors)]
    return _in_order(found, DRIFT_GROUPS)


def group_data(items: Iterable[Item], groups: Sequence[Group]) -> list[Item]:
    """The groups that have items, with their counts."""
    counts = Counter(item["group"] for item in items)
    return [group.data(counts[group.id]) for group in groups if counts[group.id]]


def _drift(report: DriftReport, number: int, anchors: Anchors) -> Iterator[Item]:
    def item(group: str, change: Change, part: str = "", **told: Any) -> Item:
        anchor = anchors.take(report.plan.owner, str(change.address), part)
        return _item(group, number, change, anchor) | _told(**told)

    for change in report.drifted:
        attributes = [_attribute(attribute, drift=True) for attribute in change.attributes]
        commands = settling_commands(report, change)
        yield item("drifted", change, notes=about(report, change), attributes=attributes, commands=commands)
    for change in report.missing:
        yield item("missing", change, notes=about(report, change), commands=settling_commands(report, change)[:1])
    for change in report.not_adopted:
        yield item("not-adopted", change, notes=about(report, change), commands=settling_commands(report, change)[:1])
    for change in report.pending:
        word = HEADS[change.action][1]
        notes = [f"would {word}", *change_notes(change)]
        yield item("pending", change, "pending", notes=notes, attributes=_planned(change), heads=_PENDING_HEADS)
    for known in report.known:
        attributes = [_attribute(attribute, drift=True) for attribute in known.change.attributes]
        yield item("known", known.change, "known", notes=_accepted(known), attributes=attributes)
    for change in report.older:
        attributes = [_attribute(attribute, drift=True) for attribute in change.attributes]
        yield item("older", change, "older", notes=about(report, change), attributes=attributes)
    for alike in report.look_alikes:
        anchor = anchors.take(report.plan.owner, str(alike.address), "alike")
        yield {
            "id": anchor,
            "group": "look-alike",
            "address": str(alike.address),
            "stack": number,
            "kind": alike.address.kind,
        } | _told(name=clean(alike.name), notes=[f"id {clean(alike.id)}, not managed: events may arrive twice"])


def _item(group: str, stack: int, change: Change, anchor: str) -> Item:
    reasons = dict.fromkeys(attribute.reason.value for attribute in change.attributes)
    return {
        "id": anchor,
        "group": group,
        "address": str(change.address),
        "stack": stack,
        "kind": change.address.kind,
    } | _told(
        name=clean(change.name) if change.name != change.address.key else "",
        place=_place(change.place),
        reasons=list(reasons),
    )


def _told(**values: Any) -> Item:
    """Without what has nothing to say."""
    given = {name: list(value) if not isinstance(value, str | dict) else value for name, value in values.items()}
    return {name: value for name, value in given.items() if value}


def _place(place: Place | None) -> str:
    return "" if place is None else clean(f"{place.file}:{place.line}")


def _planned(change: Change) -> list[Item]:
    """Before and after of each attribute; of an object that comes or goes all of it."""
    if change.action is Action.CREATE:
        protection = [_attribute(one, drift=False) for one in change.attributes if one.name == PROTECTION]
        return [*_every("+", change.after or {}), *protection]
    if change.action is Action.DELETE:
        return _every("-", change.before or {})
    return [_attribute(attribute, drift=False) for attribute in change.attributes]


def _every(mark: str, attributes: Mapping[str, Any]) -> list[Item]:
    names = sorted(attributes, key=lambda name: (name != "name", name))
    return [{"name": clean(name), "rows": list(whole_rows(mark, name, attributes[name]))} for name in names]


def _attribute(attribute: AttributeChange, *, drift: bool) -> Item:
    """One attribute: before and after, or, in a drift report, declared and actual."""
    found: Item = {"name": clean(attribute.name), "reason": attribute.reason.value}
    found |= _told(place=_place(attribute.place), note="; ".join(_notes(attribute, drift=drift)))
    if attribute.reason is Reason.NOT_CHECKED:
        return found | {"rows": []}
    sides = (attribute.after, attribute.before) if drift else (attribute.before, attribute.after)
    rows = list(difference_rows(explain(attribute.name, *sides)))
    if len(rows) == 1 and ABSENT in sides and inline(sides[0]) is not None and inline(sides[1]) is not None:
        rows = [["~", 0, clean(attribute.name), inline(sides[0]), inline(sides[1])]]
    return found | {"rows": rows}


def _notes(attribute: AttributeChange, *, drift: bool) -> Iterator[str]:
    if attribute.reason is Reason.NOT_CHECKED:
        yield f"not checked: {attribute.why_not_checked}"
    if drift and attribute.reason is Reason.DRIFT:
        yield _SAME
    if attribute.reason is Reason.CONFLICT:
        yield _UNKNOWN if drift else _CONFLICT
    if attribute.forces_replacement:
        yield "forces replacement"
    if attribute.name == PROTECTION:
        yield "protects the object from deletion" if attribute.after is True else "lifts the protection from deletion"


def _accepted(known: KnownDrift) -> list[str]:
    where = f" ({_place(known.accepted.place)})" if known.accepted.place is not None else ""
    return [clean(f"accepted until {known.accepted.expires.isoformat()}: {known.accepted.reason}") + where]


def _in_order(items: list[Item], groups: Sequence[Group]) -> list[Item]:
    order = {group.id: number for number, group in enumerate(groups)}
    return sorted(items, key=lambda item: order[item["group"]])
