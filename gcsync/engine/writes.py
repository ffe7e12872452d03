"""One write at a time, each with what it expects to find and with a look at the outcome when the answer is lost.

Every function returns a `Written` or raises `RemoteError`; none writes over what another has changed since the plan.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from gcsync.kinds.interface import Kind
from gcsync.model.diagnostic import Diagnostic
from gcsync.model.failure import ChangedSince, NameTaken, NotCarriedOut, NotFound, OutcomeUnknown, RemoteError
from gcsync.model.marker import Marker
from gcsync.model.plan import Action, Change
from gcsync.model.resource import RemoteObject
from gcsync.model.value import Value
from gcsync.remote.session import GenesysSession
from gcsync.schema.semantics import Shape, differ, kind_schema

# An eventually consistent listing shows a new object within seconds; only then is a create repeated.
_LOOKS: Final = (0.0, 1.0, 2.0, 4.0, 8.0)
# Behind a conflict that no lost create of ours can have caused, a listing lags by seconds only.
_NAMESAKE_LOOKS: Final = 3
_CREATE_ATTEMPTS: Final = 3
# Before each try of a write the object is read, right after the wait.
_WRITES: Final = (0.0, 0.0, 1.0, 2.0, 4.0, 8.0)


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

    def create(self, change: Change, there: RemoteObject | None = None) -> Written:
        """Make the object of a change, once, whatever happens to the answer; not where it is `there` after all."""
        if there is not None:
            return self._continue(change, there, "it was there already; the plan's listing had missed it")
        if change.continues:
            return self._continue(change, _remote(change), "it was half made, and is finished")
        lost: RemoteError | None = None
        for _ in range(_CREATE_ATTEMPTS):
            try:
                return Written(self._send_create(change), Action.CREATE)
            except NameTaken as error:
                return self._meet_namesake(change, error, _LOOKS if lost is not None else _LOOKS[:_NAMESAKE_LOOKS])
            except OutcomeUnknown as error:
                lost = error
                found = self._look_for(lambda remote: _is_ours(remote, change), lost)
                if found is not None:
                    return self._continue(change, found, "its answer was lost; found by its marker")
        raise lost or _never_tried(change)

    def update(self, change: Change, expected: RemoteObject, marker: Marker | None) -> Written:
        """Lay the declared attributes over the object, if it is still as the plan saw it."""
        return self._lay_over(change, expected, _declared(change), marker, change.action)

    def rename(self, change: Change, name: str) -> Written:
        """Give the object a temporary name and leave all else, its marker too."""
        expected = _remote(change)
        marker = expected.marker if isinstance(expected.marker, Marker) else None
        written = self._lay_over(change, expected, {"name": name}, marker, Action.UPDATE)
        if written.note and written.remote is not None:
            # The write that follows would lay everything declared over what somebody changed since.
            self._refuse_if_changed(change, expected, written.remote, besides=frozenset(("name",)))
        return written

    def delete(self, change: Change) -> Written:
        """Delete the object, if it is still as the plan saw it. No API locks a delete: it follows a read at once."""
        expected, lost = _remote(change), None
        for seconds in _WRITES:
            self._rest(seconds)
            current = self._read_after(expected.id, lost)
            if current is None:
                return Written(None, change.action, "" if lost else "it was gone already")
            self._refuse_if_changed(change, expected, current)
            try:
                self.kind.delete(self.session, current)
            except (OutcomeUnknown, NotCarriedOut) as error:
                lost = error
            else:
                return Written(None, change.action)
        raise lost or _never_tried(change)

    def _lay_over(
        self,
        change: Change,
        expected: RemoteObject,
        attributes: dict[str, Value],
        marker: Marker | None,
        action: Action,
        note: str = "",
    ) -> Written:
        """Write over an object that is as expected: by its version, else by reading it immediately before.

        What went without an answer, or met another version, is decided by reading the object; one that was changed in
        nothing that gcsync knows is written again.
        """
        lost: RemoteError | None = None
        for seconds in _WRITES:
            self._rest(seconds)
            base = expected
            if lost is not None or expected.version is None:
                base = self._present(change, expected, lost)
                if lost is not None and self._is_written(base, attributes, marker):
                    return Written(base, action, note or "its answer was lost; it reads as written")
                self._refuse_if_changed(change, expected, base)
            try:
                return Written(self.kind.update(self.session, base, attributes, marker), action, note)
            except (ChangedSince, OutcomeUnknown, NotCarriedOut) as error:
                lost = error
        raise lost or _never_tried(change)

    def _rest(self, seconds: float) -> None:
        if seconds:
            self.sleep(seconds)

    def _continue(self, change: Change, found: RemoteObject, note: str) -> Written:
        if not found.half_made:
            return Written(found, Action.CREATE, note)
        return self._lay_over(change, found, _declared(change), change.marker, Action.CREATE, note)

    def _send_create(self, change: Change) -> RemoteObject:
        if change.marker is None:
            raise TypeError("a create leaves a marker")
        return self.kind.create(self.session, _declared(change), change.marker)

    def _look_for(
        self, wanted: Callable[[RemoteObject], bool], lost: RemoteError, waits: tuple[float, ...] = _LOOKS
    ) -> RemoteObject | None:
        """An object of the listing; one that lags is waited for. Where nobody can look, `lost` is what is known."""
        for seconds in waits:
            self._rest(seconds)
            try:
                objects = self.kind.list(self.session).objects
            except RemoteError as error:
                raise _not_looked_up(lost, error) from None
            found = next(filter(wanted, objects), None)
            if found is not None:
                return found
        return None

    def _meet_namesake(self, change: Change, conflict: NameTaken, waits: tuple[float, ...]) -> Written:
        """The name is taken: by our own create, by an object to adopt, or by what is not ours."""
        key_of = kind_schema(self.kind.name).unique_key
        wanted = key_of(change.desired.attributes) if change.desired is not None else None
        if wanted is None:
            raise conflict
        namesake = self._look_for(lambda remote: key_of(remote.attributes) == wanted, conflict, waits)
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
        return self._lay_over(change, remote, attributes, change.marker, action, note)

    def _read_after(self, object_id: str, lost: RemoteError | None) -> RemoteObject | None:
        """The object as it is now; where it cannot be read after a lost answer, that is what is known."""
        try:
            return self.kind.read(self.session, object_id)
        except RemoteError as error:
            if isinstance(lost, OutcomeUnknown):
                raise _not_looked_up(lost, error) from None
            raise

    def _present(self, change: Change, expected: RemoteObject, lost: RemoteError | None = None) -> RemoteObject:
        current = self._read_after(expected.id, lost)
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

    def _refuse_if_changed(
        self, change: Change, expected: RemoteObject, current: RemoteObject, besides: frozenset[str] = frozenset()
    ) -> None:
        changed = [name for name in changed_attributes(expected, current) if name not in besides]
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


def _never_tried(change: Change) -> TypeError:
    return TypeError(f"{change.address} was not tried")


def _not_looked_up(lost: RemoteError, error: RemoteError) -> RemoteError:
    """What is known of a write whose answer was lost, and whose outcome could not be looked up either."""
    message = f"{lost.diagnostic.message}; looking it up failed: {error.diagnostic.message}"
    diagnostic = replace(lost.diagnostic, message=message)
    return type(lost)(diagnostic, status=lost.status, code=lost.code, context_id=lost.context_id)


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
