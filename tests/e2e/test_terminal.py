"""What a person at a terminal is asked, sees, and can stop."""

from __future__ import annotations

import signal
import threading
from pathlib import Path

import pytest

from tests.e2e.gateway import gateway
from tests.e2e.stand_in import EMPTY, JSON, Answer, serve
from tests.e2e.terminal import at_terminal
from tests.e2e.workplace import LONGEST_SECONDS, Hand, Workplace, credentials_for

QUESTION = 'Only "yes" applies these changes: '
SKIPPED = "Applied: 0 created, 0 updated, 0 replaced, 0 deleted, 0 adopted, 0 failed, 1 skipped."


class Never:
    """An answer that does not come until the test lets it go."""

    def __init__(self) -> None:
        self.asked = threading.Event()
        self.let_go = threading.Event()

    def __call__(self, _: str) -> Answer:
        self.asked.set()
        self.let_go.wait()
        return (500, JSON, "{}")


def test_yes_applies(work: Workplace, hand: Hand) -> None:
    work.stack("conversations")
    with at_terminal(work, "apply") as terminal:
        terminal.wait_for(QUESTION)
        assert hand.streams() == []
        terminal.type("yes\n")
        assert terminal.end() == 0
    assert "Applied: 1 created," in terminal.seen
    assert [stream["name"] for stream in hand.streams()] == ["conversations"]


@pytest.mark.parametrize("answer", ["no\n", "y\n", "YES\n", "\n", "\x04"])
def test_anything_else_does_not(work: Workplace, hand: Hand, answer: str) -> None:
    work.stack("conversations")
    with at_terminal(work, "apply") as terminal:
        terminal.wait_for(QUESTION)
        terminal.type(answer)
        assert terminal.end() == 1
    assert SKIPPED in terminal.seen
    assert hand.streams() == []


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_at_the_question_applies_nothing(work: Workplace, hand: Hand, number: int, code: int) -> None:
    work.stack("conversations")
    with at_terminal(work, "apply") as terminal:
        terminal.wait_for(QUESTION)
        terminal.interrupt(number)
        assert terminal.end() == code
    assert "\n -- stream.conversations: create skipped" in terminal.seen, "on a line of its own"
    assert SKIPPED in terminal.seen
    assert hand.streams() == []


def test_ctrl_c_is_such_a_signal(work: Workplace, hand: Hand) -> None:
    work.stack("conversations")
    with at_terminal(work, "destroy", "--auto-approve") as terminal:
        assert terminal.end() == 0
    with at_terminal(work, "apply") as terminal:
        terminal.wait_for(QUESTION)
        terminal.interrupt()
        assert terminal.end() == 130


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_during_the_apply_ends_it_in_order(offline: Workplace, tmp_path: Path, number: int, code: int) -> None:
    from gcsync.emulator import EmulatorSettings, start

    offline.stack(*"abcdefghijkl")
    held, let_go = threading.Event(), threading.Event()
    with start(EmulatorSettings(database=tmp_path / "emulator.db")) as running, gateway(running.url) as passing:
        passing.aim = lambda requests: requests.count("POST /api/v2/eventstreams") > 2
        passing.drops = False
        passing.strike = lambda: held.set() or let_go.wait(LONGEST_SECONDS)
        work = Workplace(offline.folder, offline.environ | credentials_for(passing.url))
        with at_terminal(work, "apply", "--auto-approve", "--parallelism", "1") as terminal:
            assert held.wait(LONGEST_SECONDS)
            terminal.interrupt(number)
            terminal.wait_for("Stopping: ")
            let_go.set()
            assert terminal.end() == code
        made = len(Hand(running.url).streams())
    assert made == 3
    assert "Applied: 3 created, 0 updated, 0 replaced, 0 deleted, 0 adopted, 0 failed, 9 skipped." in terminal.seen


def test_a_second_ctrl_c_ends_it_at_once(offline: Workplace) -> None:
    never = Never()
    offline.stack("conversations")
    with serve(lambda _: EMPTY, never) as url:
        hanging = Workplace(offline.folder, offline.environ | credentials_for(url))
        with at_terminal(hanging, "apply", "--auto-approve") as terminal:
            assert never.asked.wait(LONGEST_SECONDS)
            terminal.interrupt()
            terminal.wait_for("Ctrl-C (again) ends at once")
            terminal.interrupt()
            assert terminal.end() == 130
        never.let_go.set()
    assert "Applied:" not in terminal.seen
    assert "Traceback" not in terminal.seen


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_server_that_never_answers_is_not_waited_for(offline: Workplace, number: int, code: int) -> None:
    never = Never()
    offline.stack("conversations")
    with serve(never) as url:
        hanging = Workplace(offline.folder, offline.environ | credentials_for(url))
        with at_terminal(hanging, "plan") as terminal:
            assert never.asked.wait(LONGEST_SECONDS)
            terminal.interrupt(number)
            assert terminal.end() == code
        never.let_go.set()
    assert "Traceback" not in terminal.seen


def test_colours_are_for_terminals(work: Workplace) -> None:
    work.stack("conversations")
    with at_terminal(work, "plan") as terminal:
        assert terminal.end() == 0
    assert "\x1b[32m" in terminal.raw
    assert "\x1b" not in work.gcsync("plan").out


@pytest.mark.parametrize(("arguments", "environ"), [(("--no-color",), {}), ((), {"NO_COLOR": "1"})])
def test_and_can_be_turned_off(work: Workplace, arguments: tuple[str, ...], environ: dict[str, str]) -> None:
    work.stack("conversations")
    with at_terminal(work, "plan", *arguments, **environ) as terminal:
        assert terminal.end() == 0
    assert "\x1b[3" not in terminal.raw
