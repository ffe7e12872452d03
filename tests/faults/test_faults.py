"""Whatever goes wrong, one more apply puts it right, and nothing that is not gcsync's is touched."""

from __future__ import annotations

import inspect
from collections.abc import Callable

import pytest

from gcsync.kinds import kinds_by_name
from gcsync.kinds.interface import Kind
from tests.faults.__main__ import main
from tests.faults.broken import Blind, Idle, Remembering, Repeating, Tidying
from tests.faults.invariants import DUPLICATE, FOREIGN, LOST, UNFINISHED, UNMANAGED, Violation
from tests.faults.runner import Verdict, run_schedule
from tests.faults.schedule import Fault
from tests.faults.table import Table

CHUNK = 50
FULL_CHUNK = 250
FIRST_OF_FULL = 1_000_000


def run(seeds: range, parallelism: int = 1) -> Table:
    table = Table()
    for seed in seeds:
        table.add(run_schedule(seed, parallelism=parallelism))
    return table


@pytest.mark.parametrize("first", range(0, 1_000, CHUNK))
def test_a_thousand_schedules_violate_nothing(first: int) -> None:
    table = run(range(first, first + CHUNK))
    assert not table.failed, f"\n{table.render_failures()}"


@pytest.mark.full
@pytest.mark.parametrize("first", range(FIRST_OF_FULL, FIRST_OF_FULL + 10_000, FULL_CHUNK))
def test_ten_thousand_schedules_violate_nothing(first: int) -> None:
    table = run(range(first, first + FULL_CHUNK))
    assert not table.failed, f"\n{table.render_failures()}"


def test_eight_writes_at_once_violate_nothing_either() -> None:
    table = run(range(5_000, 5_060), parallelism=8)
    assert not table.failed, f"\n{table.render_failures()}"


@pytest.mark.parametrize(
    ("rule", "break_it"),
    [
        (DUPLICATE, Repeating),
        (UNMANAGED, lambda kind: Tidying(kind, None)),
        (FOREIGN, lambda kind: Tidying(kind, "another-stack")),
        (LOST, Blind),
        (LOST, Remembering),
        (UNFINISHED, Idle),
    ],
    ids=["repeating", "tidying", "tidying others", "blind", "remembering", "idle"],
)
def test_what_is_broken_is_noticed(rule: str, break_it: Callable[[Kind], Kind]) -> None:
    kinds = {name: break_it(kind) for name, kind in kinds_by_name().items()}
    found = (run_schedule(seed, kinds=kinds).violations for seed in range(200))
    assert any(violation.rule == rule for violations in found for violation in violations)


def test_what_no_api_can_guard_is_counted() -> None:
    assert any(run_schedule(seed).counts["unguarded updates lost"] for seed in range(300))


def test_a_schedule_replays_as_it_was() -> None:
    for seed in range(3):
        first: list[str] = []
        second: list[str] = []
        run_schedule(seed, tell=first.append)
        run_schedule(seed, tell=second.append)
        assert first == second
        assert len(first) > 10


def test_a_violation_is_told_with_its_seed_and_how_to_replay_it(capsys: pytest.CaptureFixture[str]) -> None:
    verdict = run_schedule(3)
    table = Table()
    table.add(Verdict(17, [Violation(DUPLICATE, "a beside b")], verdict.counts, verdict.faults))
    assert table.render_failures() == (
        "seed 17: duplicate: a beside b\n  replay: python -m tests.faults --seed 17 --replay"
    )
    assert main(["--seed", "3", "--replay"]) == 0
    assert "GET /api/v2/eventstreams -> " in capsys.readouterr().out


def test_one_command_prints_the_closing_table(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--schedules", "60", "--processes", "1"]) == 0
    printed = capsys.readouterr().out
    for word in ("schedules", "crashes", "one apply more", "guarded update lost", "unguarded round trip"):
        assert word in printed


def test_every_fault_is_injected() -> None:
    injected = run(range(150)).faults
    assert {fault.value for fault in Fault} <= injected.keys()


def test_the_invariants_know_nothing_of_the_engine() -> None:
    from tests.faults import api, invariants, markers, organization

    for module in (api, invariants, markers, organization):
        assert "from gcsync" not in inspect.getsource(module)
