"""What `accept` writes into stack files, and what it does not."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from gcsync.model.address import Address
from gcsync.model.diagnostic import Diagnostic


class LineKind(StrEnum):
    """What becomes of a line; the value is its sign in a unified diff."""

    KEPT = " "
    REMOVED = "-"
    ADDED = "+"


@dataclass(frozen=True, slots=True)
class Hunk:
    """A part of a file that changes. Lines count from 1; what may not be shown is hidden in them."""

    before: int
    after: int
    lines: tuple[tuple[LineKind, str], ...]

    def count(self, *kinds: LineKind) -> int:
        return sum(kind in kinds for kind, _ in self.lines)


@dataclass(frozen=True, slots=True)
class Taken:
    """An attribute whose actual value the stack declares from now on."""

    address: Address
    attribute: str


@dataclass(frozen=True, slots=True)
class Rewritten:
    """A file with another text, and how that differs from what it was."""

    name: str
    hunks: tuple[Hunk, ...]
    taken: tuple[Taken, ...]


@dataclass(frozen=True, slots=True)
class Acceptance:
    """All that an `accept` does. `refused` was asked for and is not done, each with the reason and the place."""

    files: tuple[Rewritten, ...] = ()
    refused: tuple[Diagnostic, ...] = ()
    notes: tuple[Diagnostic, ...] = ()
    """What is to be known about what is done (warnings)."""
    pending: int = 0
    """How many resources were edited in the stack and not applied yet: they stay as they are."""

    @property
    def taken(self) -> tuple[Taken, ...]:
        return tuple(one for file in self.files for one in file.taken)
