"""Kinds that do what gcsync must not, to see that the invariants notice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from gcsync.kinds.interface import Kind
from gcsync.model.failure import OutcomeUnknown
from gcsync.model.marker import Marker
from gcsync.model.resource import Listing, RemoteObject


class Wrapped:
    """A kind that does its work well; each of those below does one thing wrong."""

    def __init__(self, kind: Kind) -> None:
        self.kind = kind
        self.name = kind.name

    def list(self, session: Any) -> Listing:
        return self.kind.list(session)

    def read(self, session: Any, object_id: str) -> RemoteObject | None:
        return self.kind.read(session, object_id)

    def create(self, session: Any, attributes: Mapping[str, Any], marker: Marker) -> RemoteObject:
        return self.kind.create(session, attributes, marker)

    def update(
        self, session: Any, remote: RemoteObject, attributes: Mapping[str, Any], marker: Marker | None
    ) -> RemoteObject:
        return self.kind.update(session, remote, attributes, marker)

    def delete(self, session: Any, remote: RemoteObject) -> None:
        self.kind.delete(session, remote)


class Repeating(Wrapped):
    """Sends a create again when its answer is lost, without looking."""

    def create(self, session: Any, attributes: Mapping[str, Any], marker: Marker) -> RemoteObject:
        try:
            return self.kind.create(session, attributes, marker)
        except OutcomeUnknown:
            return self.kind.create(session, attributes, marker)


class Blind(Wrapped):
    """Takes whatever version there is at the moment for the one that it read."""

    def update(
        self, session: Any, remote: RemoteObject, attributes: Mapping[str, Any], marker: Marker | None
    ) -> RemoteObject:
        current = self.kind.read(session, remote.id)
        if current is not None and current.version is not None and self.name != "eventbridge_source":
            remote = replace(remote, version=current.version, raw={**remote.raw, "version": current.version})
        return self.kind.update(session, remote, attributes, marker)


class Remembering(Wrapped):
    """Reads nothing anew: what it saw in a listing is what it says the object is."""

    def __init__(self, kind: Kind) -> None:
        super().__init__(kind)
        self.seen: dict[str, RemoteObject] = {}

    def list(self, session: Any) -> Listing:
        listing = self.kind.list(session)
        self.seen = {remote.id: remote for remote in listing.objects}
        return listing

    def read(self, session: Any, object_id: str) -> RemoteObject | None:
        return self.seen.get(object_id) or self.kind.read(session, object_id)


class Tidying(Wrapped):
    """Deletes, with each object of its own, one that has no marker, or one of another owner."""

    def __init__(self, kind: Kind, owner: str | None) -> None:
        super().__init__(kind)
        self.owner = owner

    def delete(self, session: Any, remote: RemoteObject) -> None:
        for other in self.kind.list(session).objects:
            owner = other.marker.owner if isinstance(other.marker, Marker) else None
            if owner == self.owner and other.id != remote.id:
                self.kind.delete(session, other)
        self.kind.delete(session, remote)


class Idle(Wrapped):
    """Says that it wrote, and did not."""

    def update(
        self, session: Any, remote: RemoteObject, attributes: Mapping[str, Any], marker: Marker | None
    ) -> RemoteObject:
        if remote.half_made:
            return self.kind.update(session, remote, attributes, marker)
        return replace(remote, attributes={**remote.attributes, **attributes}, marker=marker)
