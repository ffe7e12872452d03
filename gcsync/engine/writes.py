"""One write at a time, each with what it expects to find and with a look at the outcome when the answer is lost.

Every function returns a `Written` or raises `RemoteError`; none writes over what another has changed since the plan.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from gcsync.kinds.interface import Kind
from gcsync.model.diagnostic import Diagnostic
from gcsync.model.failure import ChangedSince, NameTaken, NotFound, OutcomeUnknown, RemoteError
from gcsync.model.marker import Marker
from gcsync.model.plan import Action, Change
from gcsync.model.resource import RemoteObject
from gcsync.model.value import Value
from gcsync.remote.session import GenesysSession
from gcsync.schema.semantics import Shape, differ, kind_schema

_LOOKS = 3
_SECONDS_BETWEEN_LOOKS = 1.0
_CREATE_ATTEMPTS = 3


@dataclass(frozen=True, slots=True)
class Written:
    """What a write left behind: the object (None when it was deleted), and what was really done."""

    remote: RemoteObject | None
    action: Action
    note: str = ""


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes objects of one kind. `adopt_late` lets a create take over an unmanaged object that appeared since."""

    kind: Kind
    session: GenesysSession
    sleep: Callable[[float], None]
    adopt_late: bool = False

    def create(self, change: Change) -> Written:
        """Make the object of a change, once, whatever happens to the answer."""
        if change.continues:
            return self._continue(change, self._present(change, _remote(change)), "it was half made, and is finished")
        for _ in range(_CREATE_ATTEMPTS):
            try:
                return Written(self._send_create(change), Action.CREATE)
            except NameTaken as error:
                return self._meet_namesake(change, error)
            except OutcomeUnknown as error:
                lost = error
                found = self._find_by_marker(change)
                if found is not None:
                    return self._continue(change, found, "its answer was lost; found by its marker")
        raise lost

    def update(self, change: Change, expected: RemoteObject, marker: Marker | None) -> Written:
        """Lay the declared attributes over the object, if it is still as the plan saw it."""
        base = self._fresh(change, expected) if expected.version is None else expected
        attributes = _declared(change)
        try:
            return Written(self.kind.update(self.session, base, attributes, marker), change.action)
        except (ChangedSince, OutcomeUnknown):
            current = self._present(change, expected)
            if self._is_written(current, attributes, marker):
                return Written(current, change.action, "its answer was lost; it reads as written")
            self._refuse_if_changed(change, expected, current)
        return Written(self.kind.update(self.session, current, attributes, marker), change.action)

    def rename(self, change: Change, name: str) -> Written:
        """Give the object a temporary name and leave all else, its marker too."""
        expected = _remote(change)
        base = self._fresh(change, expected) if expected.version is None else expected
        marker = expected.marker if isinstance(expected.marker, Marker) else None
        return Written(self.kind.update(self.session, base, {"name": name}, marker), Action.UPDATE)

    def delete(self, change: Change) -> Written:
        """Delete the object, if it is still as the plan saw it."""
        expected = _remote(change)
        current = self.kind.read(self.session, expected.id)
        if current is None:
            return Written(None, change.action, "it was gone already")
        self._refuse_if_changed(change, expected, current)
        try:
            self.kind.delete(self.session, current)
        except OutcomeUnknown:
            if self.kind.read(self.session, expected.id) is not None:
                self.kind.delete(self.session, current)
        return Written(None, change.action)

    def _continue(self, change: Change, found: RemoteObject, note: str) -> Written:
        if found.half_made:
            found = self.kind.update(self.session, found, _declared(change), change.marker)
        return Written(found, Action.CREATE, note)

    def _send_create(self, change: Change) -> RemoteObject:
        if change.marker is None:
            raise TypeError("a create leaves a marker")
        return self.kind.create(self.session, _declared(change), change.marker)

    def _find_by_marker(self, change: Change) -> RemoteObject | None:
        """Our own object, whose create may or may not have gone through; a listing that lags is waited for."""
        for look in range(_LOOKS):
            if look:
                self.sleep(_SECONDS_BETWEEN_LOOKS * 2 ** (look - 1))
            for remote in self.kind.list(self.session).objects:
                if _is_ours(remote, change):
                    return remote
        return None

    def _meet_namesake(self, change: Change, conflict: NameTaken) -> Written:
        """The name is taken: by our own create, by an object to adopt, or by what is not ours."""
        key_of = kind_schema(self.kind.name).unique_key
        wanted = key_of(change.desired.attributes) if change.desired is not None else None
        if wanted is None:
            raise conflict
        namesake = next((r for r in self.kind.list(self.session).objects if key_of(r.attributes) == wanted), None)
        if namesake is None:
            raise conflict
        if _is_ours(namesake, change):
            return self._take_over(change, namesake, Action.CREATE, "it was there already, from an earlier run")
        if namesake.marker is None and self.adopt_late and (change.desired is None or change.desired.lifecycle.adopt):
            return self._take_over(change, namesake, Action.ADOPT, "it appeared after the plan and was adopted")
        raise _taken(change, namesake, conflict)

    def _take_over(self, change: Change, remote: RemoteObject, action: Action, note: str) -> Written:
        attributes = _declared(change)
        if self._is_written(remote, attributes, change.marker):
            return Written(remote, action, note)
        return Written(self.kind.update(self.session, remote, attributes, change.marker), action, note)

    def _fresh(self, change: Change, expected: RemoteObject) -> RemoteObject:
        """Without a version the object is read immediately before; one round trip stays unguarded."""
        current = self._present(change, expected)
        self._refuse_if_changed(change, expected, current)
        return current

    def _present(self, change: Change, expected: RemoteObject) -> RemoteObject:
        current = self.kind.read(self.session, expected.id)
        if current is None:
            raise NotFound(
                Diagnostic(
                    "GC510",
                    f'"{expected.name}" ({expected.id}) was deleted after the plan was made',
                    path=str(change.address),
                    hint="plan again: it would be created anew",
                )
            )
        return current

    def _refuse_if_changed(self, change: Change, expected: RemoteObject, current: RemoteObject) -> None:
        changed = changed_attributes(expected, current)
        if changed:
            raise ChangedSince(
                Diagnostic(
                    "GC511",
                    f'"{expected.name}" ({expected.id}) was changed after the plan was made: {", ".join(changed)}',
                    path=str(change.address),
                    hint="nothing was written to it; plan again to see what changed",
                )
            )

    def _is_written(self, remote: RemoteObject, attributes: dict[str, Value], marker: Marker | None) -> bool:
        return remote.marker == marker and not unequal_attributes(remote, attributes)


