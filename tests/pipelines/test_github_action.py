"""What the action adds to a gcsync command: inputs, outputs, the step summary, and a log that obeys nobody."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from unittest import mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gcsync.views.markdown_plan import render_markdown_plan
from tests.house.source import ROOT
from tests.pipelines.scripts import script
from tests.views.factories import delete, plan, update

github_action = script("github_action")

FAKE = """\
#!{python}
import json, os, sys
words = sys.argv[1:]
with open(os.environ["CALLS"], "a") as calls:
    token = os.environ.get("GITHUB_TOKEN", "")
    given = sys.stdin.read() if "-" in words else ""
    calls.write(json.dumps([words, token, given, sorted(n for n in os.environ if n.startswith("INPUT_"))]) + "\\n")
answers = json.loads(os.environ["ANSWERS"])
answer = answers.get(" ".join(words[:1] + words[-1:]), answers.get(words[0], {{}}))
if "--out" in words and answer.get("code") in (0, 2):
    open(words[words.index("--out") + 1], "w").write("a plan")
sys.stdout.write(answer.get("out", ""))
sys.stderr.write(answer.get("err", ""))
sys.exit(answer.get("code", 0))
"""
SUMMARY = '{"gcsync": {"summary": {"create": 1, "update": 0, "replace": 0, "delete": 2, "adopt": 0, "unchanged": 3}}}'
PLANNED = {"plan": {"code": 2}, "show json": {"out": SUMMARY}, "show markdown": {"out": "# A plan\n"}}


class Ran:
    """The action, run with a program in gcsync's place that answers as the test says."""

    def __init__(self, folder: Path, answers: dict[str, dict[str, object]], **inputs: str) -> None:
        import json

        (folder / "bin").mkdir()
        python, gcsync = folder / "bin/python", folder / "bin/gcsync"
        python.symlink_to(sys.executable)
        gcsync.write_text(FAKE.format(python=sys.executable), encoding="utf-8")
        gcsync.chmod(0o755)
        files = {name: folder / name.lower() for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY", "CALLS")}
        for file in files.values():
            file.touch()
        environ = {"PATH": os.environ["PATH"], "RUNNER_TEMP": str(folder), "ANSWERS": json.dumps(answers)}
        environ |= {name: str(file) for name, file in files.items()}
        environ |= {f"INPUT_{name.upper()}": value for name, value in inputs.items()}
        environ["INPUT_TOKEN"] = "a-token"
        launch = (
            "import sys; sys.executable, file = sys.argv[1:3]; import runpy; runpy.run_path(file, run_name='__main__')"
        )
        done = subprocess.run(
            [sys.executable, "-W", "error", "-c", launch, str(python), str(ROOT / "ci/github_action.py")],
            env=environ,
            cwd=folder,
            capture_output=True,
            encoding="utf-8",
        )
        assert "Traceback" not in done.stderr, done.stderr
        assert "Warning:" not in done.stderr, done.stderr
        self.code, self.out, self.err = done.returncode, done.stdout, done.stderr
        lines = files["GITHUB_OUTPUT"].read_text(encoding="utf-8").splitlines()
        self.outputs = dict(line.split("=", 1) for line in lines)
        self.summary = files["GITHUB_STEP_SUMMARY"].read_text(encoding="utf-8")
        self.calls = [json.loads(line) for line in files["CALLS"].read_text(encoding="utf-8").splitlines()]

    @property
    def commands(self) -> list[str]:
        return [" ".join(call[0]) for call in self.calls]


class TestPlan:
    def test_a_plan_file_of_two_lines_sets_no_other_output(self, tmp_path: Path) -> None:
        ran = Ran(tmp_path, PLANNED, command="plan", plan="a\nhas-changes=false")
        assert ran.code == 1
        assert "one line" in ran.err
        assert ran.outputs == {}

    def test_the_outputs_are_those_of_the_saved_plan(self, tmp_path: Path) -> None:
        ran = Ran(tmp_path, PLANNED, command="plan", paths="stacks/\nother stacks/", environment="dev")
        file = f"{tmp_path}/gcsync-results/plan.gcsync"
        assert ran.commands[0] == f"plan --detailed-exitcode --out {file} --env dev -- stacks/ other stacks/"
        assert ran.calls[0][0][-1] == "other stacks/"
        counts = {"create": "1", "update": "0", "replace": "0", "delete": "2", "adopt": "0", "unchanged": "3"}
        assert ran.outputs == {"exit-code": "2", "has-changes": "true", "plan": file} | counts
        assert (ran.code, ran.summary) == (0, "# A plan\n\n")

    def test_a_plan_that_failed_has_neither_changes_nor_none(self, tmp_path: Path) -> None:
        (tmp_path / "gcsync-results").mkdir()
        (tmp_path / "gcsync-results/plan.gcsync").write_text("of an earlier step")
        ran = Ran(tmp_path, {"plan": {"code": 1}}, command="plan")
        assert (ran.code, ran.outputs, len(ran.calls)) == (1, {"exit-code": "1"}, 1)
        assert not (tmp_path / "gcsync-results/plan.gcsync").exists()

    def test_a_plan_that_failed_is_told_where_an_earlier_push_may_have_left_one(self, tmp_path: Path) -> None:
        failed = {"plan": {"code": 1, "err": "error[GC107]: ```unknown key\n::error file=a.yaml,line=1::unknown key\n"}}
        ran = Ran(tmp_path, failed, command="plan", comment="true", paths="stacks/", environment="prod")
        assert ran.commands[1:] == ["comment - --failed --job stacks/ prod"]
        assert "GC107" in ran.calls[1][2]
        assert ran.summary == "### gcsync plan failed\n\n````text\nerror[GC107]: ```unknown key\n````\n\n"

    def test_a_plan_settles_the_failure_of_its_own_job(self, tmp_path: Path) -> None:
        ran = Ran(tmp_path, PLANNED, command="plan", comment="true", paths="stacks/", environment="prod")
        assert ran.commands[-1].endswith("plan.gcsync --job stacks/ prod")

    def test_several_environments_stand_side_by_side_without_a_plan_file(self, tmp_path: Path) -> None:
        both = {"plan": {"code": 2, "out": "# Both\n"}}
        ran = Ran(tmp_path, both, command="plan", comment="true", environment="dev\nprod")
        assert ran.commands == [
            "plan --detailed-exitcode --format markdown --env dev --env prod",
            "comment - --job dev prod",
        ]
        assert (ran.calls[1][2], ran.summary) == ("# Both\n", "# Both\n\n")
        assert (ran.code, ran.outputs) == (0, {"exit-code": "2", "has-changes": "true"})

    def test_one_of_several_environments_that_fails_fails_the_step_and_hides_no_other(self, tmp_path: Path) -> None:
        half = {"plan": {"code": 1, "out": "# One of two\n", "err": "error\n"}}
        ran = Ran(tmp_path, half, command="plan", comment="true", environment="dev\nprod")
        assert (ran.code, ran.outputs) == (1, {"exit-code": "1"})
        assert (ran.calls[1][2], ran.summary) == ("# One of two\n", "# One of two\n\n")

    def test_several_environments_of_which_nothing_can_be_read_are_a_failure(self, tmp_path: Path) -> None:
        ran = Ran(tmp_path, {"plan": {"code": 1, "err": "no\n"}}, command="plan", comment="true", environment="a\nb")
        assert (ran.code, ran.commands[1]) == (1, "comment - --failed --job a b")
        assert ran.summary.startswith("### gcsync plan failed")

    def test_only_the_comment_sees_the_token_and_nothing_sees_the_inputs(self, tmp_path: Path) -> None:
        ran = Ran(tmp_path, PLANNED, command="plan", comment="true")
        assert [(call[0][0], call[1]) for call in ran.calls if call[1]] == [("comment", "a-token")]
        assert [call[3] for call in ran.calls] == [[]] * 4

    def test_a_comment_that_cannot_be_written_changes_no_result(self, tmp_path: Path) -> None:
        ran = Ran(tmp_path, PLANNED | {"comment": {"code": 1}}, command="plan", comment="true")
        assert (ran.code, ran.outputs["has-changes"]) == (0, "true")
        assert "::warning title=gcsync::the comment could not be written" in ran.err

    def test_changes_fail_the_step_only_where_that_is_asked_for(self, tmp_path: Path) -> None:
        assert Ran(tmp_path, PLANNED, command="plan", fail_on_changes="true").code == 1

    def test_no_text_of_an_input_is_read_by_a_shell_or_as_another_option(self, tmp_path: Path) -> None:
        hostile = "$(touch hacked)\n`touch hacked`\n--target=x\n; touch hacked"
        ran = Ran(tmp_path, PLANNED, command="plan", paths=hostile)
        assert ran.calls[0][0][-5:] == ["--", *hostile.splitlines()]
        assert not (tmp_path / "hacked").exists()


class TestApply:
    APPLIED = "Applied: 1 created, 2 updated, 0 replaced, 0 deleted, 0 adopted, 0 failed, 0 skipped.\n"

    def test_a_saved_plan_is_applied_alone(self, tmp_path: Path) -> None:
        (tmp_path / "plan.gcsync").touch()
        ran = Ran(tmp_path, {"apply": {"out": self.APPLIED}}, command="apply", plan="plan.gcsync", paths="stacks/")
        assert ran.commands == ["apply --auto-approve plan.gcsync"]
        assert (ran.outputs["create"], ran.outputs["update"], ran.outputs["has-changes"]) == ("1", "2", "true")
        assert ran.summary == f"### gcsync apply\n\n```text\n{self.APPLIED}```\n\n"

    def test_an_expected_plan_goes_with_what_is_planned_anew(self, tmp_path: Path) -> None:
        (tmp_path / "plan.gcsync").touch()
        ran = Ran(tmp_path, {}, command="apply", plan="plan.gcsync", expect="true", paths="stacks/", environment="dev")
        assert ran.commands == ["apply --auto-approve --expect plan.gcsync --env dev -- stacks/"]

    @pytest.mark.parametrize("inputs", [{"plan": "gone"}, {"expect": "true"}], ids=["no such file", "nothing expected"])
    def test_a_plan_that_is_not_there_is_never_replaced_by_another(
        self, tmp_path: Path, inputs: dict[str, str]
    ) -> None:
        ran = Ran(tmp_path, {}, command="apply", paths="stacks/", **inputs)
        assert (ran.code, ran.calls) == (1, [])

    def test_a_partial_apply_fails_the_step(self, tmp_path: Path) -> None:
        ran = Ran(tmp_path, {"apply": {"code": 3, "out": self.APPLIED}}, command="apply")
        assert (ran.code, ran.outputs["exit-code"], "has-changes" in ran.outputs) == (3, "3", False)


class TestDrift:
    def test_the_report_goes_to_the_summary_and_the_issue(self, tmp_path: Path) -> None:
        answers = {"drift": {"code": 2, "out": "# Drift\n"}}
        inputs = {"issue": "true", "issue_title": "Drift in prod", "arguments": "--blame"}
        ran = Ran(tmp_path, answers, command="drift", **inputs)
        assert ran.commands == ["drift --format markdown --blame", "comment - --issue --title Drift in prod"]
        assert ran.calls[1][1:3] == ["a-token", "# Drift\n"]
        assert (ran.code, ran.outputs["has-changes"], ran.summary) == (0, "true", "# Drift\n\n")
        assert Path(ran.outputs["report"]).read_text(encoding="utf-8") == "# Drift\n"

    def test_a_run_that_could_not_look_leaves_the_issue_alone(self, tmp_path: Path) -> None:
        ran = Ran(tmp_path, {"drift": {"code": 1}}, command="drift", issue="true")
        assert (ran.code, len(ran.calls), "has-changes" in ran.outputs) == (1, 1, False)

    def test_an_issue_that_cannot_be_written_fails_the_step(self, tmp_path: Path) -> None:
        ran = Ran(tmp_path, {"drift": {"code": 2}, "comment": {"code": 1}}, command="drift", issue="true")
        assert (ran.code, "::error title=gcsync::the issue could not be written" in ran.err) == (1, True)

    def test_another_format_is_for_a_file_alone(self, tmp_path: Path) -> None:
        ran = Ran(tmp_path, {"drift": {"out": "{}"}}, command="drift", format="sarif")
        assert (ran.summary, ran.out) == ("", "")
        assert Path(ran.outputs["report"]).read_text(encoding="utf-8") == "{}"
        assert Path(ran.outputs["report"]).name == "drift.sarif"


@pytest.mark.parametrize(
    ("inputs", "said"),
    [
        ({"command": "destroy"}, "command: must be one of install, validate, plan"),
        ({"command": "plan", "comment": "yes"}, 'comment: must be true or false, got "yes"'),
        ({"command": "drift", "issue": "true", "format": "junit"}, "issue: the issue is written in markdown"),
    ],
    ids=["command", "switch", "issue"],
)
def test_a_wrong_input_is_told(tmp_path: Path, inputs: dict[str, str], said: str) -> None:
    ran = Ran(tmp_path, PLANNED, **inputs)
    assert (ran.code, said in ran.err) == (1, True), ran.err


class TestLog:
    def test_what_a_name_of_the_organization_says_is_no_command_to_the_runner(self, tmp_path: Path) -> None:
        hostile = "::set-output name=plan::mine\n  ::add-mask::a\na ##[add-mask]b\n"
        ran = Ran(tmp_path, {"validate": {"out": hostile, "err": hostile}}, command="validate")
        for line in (ran.out + ran.err).splitlines():
            assert not line.lstrip().startswith("::")
            assert "##[" not in line

    def test_annotations_of_gcsync_pass(self, tmp_path: Path) -> None:
        annotation = "::error file=stacks/a.yaml,line=3::wrong\n"
        ran = Ran(tmp_path, {"validate": {"out": annotation, "err": annotation}}, command="validate")
        assert (ran.err, ran.out.startswith("::")) == (annotation, False)

    @given(st.text(alphabet=":#[a \t"))
    def test_whatever_is_in_it(self, line: str) -> None:
        shown = github_action.harmless(line)
        assert not shown.lstrip().startswith("::")
        assert "##[" not in shown


class TestSummary:
    """What stays of a report that is cut is a matter of tests/views/test_markdown_fit.py."""

    @given(texts=st.lists(st.lists(st.sampled_from(["text ☎\n", "- a line\n", "x" * 300])), max_size=4))
    def test_it_never_grows_too_long(self, texts: list[list[str]]) -> None:
        with tempfile.TemporaryDirectory() as folder, mock.patch.object(github_action, "SUMMARY_LIMIT", 2_000):
            path = Path(folder, "summary.md")
            action = github_action.Action({"GITHUB_STEP_SUMMARY": str(path)})
            for parts in texts:
                action.summarize("".join(parts))
            assert not path.exists() or path.stat().st_size <= 2_000

    def test_a_delete_of_the_last_stack_outlives_the_updates_of_the_first(self, tmp_path: Path) -> None:
        plans = [
            plan(*[update({}, {"enabled": False}, address=f"stream.u{n}") for n in range(200)], owner="first"),
            plan(delete("stream.gone"), owner="second"),
        ]
        path = tmp_path / "summary.md"
        with mock.patch.object(github_action, "SUMMARY_LIMIT", 5_000):
            github_action.Action({"GITHUB_STEP_SUMMARY": str(path)}).summarize(render_markdown_plan(plans))
        text = path.read_text(encoding="utf-8")
        assert len(text.encode()) <= 5_000
        assert "stream.gone" in text
        assert text.count("```") % 2 == 0

    @given(lines=st.lists(st.sampled_from(["ok", "☎ failed", ""]), max_size=40), limit=st.integers(10, 100))
    def test_of_a_long_log_the_end_is_shown_from_a_line_on(self, lines: list[str], limit: int) -> None:
        log = "".join(f"{line}\n" for line in lines)
        told = github_action.ending(log, limit)
        if len(log.encode()) <= limit:
            assert told == log
            return
        first, _, kept = told.partition("\n")
        assert log.endswith(kept)
        assert len(kept.encode()) <= limit
        assert first == f"({len(lines) - kept.count(chr(10))} lines before this one are in the job's log)"

    def test_a_code_block_ends_where_it_should(self) -> None:
        assert github_action.fenced("a\n````\nb\n") == "`````text\na\n````\nb\n`````"
