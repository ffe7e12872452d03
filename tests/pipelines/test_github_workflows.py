"""The workflows to copy, run step by step: what happens to a pull request, and what must not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.e2e.workplace import Hand, stack
from tests.house.source import ROOT
from tests.pipelines.github_api import Api
from tests.pipelines.project import Project
from tests.pipelines.workflows import GitHub, Run, on_main, pull_request

PLAN = ROOT / "docs/ci/github/plan.yml"
APPLY = ROOT / "docs/ci/github/apply.yml"
DRIFT = ROOT / "docs/ci/github/drift.yml"
STACK = "stacks/contact-center.yaml"


def opened(github: GitHub, project: Project, *keys: str, number: int = 7) -> tuple[Run, str]:
    """A pull request that declares these streams, planned; its run and its head commit."""
    head, merge = project.push(f"change-{number}", {STACK: stack(*keys)})
    return github.run(PLAN, pull_request(number, merge, head)), head


def merged(api: Api, project: Project, head: str, number: int = 7) -> str:
    """The pull request is merged; the commit on main."""
    commit = project.merge(f"change-{number}")
    api.merged(commit, number, head)
    return commit


def names(hand: Hand) -> list[str]:
    return sorted(stream["name"] for stream in hand.streams())


class TestPlan:
    @pytest.mark.full
    def test_a_pull_request_is_planned_and_its_plan_kept_by_its_head_commit(
        self, github: GitHub, project: Project, hand: Hand
    ) -> None:
        run, head = opened(github, project, "conversations", "agents")
        step = run.job("plan").step("Plan")
        assert (run.outcome, run.job("stranger").outcome) == ("success", "skipped")
        counted = {name: step.outputs[name] for name in ("exit-code", "has-changes", "create", "delete", "unchanged")}
        assert counted == {"exit-code": "2", "has-changes": "true", "create": "2", "delete": "0", "unchanged": "0"}
        assert [artifact.name for artifact in github.artifacts] == [f"gcsync-plan-production-{head}"]
        assert list(github.artifacts[0].files) == ["plan.gcsync"]
        assert "Plan: 2 to create" in step.log
        assert names(hand) == []

    @pytest.mark.full
    def test_one_without_changes_keeps_a_plan_too(self, github: GitHub, project: Project, api: Api, hand: Hand) -> None:
        _, head = opened(github, project, "conversations", "agents")
        commit = merged(api, project, head)
        github.run(APPLY, on_main("push", commit))
        head, merge = project.push("docs", {"README.md": "Hello\n"})
        run = github.run(PLAN, pull_request(8, merge, head))
        assert run.job("plan").step("Plan").outputs["has-changes"] == "false"
        assert github.artifacts[-1].name.endswith(head)

    @pytest.mark.full
    def test_an_error_of_the_stack_fails_the_job_and_keeps_no_plan(self, github: GitHub, project: Project) -> None:
        head, merge = project.push("broken", {STACK: "version: 1\nstack: contact-center\nstreems: {}\n"})
        run = github.run(PLAN, pull_request(7, merge, head))
        step = run.job("plan").step("Plan")
        assert (run.outcome, step.outputs["exit-code"], step.outputs["has-changes"]) == ("failure", "1", "")
        assert github.artifacts == []

    def test_one_from_a_fork_is_validated_without_any_secret(
        self, github: GitHub, project: Project, hand: Hand
    ) -> None:
        head, merge = project.push("strange", {STACK: stack("conversations")})
        hand.requests()
        run = github.run(PLAN, pull_request(7, merge, head, fork="stranger/stacks"))
        assert [(job.key, job.outcome) for job in run.jobs] == [("plan", "skipped"), ("stranger", "success")]
        assert "Valid: 1 stack" in run.job("stranger").log
        assert (hand.requests(), github.artifacts) == ([], [])

    @pytest.mark.full
    def test_one_of_dependabot_is_treated_alike(self, github: GitHub, project: Project) -> None:
        head, merge = project.push("bump", {"README.md": "Newer\n"})
        run = github.run(PLAN, pull_request(7, merge, head, author="dependabot[bot]"))
        assert [(job.key, job.outcome) for job in run.jobs] == [("plan", "skipped"), ("stranger", "success")]

    @pytest.mark.parametrize(("also", "outcome"), [(False, "success"), (True, "failure")], ids=["alone", "and a stack"])
    def test_one_that_changes_its_own_pipeline_is_not_planned(
        self, github: GitHub, project: Project, hand: Hand, also: bool, outcome: str
    ) -> None:
        files = {".github/workflows/gcsync-plan.yml": "on: push\n"} | ({STACK: stack("agents")} if also else {})
        head, merge = project.push("pipeline", files)
        hand.requests()
        run = github.run(PLAN, pull_request(7, merge, head))
        assert (run.outcome, run.job("plan").step("Plan").outcome) == (outcome, "skipped")
        assert hand.requests() == []

    @pytest.mark.full
    def test_a_name_that_git_quotes_hides_no_change_of_the_pipeline(self, github: GitHub, project: Project) -> None:
        head, merge = project.push("pipeline", {".github/workflows/é.yml": "on: push\n", STACK: stack("agents")})
        run = github.run(PLAN, pull_request(7, merge, head))
        assert (run.outcome, run.job("plan").step("Plan").outcome) == ("failure", "skipped")

    @pytest.mark.full
    def test_a_workflow_that_is_moved_away_is_a_change_of_the_pipeline(self, github: GitHub, project: Project) -> None:
        project.commit({".github/workflows/check.yml": "on: push\njobs: {check: {runs-on: ubuntu-24.04}}\n"})
        (project.folder / "old").mkdir()
        project.git("checkout", "--quiet", "-B", "moved")
        project.git("mv", ".github/workflows/check.yml", "old/check.yml")
        head = project.commit({})
        project.git("checkout", "--quiet", "main")
        project.git("merge", "--quiet", "--no-ff", "--no-edit", head)
        run = github.run(PLAN, pull_request(7, project.git("rev-parse", "HEAD"), head))
        assert (run.outcome, run.job("plan").step("Plan").outcome) == ("failure", "skipped")


class TestApply:
    @pytest.mark.full
    def test_after_the_merge_exactly_the_reviewed_plan_is_applied(
        self, github: GitHub, project: Project, api: Api, hand: Hand
    ) -> None:
        planned, head = opened(github, project, "conversations", "agents")
        assert planned.job("plan").step("Plan").outputs["has-changes"] == "true"
        assert [artifact.name for artifact in github.artifacts] == [f"gcsync-plan-production-{head}"]
        run = github.run(APPLY, on_main("push", merged(api, project, head)))
        step = run.job("apply").step("Apply the reviewed plan")
        assert run.outcome == "success", run.job("find").log + run.job("apply").log
        assert "The plan reviewed in #7" in run.job("find").log
        assert (step.outputs["create"], step.outputs["has-changes"]) == ("2", "true")
        assert "Applied: 2 created" in run.job("apply").summary
        assert names(hand) == ["agents", "conversations"]
        assert any(artifact.name == "gcsync-journal-production" for artifact in github.artifacts)

    @pytest.mark.full
    def test_the_newest_plan_of_the_head_commit_counts(self, github: GitHub, project: Project, api: Api) -> None:
        first, head = opened(github, project, "conversations")
        second = github.run(PLAN, first.event)
        run = github.run(APPLY, on_main("push", merged(api, project, head)))
        assert run.job("find").step("Find the reviewed plan").outputs["run-id"] == str(second.id)

    @pytest.mark.full
    def test_one_that_is_no_longer_the_same_is_refused(
        self, github: GitHub, project: Project, api: Api, hand: Hand
    ) -> None:
        _, head = opened(github, project, "conversations", "agents")
        hand.create("agents")
        run = github.run(APPLY, on_main("push", merged(api, project, head)))
        assert (run.outcome, names(hand)) == ("failure", ["agents"])
        assert "GC616" in run.job("apply").log

    @pytest.mark.full
    def test_where_the_reviewers_say_no_nothing_happens(
        self, github: GitHub, project: Project, api: Api, hand: Hand
    ) -> None:
        _, head = opened(github, project, "conversations")
        github.approve = lambda environment, run: False
        run = github.run(APPLY, on_main("push", merged(api, project, head)))
        assert (run.job("apply").outcome, names(hand)) == ("failure", [])

    def test_another_branch_gets_no_secrets(self, github: GitHub, project: Project, api: Api, hand: Hand) -> None:
        event = on_main("workflow_dispatch", project.git("rev-parse", "main"))
        other = type(event)(event.name, event.sha, "topic", event.payload)
        run = github.run(APPLY, other)
        assert [job.outcome for job in run.jobs] == ["skipped", "skipped"]

    @pytest.mark.full
    def test_when_the_plan_is_gone_a_new_one_waits_for_the_reviewers(
        self, github: GitHub, project: Project, api: Api, hand: Hand
    ) -> None:
        _, head = opened(github, project, "conversations")
        commit = merged(api, project, head)
        github.artifacts[0].expired = True
        seen: list[str] = []
        github.approve = lambda environment, run: bool(seen.append(run.job("find").step("Plan anew").log))
        run = github.run(APPLY, on_main("push", commit))
        assert run.job("find").outcome == "success", run.job("find").log
        assert "Plan: 1 to create" in seen[0]
        assert [artifact.name for artifact in github.artifacts][-1] == "gcsync-apply-production"
        assert list(github.artifacts[-1].files) == ["expected/plan.gcsync"]
        assert names(hand) == []

    @pytest.mark.full
    def test_what_the_reviewers_approve_is_planned_anew_and_applied(
        self, github: GitHub, project: Project, api: Api, hand: Hand
    ) -> None:
        run = github.run(APPLY, on_main("workflow_dispatch", project.git("rev-parse", "main")))
        step = run.job("apply").step("Plan anew, and apply what was approved")
        assert (run.outcome, step.outputs["create"], names(hand)) == ("success", "1", ["conversations"]), step.log

    @pytest.mark.full
    def test_without_reviewers_a_new_plan_is_not_applied(
        self, github: GitHub, project: Project, api: Api, hand: Hand
    ) -> None:
        github.environments["production"].reviewers = False
        run = github.run(APPLY, on_main("push", project.git("rev-parse", "main")))
        assert "nobody has to approve this one: nothing was applied" in run.job("find").log
        assert ([job.outcome for job in run.jobs], names(hand)) == (["failure", "skipped"], [])

    @pytest.mark.full
    def test_when_github_cannot_be_asked_nothing_is_applied(
        self, github: GitHub, project: Project, api: Api, hand: Hand
    ) -> None:
        _, head = opened(github, project, "conversations")
        commit = merged(api, project, head)
        api.broken = 403
        run = github.run(APPLY, on_main("push", commit))
        assert "needs `permissions: {actions: read" in run.job("find").log
        assert ([job.outcome for job in run.jobs], names(hand)) == (["failure", "skipped"], [])


@pytest.mark.full
def test_drift_is_looked_for_and_told(github: GitHub, project: Project, api: Api, hand: Hand) -> None:
    """Without the issue, which the tests of `gcsync comment` look at."""
    _, head = opened(github, project, "conversations")
    commit = merged(api, project, head)
    github.run(APPLY, on_main("push", commit))
    for changed in (False, True):
        if changed:
            hand.change("conversations", enabled=False)
        run = github.run(DRIFT, on_main("schedule", commit), without_issue)
        step = run.job("drift").step("Look for drift")
        assert (run.outcome, step.outputs["has-changes"]) == ("success", str(changed).lower()), step.log
        assert run.job("drift").summary
        assert run.job("scan").outcome == "skipped"


def without_issue(workflow: dict[str, Any]) -> None:
    workflow["jobs"]["drift"]["steps"][-1]["with"]["issue"] = "false"


def test_each_workflow_is_one_file_to_copy() -> None:
    assert sorted(path.name for path in Path(ROOT / "docs/ci/github").iterdir()) == [
        "apply.yml",
        "drift.yml",
        "plan.yml",
    ]
