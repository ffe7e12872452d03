"""Plans of several environments side by side: every change in its cell, and nothing else in sight."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gcsync.model.address import Address
from gcsync.model.diagnostic import Diagnostic
from gcsync.model.matrix import Matrix, Standing, Verdict
from gcsync.model.plan import Action, Plan, Reason
from tests.views.factories import attributes, change, create, delete, keep, plan, update

ADDRESSES = ("stream.a", "stream.b", "stream.c", 'stream.d["x"]')
ENVIRONMENTS = ("dev", "test", "prod")
ERROR = Diagnostic("GC301", "no credentials")


def within(environment: str, *changes: Any, **how: Any) -> Plan:
    values = {"stack": "team", "owner": f"team@{environment}", "environment": environment}
    return plan(*changes, **(values | how))


def matrix(*plans: Plan) -> Matrix:
    found = Matrix.of(plans)
    assert found is not None
    return found


@st.composite
def several(draw: st.DrawFn) -> list[Plan]:
    plans = []
    for name in ENVIRONMENTS:
        actions = draw(st.dictionaries(st.sampled_from(ADDRESSES), st.sampled_from(Action), max_size=4))
        changes = [change(action, address, attributes(), attributes()) for address, action in actions.items()]
        plans.append(within(name, *changes))
    return plans


@given(several())
def test_every_change_that_does_something_is_in_its_cell(plans: list[Plan]) -> None:
    found = matrix(*plans)
    cells = {
        (row.address, column.environment): cell.standing
        for row in found.rows
        for column, cell in zip(found.columns, row.cells, strict=True)
    }
    for one in plans:
        for active in one.active:
            assert cells[active.address, one.environment or ""] is active.action
    known = {(change.address, one.environment) for one in plans for change in one.changes}
    assert {key for key, standing in cells.items() if standing is Standing.ABSENT} == set(cells) - known


@given(several())
def test_a_resource_has_a_row_or_is_counted_as_unchanged(plans: list[Plan]) -> None:
    found = matrix(*plans)
    addresses = {change.address for one in plans for change in one.changes}
    assert len(found.rows) + found.unchanged == len(addresses)
    assert all(any(cell.differs for cell in row.cells) for row in found.rows)
    assert [row.address for row in found.rows] == sorted((row.address for row in found.rows), key=Address.sort_key)


@given(several(), st.permutations(range(3)))
def test_the_order_of_the_environments_changes_nothing_else(plans: list[Plan], order: list[int]) -> None:
    straight, other = matrix(*plans), matrix(*(plans[index] for index in order))
    assert other.columns == tuple(straight.columns[index] for index in order)
    assert [row.cells for row in other.rows] == [tuple(row.cells[i] for i in order) for row in straight.rows]


@pytest.mark.parametrize("plans", [[], [plan(create())], [within("dev", create())], [plan(), plan(stack="other")]])
def test_there_is_none_of_less_than_two_environments(plans: list[Plan]) -> None:
    assert Matrix.of(plans) is None


def test_each_environment_has_its_verdict() -> None:
    changed, nothing = within("a", create()), within("b", keep())
    refused = within("c", delete(), refusals=(Diagnostic("GC420", "too many"),))
    wrong, unread = within("d", create(), diagnostics=(ERROR,)), within("e", diagnostics=(ERROR,), failed=True)
    found = matrix(changed, nothing, refused, wrong, unread)
    assert [column.verdict for column in found.columns] == [
        Verdict.CHANGES,
        Verdict.NO_CHANGES,
        Verdict.REFUSED,
        Verdict.ERRORS,
        Verdict.NOT_READ,
    ]
    assert [column.organizations for column in found.columns][-2:] == [("Example Ltd",), ()]


def test_of_an_environment_that_was_not_read_no_cell_says_anything() -> None:
    (row,) = matrix(within("dev", create()), within("prod", failed=True, diagnostics=(ERROR,))).rows
    assert [cell.standing for cell in row.cells] == [Action.CREATE, Standing.NOT_READ]


def test_conflicts_and_what_is_left_out_are_in_sight() -> None:
    conflict = update({"enabled": True}, {"enabled": False}, reasons=Reason.CONFLICT)
    left = (Address.parse("stream.other"),)
    found = matrix(within("dev", conflict), within("prod", left_out=left))
    assert [(str(row.address), row.cells[0].conflict, row.cells[1].standing) for row in found.rows] == [
        ("stream.conversations", True, Standing.ABSENT),
        ("stream.other", False, Standing.LEFT_OUT),
    ]


def test_stacks_keep_their_rows_apart() -> None:
    plans = [within(e, create(), stack=s, owner=f"{s}@{e}") for e in ("dev", "prod") for s in ("one", "two")]
    found = matrix(*plans)
    assert [(row.stack, len(row.cells)) for row in found.rows] == [("one", 2), ("two", 2)]
    assert [column.summary.create for column in found.columns] == [2, 2]
