"""What a person asked for on the command line, as plain values, and what an execution tells on its way."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from gcsync.model.address import Address
from gcsync.model.journal import Beginning, Ending, Undo
from gcsync.model.outcome import Outcome
from gcsync.model.plan import Action, NotChecked
from gcsync.model.resource import Listing


@dataclass(frozen=True, slots=True)
class Options:
    """How to plan. `targets` and `excludes` are globs over addresses, in which only `*` and `?` are special."""

    targets: tuple[str, ...] = ()
    excludes: tuple[str, ...] = ()
    no_delete: bool = False
    allow_delete: frozenset[Address] = frozenset()
    replace: frozenset[Address] = frozenset()
    destroy: bool = False
    undo: Undo | None = None
    """Plan back to before an apply: of what that wrote, and of nothing else."""
    reconcile: frozenset[tuple[str, Address, str]] | None = None
    """Plan only this: owner, address and attribute of what drifted."""


@dataclass(frozen=True, slots=True)
class Refreshed:
    """What the organization has: a listing per kind, and the kinds that could not be listed."""

    listings: dict[str, Listing]
    not_checked: tuple[NotChecked, ...] = ()


@dataclass(slots=True)
class StopRequest:
    """Asks an execution to begin nothing more; `signal` says which one asked."""

    event: threading.Event = field(default_factory=threading.Event)
    signal: int | None = None

    def request(self, signal: int) -> None:
        self.signal = signal
        self.event.set()


class Recorder(Protocol):
    """Takes down each write of an execution. Called by the threads that write, several at a time; raises nothing."""

    def begin(self, beginning: Beginning) -> int:
        """A write is about to leave: nothing is sent before this returns. The number is that of its end."""

    def end(self, number: int, ending: Ending) -> None:
        """How that write ended."""


class Phase(StrEnum):
    STARTED = "started"
    ENDED = "ended"
    READING_BACK = "reading back"
    SETTLING = "settling"


@dataclass(frozen=True, slots=True)
class Event:
    """What an execution does right now, for a person who watches. Counts are of changes."""

    phase: Phase
    address: Address | None = None
    action: Action | None = None
    outcome: Outcome | None = None
    ended: int = 0
    total: int = 0
    text: str = ""
    """What the API says of an object that is still settling."""


def matches_any(address: Address, globs: Iterable[str]) -> bool:
    """Whether an address is meant by one of the globs."""
    return any(matches_glob(address, glob) for glob in globs)


def matches_glob(address: Address, glob: str) -> bool:
    text = str(address)
    pattern = re.escape(glob).replace(r"\*", ".*").replace(r"\?", ".")
    return text == glob or re.fullmatch(pattern, text) is not None
