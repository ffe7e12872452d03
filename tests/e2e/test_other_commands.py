"""init, validate, list, schema, explain, and the emulator on any command."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from gcsync import __version__
from gcsync.explanations import codes
from tests.e2e.workplace import Hand, Workplace, clean_environment, command
from tests.house.source import ROOT


class TestInit:
    def test_what_it_writes_can_be_planned_at_once(self, offline: Workplace) -> None:
        begun = offline.gcsync("init")
        assert (begun.code, begun.err) == (0, "")
        assert "gcsync validate" in begun.out
        assert "gcsync plan" in begun.out
        assert offline.gcsync("validate").code == 0
        endpoint = {"AWS_EVENTBRIDGE_ENDPOINT_URL": "https://events.example.com/genesys-events"}
        plan = offline.gcsync("plan", "--emulator", **endpoint)
        assert plan.last_line == "Plan: 1 to create, 0 to update, 0 to replace, 0 to delete, 0 to adopt, 0 unchanged."


class TestValidate:
    def test_what_is_valid(self, offline: Workplace) -> None:
        offline.stack("conversations", "agents", name="one")
        offline.stack("conversations", name="two")
        ran = offline.gcsync("validate")
        assert (ran.code, ran.err, ran.out) == (0, "", "Valid: 2 stacks, 3 resources.\n")

    def test_errors_are_on_stderr_with_their_place(self, offline: Workplace) -> None:
        offline.write("stacks/one.yaml", "version: 1\nstack: one\nstreams:\n  a: {destination: []}\n")
        ran = offline.gcsync("validate")
        assert (ran.code, ran.out) == (1, "")
        assert "stacks/one.yaml:4:7: streams.a.destination:" in ran.err

    def test_a_warning_is_told_and_no_failure(self, offline: Workplace) -> None:
        text = (
            "version: 1\nstack: one\nstreams:\n  a: {destinations: [{protocol: https, url: 'https://a.example.com'}]}\n"
        )
        offline.write("stacks/one.yaml", text)
        ran = offline.gcsync("validate")
        assert (ran.code, "warning[GC150]" in ran.err, ran.out) == (0, True, "Valid: 1 stack, 1 resource.\n")


class TestList:
    def test_every_owner_and_every_orphan(self, work: Workplace, hand: Hand) -> None:
        hand.create("nobodys")
        work.stack("a", "b", "c", name="one")
        work.stack("d", name="two")
        work.gcsync("apply", "--auto-approve")
        work.stack("a", "b", name="one")
        rows = work.gcsync("list", "--format", "json").document["objects"]
        assert [(row["owner"], row["address"], row["declared"]) for row in rows] == [
            ("one", "stream.a", True),
            ("one", "stream.b", True),
            ("one", "stream.c", False),
            ("two", "stream.d", True),
        ]

    def test_it_needs_no_stack(self, work: Workplace) -> None:
        path = work.stack("conversations")
        work.gcsync("apply", "--auto-approve")
        path.unlink()
        ran = work.gcsync("list")
        assert ran.code == 0
        assert re.search(r"^contact-center +stream\.conversations +conversations +[0-9a-f-]{36}$", ran.out, re.M)
        assert ran.err.startswith("Organization Example Ltd")

    def test_a_kind_that_may_not_be_read_is_an_error(self, work: Workplace, hand: Hand) -> None:
        hand.scopes("event:stream:write")
        ran = work.gcsync("list")
        assert (ran.code, "stream" in ran.err) == (1, True)


class TestSchema:
    def test_that_of_stacks_is_the_one_in_the_tree(self, offline: Workplace) -> None:
        shipped = json.loads((ROOT / "schemas/stack.schema.json").read_text(encoding="utf-8"))
        assert offline.gcsync("schema").document == shipped
        assert offline.gcsync("schema", "stack").document == shipped

    @pytest.mark.parametrize("name", ["stream", "plan", "baseline"])
    def test_that_of_a_kind_of_the_plan_and_of_a_baseline(self, offline: Workplace, name: str) -> None:
        shipped = json.loads((ROOT / f"schemas/{name}.schema.json").read_text(encoding="utf-8"))
        assert offline.gcsync("schema", name).document == shipped


class TestExplain:
    def test_a_code(self, offline: Workplace) -> None:
        ran = offline.gcsync("explain", "gc104")
        assert (ran.code, ran.out.splitlines()[0][:7]) == (0, "GC104: ")

    def test_without_one_all_are_listed(self, offline: Workplace) -> None:
        ran = offline.gcsync("explain")
        assert [line.split()[0] for line in ran.out.splitlines()] == list(codes())


def test_the_version(offline: Workplace) -> None:
    for line in ("--version", "-v --version"):
        ran = offline.gcsync(*line.split())
        assert (ran.code, ran.out, ran.err) == (0, f"gcsync {__version__}\n", "")


@pytest.mark.parametrize("line", ["--help", "-h", "plan --help", "emulator serve -h"])
def test_help_is_a_result(offline: Workplace, line: str) -> None:
    ran = offline.gcsync(*line.split())
    assert (ran.code, ran.err, ran.out.startswith("Usage: gcsync")) == (0, "", True)


def test_help_tells_the_exit_codes(offline: Workplace) -> None:
    text = offline.gcsync("--help").out
    assert [line.split()[0] for line in text.partition("Exit codes:\n")[2].splitlines()] == [
        "0",
        "1",
        "2",
        "3",
        "130",
        "143",
    ]


class TestEmulator:
    @pytest.mark.parametrize("line", ["--emulator apply --auto-approve", "apply --auto-approve --emulator"])
    def test_it_keeps_its_state_from_command_to_command(self, offline: Workplace, line: str) -> None:
        offline.stack("conversations")
        ran = offline.gcsync(*line.split())
        assert (ran.code, "Emulator at http://127.0.0.1:" in ran.err) == (0, True)
        assert offline.gcsync("plan", "--emulator", "--detailed-exitcode").code == 0
        assert (offline.folder / ".gcsync/emulator.db").is_file()
        assert (offline.folder / ".gcsync/.gitignore").read_text(encoding="utf-8") == "*\n"

    def test_its_file_may_be_named(self, offline: Workplace) -> None:
        offline.stack("conversations")
        assert offline.gcsync("apply", "--auto-approve", "--emulator-db", "here.db").code == 0
        assert offline.gcsync("plan", "--detailed-exitcode", "--emulator-db", "here.db").code == 0
        assert not (offline.folder / ".gcsync/emulator.db").exists()

    def test_it_is_the_organization_that_the_stack_declares(self, offline: Workplace) -> None:
        settings = "genesys: {organization: Acme}\nenvironments: {prod: {credentials: PROD}}\n"
        offline.stack("conversations", settings=settings)
        ran = offline.gcsync("plan", "--emulator", "--env", "prod")
        assert (ran.code, ran.out.startswith("Organization Acme, us-east-1, as client emulator")) == (0, True)

    def test_it_never_reaches_what_the_environment_names(self, work: Workplace, hand: Hand) -> None:
        work.stack("conversations")
        hand.requests()
        assert work.gcsync("apply", "--auto-approve", "--emulator").code == 0
        assert [line for line in hand.requests() if " /emulator" not in line] == []
        assert hand.streams() == []

    @pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
    def test_serve_tells_where_it_is_and_ends_with_0(self, offline: Workplace, number: int) -> None:
        words = command("emulator", "serve", "--emulator-db", "e.db", "--organization", "Acme")
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        with subprocess.Popen(words, cwd=offline.folder, env=offline.environ, encoding="utf-8", **pipes) as process:
            assert process.stdout is not None
            url = process.stdout.readline().strip()
            with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(f"{url}/emulator") as answer:
                assert json.load(answer)["organization"]["name"] == "Acme"
            process.send_signal(number)
            rest, errors = process.communicate(timeout=180)
        assert (process.returncode, rest, errors) == (0, "", "")


def test_v_logs_what_is_asked_and_no_secret(work: Workplace) -> None:
    work.stack("conversations")
    quiet, told = work.gcsync("plan"), work.gcsync("plan", "-vv")
    assert (quiet.err, told.code) == ("", 0)
    assert "/api/v2/eventstreams" in told.err
    assert "a-secret-of-one" not in told.err
    assert told.err.count("Bearer") == told.err.count("Authorization: Bearer (sensitive value)") > 0


def test_a_terminal_that_knows_ascii_only_is_no_obstacle(work: Workplace) -> None:
    work.stack("conversations", description="Für die Auswertung → später")
    ran = work.gcsync("plan", PYTHONIOENCODING="ascii")
    assert ran.code == 0


def heed_ctrl_c() -> None:
    """Also where whoever runs the tests ignores it, as a shell does for what it starts in the background."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.mark.parametrize(
    ("demo", "number", "code"), [("demo.py", signal.SIGINT, 130), ("demo_events.py", signal.SIGTERM, 143)]
)
def test_a_demo_that_is_ended_leaves_nothing_behind(tmp_path: Path, demo: str, number: int, code: int) -> None:
    environ = clean_environment(TMPDIR=str(tmp_path))
    words = [sys.executable, str(ROOT / "stacks" / demo)]
    how = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, "preexec_fn": heed_ctrl_c}
    with subprocess.Popen(words, env=environ, **how) as process:
        assert process.stdout
        while not process.stdout.readline().startswith("$ gcsync"):
            assert process.poll() is None
        process.send_signal(number)
        _, err = process.communicate(timeout=900)
    assert (process.returncode, err, list(tmp_path.iterdir())) == (code, "", [])


def test_the_demo() -> None:
    words = [sys.executable, str(ROOT / "stacks/demo.py")]
    done = subprocess.run(words, env=clean_environment(), capture_output=True, encoding="utf-8", timeout=600)
    assert (done.returncode, done.stderr) == (0, "")
    assert [line for line in done.stdout.splitlines() if line.startswith("$ ")] == [
        "$ gcsync validate",
        "$ gcsync plan",
        "$ gcsync apply --auto-approve",
        "$ gcsync plan --detailed-exitcode",
        "$ gcsync drift",
        "$ gcsync apply --auto-approve",
        "$ gcsync drift",
    ]
    assert done.stdout.splitlines()[-1] == (
        "It all went as it should: planned, applied, drifted by hand, found, repaired."
    )
