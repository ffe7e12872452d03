"""What an execution did, change by change."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from gcsync.model.address import Address
from gcsync.model.diagnostic import Diagnostic
from gcsync.model.plan import Action, Change


class Status(StrEnum):
    DONE = "done"
    FAILED = "failed"
    SKIPPED = "skipped"
    DIFFERS = "failed (written, reads back differently)"
    NOT_VERIFIED = "written, not verified"


@dataclass(frozen=True, slots=True)
class Outcome:
    """The end of one change. `note` adds what a reader should know of a success (`it appeared after the plan`)."""

    change: Change
    status: Status
    action: Action
    """What was really done: a create that met an object of the same name may have adopted it."""
    id: str | None = None
    diagnostic: Diagnostic | None = None
    note: str = ""

    @property
    def address(self) -> Address:
        return self.change.address


@dataclass(frozen=True, slots=True)
class Report:
    """The outcomes of one apply, in the order of the plan's changes; without no-ops."""

    stack: str
    outcomes: tuple[Outcome, ...]
    interrupted: int | None = None
    """The signal that ended the execution early, if one did (2 for SIGINT, 15 for SIGTERM)."""
    journal: str | None = None
    """The file that tells what was attempted."""

    @property
    def complete(self) -> bool:
        """Whether all of it was done, and reads back so."""
        return self.interrupted is None and all(outcome.status is Status.DONE for outcome in self.outcomes)

    def count(self, *statuses: Status) -> int:
        return sum(outcome.status in statuses for outcome in self.outcomes)

    def done(self, *actions: Action) -> int:
        """How many were written with these actions, verified or not; a write that reads back differently is not."""
        written = (Status.DONE, Status.NOT_VERIFIED)
        return sum(o.status in written and o.action in actions for o in self.outcomes)

    @property
    def counts(self) -> dict[str, int]:
        """The numbers of the closing line, in its order."""
        return {
            "created": self.done(Action.CREATE),
            "updated": self.done(Action.UPDATE, Action.MOVE, Action.RELEASE),
            "replaced": self.done(Action.REPLACE),
            "deleted": self.done(Action.DELETE),
            "adopted": self.done(Action.ADOPT),
            "failed": self.count(Status.FAILED, Status.DIFFERS),
            "skipped": self.count(Status.SKIPPED),
        }
