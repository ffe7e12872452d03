"""What every kind of lock does: one suite over the file, S3 and DynamoDB."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gcsync.locks import Holder, Removable, Subject
from tests.locks.conftest import Opener

SUBJECT = Subject("0f4c2e6a-0000-4000-8000-000000000001", "contact-center@prod")
ADA = Holder("id-ada", "ada", "build-7", os.getpid(), datetime(2026, 11, 25, 12, 0, tzinfo=UTC), "apply")
BOB = Holder("id-bob", "bob", "build-7", os.getpid(), datetime(2026, 11, 25, 12, 1, tzinfo=UTC), "destroy")

# Holds the lock, says so, and keeps it until it is ended; one that is refused says who holds it.
CONTENDER = """\
import os, sys, time
from tests.locks.conftest import opened
from gcsync.locks import Holder, Subject
setting, organization, owner, name = sys.argv[1:]
lock = opened(setting, Subject(organization, owner))
print("ready", flush=True)
sys.stdin.readline()
other = lock.acquire(Holder(name, host="build-7", pid=os.getpid()))
print("held" if other is None else other.id, flush=True)
sys.stdin.readline()
lock.release()
"""


def test_nobody_holds_it_at_first(open_lock: Opener) -> None:
    assert open_lock(SUBJECT).look() is None


def test_the_first_has_it_and_the_second_learns_who(open_lock: Opener) -> None:
    first, second = open_lock(SUBJECT), open_lock(SUBJECT)
    assert first.acquire(ADA) is None
    assert second.acquire(BOB) == ADA
    assert open_lock(SUBJECT).look() == ADA
    assert first.release()


def test_it_is_free_after_its_release(open_lock: Opener) -> None:
    first, second = open_lock(SUBJECT), open_lock(SUBJECT)
    first.acquire(ADA)
    assert first.release()
    assert second.look() is None
    assert second.acquire(BOB) is None
    assert second.release()


def test_a_refused_one_gives_nothing_back(open_lock: Opener) -> None:
    first, second = open_lock(SUBJECT), open_lock(SUBJECT)
    first.acquire(ADA)
    second.acquire(BOB)
    second.release()
    assert open_lock(SUBJECT).look() == ADA
    first.release()


def test_a_release_of_what_was_never_taken_does_nothing(open_lock: Opener) -> None:
    first = open_lock(SUBJECT)
    first.acquire(ADA)
    assert open_lock(SUBJECT).release()
    assert open_lock(SUBJECT).look() == ADA
    first.release()


@pytest.mark.parametrize(
    "other",
    [
        Subject(SUBJECT.organization, "contact-center"),
        Subject("0f4c2e6a-0000-4000-8000-000000000002", SUBJECT.owner),
        Subject("../../" + SUBJECT.organization, SUBJECT.owner),
        Subject("..", SUBJECT.owner),
    ],
)
def test_other_stacks_and_organizations_never_block_each_other(open_lock: Opener, other: Subject) -> None:
    first, second = open_lock(SUBJECT), open_lock(other)
    assert (first.acquire(ADA), second.acquire(BOB)) == (None, None)
    assert (open_lock(SUBJECT).look(), open_lock(other).look()) == (ADA, BOB)
    assert first.release()
    assert second.release()


@pytest.mark.parametrize(
    "count", [4, pytest.param(8, marks=pytest.mark.full), pytest.param(16, marks=pytest.mark.full)]
)
def test_one_of_many_processes_has_it(setting: str, count: int) -> None:
    contenders = [contend(setting, f"id-{number}") for number in range(count)]
    try:
        assert [hear(one) for one in contenders] == ["ready"] * count
        for one in contenders:
            tell(one)
        answers = [hear(one) for one in contenders]
        winner = answers.index("held")
        assert sorted(answers) == sorted(["held", *[f"id-{winner}"] * (count - 1)])
    finally:
        for one in contenders:
            end(one)


def test_after_kill_9_a_file_lock_is_free_and_a_remote_one_waits_for_a_person(setting: str, open_lock: Opener) -> None:
    holder = contend(setting, "id-killed")
    assert hear(holder) == "ready"
    tell(holder)
    assert hear(holder) == "held"
    end(holder)
    lock = open_lock(SUBJECT)
    if isinstance(lock, Removable):
        assert lock.acquire(ADA) == Holder("id-killed", host="build-7", pid=holder.pid)
        assert not lock.remove("id-another")
        assert lock.remove("id-killed")
        assert not lock.remove("id-killed")
    assert lock.acquire(ADA) is None
    assert lock.look() == ADA
    lock.release()


@pytest.mark.parametrize("setting", ["s3", "dynamodb"], indirect=True)
def test_one_that_was_taken_away_is_not_given_back_for_another(open_lock: Opener) -> None:
    lock, other = open_lock(SUBJECT), open_lock(SUBJECT)
    assert isinstance(lock, Removable)
    lock.acquire(ADA)
    assert lock.remove("id-ada")
    assert other.acquire(BOB) is None
    assert not lock.release()
    assert open_lock(SUBJECT).look() == BOB
    other.release()


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(steps=st.lists(st.tuples(st.sampled_from(["acquire", "release", "look"]), st.integers(0, 2)), max_size=8))
def test_it_behaves_as_a_variable_that_one_of_three_runs_owns(open_lock: Opener, steps: list[tuple[str, int]]) -> None:
    locks = [open_lock(SUBJECT) for _ in range(3)]
    holders = [Holder(f"id-{number}", host="build-7", pid=os.getpid()) for number in range(3)]
    owner: int | None = None
    for step, number in steps:
        if step == "look" or (step == "acquire" and owner not in (None, number)):
            found = locks[number].look() if step == "look" else locks[number].acquire(holders[number])
            assert found == (None if owner is None else holders[owner])
        elif step == "acquire" and owner is None:
            assert locks[number].acquire(holders[number]) is None
            owner = number
        elif step == "release":
            assert locks[number].release()
            owner = None if owner == number else owner
    for lock in locks:
        lock.release()
    assert locks[0].look() is None


def contend(setting: str, name: str) -> subprocess.Popen[str]:
    arguments = [sys.executable, "-c", CONTENDER, setting, SUBJECT.organization, SUBJECT.owner, name]
    return subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8")


def tell(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.write("go\n")
    process.stdin.flush()


def hear(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def end(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.wait()
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdout.close()
    process.stdin.close()
