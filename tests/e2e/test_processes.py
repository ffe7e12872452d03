"""The main job once more as a user's shell runs it: a process for every command, a warning of Python ends it.

The other tests of this folder run the same program inside their own process, which is quicker.
"""

from __future__ import annotations

from tests.e2e.test_plan_and_apply import PLAN_ONE, applied
from tests.e2e.workplace import Hand, Workplace


def test_plan_apply_drift_and_repair(work: Workplace, hand: Hand) -> None:
    shell = Workplace(work.folder, work.environ)
    assert shell.gcsync("validate").code == 1
    shell.stack("conversations")
    assert shell.gcsync("validate").out == "Valid: 1 stack, 1 resource.\n"
    plan = shell.gcsync("plan", "--detailed-exitcode", "--out", "plan.gcsync")
    assert (plan.last_line, plan.code) == (PLAN_ONE, 2)
    assert shell.gcsync("show", "plan.gcsync").last_line == PLAN_ONE
    apply = shell.gcsync("apply", "plan.gcsync", "--auto-approve")
    assert (apply.last_line, apply.code) == (applied(created=1), 0)
    assert shell.gcsync("plan", "--detailed-exitcode").code == 0
    hand.change("conversations", enabled=False)
    assert shell.gcsync("drift").code == 2
    assert shell.gcsync("apply", "--auto-approve").last_line == applied(updated=1)
    assert shell.gcsync("drift").code == 0


def test_every_exit_code_leaves_the_process(work: Workplace, hand: Hand) -> None:
    shell = Workplace(work.folder, work.environ)
    assert shell.gcsync("plan", "--no-such-option").code == 1
    shell.stack("a", "b")
    hand.faults("400:1:POST")
    assert shell.gcsync("apply", "--auto-approve").code == 3
    assert shell.gcsync("plan", "--detailed-exitcode").code == 2