def unequal_attributes(remote: RemoteObject, attributes: dict[str, Value]) -> list[str]:
    """The names of the written attributes that do not read as written; what the API does not return is passed over."""
    shapes = kind_schema(remote.kind).attributes
    return [
        name
        for name, value in attributes.items()
        if _reads_differently(shapes[name], value, remote.attributes.get(name))
    ]


def _reads_differently(shape: Shape, written: Value, found: Value) -> bool:
    return differ(shape.comparable(written), shape.comparable(shape.beside(written, found)))


def changed_attributes(before: RemoteObject, now: RemoteObject) -> list[str]:
    """What of an object that gcsync knows is another than before: attributes, and the marker."""
    shapes = kind_schema(before.kind).attributes
    names = [
        name
        for name, shape in shapes.items()
        if shape.comparable(before.attributes.get(name)) != shape.comparable(now.attributes.get(name))
    ]
    return names if before.marker == now.marker else [*names, "the marker"]


def _declared(change: Change) -> dict[str, Value]:
    """What a write lays over the object: nothing for a release, and never an ignored attribute of what is there."""
    if change.desired is None:
        return {}
    ignored = change.desired.lifecycle.ignore_changes if change.action is not Action.CREATE else ()
    return {name: value for name, value in change.desired.attributes.items() if name not in ignored}


def _remote(change: Change) -> RemoteObject:
    if change.remote is None:
        raise TypeError(f"{change.action} of {change.address} is about an object that is there")
    return change.remote


def _is_ours(remote: RemoteObject, change: Change) -> bool:
    marker, ours = remote.marker, change.marker
    if not isinstance(marker, Marker) or ours is None:
        return False
    return marker.owner == ours.owner and marker.address == ours.address


def _taken(change: Change, namesake: RemoteObject, conflict: NameTaken) -> RemoteError:
    marker = namesake.marker
    owner = f'stack "{marker.owner}" as {marker.address}' if isinstance(marker, Marker) else "nobody that gcsync knows"
    return NameTaken(
        Diagnostic(
            "GC512",
            f'the name "{namesake.name}" was taken after the plan was made, by {namesake.id}, owned by {owner}'
            + (f" (contextId {conflict.context_id})" if conflict.context_id else ""),
            place=change.desired.locate(("name",)) if change.desired is not None else None,
            path=str(change.address),
            hint="plan again to see it; adopt it there, or choose another name",
        ),
        status=conflict.status,
        code=conflict.code,
        context_id=conflict.context_id,
    )
