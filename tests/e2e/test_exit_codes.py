"""The table of exit codes in the contract, row by row, through the real command line."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import pytest

from tests.e2e.workplace import Hand, Workplace

Situation: TypeAlias = Callable[[Workplace, Hand], object]


def nothing(_: Workplace, __: Hand) -> None:
    """A stack that was never applied."""


def applied(work: Workplace, _: Hand) -> None:
    work.gcsync("apply", "--auto-approve")


def switched_off(work: Workplace, hand: Hand) -> None:
    applied(work, hand)
    hand.change("a", enabled=False)


def deleted(work: Workplace, hand: Hand) -> None:
    applied(work, hand)
    hand.delete("a")


def unmanaged_namesake(_: Workplace, hand: Hand) -> None:
    hand.create("a")


def one_create_fails(_: Workplace, hand: Hand) -> None:
    hand.faults("400:1:POST")


def all_creates_fail(_: Workplace, hand: Hand) -> None:
    hand.faults("400:9:POST")


def no_reading(_: Workplace, hand: Hand) -> None:
    hand.scopes("event:stream:write")


def three_fewer_declared(work: Workplace, hand: Hand) -> None:
    applied(work, hand)
    work.stack("a")


TABLE: list[tuple[int, str, Situation]] = [
    (0, "validate", nothing),
    (0, "plan", nothing),
    (0, "plan --detailed-exitcode", applied),
    (0, "plan", three_fewer_declared),
    (0, "apply --auto-approve", nothing),
    (0, "apply --auto-approve", applied),
    (0, "apply", applied),
    (0, "apply --auto-approve", switched_off),
    (0, "apply --auto-approve", unmanaged_namesake),
    (0, "destroy --auto-approve", applied),
    (0, "destroy", nothing),
    (0, "drift", applied),
    (0, "drift --ignore-missing", nothing),
    (0, "drift --ignore-missing", deleted),
    (0, "list", nothing),
    (1, "plan --nope", nothing),
    (1, "plan missing.yaml", nothing),
    (1, "apply", nothing),
    (1, "destroy", applied),
    (1, "apply --auto-approve", three_fewer_declared),
    (1, "apply --auto-approve", all_creates_fail),
    (1, "plan", no_reading),
    (1, "apply --auto-approve", no_reading),
    (1, "drift", no_reading),
    (1, "list", no_reading),
    (2, "plan --detailed-exitcode", nothing),
    (2, "plan --detailed-exitcode", switched_off),
    (2, "plan --detailed-exitcode", unmanaged_namesake),
    (2, "plan --detailed-exitcode", three_fewer_declared),
    (2, "drift", nothing),
    (2, "drift", switched_off),
    (2, "drift", deleted),
    (2, "drift", unmanaged_namesake),
    (3, "apply --auto-approve", one_create_fails),
]


@pytest.mark.parametrize(("code", "line", "situation"), TABLE)
def test_exit_code(work: Workplace, hand: Hand, code: int, line: str, situation: Situation) -> None:
    work.stack("a", "b", "c", "d")
    situation(work, hand)
    ran = work.gcsync(*line.split())
    assert ran.code == code, ran.out + ran.err
