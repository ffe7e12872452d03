"""What would be done, as a value: computed once, printed by views, executed without being computed again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from gcsync.model.address import Address
from gcsync.model.diagnostic import Diagnostic, Place, Severity
from gcsync.model.marker import Marker
from gcsync.model.resource import Organization, RemoteObject, Resource
from gcsync.model.value import Value, holds_not_given


class Action(StrEnum):
    """What happens to one resource; a resource has one action, the first of these that fits."""

    REPLACE = "replace"
    DELETE = "delete"
    CREATE = "create"
    ADOPT = "adopt"
    RELEASE = "release"
    MOVE = "move"
    UPDATE = "update"
    NO_OP = "no-op"


class Reason(StrEnum):
    """Why an attribute differs: the row of the three-way table (contract, section 6)."""

    DRIFT = "drift"
    PENDING = "pending"
    CONFLICT = "conflict"
    NOT_CHECKED = "not checked"


@dataclass(frozen=True, slots=True)
class Absent:
    """The `before` or `after` of an attribute that one side does not have."""

    def __repr__(self) -> str:
        return "(none)"


ABSENT = Absent()


@dataclass(frozen=True, slots=True)
class AttributeChange:
    """One attribute that differs, or that could not be compared (`NOT_CHECKED`).

    `before` is remote, `after` declared; both canonical (sets sorted, defaults filled in) and sealed: a sensitive
    value is a `Secret`. `lifecycle.prevent_destroy` may stand here as an attribute of its own.
    """

    name: str
    before: Value
    after: Value
    reason: Reason
    forces_replacement: bool = False
    place: Place | None = field(default=None, compare=False)
    """Where the stack declares it, where a file does."""

    @property
    def why_not_checked(self) -> str:
        """What keeps an attribute from being compared (`NOT_CHECKED`), for a person."""
        return "its sensitive value is not given" if holds_not_given(self.after) else "the API does not return it"


@dataclass(frozen=True, slots=True)
class Change:
    """What is to happen to one resource, and all that views and the execution need for it.

    `before` and `after` are the whole objects under the schema's names, canonical and sealed; None where there is
    none. `remote` is what the write expects to find; `desired` what it makes; `marker` what it leaves on the object.
    """

    address: Address
    action: Action
    resource_type: str
    name: str
    before: Mapping[str, Value] | None = None
    after: Mapping[str, Value] | None = None
    attributes: tuple[AttributeChange, ...] = ()
    explanation: str = ""
    """Why, in a few words: `no longer declared`, `--replace`, `has no marker`."""
    previous_address: Address | None = None
    temporary_name: str | None = None
    """A name that the object bears for a moment, so that others can trade theirs."""
    upgrades_marker: bool = False
    continues: bool = False
    """A create that goes on with a half-made object of our own (`remote`)."""
    desired: Resource | None = field(default=None, repr=False)
    remote: RemoteObject | None = field(default=None, repr=False)
    marker: Marker | None = None
    place: Place | None = field(default=None, compare=False)
    """Where the stack declares the resource, or its removal; None where no file says a word of it."""
    references: frozenset[Address] = field(default=frozenset(), repr=False, compare=False)
    """The resources of the stack that it takes something from."""

    @property
    def id(self) -> str | None:
        return self.remote.id if self.remote is not None else None

    @property
    def differing(self) -> tuple[AttributeChange, ...]:
        """The attributes that the change writes; what could not be compared is not among them."""
        return tuple(a for a in self.attributes if a.reason is not Reason.NOT_CHECKED)

    @property
    def has_conflict(self) -> bool:
        return any(a.reason is Reason.CONFLICT for a in self.attributes)


@dataclass(frozen=True, slots=True)
class NotChecked:
    """What could not be looked at: a whole kind, an object, or an attribute of one; and why."""

    kind: str
    reason: str
    address: Address | None = None
    id: str | None = None
    attribute: str | None = None
    hint: str = ""
    absent: bool = False
    """The organization has no such kind: there is nothing that could not be read."""

    @property
    def whole_kind(self) -> bool:
        return self.address is None and self.id is None

    @property
    def unread_kind(self) -> bool:
        """A whole kind that may have objects, which nobody saw."""
        return self.whole_kind and not self.absent


class Operation(StrEnum):
    """One step of an execution. A replacement is a delete and a create; a swap begins with a rename."""

    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"
    RENAME = "rename"


@dataclass(frozen=True, slots=True)
class Step:
    """`requires` are indexes of steps that must have succeeded; one that is `last` waits until all others ended."""

    address: Address
    operation: Operation
    requires: tuple[int, ...] = ()
    last: bool = False


@dataclass(frozen=True, slots=True)
class Summary:
    """How many resources each action touches; a move, a release and a marker upgrade count as update."""

    create: int = 0
    update: int = 0
    replace: int = 0
    delete: int = 0
    adopt: int = 0
    unchanged: int = 0

    def __add__(self, other: Summary) -> Summary:
        return Summary(
            **{name: mine + theirs for (name, mine), theirs in zip(self.items(), other.values(), strict=True)}
        )

    def items(self) -> list[tuple[str, int]]:
        return [(name, getattr(self, name)) for name in self.__slots__]

    def values(self) -> list[int]:
        return [count for _, count in self.items()]

    @property
    def changes(self) -> int:
        return sum(self.values()) - self.unchanged


_COUNTED_AS = {
    Action.REPLACE: "replace",
    Action.DELETE: "delete",
    Action.CREATE: "create",
    Action.ADOPT: "adopt",
    Action.RELEASE: "update",
    Action.MOVE: "update",
    Action.UPDATE: "update",
    Action.NO_OP: "unchanged",
}


@dataclass(frozen=True, slots=True)
class Target:
    """Whom a plan is about: the organization, where it is, and as which client gcsync speaks."""

    organization: Organization
    region: str
    client: str
    api_url: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that would be done for one stack. `changes` and `diagnostics` are sorted; no-ops are among them.

    `refusals` are what keeps `apply` from running this plan at all (safety rules, conflicts of ownership); each is a
    diagnostic with the rule, the numbers and the way round it. `left_out` counts what --target or --exclude kept out.
    """

    stack: str
    owner: str
    target: Target
    changes: tuple[Change, ...]
    steps: tuple[Step, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
    refusals: tuple[Diagnostic, ...] = ()
    not_checked: tuple[NotChecked, ...] = ()
    left_out: tuple[Address, ...] = ()
    known: frozenset[Address] = field(default=frozenset(), repr=False)
    """Every address that the stack declares or owns, selected or not."""
    file: str = ""
    environment: str | None = None
    pages: Mapping[str, int] = field(default_factory=dict)
    """How many requests the listing of each kind took."""
    unknown_secrets: tuple[str, ...] = ()
    """The sensitive variables that were not given (`--unknown-secrets`); one of the refusals says so too."""
    failed: bool = False
    """No plan could be made, as of an organization that cannot be read: only the diagnostics are in it."""

    @property
    def summary(self) -> Summary:
        counts: dict[str, int] = {}
        for change in self.changes:
            counts[_COUNTED_AS[change.action]] = counts.get(_COUNTED_AS[change.action], 0) + 1
        return Summary(**counts)

    @property
    def errored(self) -> bool:
        return any(d.severity is Severity.ERROR for d in self.diagnostics)

    @property
    def applyable(self) -> bool:
        """Whether `apply` would run it: something to do, no error, nothing refused."""
        return bool(self.summary.changes) and not self.errored and not self.refusals

    @property
    def active(self) -> tuple[Change, ...]:
        """The changes that do something."""
        return tuple(c for c in self.changes if c.action is not Action.NO_OP)
