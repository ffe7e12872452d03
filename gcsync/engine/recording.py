"""A kind whose every write is taken down before it leaves, with what was really there: not what a plan once saw."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from gcsync.engine.fingerprint import Fingerprints
from gcsync.engine.options import Recorder
from gcsync.engine.secret_places import MISSING, hidden_places, value_at
from gcsync.engine.three_way import Comparison
from gcsync.kinds.interface import Kind
from gcsync.model.failure import ChangedSince, NameTaken, OutcomeUnknown, RemoteError
from gcsync.model.journal import Beginning, Ending, SecretPlace, State, WriteStatus
from gcsync.model.marker import Marker
from gcsync.model.plan import Change, Operation
from gcsync.model.resource import Listing, RemoteObject
from gcsync.model.sealed import Sealer
from gcsync.model.value import UNREADABLE, Path, Secret, Value
from gcsync.remote.session import GenesysSession
from gcsync.schema.semantics import differ, kind_schema


@dataclass(slots=True)
class Recorded:
    """The kind of one step; reads go through as they are. `key` is that of the fingerprints."""

    kind: Kind
    recorder: Recorder
    change: Change
    step: Operation
    key: bytes | None = None
    name: str = ""

    def __post_init__(self) -> None:
        self.name = self.kind.name

    def list(self, session: GenesysSession) -> Listing:
        return self.kind.list(session)

    def read(self, session: GenesysSession, object_id: str) -> RemoteObject | None:
        return self.kind.read(session, object_id)

    def create(self, session: GenesysSession, attributes: Mapping[str, Value], marker: Marker) -> RemoteObject:
        beginning = Beginning(
            self.change.address, Operation.CREATE, self.change.action, None, tuple(attributes), name=self._name(None)
        )
        return self._written(beginning, lambda: self.kind.create(session, attributes, marker))

    def update(
        self, session: GenesysSession, remote: RemoteObject, attributes: Mapping[str, Value], marker: Marker | None
    ) -> RemoteObject:
        operation = self.step if self.step is Operation.RENAME else Operation.UPDATE
        beginning = self._beginning(operation, remote, attributes)
        return self._written(beginning, lambda: self.kind.update(session, remote, attributes, marker), remote)

    def delete(self, session: GenesysSession, remote: RemoteObject) -> None:
        self._written(self._beginning(Operation.DELETE, remote, {}), lambda: self._delete(session, remote))

    def _delete(self, session: GenesysSession, remote: RemoteObject) -> RemoteObject:
        self.kind.delete(session, remote)
        return remote

    def _beginning(self, operation: Operation, remote: RemoteObject, attributes: Mapping[str, Value]) -> Beginning:
        before = sealed_state(remote, self.change, self.key)
        writes = tuple(before if operation is Operation.DELETE else attributes)
        sealer = Sealer()
        marker = remote.marker.render() if isinstance(remote.marker, Marker) else None
        name = self._name(before)
        return Beginning(
            self.change.address,
            operation,
            self.change.action,
            State(
                remote.id,
                name,
                {attribute: sealer.encode(value) for attribute, value in before.items()},
                marker,
                remote.version,
                remote.half_made,
            ),
            writes,
            self._places(before, writes, attributes),
            name,
        )

    def _places(
        self, before: Mapping[str, Value], writes: tuple[str, ...], attributes: Mapping[str, Value]
    ) -> tuple[SecretPlace, ...]:
        declared = self.change.desired.attributes if self.change.desired is not None else {}
        return tuple(
            SecretPlace(
                (name, *path),
                kept=name not in writes or self._keeps(name, value, path, attributes),
                declared=name in declared and value_at(declared[name], path, value) is not MISSING,
            )
            for name, value in before.items()
            for path in hidden_places(value)
        )

    def _keeps(self, name: str, before: Value, path: Path, attributes: Mapping[str, Value]) -> bool:
        """Whether a write of these attributes leaves the secret as it is; of one that nobody can read, if it may."""
        if name not in attributes:
            return False
        new, old = value_at(attributes[name], path, before), value_at(before, path, before)
        if old is not UNREADABLE:
            return bool(new == old)
        return new is not MISSING and name not in {attribute.name for attribute in self.change.differing}

    def _name(self, before: Mapping[str, Value] | None) -> str:
        """The object's name; none where that is a secret."""
        desired = self.change.desired.attributes if self.change.desired is not None else {}
        if isinstance(desired.get("name"), Secret):
            return ""
        name = before.get("name", "") if before is not None else self.change.name
        return name if isinstance(name, str) else ""

    def _written(
        self, beginning: Beginning, send: Callable[[], RemoteObject], before: RemoteObject | None = None
    ) -> RemoteObject:
        number = self.recorder.begin(beginning)
        try:
            remote = send()
        except RemoteError as error:
            told = error.diagnostic
            self.recorder.end(number, Ending(_status(error), code=told.code, message=told.message))
            raise
        except BaseException as error:
            self.recorder.end(number, Ending(WriteStatus.UNKNOWN, message=type(error).__name__))
            raise
        gone = beginning.operation == Operation.DELETE
        changed = _changed(before, remote, beginning.writes) if before is not None else ()
        ending = Ending(WriteStatus.DONE, remote.id, None if gone else remote.version, changed=changed)
        self.recorder.end(number, ending)
        return remote


def _status(error: RemoteError) -> WriteStatus:
    if isinstance(error, OutcomeUnknown):
        return WriteStatus.UNKNOWN
    return WriteStatus.REFUSED if isinstance(error, ChangedSince | NameTaken) else WriteStatus.FAILED


def sealed_state(remote: RemoteObject, change: Change, key: bytes | None) -> dict[str, Value]:
    """An object as it is now, canonical, without what is, was applied as, or will be applied as a secret."""
    schema, marker = kind_schema(remote.kind), remote.marker
    declared = change.desired.attributes if change.desired is not None else {}
    if isinstance(marker, Marker):
        fingerprints = Fingerprints(schema, marker.owner, marker.address, key)
        comparison = Comparison(schema, fingerprints, fingerprints.last_applied(marker))
    else:
        comparison = Comparison(schema, Fingerprints(schema, "", change.address), {})
    return comparison.sealed(declared, remote.attributes)


def _changed(before: RemoteObject, now: RemoteObject, named: tuple[str, ...]) -> tuple[str, ...]:
    """Other attributes that are another than before: a kind may take one away for the sake of those named."""
    others = ((n, s) for n, s in kind_schema(now.kind).attributes.items() if n not in named)
    return tuple(
        name
        for name, shape in others
        if differ(shape.comparable(before.attributes.get(name)), shape.comparable(now.attributes.get(name)))
    )
