"""Whatever goes wrong: one clear error on stderr with the next step, exit code 1, nothing half-written."""

from __future__ import annotations

import json
import os
import shlex
import socket
import sqlite3
import subprocess
from pathlib import Path

import pytest

from tests.e2e.stand_in import JSON, Answer, serve
from tests.e2e.workplace import Hand, Ran, Workplace, command, credentials_for


def assert_one_clear_error(ran: Ran, code: str, *said: str) -> None:
    assert (ran.code, ran.out) == (1, ran.out)
    assert ran.err.count(f"error[{code}]") == 1, ran.err
    assert "hint:" in ran.err
    for text in said:
        assert text in ran.err


class TestCredentials:
    def test_none_at_all(self, offline: Workplace) -> None:
        offline.stack("conversations")
        assert_one_clear_error(
            offline.gcsync("plan"), "GC301", "GENESYS_CLOUD_CLIENT_ID", "GENESYS_CLOUD_CLIENT_SECRET"
        )

    def test_none_of_the_stacks_own_prefix(self, work: Workplace) -> None:
        work.stack("conversations", settings="environments: {prod: {credentials: PROD}}\n")
        assert_one_clear_error(work.gcsync("plan", "--env", "prod"), "GC301", "GENESYS_CLOUD_PROD_CLIENT_ID")

    def test_wrong_ones(self, offline: Workplace, tmp_path: Path) -> None:
        from gcsync.emulator import EmulatorSettings, start

        offline.stack("conversations")
        settings = EmulatorSettings(database=tmp_path / "strict.db", clients=(("right", "also-right"),))
        with start(settings) as running:
            ran = offline.gcsync("plan", **credentials_for(running.url))
        assert ran.code == 1
        assert "a-secret-of-one" not in ran.err + ran.out
        assert "hint:" in ran.err


class TestPlace:
    def test_a_region_that_does_not_exist(self, work: Workplace) -> None:
        work.stack("conversations")
        assert_one_clear_error(work.gcsync("plan", GENESYS_CLOUD_REGION="us-east-17"), "GC303", "us-east-1")

    def test_another_organization_than_declared(self, work: Workplace, hand: Hand) -> None:
        work.stack("conversations", settings="genesys: {organization: Another Ltd}\n")
        ran = work.gcsync("apply", "--auto-approve")
        assert_one_clear_error(ran, "GC305", "Another Ltd", "Example Ltd")
        assert hand.streams() == []

    def test_a_host_that_nobody_listens_on(self, offline: Workplace) -> None:
        with socket.socket() as closed:
            closed.bind(("127.0.0.1", 0))
            url = f"http://127.0.0.1:{closed.getsockname()[1]}"
            offline.stack("conversations")
            ran = offline.gcsync("plan", **credentials_for(url))
        assert (ran.code, "hint:" in ran.err, ran.out) == (1, True, "")

    def test_plain_http_to_another_machine(self, work: Workplace) -> None:
        work.stack("conversations")
        assert_one_clear_error(work.gcsync("plan", GENESYS_CLOUD_API_URL="http://api.example.com"), "GC304")


NO_SUCH_API = json.dumps({"message": "Not found", "code": "not.found", "status": 404, "contextId": "context-1"})
FORBIDDEN = json.dumps({"message": "No permission", "code": "missing.permission", "status": 403, "contextId": "c-2"})


