"""What the engine asks of a kind. All that is peculiar to an API stays behind it.

Every method may raise `gcsync.model.failure.RemoteError`; the subclasses named below are those the engine acts on.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from gcsync.model.marker import Marker
from gcsync.model.resource import Listing, RemoteObject
from gcsync.model.value import Value

if TYPE_CHECKING:
    from gcsync.remote.session import GenesysSession


class Kind(Protocol):
    """A kind of object: how it is listed, read and written. Attributes have the schema's names; secrets stay sealed."""

    name: str

    def list(self, session: GenesysSession) -> Listing:
        """Every object of the kind. Raises NoSuchKind or Denied where it cannot be listed at all."""

    def read(self, session: GenesysSession, object_id: str) -> RemoteObject | None:
        """The object as it is now, or None when it is gone."""

    def create(self, session: GenesysSession, attributes: Mapping[str, Value], marker: Marker) -> RemoteObject:
        """Make the object. Raises NameTaken, or OutcomeUnknown when the answer was lost (never sent twice)."""

    def update(
        self, session: GenesysSession, remote: RemoteObject, attributes: Mapping[str, Value], marker: Marker | None
    ) -> RemoteObject:
        """Lay `attributes` over the object as it was read; what they do not name survives, unknown fields too.

        An attribute that is None is taken away, and gcsync's marker where `marker` is None. `remote.version`, where
        there is one, is the lock; without one the object was just read. Raises ChangedSince, NameTaken, NotFound,
        OutcomeUnknown, or NotCarriedOut where a write without a lock could not be sent at once.
        """

    def delete(self, session: GenesysSession, remote: RemoteObject) -> None:
        """Delete the object, which was just read; one that is gone already is no error.

        Raises OutcomeUnknown, or NotCarriedOut where it could not be sent at once.
        """


@runtime_checkable
class Limited(Protocol):
    """A kind of which an organization may have only so many. Asked only where a stack declares the kind."""

    def capacity(self, session: GenesysSession) -> int | None:
        """How many there may be; None where the API does not say. Raises NoSuchKind where there may be none at all."""
