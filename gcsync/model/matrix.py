"""Several environments side by side: what the plans of each would do to every resource."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from gcsync.model.address import Address
from gcsync.model.plan import Action, Plan, Summary


class Standing(StrEnum):
    """What stands in a cell where no change does."""

    ABSENT = "absent"
    LEFT_OUT = "left out"
    NOT_READ = "not read"


class Verdict(StrEnum):
    """What became of an environment as a whole; the first that fits."""

    NOT_READ = "not read"
    ERRORS = "errors"
    REFUSED = "refused"
    CHANGES = "changes"
    NO_CHANGES = "no changes"


@dataclass(frozen=True, slots=True)
class Cell:
    """One resource in one environment: the action of its change, or why there is none."""

    standing: Action | Standing
    conflict: bool = False

    @property
    def does_something(self) -> bool:
        return isinstance(self.standing, Action) and self.standing is not Action.NO_OP

    @property
    def destroys(self) -> bool:
        return self.standing in (Action.DELETE, Action.REPLACE)

    @property
    def differs(self) -> bool:
        """Whether it keeps its row in sight: something is done, or would be without --target."""
        return self.does_something or self.standing is Standing.LEFT_OUT


@dataclass(frozen=True, slots=True)
class Column:
    """One environment. `organizations` are the names of those that its stacks are about."""

    environment: str
    organizations: tuple[str, ...]
    summary: Summary
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Row:
    """One resource, with a cell per column of the matrix."""

    stack: str
    address: Address
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Matrix:
    """`rows` hold the resources to which something is done anywhere; `unchanged` counts the others."""

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    unchanged: int = 0

    @property
    def stacks(self) -> tuple[str, ...]:
        """The names of the stacks that have a row, in order."""
        return tuple(dict.fromkeys(row.stack for row in self.rows))

    @classmethod
    def of(cls, plans: Sequence[Plan]) -> Matrix | None:
        """The matrix of plans for several environments, in their order; None where there are not several."""
        environments = tuple(dict.fromkeys(plan.environment for plan in plans if plan.environment is not None))
        if len(environments) < 2:
            return None
        by_stack: dict[str, dict[str, Plan]] = {}
        for plan in plans:
            by_stack.setdefault(plan.stack, {})[plan.environment or ""] = plan
        rows = [row for name in sorted(by_stack) for row in _rows(name, by_stack[name], environments)]
        shown = tuple(row for row in rows if any(cell.differs for cell in row.cells))
        columns = tuple(_column(name, [plan for plan in plans if plan.environment == name]) for name in environments)
        return cls(columns, shown, len(rows) - len(shown))


def _column(environment: str, plans: Sequence[Plan]) -> Column:
    organizations = dict.fromkeys(plan.target.organization.name for plan in plans if not plan.failed)
    summary = sum((plan.summary for plan in plans), Summary())
    return Column(environment, tuple(organizations), summary, _verdict(plans, summary))


def _verdict(plans: Sequence[Plan], summary: Summary) -> Verdict:
    if any(plan.failed for plan in plans):
        return Verdict.NOT_READ
    if any(plan.errored for plan in plans):
        return Verdict.ERRORS
    if any(plan.refusals for plan in plans):
        return Verdict.REFUSED
    return Verdict.CHANGES if summary.changes else Verdict.NO_CHANGES


def _rows(stack: str, plans: Mapping[str, Plan], environments: Sequence[str]) -> list[Row]:
    cells = {name: _cells(plan) for name, plan in plans.items()}
    addresses = sorted({address for found in cells.values() for address in found}, key=Address.sort_key)

    def cell(address: Address, name: str) -> Cell:
        if name in plans and plans[name].failed:
            return Cell(Standing.NOT_READ)
        return cells.get(name, {}).get(address, Cell(Standing.ABSENT))

    return [Row(stack, address, tuple(cell(address, name) for name in environments)) for address in addresses]


def _cells(plan: Plan) -> dict[Address, Cell]:
    found = {address: Cell(Standing.LEFT_OUT) for address in plan.left_out}
    return found | {change.address: Cell(change.action, change.has_conflict) for change in plan.changes}
