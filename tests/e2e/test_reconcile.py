"""`drift --reconcile` writes back what was changed by hand, and nothing else."""

from __future__ import annotations

import json

import pytest

from tests.e2e.terminal import at_terminal
from tests.e2e.workplace import Hand, Workplace


@pytest.fixture
def applied(work: Workplace) -> Workplace:
    work.stack("conversations", "agents")
    assert work.gcsync("apply", "--auto-approve").code == 0
    return work


def test_what_drifted_is_written_back_and_an_edit_in_git_goes_on_waiting(applied: Workplace, hand: Hand) -> None:
    hand.change("conversations", enabled=False)
    applied.stack("conversations", "agents", description="Edited in Git")
    ran = applied.gcsync("drift", "--reconcile", "--auto-approve")
    assert ran.code == 0
    assert "Applied: 0 created, 1 updated, 0 replaced, 0 deleted, 0 adopted, 0 failed, 0 skipped." in ran.out
    assert "Left to gcsync apply: 2 pending." in ran.last_line
    stream = hand.stream("conversations")
    assert (stream["enabled"], stream["description"].startswith("For analytics")) == (True, True)
    after = applied.gcsync("drift")
    assert (after.code, after.last_line) == (
        0,
        "Drift: 0 drifted, 0 missing, 0 not adopted, 2 pending, 0 not checked.",
    )


def test_without_a_terminal_and_without_approval_nothing_is_written(applied: Workplace, hand: Hand) -> None:
    hand.change("conversations", enabled=False)
    ran = applied.gcsync("drift", "--reconcile")
    assert (ran.code, "GC606" in ran.err) == (1, True)
    assert hand.stream("conversations")["enabled"] is False


def test_where_nothing_drifted_nothing_is_asked(applied: Workplace) -> None:
    ran = applied.gcsync("drift", "--reconcile")
    assert (ran.code, ran.last_line) == (0, "No drift. The organization matches the stack.")


def test_a_missing_object_is_not_made_and_keeps_the_exit_code(applied: Workplace, hand: Hand) -> None:
    hand.change("conversations", enabled=False)
    hand.delete("agents")
    ran = applied.gcsync("drift", "--reconcile", "--auto-approve")
    assert (ran.code, "Left to gcsync apply: 1 missing." in ran.out) == (2, True)
    assert [stream["name"] for stream in hand.streams()] == ["conversations"]
    assert applied.gcsync("drift", "--reconcile", "--ignore-missing").code == 0


def test_a_format_for_machines_has_stdout_for_itself(applied: Workplace, hand: Hand) -> None:
    hand.change("conversations", enabled=False)
    ran = applied.gcsync("drift", "--reconcile", "--auto-approve", "--format", "json")
    assert (ran.code, "Applied: 0 created, 1 updated" in ran.err) == (0, True)
    assert [entry["address"] for entry in json.loads(ran.out)["resource_drift"]] == ["stream.conversations"]


def test_a_write_that_fails_is_told_with_the_code_of_apply(applied: Workplace, hand: Hand) -> None:
    hand.change("conversations", enabled=False)
    hand.scopes("event:stream:read")
    ran = applied.gcsync("drift", "--reconcile", "--auto-approve")
    assert (ran.code, "1 failed" in ran.out) == (1, True)


def test_reading_goes_through_a_session_that_cannot_write(applied: Workplace, hand: Hand) -> None:
    hand.change("conversations", enabled=False)
    hand.requests()
    applied.gcsync("drift")
    assert {line.split()[0] for line in hand.requests() if "oauth" not in line} == {"GET"}


def test_it_leaves_a_journal_and_can_be_undone(applied: Workplace, hand: Hand) -> None:
    hand.change("conversations", enabled=False)
    ran = applied.gcsync("drift", "--reconcile", "--auto-approve", "-v")
    journal = next(line.split()[1] for line in ran.err.splitlines() if line.startswith("Journal: "))
    assert applied.gcsync("apply", "--undo", journal, "--auto-approve").code == 0
    assert hand.stream("conversations")["enabled"] is False


def test_approval_goes_with_reconcile_only(applied: Workplace) -> None:
    ran = applied.gcsync("drift", "--auto-approve")
    assert (ran.code, "GC600" in ran.err) == (1, True)


def test_it_asks_at_a_terminal_and_holds_the_lock_meanwhile(applied: Workplace, hand: Hand) -> None:
    hand.change("conversations", enabled=False)
    with at_terminal(applied, "drift", "--reconcile") as terminal:
        terminal.wait_for('Only "yes" applies these changes: ')
        second = applied.gcsync("drift", "--reconcile", "--auto-approve")
        assert (second.code, "GC640" in second.err, "gcsync drift --reconcile" in second.err) == (1, True, True)
        assert applied.gcsync("drift").code == 2
        terminal.type("yes\n")
        assert terminal.end() == 0
    assert hand.stream("conversations")["enabled"] is True
