"""The life of a pull request at a platform: what people and pipelines do there, and what can be seen afterwards.

AtGitHub runs the workflows to copy, AtGitLab the jobs of the component; both offer what `Life` says.
"""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from tests.e2e.workplace import stack
from tests.house.source import ROOT
from tests.pipelines import component
from tests.pipelines.project import Project
from tests.pipelines.workflows import GitHub, Run, on_main, pull_request
from tests.stand_ins.gitlab import GitLab

NUMBER = 7
BRANCH = "change"
STACK = "stacks/contact-center.yaml"
_WORKFLOWS = ROOT / "docs/ci/github"
_IMAGE = "registry.example.com/gcsync@sha256:" + 64 * "0"


@dataclass(frozen=True)
class Ended:
    """A pipeline that has ended."""

    succeeded: bool
    log: str


@dataclass(frozen=True)
class Comment:
    """A comment on the pull request, or on an issue."""

    id: int
    body: str


@dataclass(frozen=True)
class Issue:
    number: int
    title: str
    is_open: bool
    body: str
    answers: tuple[str, ...]


class Life(Protocol):
    """A pull request at a platform."""

    def push(self, *keys: str) -> Ended:
        """Declare these streams, in a pull request that is opened by the first push; its pipeline."""

    def merge(self) -> Ended:
        """Merge as it was reviewed, and let the pipeline of the main branch apply."""

    def cron(self) -> Ended:
        """The pipeline that looks for drift."""

    def comments(self) -> list[Comment]:
        """Those on the pull request."""

    def issues(self) -> list[Issue]:
        """All of them, closed ones too."""


@dataclass
class AtGitHub:
    """`hub` is the stand-in for GitHub's API that `github`, which runs the workflows, speaks to."""

    github: GitHub
    project: Project
    hub: Any
    head: str = ""
    planned: Run | None = None

    def push(self, *keys: str) -> Ended:
        if not self.head:
            self.hub.open_pull(NUMBER)
        self.head, merge = self.project.push(BRANCH, {STACK: stack(*keys)})
        self.planned = self.github.run(_WORKFLOWS / "plan.yml", pull_request(NUMBER, merge, self.head))
        return ended(self.planned)

    def merge(self) -> Ended:
        return self.apply(self.project.merge(BRANCH))

    def apply(self, commit: str) -> Ended:
        """The pipeline of a commit that GitHub says came from the pull request; the plan is that of the last push."""
        self.hub.plans.merged(commit, NUMBER, self.head)
        run = self.github.run(_WORKFLOWS / "apply.yml", on_main("push", commit))
        assert self.planned is not None
        assert run.job("find").step("Find the reviewed plan").outputs["run-id"] == str(self.planned.id)
        return ended(run)

    def cron(self) -> Ended:
        return ended(
            self.github.run(_WORKFLOWS / "drift.yml", on_main("schedule", self.project.git("rev-parse", "main")))
        )

    def comments(self) -> list[Comment]:
        return [Comment(one.id, one.body) for one in self.hub.on(NUMBER)]

    def issues(self) -> list[Issue]:
        return [
            Issue(one.on, one.title, one.state == "open", one.body, tuple(self.hub.bodies(one.on)))
            for one in self.hub.issues()
        ]


def ended(run: Run) -> Ended:
    return Ended(run.outcome == "success", "".join(job.log for job in run.jobs))


@dataclass
class AtGitLab:
    """`gitlab` is the stand-in for GitLab's API, `environ` what the project's runners have set."""

    folder: Path
    project: Project
    gitlab: GitLab
    environ: dict[str, str]
    is_open: bool = False
    jobs: dict[str, Any] = field(default_factory=lambda: component.jobs(image=_IMAGE))
    _checkouts: int = 0

    def push(self, *keys: str) -> Ended:
        if not self.is_open:
            self.gitlab.open_merge_request(NUMBER)
            self.is_open = True
        _, merge = self.project.push(BRANCH, {STACK: stack(*keys)})
        return self.job("plan", self.checkout(merge), merge, CI_MERGE_REQUEST_IID=str(NUMBER))[0]

    def merge(self) -> Ended:
        planned, kept = self.plan(self.project.merge(BRANCH))
        return self.apply(kept) if planned.succeeded else planned

    def plan(self, commit: str) -> tuple[Ended, Path]:
        """The plan of a commit on main, and the checkout in which its artefacts are."""
        return self.job("plan", self.checkout(commit), commit)

    def apply(self, kept: Path) -> Ended:
        """Start the apply of the same pipeline: in a checkout of its own, with the artefacts of the plan."""
        commit = Project(kept).git("rev-parse", "HEAD")
        folder = self.checkout(commit)
        for name in self.jobs["gcsync plan production"]["artifacts"]["paths"]:
            shutil.copy(kept / name, folder / name)
        return self.job("apply", folder, commit)[0]

    def cron(self) -> Ended:
        """A pipeline with drift is one with a warning: its code is one that the job allows."""
        commit = self.project.git("rev-parse", "main")
        return self.job("drift", self.checkout(commit), commit)[0]

    def job(self, kind: str, folder: Path, commit: str, **more: str) -> tuple[Ended, Path]:
        """One of the component's jobs in a checkout."""
        described = self.jobs[f"gcsync {kind} production"]
        environ = self.environ | self.gitlab.environ(CI_COMMIT_SHA=commit, **more)
        ran = component.run(described, folder, environ)
        allowed = described.get("allow_failure", {}).get("exit_codes", [])
        return Ended(ran.code in (0, *allowed), ran.log), folder

    def checkout(self, commit: str) -> Path:
        """A fresh one, as every job has it."""
        self._checkouts += 1
        folder = self.folder / f"job-{self._checkouts}"
        subprocess.run(["git", "clone", "--quiet", str(self.project.folder), str(folder)], check=True)
        Project(folder).git("checkout", "--quiet", "--detach", commit)
        return folder

    def comments(self) -> list[Comment]:
        return [Comment(one.id, one.body) for one in self.gitlab.on(NUMBER) if not one.system]

    def issues(self) -> list[Issue]:
        return [
            Issue(one.iid, one.title, one.state == "opened", one.description, self._answers(one.iid))
            for one in self.gitlab.issues()
        ]

    def _answers(self, number: int) -> tuple[str, ...]:
        return tuple(self.gitlab.bodies(number, "issues"))
