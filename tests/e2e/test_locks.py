"""Two runs at once on one stack: one has the lock, the other is refused or waits."""

from __future__ import annotations

import re
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.e2e.terminal import at_terminal
from tests.e2e.workplace import LONGEST_SECONDS, Hand, Workplace, command
from tests.locks import cloud

QUESTION = 'Only "yes" applies these changes: '
UNLOCK_QUESTION = 'Only "yes" takes these locks away: '


@pytest.fixture(autouse=True)
def own_state(work: Workplace, tmp_path: Path) -> Path:
    work.environ["XDG_STATE_HOME"] = str(tmp_path / "state")
    return tmp_path / "state"


@pytest.fixture(params=["s3", pytest.param("dynamodb", marks=pytest.mark.full)])
def shared(request: pytest.FixtureRequest, work: Workplace, aws: str, tmp_path: Path) -> Workplace:
    """A folder whose stack has a lock in AWS, and the keys to it."""
    place = {"s3": cloud.BUCKET, "dynamodb": cloud.TABLE}[request.param]
    work.environ |= cloud.access(aws)
    work.stack("conversations", settings=f"lock: {request.param}://{place}/{tmp_path.name}-{request.param}\n")
    return work


@contextmanager
def holding(work: Workplace, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    """A run that stands at its question, and so holds its locks; killed at the end."""
    with at_terminal(work, *(arguments or ("apply",))) as terminal:
        terminal.wait_for(QUESTION)
        yield terminal.process
        terminal.process.kill()
        terminal.process.wait(LONGEST_SECONDS)


def elsewhere(tmp_path: Path) -> dict[str, str]:
    """What makes a run one of another machine: file locks of its own."""
    return {"XDG_STATE_HOME": str(tmp_path / "another-machine")}


def lock_id(text: str) -> str:
    found = re.search(r"lock ([0-9a-f-]{36})", text)
    assert found is not None, text
    return found[1]


def test_the_second_run_is_refused_before_it_reads_anything(work: Workplace, hand: Hand) -> None:
    work.stack("conversations")
    with holding(work) as first:
        hand.requests()
        second = work.gcsync("apply", "--auto-approve")
        asked = hand.requests()
    assert (second.code, second.err.count("error[GC640]: contact-center is locked by ")) == (1, 1)
    assert f"process {first.pid}, gcsync apply, for " in second.err
    assert "--lock-timeout SECONDS" in second.err
    assert {line.split()[1] for line in asked} <= {"/api/v2/organizations/me", "/oauth/token", "/emulator/requests"}
    assert hand.streams() == []


def test_destroy_is_refused_too_and_what_only_reads_is_not(work: Workplace) -> None:
    work.stack("conversations")
    with holding(work):
        assert "GC640" in work.gcsync("destroy", "--auto-approve").err
        assert work.gcsync("plan").code == 0


def test_of_two_stacks_in_one_run_both_are_locked_or_none(work: Workplace, hand: Hand) -> None:
    work.stack("conversations")
    work.stack("agents", name="other")
    with holding(work, "apply", "stacks/other.yaml"):
        assert "error[GC640]: other is locked" in work.gcsync("apply", "--auto-approve").err
        assert hand.streams() == []
        assert work.gcsync("apply", "stacks/contact-center.yaml", "--auto-approve").code == 0


def test_one_that_waits_goes_on_when_the_other_is_done(work: Workplace, hand: Hand) -> None:
    work.stack("conversations")
    with at_terminal(work, "apply") as first:
        first.wait_for(QUESTION)
        with at_terminal(work, "apply", "--lock-timeout", "600") as second:
            second.wait_for("Waiting up to 600 s for the lock of contact-center, which ")
            first.type("yes\n")
            assert first.end() == 0
            assert second.end() == 0
    assert "No changes." in second.seen
    assert len(hand.streams()) == 1


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), pytest.param(signal.SIGTERM, 143, marks=pytest.mark.full)]
)
def test_a_signal_ends_the_wait(work: Workplace, number: int, code: int) -> None:
    work.stack("conversations")
    with holding(work), at_terminal(work, "apply", "--lock-timeout", "600") as second:
        second.wait_for("Waiting up to 600 s")
        second.interrupt(number)
        assert second.end() == code


def test_a_killed_run_leaves_no_file_lock(work: Workplace) -> None:
    work.stack("conversations")
    with holding(work):
        pass
    assert work.gcsync("unlock").out == "Nothing is locked: contact-center.\n"
    assert work.gcsync("apply", "--auto-approve").code == 0


def test_a_file_lock_of_a_living_process_cannot_be_taken_away(work: Workplace) -> None:
    work.stack("conversations")
    with holding(work) as first:
        ran = work.gcsync("unlock", "--auto-approve")
        assert (ran.code, f"error[GC644]: process {first.pid} holds the lock" in ran.err) == (1, True)
        assert ran.out.startswith("contact-center: locked by ")
        assert "GC640" in work.gcsync("apply", "--auto-approve").err


