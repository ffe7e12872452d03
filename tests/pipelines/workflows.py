"""Runs GitHub's workflow files on this machine: their real `run` steps in a real bash, with what GitHub would set.

    github = GitHub(folder=tmp_path, repository=clone, environ=…)     # environ: what the runner's machine has set
    github.environments["production"] = Environment(secrets={…}, reviewers=True)
    run = github.run(ROOT / "docs/ci/github/plan.yml", pull_request(…))
    run.job("plan").step("Plan").outputs["has-changes"]

Steps that `use` an action of others are played by the functions in `tests/pipelines/actions.py`; `OWNER/gcsync` is this
checkout's own action.yml, whose steps are run like those of the workflow.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from tests.house.source import ROOT
from tests.pipelines.expressions import evaluate, fill, text

REPOSITORY = "example/stacks"
TOKEN = "a-token-of-github"
LONGEST_SECONDS = 180
_STATUS = re.compile(r"\b(always|failure|success|cancelled)\(\)")


@dataclass
class Environment:
    """A GitHub environment. One with a `branch` gives its secrets to that branch alone."""

    secrets: dict[str, str] = field(default_factory=dict)
    variables: dict[str, str] = field(default_factory=dict)
    reviewers: bool = False
    branch: str | None = None


@dataclass(frozen=True)
class Event:
    """Why a workflow runs. `sha` is what is checked out, `branch` what GITHUB_REF_NAME says."""

    name: str
    sha: str
    branch: str
    payload: dict[str, Any]

    @property
    def of_fork(self) -> bool:
        pull = self.payload.get("pull_request")
        return bool(pull) and pull["head"]["repo"]["full_name"] != pull["base"]["repo"]["full_name"]


@dataclass
class Step:
    """A step that has ended: `outcome` is success, failure or skipped."""

    name: str
    outcome: str
    outputs: dict[str, str] = field(default_factory=dict)
    log: str = ""


@dataclass
class Job:
    """A job that has ended, with the step summary of all its steps."""

    key: str
    name: str
    outcome: str = "success"
    steps: list[Step] = field(default_factory=list)
    summary: str = ""

    def step(self, name: str) -> Step:
        return next(step for step in self.steps if step.name == name)

    @property
    def log(self) -> str:
        return "".join(step.log for step in self.steps)


@dataclass
class Run:
    """A workflow run that has ended."""

    id: int
    event: Event
    jobs: list[Job] = field(default_factory=list)

    def job(self, key: str) -> Job:
        return next(job for job in self.jobs if job.key == key)

    @property
    def outcome(self) -> str:
        return "failure" if any(job.outcome == "failure" for job in self.jobs) else "success"


@dataclass
class Artifact:
    """What a run has kept: the files by their path inside the artefact."""

    id: int
    name: str
    run: Run
    head: str
    files: dict[str, bytes]
    expired: bool = False


@dataclass
class GitHub:
    """A repository at GitHub: its environments, what its runs kept, and the machine that runs them.

    `api` is the URL of a stand-in for GitHub's API, which takes `token`; `approve` says what the reviewers of an
    environment answer.
    """

    folder: Path
    repository: Path
    environ: dict[str, str]
    api: str = ""
    name: str = REPOSITORY
    token: str = TOKEN
    environments: dict[str, Environment] = field(default_factory=dict)
    variables: dict[str, str] = field(default_factory=dict)
    artifacts: list[Artifact] = field(default_factory=list)
    runs: list[Run] = field(default_factory=list)
    approve: Callable[[str, Run], bool] = lambda environment, run: True

    def run(self, workflow: Path, event: Event, change: Callable[[dict[str, Any]], None] | None = None) -> Run:
        """Run all jobs, one after another. `change` may change the file first, as a user would edit the matrix."""
        document = yaml.load(workflow.read_text(encoding="utf-8"), yaml.BaseLoader)
        if change is not None:
            change(document)
        run = Run(1000 + len(self.runs), event)
        self.runs.append(run)
        assert event.name in document["on"], f"{workflow.name} does not run on {event.name}"
        for key, job in document["jobs"].items():
            for matrix in job.get("strategy", {}).get("matrix", {}).get("include", [{}]):
                run.jobs.append(_JobRun(self, run, key, job, matrix).play())
        return run


class _JobRun:
    """One job of one entry of the matrix, on a machine of its own."""

    def __init__(self, github: GitHub, run: Run, key: str, job: Mapping[str, Any], matrix: Mapping[str, Any]) -> None:
        self.github, self.run, self.described = github, run, job
        self.contexts: dict[str, Any] = {
            "github": _github_context(github, run.event),
            "matrix": matrix,
            "vars": dict(github.variables),
            "secrets": {},
            "needs": {},
            "steps": {},
            "env": {},
        }
        self.job = Job(key, text(fill(job.get("name", key), self.contexts)))
        self.home = github.folder / f"run-{run.id}" / f"{key}-{len(run.jobs)}"
        self.workspace, self.temp = self.home / "workspace", self.home / "temp"

    def play(self) -> Job:
        if not self._is_wanted():
            self.job.outcome = "skipped"
            return self.job
        name = text(fill(self.described.get("environment"), self.contexts))
        if name and not self._enter(name):
            self.job.outcome = "failure"
            return self.job
        self.workspace.mkdir(parents=True)
        self.temp.mkdir()
        install(self.temp / "gcsync/bin")
        (self.home / "event.json").write_text(json.dumps(self.run.event.payload), encoding="utf-8")
        Steps(self, self.described["steps"], {}, None).play()
        return self.job

    def _is_wanted(self) -> bool:
        needed = self.described.get("needs", [])
        needed = [needed] if isinstance(needed, str) else needed
        if any(job.outcome != "success" for job in self.run.jobs if job.key in needed):
            return False
        return bool(evaluate(self.described.get("if", "true"), self.contexts))

    def _enter(self, name: str) -> bool:
        """Let the job into its environment: where the branch is allowed and the reviewers, if any, say yes."""
        environment = self.github.environments.get(name, Environment())
        if environment.branch not in (None, self.run.event.branch):
            return False
        if environment.reviewers and not self.github.approve(name, self.run):
            return False
        self.contexts["vars"] |= environment.variables
        if not self.run.event.of_fork:
            self.contexts["secrets"] = dict(environment.secrets)
        return True

    def environ(self) -> dict[str, str]:
        """What GitHub sets for every step."""
        event = self.run.event
        return self.github.environ | {
            "CI": "true",
            "GITHUB_ACTIONS": "true",
            "GITHUB_API_URL": self.github.api,
            "GITHUB_EVENT_NAME": event.name,
            "GITHUB_EVENT_PATH": str(self.home / "event.json"),
            "GITHUB_REF_NAME": event.branch,
            "GITHUB_REPOSITORY": self.github.name,
            "GITHUB_RUN_ID": str(self.run.id),
            "GITHUB_SERVER_URL": "https://github.com",
            "GITHUB_SHA": event.sha,
            "GITHUB_WORKSPACE": str(self.workspace),
            "RUNNER_TEMP": str(self.temp),
        }


class Steps:
    """The steps of a job, or of a composite action inside it."""

    def __init__(
        self, job: _JobRun, steps: list[Any], environ: Mapping[str, str], inputs: Mapping[str, str] | None
    ) -> None:
        self.job, self.described, self.environ = job, steps, environ
        self.contexts = job.contexts | {"steps": {}, "env": dict(environ)}
        if inputs is not None:
            self.contexts["inputs"] = inputs
        self.failed = False
        self.played: list[Step] = []

    def play(self) -> None:
        for described in self.described:
            step = self._play(described)
            self.played.append(step)
            if step.outcome == "failure":
                self.failed = True
            if "id" in described:
                self.contexts["steps"][described["id"]] = {"outputs": step.outputs, "outcome": step.outcome}
            if "inputs" not in self.contexts:
                self.job.job.steps.append(step)
        if self.failed:
            self.job.job.outcome = "failure"

    def functions(self) -> dict[str, Callable[..., Any]]:
        return {
            "always": lambda: True,
            "success": lambda: not self.failed,
            "failure": lambda: self.failed,
            "hashFiles": lambda pattern: "a-digest" if list(self.job.workspace.glob(pattern)) else "",
        }

    def _play(self, described: Mapping[str, Any]) -> Step:
        from tests.pipelines import actions

        step = Step(described.get("name", described.get("uses", "")), "skipped")
        if not self._is_wanted(described.get("if", "success()")):
            return step
        environ = {name: text(value) for name, value in self._filled(described.get("env", {})).items()}
        environ = {**self.environ, **environ}
        if "uses" in described:
            inputs = {name: text(value) for name, value in self._filled(described.get("with", {})).items()}
            actions.play(self.job, described["uses"], inputs, environ, step)
        else:
            self._run(described, environ, step)
        return step

    def _is_wanted(self, condition: str) -> bool:
        condition = condition.strip().removeprefix("${{").removesuffix("}}")
        if not _STATUS.search(condition):
            condition = f"success() && ({condition})"
        return bool(evaluate(condition, self.contexts, self.functions()))

    def _filled(self, value: Any) -> Any:
        return fill(value, self.contexts, self.functions())

    def _run(self, described: Mapping[str, Any], environ: Mapping[str, str], step: Step) -> None:
        assert "${{" not in described["run"], "an expression inside a script"
        files = {name: self.job.temp / name.lower() for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
        for file in files.values():
            file.write_text("", encoding="utf-8")
        options = ["--noprofile", "--norc", "-eo", "pipefail"] if described.get("shell") == "bash" else ["-e"]
        folder = text(self._filled(described.get("working-directory", ".")))
        done = subprocess.run(
            ["bash", *options, "-c", described["run"]],
            cwd=self.job.workspace / folder,
            env=self.job.environ() | dict(environ) | {name: str(file) for name, file in files.items()},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            timeout=LONGEST_SECONDS,
        )
        step.log = done.stdout
        step.outcome = "failure" if done.returncode else "success"
        step.outputs = dict(_outputs(files["GITHUB_OUTPUT"].read_text(encoding="utf-8")))
        self.job.job.summary += files["GITHUB_STEP_SUMMARY"].read_text(encoding="utf-8")


def _outputs(written: str) -> Iterator[tuple[str, str]]:
    for line in written.splitlines():
        name, equals, value = line.partition("=")
        assert equals, f"no output: {line}"
        yield name, value


def _github_context(github: GitHub, event: Event) -> dict[str, Any]:
    return {
        "event": event.payload,
        "event_name": event.name,
        "ref_name": event.branch,
        "repository": github.name,
        "sha": event.sha,
        "token": github.token,
    }


def install(folder: Path) -> None:
    """The gcsync of this test run where ci/install.sh would have put it, which takes half a minute and a network."""
    import sys

    folder.mkdir(parents=True, exist_ok=True)
    for name, arguments in (("python", ""), ("gcsync", "-m gcsync")):
        program = folder / name
        program.write_text(
            f'#!/bin/sh\nPYTHONPATH="{ROOT}" exec "{sys.executable}" {arguments} "$@"\n', encoding="utf-8"
        )
        program.chmod(0o755)


def machine(**more: str) -> dict[str, str]:
    """What is set on the machine that runs the jobs: nothing of gcsync's but what a test adds."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "XDG_STATE_HOME", "LANG") if name in os.environ}
    return kept | {"PYTHONWARNINGS": "error"} | more


def pull_request(
    number: int, sha: str, head: str, *, fork: str | None = None, author: str = "ada", repository: str = REPOSITORY
) -> Event:
    """A push to a pull request. `sha` is the merge that is checked out, `head` the pull request's own commit."""
    pull = {
        "number": number,
        "head": {"sha": head, "repo": {"full_name": fork or repository}},
        "base": {"ref": "main", "repo": {"full_name": repository}},
        "user": {"login": author},
    }
    payload = {"action": "synchronize", "number": number, "pull_request": pull}
    return Event("pull_request", sha, f"{number}/merge", payload)


def on_main(name: str, sha: str, repository: str = REPOSITORY) -> Event:
    """A push to main, a schedule, or a run by hand."""
    return Event(name, sha, "main", {"repository": {"default_branch": "main", "full_name": repository}})
