"""An organization held in memory, behind the kind protocol: for tests of the engine without HTTP."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from gcsync.engine import Event, Options, Recorder, Refreshed, StopRequest, compute, execute
from gcsync.model.address import Address
from gcsync.model.diagnostic import Diagnostic
from gcsync.model.failure import ChangedSince, NameTaken, NotFound
from gcsync.model.marker import Marker
from gcsync.model.outcome import Report
from gcsync.model.plan import Plan, Target
from gcsync.model.resource import DEFAULT_LIFECYCLE, Lifecycle, Listing, Organization, RemoteObject, Resource, Stack
from gcsync.model.value import reveal
from gcsync.schema.semantics import fold

TARGET = Target(Organization("org-1", "Example Ltd"), "us-east-1", "client-1")
URL = "https://events.example.com/genesys-events"


@dataclass
class Streams:
    """The kind `stream` over a dict, or another one of that `name`, perhaps without `unique` names.

    `before` and `after` are called around each write with its name and its object.
    """

    versions: bool = True
    objects: dict[str, RemoteObject] = field(default_factory=dict)
    name: str = "stream"
    unique: bool = True
    writes: list[tuple[str, str]] = field(default_factory=list)
    before: Callable[[str, str], None] = lambda operation, what: None
    after: Callable[[str, str], None] = lambda operation, what: None
    _ids: Any = field(default_factory=lambda: itertools.count(1))
    _lock: threading.RLock = field(default_factory=threading.RLock)

    def put(self, name: str, marker: Marker | None = None, **attributes: Any) -> RemoteObject:
        """An object made by hand."""
        with self._lock:
            remote = RemoteObject(
                self.name,
                f"id-{next(self._ids)}",
                name,
                {"enabled": True, "destinations": [{"protocol": "https", "url": URL}], **attributes, "name": name},
                marker,
                version=1 if self.versions else None,
            )
            self.objects[remote.id] = remote
            return remote

    def edit(self, name: str, /, **attributes: Any) -> None:
        """A change made by hand; None takes an attribute away."""
        remote = self.named(name)
        merged = {k: v for k, v in {**remote.attributes, **attributes}.items() if v is not None}
        self._store(replace(remote, name=str(merged["name"]), attributes=merged))

    def named(self, name: str) -> RemoteObject:
        return next(remote for remote in self.objects.values() if remote.name == name)

    def names(self) -> list[str]:
        return sorted(remote.name for remote in self.objects.values())

    def list(self, session: object) -> Listing:
        with self._lock:
            return Listing(tuple(self.objects.values()))

    def read(self, session: object, object_id: str) -> RemoteObject | None:
        with self._lock:
            return self.objects.get(object_id)

    def create(self, session: object, attributes: Mapping[str, Any], marker: Marker) -> RemoteObject:
        self.before("create", attributes["name"])
        with self._lock:
            self._refuse_taken(attributes["name"], "")
            self.writes.append(("create", attributes["name"]))
            remote = self.put(**reveal(attributes), marker=marker)
        self.after("create", attributes["name"])
        return remote

    def update(
        self, session: object, remote: RemoteObject, attributes: Mapping[str, Any], marker: Marker | None
    ) -> RemoteObject:
        self.before("update", remote.name)
        with self._lock:
            current = self.objects.get(remote.id)
            if current is None:
                raise NotFound(Diagnostic("GC000", "gone"))
            if self.versions and current.version != remote.version:
                raise ChangedSince(Diagnostic("GC000", "version.mismatch"))
            merged = {**remote.attributes, **reveal(attributes)}
            self._refuse_taken(merged["name"], remote.id)
            self.writes.append(("update", merged["name"]))
            stored = self._store(replace(current, name=merged["name"], attributes=merged, marker=marker))
        self.after("update", stored.name)
        return stored

    def delete(self, session: object, remote: RemoteObject) -> None:
        self.before("delete", remote.name)
        with self._lock:
            self.writes.append(("delete", remote.name))
            self.objects.pop(remote.id, None)
        self.after("delete", remote.name)

    def _store(self, remote: RemoteObject) -> RemoteObject:
        with self._lock:
            stored = replace(remote, version=remote.version + 1 if remote.version is not None else None)
            self.objects[stored.id] = stored
            return stored

    def _refuse_taken(self, name: str, own_id: str) -> None:
        for other in self.objects.values() if self.unique else ():
            if other.id != own_id and fold(other.name) == fold(name):
                raise NameTaken(Diagnostic("GC000", "event.stream.exists"), status=409, context_id="context-1")


def stream(key: str, lifecycle: Lifecycle = DEFAULT_LIFECYCLE, **attributes: Any) -> Resource:
    """A declared stream; attributes as a stack file would leave them."""
    values = {"name": key, "enabled": True, "destinations": [{"protocol": "https", "url": URL}], **attributes}
    return Resource(Address("stream", key), values, lifecycle)


def stack(*resources: Resource, name: str = "team", **settings: Any) -> Stack:
    return Stack(name, {resource.address: resource for resource in resources}, "stack.yaml", **settings)


def plan_for(wanted: Stack, organization: Streams, options: Options | None = None, key: bytes | None = None) -> Plan:
    refreshed = Refreshed({organization.name: organization.list(None)})
    return compute(wanted, refreshed, TARGET, options or Options(), fingerprint_key=key)


def carry_out(
    plan: Plan,
    organization: Streams,
    stop: StopRequest | None = None,
    on_event: Callable[[Event], None] = lambda event: None,
    *,
    adopt_late: bool = True,
    parallelism: int = 4,
    recorder: Recorder | None = None,
    key: bytes | None = None,
) -> Report:
    return execute(
        plan,
        {organization.name: organization},  # type: ignore[dict-item]
        None,  # type: ignore[arg-type]
        parallelism=parallelism,
        stop=stop or StopRequest(),
        on_event=on_event,
        adopt_late=adopt_late,
        recorder=recorder,
        fingerprint_key=key,
        sleep=lambda seconds: None,
    )


def apply(wanted: Stack, organization: Streams, options: Options | None = None, key: bytes | None = None) -> Report:
    return carry_out(plan_for(wanted, organization, options, key), organization)


def actions(plan: Plan) -> dict[str, str]:
    return {str(change.address): change.action.value for change in plan.changes}
