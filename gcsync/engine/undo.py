"""The way back from an apply, as a stack: what its journal says was there, beside what is there now.

    created         is deleted
    updated         gets the values back that the apply wrote over
    moved           gets its address back
    adopted         gets its values back, and its marker goes
    released        gets its marker back
    deleted         is made anew, with a new id
    replaced        gets its values back, in place where that is possible

`before_apply` is a pure function, as the plan is: the same journal, stack and listings give the same.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from gcsync.engine.options import Options, Refreshed
from gcsync.engine.restoring import Restoring, declared_at
from gcsync.engine.selection import is_chosen
from gcsync.engine.three_way import seal_like, secret_places
from gcsync.model.address import Address
from gcsync.model.diagnostic import Diagnostic, Severity
from gcsync.model.journal import Earlier, State, Undo
from gcsync.model.marker import Marker
from gcsync.model.plan import ABSENT, Action, AttributeChange, Change, Target
from gcsync.model.resource import Lifecycle, RemoteObject, Resource, Stack
from gcsync.model.value import Path, Value, format_path
from gcsync.schema.semantics import is_empty, kind_schema

ObjectKey = tuple[str, str]
"""A kind and an id."""


@dataclass(slots=True)
class Way:
    """What `compute` needs for a plan back.

    `stack` declares what was there. `pinned` says which object is which address; `states` holds what was at each
    address that the apply wrote to, None where nothing was.
    """

    stack: Stack
    declared: Mapping[Address, Resource]
    pinned: dict[ObjectKey, Address] = field(default_factory=dict)
    states: dict[Address, State | None] = field(default_factory=dict)
    problems: list[tuple[Address | None, Diagnostic]] = field(default_factory=list)
    """What is to be said, each with the address that it is about."""

    def findings(self, options: Options) -> tuple[Diagnostic, ...]:
        """What is to be said of the addresses that are not left out."""
        return tuple(found for address, found in self.problems if address is None or is_chosen(address, options))

    def finish(self, changes: tuple[Change, ...]) -> tuple[Change, ...]:
        """The changes as an undo makes them; what the apply did not write is among them as it is."""
        return tuple(self._finished(change) for change in changes)

    def selected(self, changes: tuple[Change, ...]) -> tuple[Change, ...]:
        """Those that are about what the apply wrote."""
        return tuple(change for change in changes if change.address in self.states)

    def _finished(self, change: Change) -> Change:
        address = change.address
        if address not in self.states:
            return replace(change, action=Action.NO_OP, after=change.before, explanation="")
        change = self._sealed(change)
        state = self.states[address]
        if state is None:
            return replace(change, explanation="undo: it was created")
        marker = state.owned
        if marker is None:
            return replace(change, action=Action.RELEASE, marker=None, explanation=_RELEASED, previous_address=None)
        if change.action is Action.NO_OP:
            return change
        if change.action in (Action.CREATE, Action.REPLACE) and change.desired is not None:
            given = {name: value for name, value in change.desired.attributes.items() if value is not None}
            change = replace(change, desired=replace(change.desired, attributes=given))
        return replace(change, marker=marker, explanation=_EXPLANATIONS.get(change.action, change.explanation))

    def _sealed(self, change: Change) -> Change:
        """With all hidden that the stack declares as a secret now: the other side of a difference may be one."""
        resource = self.declared.get(change.address)
        hidden = {n: places for n, v in (resource.attributes if resource else {}).items() if (places := _places(v))}
        if not hidden:
            return change

        def seal(values: Mapping[str, Value] | None) -> Mapping[str, Value] | None:
            return values and {name: seal_like(value, hidden.get(name, frozenset())) for name, value in values.items()}

        return replace(
            change,
            before=seal(change.before),
            after=seal(change.after),
            attributes=tuple(_sealed_pair(one, hidden.get(one.name, frozenset())) for one in change.attributes),
        )


_RELEASED = "undo: it was adopted; the object stays, only its marker goes"
_EXPLANATIONS = {
    Action.CREATE: "undo: it was deleted; it gets a new id",
    Action.UPDATE: "undo",
    Action.ADOPT: "undo: its marker was taken away",
}


def before_apply(stack: Stack, refreshed: Refreshed, target: Target, undo: Undo, key: bytes | None) -> Way:
    """The stack as it was before the apply of a journal, as far as that wrote it."""
    way = Way(replace(stack, resources={}, moved={}, removed={}), stack.resources)
    if undo.organization != target.organization.id:
        way.problems.append((None, _elsewhere(undo, target)))
        return way
    search = _Search(stack, refreshed, undo, way)
    found = {state.address: search.look(state) for state in undo.states}
    search.refuse_occupied()
    resources = {}
    for state in undo.states:
        home = _home(state, stack.owner)
        if home in way.states and (resource := _resource(state, home, found[state.address], way, key)) is not None:
            resources[home] = resource
    way.stack = replace(way.stack, resources=resources)
    return way


def _home(state: Earlier, owner: str) -> Address:
    """The address before: that of the marker that the object had."""
    marker = state.before.owned if state.before is not None else None
    return marker.address if marker is not None and marker.owner == owner else state.address


@dataclass(slots=True)
class _Search:
    """Finds the objects of a journal among what is there now, by id, else by address."""

    stack: Stack
    refreshed: Refreshed
    undo: Undo
    way: Way
    objects: dict[ObjectKey, RemoteObject] = field(default_factory=dict)
    owned: dict[Address, list[RemoteObject]] = field(default_factory=lambda: defaultdict(list))

    def __post_init__(self) -> None:
        for kind, listing in self.refreshed.listings.items():
            for remote in listing.objects:
                self.objects[kind, remote.id] = remote
                if (marker := self._ours(remote)) is not None:
                    self.owned[marker.address].append(remote)

    def _ours(self, remote: RemoteObject) -> Marker | None:
        marker = remote.marker
        return marker if isinstance(marker, Marker) and marker.owner == self.stack.owner else None

    def look(self, state: Earlier) -> RemoteObject | None:
        """The object that is to be as before, if there is one; notes in the `Way` what is to become of it."""
        before, home, kind = state.before, _home(state, self.stack.owner), state.address.kind
        if kind not in self.refreshed.listings:
            self._problem("GC678", state, f"every {kind} is out of sight, so that nobody can tell what became of it")
            return None
        remote = self._find(state, home)
        if before is not None and before.omitted:
            self._problem(
                "GC677", state, "it was too large for the journal, which does not hold how it was", error=False
            )
        elif remote is None:
            self._gone(state, home)
        elif self._ours(remote) is not None:
            self.way.pinned[kind, remote.id] = home
            self.way.states[home] = None if before is None or before.half_made else before
        elif remote.marker is not None:
            self._problem("GC678", state, f'"{remote.name}" ({remote.id}) is no longer owned by this stack')
        elif before is None:
            self._problem("GC678", state, f'"{remote.name}" ({remote.id}) has no owner any more', error=False)
        elif before.owned is not None:
            self.way.pinned[kind, remote.id] = home
            self.way.states[home] = before
        return remote

    def _find(self, state: Earlier, home: Address) -> RemoteObject | None:
        ids = (*reversed(state.ids), *([state.before.id] if state.before is not None else []))
        by_id = (self.objects.get((state.address.kind, one)) for one in ids)
        at_address = (remote for address in (state.address, home) for remote in self.owned.get(address, ()))
        return next((remote for remote in (*by_id, *at_address) if remote is not None), None)

    def _gone(self, state: Earlier, home: Address) -> None:
        before = state.before
        if before is not None and before.owned is not None and not before.half_made:
            self.way.states[home] = before
        elif before is not None and not before.half_made:
            self._problem("GC677", state, "it is gone, and nobody owned it: it is not made anew", error=False)

    def refuse_occupied(self) -> None:
        """Two objects cannot be at one address: one that is there since keeps its own."""
        for home in tuple(self.way.states):
            pinned = [key for key, address in self.way.pinned.items() if address == home]
            there = [r for r in self.owned.get(home, ()) if (home.kind, r.id) not in self.way.pinned]
            if pinned and there:
                message = f'"{there[0].name}" ({there[0].id}) has that address since'
                self.way.problems.append((home, Diagnostic("GC678", message, path=str(home), hint=_HINTS["GC678"])))
                del self.way.states[home]
                for key in pinned:
                    del self.way.pinned[key]

    def _problem(self, code: str, state: Earlier, message: str, *, error: bool = True) -> None:
        severity = Severity.ERROR if error else Severity.WARNING
        diagnostic = Diagnostic(code, message, severity=severity, path=str(state.address), hint=_HINTS[code])
        self.way.problems.append((state.address, diagnostic))


_HINTS = {
    "GC677": "see what the journal says of it, and set right by hand what is to be as before",
    "GC678": "nothing of it is undone; leave it out with --exclude, or set it right by hand",
}


def _resource(
    state: Earlier, home: Address, remote: RemoteObject | None, way: Way, key: bytes | None
) -> Resource | None:
    before = way.states[home]
    if before is None:
        return None
    declared = declared_at({a: r.attributes for a, r in way.declared.items()}, home, state.address)
    restoring = Restoring(state, before, None if remote is None else remote.attributes, declared, key)
    try:
        attributes = restoring.attributes()
    except ValueError as error:
        way.problems.append((home, Diagnostic("GC672", f"{state.address}: {error}", hint=_DAMAGED)))
        return None
    way.problems += ((home, found) for found in _told(restoring, home))
    if remote is None:
        way.problems += ((home, found) for found in _impossible(before, attributes, home))
    name = remote.name if remote is not None else before.name
    marker = before.owned
    return Resource(
        home, {"name": name} | attributes, Lifecycle(prevent_destroy=marker is not None and marker.protected)
    )


_DAMAGED = "the journal was edited, or is of another version of gcsync"


def _told(restoring: Restoring, home: Address) -> Iterator[Diagnostic]:
    anew = restoring.now is None
    for path in restoring.lost:
        what = "it is left out" if anew else "it stays as it is"
        yield _lost(home, path, f"the value before is a secret and in no file; {what}")
    for path in restoring.doubtful:
        yield _lost(home, path, "what the stack declares is taken; nobody can tell whether it was that")


def _lost(home: Address, path: Path, message: str) -> Diagnostic:
    hint = "give the stack the old value (its variable, or `--var`), and plan the undo again"
    return Diagnostic("GC676", message, severity=Severity.WARNING, path=f"{home}.{format_path(path)}", hint=hint)


def _impossible(before: State, attributes: Mapping[str, Value], home: Address) -> Iterator[Diagnostic]:
    """What an object cannot be made without."""
    for name, shape in kind_schema(home.kind).attributes.items():
        if name in before.attributes and name not in attributes and not shape.computed:
            hint = "give the stack the old value (its variable, or `--var`), or leave it out with --exclude"
            yield Diagnostic("GC677", f"it cannot be made anew without its {name}, a secret", path=str(home), hint=hint)


def _elsewhere(undo: Undo, target: Target) -> Diagnostic:
    organization = target.organization
    return Diagnostic(
        "GC674",
        f"{undo.journal} is of the organization {undo.organization}, and this is {organization.name} "
        f"({organization.id})",
        hint="choose the credentials, and the --env, with which that apply ran",
    )


def _places(value: Value) -> frozenset[Path]:
    return frozenset() if is_empty(value) else secret_places(value)


def _sealed_pair(attribute: AttributeChange, places: frozenset[Path]) -> AttributeChange:
    before, after = (
        side if side is ABSENT else seal_like(side, places) for side in (attribute.before, attribute.after)
    )
    return replace(attribute, before=before, after=after)
