"""GitLab's component: what its jobs do, when they run, and that GitLab would take the file."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml

from tests.e2e.workplace import Hand, credentials_for, stack
from tests.house.source import ROOT
from tests.pipelines import component
from tests.pipelines.workflows import machine
from tests.stand_ins.gitlab import GitLab, running

if TYPE_CHECKING:
    from gcsync.emulator import RunningEmulator

IMAGE = "registry.example.com/gcsync@sha256:" + 64 * "0"
EXAMPLE = ROOT / "docs/ci/gitlab/.gitlab-ci.yml"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    folder = tmp_path / "checkout"
    (folder / "stacks").mkdir(parents=True)
    (folder / "stacks/contact-center.yaml").write_text(stack("conversations", "agents"), encoding="utf-8")
    return folder


@pytest.fixture
def environ(emulator: RunningEmulator) -> dict[str, str]:
    return machine(**credentials_for(emulator.url))


def job(kind: str, **inputs: str) -> dict[str, object]:
    return dict(component.jobs(image=IMAGE, **inputs)[f"gcsync {kind} production"])


def test_a_fork_is_validated_without_credentials(checkout: Path) -> None:
    ran = component.run(job("validate"), checkout, machine())
    assert (ran.code, "Valid: 1 stack, 2 resources." in ran.log) == (0, True), ran.log


def test_the_plan_is_kept_shown_in_the_widget_and_applied_exactly(
    checkout: Path, environ: dict[str, str], hand: Hand
) -> None:
    planned = component.run(job("plan"), checkout, environ)
    assert (planned.code, "Plan: 2 to create" in planned.log) == (0, True), planned.log
    assert json.loads((checkout / "gcsync-report.json").read_text()) == {"create": 2, "update": 0, "delete": 0}
    applied = component.run(job("apply"), checkout, environ)
    assert (applied.code, "Applied: 2 created" in applied.log) == (0, True), applied.log
    assert len(hand.streams()) == 2


@pytest.fixture
def gitlab() -> Iterator[GitLab]:
    with running() as server:
        server.open_merge_request(7)
        yield server


def refusing(gitlab: GitLab, why: str) -> dict[str, str]:
    """What a job has set that can write neither a note nor an issue."""
    if why == "a token without rights":
        gitlab.account.scopes = {"read_api"}
    down = {"CI_API_V4_URL": "http://127.0.0.1:9/api/v4"} if why == "an API that is down" else {}
    environ = gitlab.environ(CI_MERGE_REQUEST_IID="7", **down)
    if why == "no token":
        del environ["GITLAB_TOKEN"]
    return environ


WHY = [
    "a token without rights",
    pytest.param("no token", marks=pytest.mark.full),
    pytest.param("an API that is down", marks=pytest.mark.full),
]


@pytest.mark.parametrize("why", WHY)
def test_a_note_that_cannot_be_written_changes_no_result(
    checkout: Path, environ: dict[str, str], gitlab: GitLab, why: str
) -> None:
    ran = component.run(job("plan"), checkout, environ | refusing(gitlab, why))
    assert (ran.code, "The note could not be written" in ran.log, gitlab.bodies(7)) == (0, True, []), ran.log
    assert "Plan: 2 to create" in ran.log
    assert (checkout / "plan.gcsync").exists()


@pytest.mark.full
def test_a_plan_that_fails_is_told_in_a_note_and_the_next_one_takes_it_away(
    checkout: Path, environ: dict[str, str], gitlab: GitLab
) -> None:
    stacks, named = checkout / "stacks/contact-center.yaml", {"CI_JOB_NAME": "gcsync plan production"}
    right = stacks.read_text(encoding="utf-8")
    stacks.write_text(right.replace("streams:", "strems:"), encoding="utf-8")
    ran = component.run(job("plan"), checkout, environ | gitlab.environ(CI_MERGE_REQUEST_IID="7") | named)
    assert (ran.code, "strems" in ran.log) == (1, True), ran.log
    (note,) = gitlab.bodies(7)
    assert "`gcsync plan production`: no plan of this commit" in note
    assert "strems" in note
    stacks.write_text(right, encoding="utf-8")
    ran = component.run(job("plan"), checkout, environ | gitlab.environ(CI_MERGE_REQUEST_IID="7") | named)
    assert (ran.code, ["2 to create" in note for note in gitlab.bodies(7)]) == (0, [True]), ran.log


@pytest.mark.full
@pytest.mark.parametrize("why", WHY)
def test_an_issue_that_cannot_be_written_is_a_failure_that_tells_the_drift(
    checkout: Path, environ: dict[str, str], gitlab: GitLab, why: str
) -> None:
    ran = component.run(job("drift"), checkout, environ | refusing(gitlab, why))
    assert (ran.code, "2 MISSING" in ran.log, gitlab.issues()) == (1, True, []), ran.log


def test_drift_that_cannot_be_looked_for_is_a_failure(checkout: Path, environ: dict[str, str], hand: Hand) -> None:
    hand.scopes("event:stream:write")
    ran = component.run(job("drift", drift_options=""), checkout, environ)
    assert ran.code == 1, ran.log


def test_a_path_is_no_pattern_and_no_option(checkout: Path) -> None:
    ran = component.run(job("validate", paths="sta* --help"), checkout, machine())
    assert (ran.code, "sta*" in ran.log, "Usage" in ran.log) == (1, True, False), ran.log


def test_only_the_apply_is_in_the_environment_that_may_write() -> None:
    jobs = component.jobs(image=IMAGE)
    environments = {name: described.get("environment") for name, described in jobs.items()}
    assert environments == {
        "gcsync validate production": None,
        "gcsync plan production": {"name": "production-plan", "action": "access"},
        "gcsync apply production": {"name": "production", "action": "start"},
        "gcsync drift production": {"name": "production-plan", "action": "access"},
    }


def test_an_apply_runs_alone_is_never_cut_off_and_waits_for_somebody_unless_told_otherwise() -> None:
    described = job("apply")
    assert (described["resource_group"], described["interruptible"]) == ("gcsync-production", False)
    assert described["rules"][-1] == {"if": "$CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH", "when": "manual"}  # type: ignore[index]
    assert job("apply", apply="auto")["rules"][1]["if"].endswith('"auto" == "auto"')  # type: ignore[index]


def test_no_input_stands_inside_a_script() -> None:
    raw = yaml.safe_load(component.FILE.read_text(encoding="utf-8").partition("\n---\n")[2])
    assert [name for name, described in raw.items() if "$[[" in str(described["script"])] == []


def test_every_input_is_described_and_used() -> None:
    text = component.FILE.read_text(encoding="utf-8").partition("\n---\n")[2]
    for name, described in component.spec().items():
        assert described["description"]
        assert f"inputs.{name} " in text


def test_the_example_gives_every_input_without_default() -> None:
    (included,) = yaml.safe_load(EXAMPLE.read_text(encoding="utf-8"))["include"]
    needed = {name for name, described in component.spec().items() if "default" not in described}
    assert needed <= set(included["inputs"]) <= set(component.spec())


@pytest.mark.full
@pytest.mark.parametrize("which", ["component", "example"])
def test_each_is_what_gitlabs_public_schema_says(which: str, tmp_path: Path) -> None:
    file = tmp_path / ".gitlab-ci.yml"
    text = component.text(image=IMAGE) if which == "component" else EXAMPLE.read_text(encoding="utf-8")
    file.write_text(text, encoding="utf-8")
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.gitlab-ci", str(file)]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=900)
    assert ran.returncode == 0, ran.stdout


@pytest.mark.full
def test_shellcheck_finds_nothing_but_the_words_that_are_meant_to_be_split(tmp_path: Path) -> None:
    for name, described in component.jobs(image=IMAGE).items():
        script = tmp_path / "script.sh"
        script.write_text("#!/bin/sh\n" + "\n".join(described["script"]) + "\n", encoding="utf-8")
        command = [str(Path(sys.executable).parent / "shellcheck"), "--exclude=SC2086", str(script)]
        ran = subprocess.run(command, capture_output=True, text=True, timeout=900)
        assert ran.returncode == 0, f"{name}\n{ran.stdout}"
