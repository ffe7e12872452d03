"""Whatever moment the receiver is killed at, what it acknowledged is in the sink, and nothing is there too often."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from tests.kills.__main__ import main
from tests.kills.runner import Figures, judge, run_kills
from tests.kills.senders import Senders
from tests.kills.sinks import JSONL, NAMES, NEVER_TWICE, SQLITE, WEBHOOK


def kept(figures: Figures, kills: int) -> None:
    assert figures.violations == []
    assert (figures.kills, figures.lost) == (kills, 0)
    assert figures.in_flight >= kills
    assert figures.acknowledged >= kills
    assert figures.twice <= figures.allowed
    assert figures.taken_over == figures.claims_left


@pytest.mark.parametrize(("name", "kills"), [(JSONL, 4), (SQLITE, 3), (WEBHOOK, 3)])
def test_ten_kills_under_load_lose_nothing(tmp_path: Path, name: str, kills: int) -> None:
    kept(run_kills(name, kills, 1, tmp_path), kills)


needs_proc = pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="workers are found by /proc")


@needs_proc
def test_kills_of_a_worker_and_of_all_lose_nothing(tmp_path: Path) -> None:
    kept(run_kills(JSONL, 2, 1, tmp_path, workers=2), 2)


@needs_proc
@pytest.mark.full
@pytest.mark.parametrize("name", [JSONL, SQLITE, WEBHOOK])
def test_twenty_kills_of_a_worker_and_of_all_lose_nothing(tmp_path: Path, name: str) -> None:
    kept(run_kills(name, 20, 2, tmp_path, workers=2), 20)


@pytest.mark.full
@pytest.mark.parametrize("name", NAMES)
def test_a_hundred_kills_under_load_lose_nothing(tmp_path: Path, name: str) -> None:
    kills = 100 if name in (JSONL, SQLITE, WEBHOOK) else 30
    figures = run_kills(name, kills, 2, tmp_path)
    kept(figures, kills)
    # The sink of the store's own transaction needs no claim.
    assert (figures.claims_left > 0) is (name != SQLITE)


def judged(name: str, ledger: list[str], orphans: set[str] | None = None) -> list[str]:
    senders = Senders(acknowledged={"a", "b"}, cut=Counter({"b": 1, "c": 1}), answers=Counter({200: 2}))
    figures = Figures(name)
    judge(figures, senders, ledger, orphans or set())
    return figures.violations


def test_what_is_lost_or_there_too_often_is_noticed() -> None:
    assert judged(JSONL, ["a", "b", "b"]) == []
    assert judged(JSONL, ["b"]) == ["a was acknowledged and is lost"]
    assert judged(JSONL, ["a", "a", "b"]) == ["a is there 2 times, after 0 kills"]
    assert judged(JSONL, ["a", "b", "b", "b"]) == ["b is there 3 times, after 1 kills"]
    assert judged(JSONL, ["a", "b"], {"b", "c"}) == ["the claim of c was never taken over"]
    for name in NEVER_TWICE:
        assert judged(name, ["a", "b", "b"]) == ["b is there 2 times, after 1 kills"]


def test_an_answer_that_is_not_declared_is_noticed() -> None:
    figures = Figures(SQLITE)
    judge(figures, Senders(answers=Counter({200: 5, 500: 1, 502: 2})), [], set())
    assert figures.violations == ["2 answers were 502"]


@pytest.mark.full
def test_one_command_prints_the_kill_table(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--kills", "1", "--sink", SQLITE]) == 0
    head, _, row = capsys.readouterr().out.splitlines()
    cells = dict(zip(*[[cell.strip() for cell in line.split("|")[1:-1]] for line in (head, row)], strict=True))
    assert (cells["sink"], cells["kills"], cells["lost"], cells["twice"]) == ("`sqlite:`", "1", "0", "0")
