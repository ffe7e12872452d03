"""What is locked, and what every kind of lock can do. Methods may raise `DiagnosticError`."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from gcsync.locks.holder import Holder

_SAFE = re.compile(r"[A-Za-z0-9][A-Za-z0-9@-]{0,79}")


@dataclass(frozen=True, slots=True, order=True)
class Subject:
    """What is locked: all that one owner (`stack` or `stack@env`) has in one organization, by its id."""

    organization: str
    owner: str

    @property
    def parts(self) -> tuple[str, str]:
        """The names of the folder and of the file, or their like: an organization's id comes from a server."""
        return _safe(self.organization), _safe(self.owner)


class Lock(Protocol):
    """One lock of one subject."""

    place: str
    """Where it is, for a person."""

    def acquire(self, holder: Holder) -> Holder | None:
        """Take it, without waiting. None when it is ours now, else who has it."""

    def release(self) -> bool:
        """Give it back, if it is ours. False when it was taken away meanwhile; nothing is done then."""

    def look(self) -> Holder | None:
        """Who has it; None when nobody does."""


@runtime_checkable
class Removable(Lock, Protocol):
    """A lock that outlives its process, so that a person must be able to take it away."""

    def remove(self, lock_id: str) -> bool:
        """Take the lock away from its holder. False when it is no longer, or not, the one with that id."""


def _safe(name: str) -> str:
    if _SAFE.fullmatch(name):
        return name
    return f"other-{hashlib.sha256(name.encode()).hexdigest()[:32]}"