def test_runs_on_two_machines_share_the_lock_until_a_person_takes_it_away(shared: Workplace, tmp_path: Path) -> None:
    with holding(shared):
        refused = shared.gcsync("apply", "--auto-approve", **elsewhere(tmp_path))
        found = lock_id(refused.err)
        assert (refused.code, "error[GC640]" in refused.err) == (1, True)
        assert f"gcsync unlock stacks/contact-center.yaml --lock-id {found}" in refused.err
    # It was killed.
    shown = shared.gcsync("unlock")
    assert (shown.code, "error[GC646]" in shown.err, lock_id(shown.out)) == (1, True, found)
    wrong = shared.gcsync("unlock", "--lock-id", "another", "--auto-approve")
    assert (wrong.code, "error[GC645]" in wrong.err) == (1, True)
    taken = shared.gcsync("unlock", "--lock-id", found, "--auto-approve")
    assert (taken.code, taken.last_line) == (0, f"contact-center: lock {found} taken away")
    assert shared.gcsync("apply", "--auto-approve").code == 0


@pytest.mark.parametrize(("answer", "code"), [pytest.param("yes\n", 0, marks=pytest.mark.full), ("no\n", 1)])
def test_unlock_asks_at_a_terminal(shared: Workplace, answer: str, code: int) -> None:
    with holding(shared):
        pass
    with at_terminal(shared, "unlock") as terminal:
        terminal.wait_for(UNLOCK_QUESTION)
        terminal.type(answer)
        assert terminal.end() == code
    assert shared.gcsync("apply", "--auto-approve").code == code


@pytest.mark.parametrize("shared", ["s3"], indirect=True)
class TestEveryWayOut:
    """However a run ends, the shared lock is free afterwards."""

    @pytest.fixture(autouse=True)
    def is_free_at_the_end(self, shared: Workplace, aws: str, tmp_path: Path) -> Iterator[None]:
        yield
        left = cloud.client("s3", aws).list_objects_v2(Bucket=cloud.BUCKET, Prefix=tmp_path.name)
        assert left["KeyCount"] == 0

    def test_without_a_terminal(self, shared: Workplace) -> None:
        assert "GC606" in shared.gcsync("apply").err

    def test_an_error_of_the_api(self, shared: Workplace, hand: Hand) -> None:
        hand.faults("400:9:POST:/api/v2/eventstreams")
        assert shared.gcsync("apply", "--auto-approve").code == 1

    def test_not_approved(self, shared: Workplace) -> None:
        with at_terminal(shared, "apply") as terminal:
            terminal.wait_for(QUESTION)
            terminal.type("no\n")
            assert terminal.end() == 1

    @pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
    def test_a_signal(self, shared: Workplace, number: int, code: int) -> None:
        with at_terminal(shared, "apply") as terminal:
            terminal.wait_for(QUESTION)
            terminal.interrupt(number)
            assert terminal.end() == code


@pytest.mark.parametrize("shared", ["s3"], indirect=True)
def test_an_emulator_needs_no_lock_of_another_machine(shared: Workplace) -> None:
    shared.environ["AWS_ENDPOINT_URL"] = "http://127.0.0.1:9"
    assert shared.gcsync("apply", "--auto-approve", "--emulator").code == 0


@pytest.mark.parametrize("shared", ["s3"], indirect=True)
def test_no_key_of_aws_is_shown_or_logged(shared: Workplace) -> None:
    ran = shared.gcsync("apply", "--auto-approve", "-vv")
    assert ran.code == 0
    assert "testing-secret" not in ran.out + ran.err


@pytest.mark.parametrize("shared", ["s3"], indirect=True)
def test_an_aws_that_cannot_be_reached_is_an_error_before_anything_is_read(shared: Workplace, hand: Hand) -> None:
    shared.environ["AWS_ENDPOINT_URL"] = "http://127.0.0.1:9"
    refused = shared.gcsync("apply", "--auto-approve", "-vv")
    assert (refused.code, "error[GC643]" in refused.err, "testing-secret" in refused.err) == (1, True, False)
    assert not any("GET /api/v2/eventstreams" in line for line in hand.requests())


def test_a_home_that_cannot_be_written_does(work: Workplace, tmp_path: Path) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.write_text("")
    (tmp_path / "temporary").mkdir()
    work.stack("conversations")
    where = {"XDG_STATE_HOME": str(in_the_way), "TMPDIR": str(tmp_path / "temporary")}
    # A process of its own: where the folder for temporary files is, a process asks once.
    assert Workplace(work.folder, work.environ).gcsync("apply", "--auto-approve", **where).code == 0
    assert len(list((tmp_path / "temporary").glob("gcsync-*/locks/*/contact-center.lock"))) == 1


def test_a_negative_wait_is_a_wrong_command_line(work: Workplace) -> None:
    done = subprocess.run(
        command("apply", "--lock-timeout", "-1"), cwd=work.folder, env=work.environ, capture_output=True, check=False
    )
    assert (done.returncode, b"GC600" in done.stderr) == (1, True)
