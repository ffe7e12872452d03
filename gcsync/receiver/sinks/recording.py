"""The sink `sqlite:`: a row in the store's own table, in the transaction that also remembers the id."""

from __future__ import annotations

from gcsync.model.diagnostic import Diagnostic, DiagnosticError
from gcsync.receiver.interface import Event, RecordingStore, SinkFailure, Store, StoreUnavailable, is_recording


def open_recording(store: Store | None) -> RecordingSink:
    """Raises DiagnosticError (GC804) where the store has no table of events."""
    if store is not None and is_recording(store):
        return RecordingSink(store)
    hint = "use a store of the kind sqlite:// with it, or another sink"
    message = "the sink sqlite: is a table of the store itself, and this store has none"
    raise DiagnosticError(Diagnostic("GC804", message, path="--sink", hint=hint))


class RecordingSink:
    """Its `store` does claim, event and done at once; `handle` is for events whose id is known as handled already."""

    def __init__(self, store: RecordingStore) -> None:
        self.store = store

    async def handle(self, event: Event) -> None:
        """Write the row whatever the store knows of the id, as a replay of dead letters wants it."""
        try:
            await self.store.record_again(event)
        except StoreUnavailable as error:
            raise SinkFailure(str(error)) from None

    async def close(self) -> None:
        """The store is closed by whoever opened it."""
