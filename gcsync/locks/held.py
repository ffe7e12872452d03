"""The locks of one run: taken in one order by everyone, all or none."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from gcsync.locks.holder import Holder
from gcsync.locks.interface import Lock, Subject
from gcsync.model.diagnostic import Diagnostic, DiagnosticError

_FIRST_PAUSE = 0.2
_LONGEST_PAUSE = 2.0
_GROWTH = 1.5


@dataclass(frozen=True, slots=True)
class Claim:
    """The locks of one subject, in the order in which they are taken."""

    subject: Subject
    locks: Sequence[Lock]


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait for a lock that another run holds, in seconds for all of them together.

    `refuse` makes the error of a lock that was not given back in time; `tell` hears of the beginning of a wait.
    """

    seconds: float
    sleep: Callable[[float], None]
    clock: Callable[[], float]
    tell: Callable[[Claim, Lock, Holder], None]
    refuse: Callable[[Claim, Lock, Holder], DiagnosticError]


@dataclass(slots=True)
class Held:
    """What a run holds. `release` gives back all that was taken, whatever happened in between."""

    taken: list[tuple[Claim, Lock]] = field(default_factory=list)
    _warnings: tuple[Diagnostic, ...] = ()

    def take(self, claims: Sequence[Claim], holder: Holder, patience: Patience) -> None:
        """Take every lock. Raises DiagnosticError where one cannot be taken, and holds none then.

        While one is waited for, those before it are kept: everyone takes them in this order, so none waits in a ring.
        """
        until = patience.clock() + patience.seconds
        try:
            for claim in sorted(claims, key=lambda claim: claim.subject):
                for lock in claim.locks:
                    # Noted first: a signal may come between the taking and its answer.
                    self.taken.append((claim, lock))
                    self._take(claim, lock, holder, patience, until)
        except BaseException:
            self._warnings = self.release()
            raise

    def _take(self, claim: Claim, lock: Lock, holder: Holder, patience: Patience, until: float) -> None:
        pause, told = _FIRST_PAUSE, ""
        while (other := lock.acquire(holder)) is not None:
            left = until - patience.clock()
            if left <= 0:
                raise patience.refuse(claim, lock, other)
            if told != other.id or not told:
                patience.tell(claim, lock, other)
                told = other.id or "told"
            patience.sleep(min(pause, left))
            pause = min(pause * _GROWTH, _LONGEST_PAUSE)

    def release(self) -> tuple[Diagnostic, ...]:
        """Give every lock back, the last one first; what could not be, or was not ours any more, as warnings."""
        found, self._warnings = list(self._warnings), ()
        while self.taken:
            claim, lock = self.taken.pop()
            try:
                if not lock.release():
                    found.append(_taken_away(claim, lock))
            except DiagnosticError as error:
                found += [_still_there(claim, one) for one in error.diagnostics]
        return tuple(found)


def _taken_away(claim: Claim, lock: Lock) -> Diagnostic:
    message = f"the lock of {claim.subject.owner} was taken away while this run held it ({lock.place})"
    hint = "another run may have written at the same time: plan again"
    return Diagnostic("GC648", message, hint=hint).as_warning()


def _still_there(claim: Claim, error: Diagnostic) -> Diagnostic:
    message = f"the lock of {claim.subject.owner} could not be given back: {error.message}"
    hint = "gcsync unlock takes it away, once AWS can be reached"
    return Diagnostic("GC647", message, hint=hint).as_warning()