class TestAnswers:
    @pytest.mark.parametrize(
        ("answer", "said"),
        [
            ((200, JSON, '{"entities": ['), "JSON"),
            ((200, "text/html", "<html><body>Please log in</body></html>"), "HTML"),
            ((200, JSON, "[]"), "hint:"),
            ((200, JSON, '{"entities": [{}], "total": 1, "pageCount": 1}'), "hint:"),
            ((404, JSON, NO_SUCH_API), "context-1"),
            ((403, JSON, FORBIDDEN), "event:stream:read"),
            ((400, JSON, "not even JSON \x1b[31m"), "400"),
        ],
    )
    def test_a_listing_that_is_none(self, offline: Workplace, answer: Answer, said: str) -> None:
        offline.stack("conversations")
        with serve(lambda _: answer) as url:
            ran = offline.gcsync("plan", **credentials_for(url))
        assert (ran.code, ran.err.count("error[GC3")) == (1, 1), ran.err
        assert said in ran.err
        assert "\x1b" not in ran.err

    def test_a_write_that_may_not_be(self, work: Workplace, hand: Hand) -> None:
        hand.scopes("event:stream:read")
        work.stack("conversations")
        ran = work.gcsync("apply", "--auto-approve")
        assert (ran.code, "event:stream:write" in ran.out + ran.err, hand.streams()) == (1, True, [])

    def test_a_write_answered_without_a_body(self, work: Workplace, hand: Hand) -> None:
        hand.faults("empty:1:POST")
        work.stack("conversations")
        assert work.gcsync("apply", "--auto-approve").code == 0
        assert len(hand.streams()) == 1


class TestCommandLine:
    @pytest.mark.parametrize(
        ("arguments", "code"),
        [
            ((), "GC600"),
            (("plans",), "GC600"),
            (("plan", "--nope"), "GC600"),
            (("plan", "--format", "yaml"), "GC600"),
            (("apply", "--parallelism", "0"), "GC600"),
            (("apply", "--parallelism", "many"), "GC600"),
            (("plan", "--var", "a-secret-without-a-name"), "GC203"),
            (("plan", "--replace", "stream.*"), "GC604"),
            (("apply", "--allow-delete", "nonsense"), "GC604"),
            (("schema", "nothing"), "GC607"),
            (("drift", "--since", "yesterday"), "GC728"),
            (("drift", "--max-age", "7"), "GC728"),
            (("drift", "--baseline", "missing.yaml"), "GC101"),
            (("explain", "GC000"), "GC608"),
            (("validate", "missing.yaml"), "GC119"),
            (("plan", "--env", "prod"), "GC222"),
            (("emulator", "serve", "--client", "a-secret-alone"), "GC650"),
            (("emulator", "serve", "--fault", "nonsense"), "GC651"),
        ],
    )
    def test_what_cannot_be_understood(self, work: Workplace, arguments: tuple[str, ...], code: str) -> None:
        work.stack("conversations")
        ran = work.gcsync(*arguments)
        assert (ran.code, f"error[{code}]" in ran.err, ran.out) == (1, True, ""), ran.err
        assert "a-secret" not in ran.err

    def test_no_answer_without_a_terminal(self, work: Workplace, hand: Hand) -> None:
        work.stack("conversations")
        ran = work.gcsync("apply")
        assert_one_clear_error(ran, "GC606", "--auto-approve")
        assert "1 to create" in ran.out
        assert hand.streams() == []

    def test_a_json_plan_is_not_applied(self, work: Workplace, hand: Hand) -> None:
        work.stack("conversations")
        work.write("plan.json", work.gcsync("plan", "--format", "json").out)
        assert_one_clear_error(work.gcsync("apply", "plan.json", "--auto-approve"), "GC605")
        assert hand.streams() == []

    def test_no_stack_anywhere(self, work: Workplace) -> None:
        assert work.gcsync("plan").code == 1


