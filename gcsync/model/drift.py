"""A plan, sorted by what a person who is woken up for drift wants to know."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from gcsync.model.address import Address
from gcsync.model.diagnostic import Diagnostic, Place
from gcsync.model.plan import Change, NotChecked, Plan
from gcsync.model.value import Value


@dataclass(frozen=True, slots=True)
class Blame:
    """Who changed an object last, as the audit API of the organization tells it; None for what it does not tell.

    `who` is a person's name or id, `client` the OAuth client's id, `when` an ISO 8601 time in UTC, `action` the API's
    own word, `attributes` what it calls the properties that changed. `ours` says that the client is the one that
    gcsync itself speaks as. Where neither a person nor a client is known it is *unknown*: `why` says why nobody can
    tell.
    """

    who: str | None = None
    client: str | None = None
    when: str | None = None
    action: str | None = None
    why: str = ""
    ours: bool = False
    attributes: tuple[str, ...] = ()

    @property
    def known(self) -> bool:
        return self.who is not None or self.client is not None


@dataclass(frozen=True, slots=True)
class Accepted:
    """An entry of a baseline: drift that is known and accepted, until a day.

    `value` is the actual value that is accepted; where `any_value`, every one is. `expires` is the last day on which
    the entry holds (UTC).
    """

    address: Address
    attribute: str
    reason: str
    expires: date
    any_value: bool = True
    value: Value = None
    place: Place | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class KnownDrift:
    """Drift that a baseline accepts: `change` holds the one attribute."""

    change: Change
    accepted: Accepted


@dataclass(frozen=True, slots=True)
class LookAlike:
    """An unmanaged object that does what a declared resource does: events may arrive twice."""

    address: Address
    id: str
    name: str


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
    known: tuple[KnownDrift, ...] = ()
    """What a baseline accepts: told, and no drift."""
    blame: Mapping[Address, Blame] = field(default_factory=dict)
    """Who changed it, where that was asked for."""
    look_alikes: tuple[LookAlike, ...] = ()
    """Told, and no drift: gcsync never touches what nobody owns."""
    older: tuple[Change, ...] = ()
    """Drifted, missing or not adopted, and changed last before `--since`: counted, and no reason for exit 2."""
    overdue: frozenset[Address] = frozenset()
    """What has stood longer than `--max-age`."""
    undated: frozenset[Address] = frozenset()
    """What stays in although nobody knows when it changed, where `--since` or `--max-age` asked."""
    baseline: tuple[Diagnostic, ...] = ()
    """What is wrong with the baseline: entries that expired, or that nothing matches any more (warnings)."""
    given: tuple[str, ...] = ()
    """What else this run was given that other commands need to see the same, as words of a shell."""

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


def settling_commands(report: DriftReport, change: Change) -> tuple[str, str]:
    """The two commands that settle a drifted object: write what is declared, or declare what is there."""
    environment = ("--env", report.plan.environment) if report.plan.environment else ()
    rest = " ".join([shlex.quote(report.plan.file), *environment, *report.given])
    target = f"--target {shlex.quote(str(change.address))}"
    return f"gcsync apply {rest} {target}", f"gcsync accept {rest} {target}"
