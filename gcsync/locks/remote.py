"""A lock among machines: an entry that is written only where there is none. It stays until someone deletes it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from gcsync.locks.holder import Holder, read_holder
from gcsync.model.diagnostic import Diagnostic, DiagnosticError

_ATTEMPTS = 3


@dataclass(frozen=True, slots=True)
class Entry:
    """What stands there: the holder as it was written, and the version of it where the store has versions."""

    text: str | bytes
    version: str = ""

    @property
    def holder(self) -> Holder:
        return read_holder(self.text)


class Store(Protocol):
    """One entry of a store that several machines share. Methods raise `DiagnosticError` (GC642, GC643)."""

    place: str

    def put_new(self, holder: Holder) -> bool:
        """Write the entry if there is none. False when there is one. After an error it may have been written."""

    def read(self) -> Entry | None:
        """The entry, as the latest write left it."""

    def delete(self, entry: Entry) -> bool:
        """Delete the entry if it is still that one. False when it is not."""


class RemoteLock:
    """The lock that an entry of a store is."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._holder: Holder | None = None
        self.place = store.place

    def acquire(self, holder: Holder) -> Holder | None:
        """As `Lock.acquire`. An answer that is lost is looked up: the id says whether the entry is ours."""
        # From here on `release` looks for an entry of ours, also when a signal comes between the write and its answer.
        self._holder = holder
        for _ in range(_ATTEMPTS):
            if self._put(holder):
                return None
            found = self._store.read()
            if found is not None and found.holder.id == holder.id:
                return None
            if found is not None:
                self._holder = None
                return found.holder
        self._holder = None
        raise DiagnosticError(
            Diagnostic("GC643", f"{self.place}: the lock comes and goes; nothing was done", hint="run it again")
        )

    def _put(self, holder: Holder) -> bool:
        """Whether the entry was written. Raises the error of the write where not even that can be found out."""
        try:
            return self._store.put_new(holder)
        except DiagnosticError:
            if self._is_ours(holder):
                return True
            self._holder = None
            raise

    def _is_ours(self, holder: Holder) -> bool:
        try:
            entry = self._store.read()
        except DiagnosticError:
            return False
        return entry is not None and entry.holder.id == holder.id

    def release(self) -> bool:
        """As `Lock.release`. Nothing is asked of the store where the lock was never taken."""
        holder, self._holder = self._holder, None
        return holder is None or self.remove(holder.id)

    def look(self) -> Holder | None:
        """As `Lock.look`."""
        entry = self._store.read()
        return entry.holder if entry is not None else None

    def remove(self, lock_id: str) -> bool:
        """As `Removable.remove`."""
        entry = self._store.read()
        return entry is not None and entry.holder.id == lock_id and self._store.delete(entry)