class TestDisk:
    @pytest.mark.parametrize(
        "arguments", [("plan",), ("plan", "--format", "json"), ("validate",), ("schema",), ("list",)]
    )
    def test_stdout_is_full(self, work: Workplace, arguments: tuple[str, ...]) -> None:
        work.stack("conversations")
        assert_one_clear_error(to_full_disk(work, *arguments), "GC602")

    @pytest.mark.parametrize("arguments", [("--version",), ("--help",), ("plan", "--help")])
    def test_stdout_is_full_from_the_start(self, offline: Workplace, arguments: tuple[str, ...]) -> None:
        assert_one_clear_error(to_full_disk(offline, *arguments), "GC602")

    def test_nothing_is_applied_when_the_plan_cannot_be_shown(self, work: Workplace, hand: Hand) -> None:
        work.stack("conversations")
        assert_one_clear_error(to_full_disk(work, "apply", "--auto-approve"), "GC602")
        assert hand.streams() == []

    def test_what_was_applied_is_told_when_stdout_cannot_take_it(self, work: Workplace, hand: Hand) -> None:
        work.stack("conversations")
        ran = to_full_disk(work, "apply", "--auto-approve", "--format", "json")
        assert_one_clear_error(ran, "GC602", "Applied: 1 created,")
        assert len(hand.streams()) == 1

    @pytest.mark.parametrize("line", ["schema", "--help", "plan", "apply --auto-approve"])
    def test_a_reader_that_went_away_is_no_error(self, work: Workplace, hand: Hand, line: str) -> None:
        work.stack("conversations")
        reading, writing = os.pipe()
        os.close(reading)
        where = {"cwd": work.folder, "env": work.environ}
        done = subprocess.run(command(*line.split()), stdout=writing, stderr=subprocess.PIPE, **where)
        os.close(writing)
        assert (done.returncode, done.stderr) == (0, b"")
        assert len(hand.streams()) == (1 if "apply" in line else 0)

    def test_a_folder_where_a_file_stands(self, offline: Workplace) -> None:
        offline.write("stacks", "a file")
        assert_one_clear_error(offline.gcsync("init"), "GC603", "stacks")

    def test_an_emulator_database_that_is_none(self, offline: Workplace) -> None:
        offline.stack("conversations")
        offline.write("other.db", "not a database")
        assert_one_clear_error(offline.gcsync("plan", "--emulator-db", "other.db"), "GC656")

    def test_an_emulator_database_of_another_program(self, offline: Workplace) -> None:
        offline.stack("conversations")
        with sqlite3.connect(offline.folder / "other.db") as database:
            database.execute("create table books (title text)")
        database.close()
        assert_one_clear_error(offline.gcsync("plan", "--emulator-db", "other.db"), "GC656")


def test_errors_of_all_stacks_come_at_once(work: Workplace) -> None:
    work.stack("conversations", name="one", settings="genesys: {organization: Another Ltd}\n")
    work.stack("agents", name="two", settings="genesys: {region: eu-west-17}\n")
    ran = work.gcsync("plan")
    assert ran.code == 1
    assert "GC303" in ran.err or "GC1" in ran.err


@pytest.mark.parametrize(("arguments", "code"), [("plan", 1), ("--help", 1), ("validate", 1)])
def test_a_closed_stdout_is_told(work: Workplace, arguments: str, code: int) -> None:
    work.stack("conversations")
    ran = with_streams(work, f"{arguments} >&-")
    assert (ran.code, ran.err.count("GC602")) == (code, 1)


@pytest.mark.parametrize(("closed", "code"), [("2>&-", 0), ("<&-", 0), (">&- 2>&- <&-", 1)])
def test_other_closed_streams_end_nothing(work: Workplace, closed: str, code: int) -> None:
    work.stack("conversations")
    assert with_streams(work, f"apply --auto-approve {closed}").code == code


def with_streams(work: Workplace, line: str) -> Ran:
    """A command line with a shell's redirections."""
    words = [*command(), *line.split()]
    shell = " ".join(word if "&-" in word else shlex.quote(word) for word in words)
    done = subprocess.run(shell, shell=True, cwd=work.folder, env=work.environ, capture_output=True, encoding="utf-8")
    assert "Traceback" not in done.stderr
    return Ran(done.returncode, done.stdout, done.stderr)


def to_full_disk(work: Workplace, *arguments: str) -> Ran:
    with open("/dev/full", "w", encoding="utf-8") as full:
        done = subprocess.run(
            command(*arguments),
            cwd=work.folder,
            env=work.environ,
            stdin=subprocess.DEVNULL,
            stdout=full,
            stderr=subprocess.PIPE,
            encoding="utf-8",
        )
    assert "Traceback" not in done.stderr
    assert "Exception ignored" not in done.stderr
    return Ran(done.returncode, "", done.stderr)
