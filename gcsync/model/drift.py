"""A plan, sorted by what a person who is woken up for drift wants to know."""

from __future__ import annotations

from dataclasses import dataclass

from gcsync.model.plan import Change, NotChecked, Plan


@dataclass(frozen=True, slots=True)
class DriftReport:
    """`plan` with its changes told apart; one change may stand in `drifted` and, with other attributes, in `pending`.

    drifted: changed outside gcsync (reasons drift and conflict; only those attributes are in the change).
    missing: declared and not there: deleted by hand, or never applied.
    not_adopted: there, under the declared name, without a marker.
    pending: edited in Git and not applied yet; also moves, removals and deletes that wait for an apply.
    """

    plan: Plan
    drifted: tuple[Change, ...] = ()
    missing: tuple[Change, ...] = ()
    not_adopted: tuple[Change, ...] = ()
    pending: tuple[Change, ...] = ()
    not_checked: tuple[NotChecked, ...] = ()

    def found(self, *, ignore_missing: bool = False) -> bool:
        """Whether `drift` has something to report (exit 2)."""
        return bool(self.drifted) or (not ignore_missing and bool(self.missing or self.not_adopted))


@dataclass(frozen=True, slots=True)
class Owned:
    """A line of `gcsync list`: an object that bears a marker. `declared` is None where no stack file was read."""

    kind: str
    id: str
    name: str
    owner: str
    address: str
    declared: bool | None = None
    problem: str = ""

    @property
    def stack(self) -> str:
        """The owner without its environment."""
        return self.owner.partition("@")[0]

    @property
    def environment(self) -> str | None:
        return self.owner.partition("@")[2] or None

    @property
    def key(self) -> str:
        """The address without its kind: `agents["emea"]`."""
        return self.address.partition(".")[2]

    @property
    def orphan(self) -> bool | None:
        """Whether its stack's file does not declare it; None where that was not read."""
        return None if self.declared is None else not self.declared
