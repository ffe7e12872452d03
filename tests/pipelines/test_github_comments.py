"""What the workflows leave at GitHub: one comment for a pull request, one issue for drift."""

from __future__ import annotations

from typing import Any

import pytest

from tests.e2e.workplace import Hand, stack
from tests.house.source import ROOT
from tests.pipelines.project import Project
from tests.pipelines.workflows import GitHub, on_main, pull_request

pytestmark = pytest.mark.full

WORKFLOWS = ROOT / "docs/ci/github"
STACK = "stacks/contact-center.yaml"


def test_every_push_updates_the_same_comment(github: GitHub, project: Project, hub: Any) -> None:
    number = hub.open_pull(7)
    for keys in (("conversations",), ("conversations", "agents")):
        head, merge = project.push("change", {STACK: stack(*keys)})
        run = github.run(WORKFLOWS / "plan.yml", pull_request(number, merge, head))
        assert run.outcome == "success", run.job("plan").log
        (body,) = hub.bodies(number)
        assert f"{len(keys)} to create" in body, body
        assert run.job("plan").summary


def test_a_push_without_a_plan_says_so_below_the_plan_of_an_earlier_push(
    github: GitHub, project: Project, hub: Any
) -> None:
    number, right = hub.open_pull(7), stack("conversations")
    for text, outcome in ((right, "success"), (right.replace("streams:", "strems:"), "failure"), (right, "success")):
        head, merge = project.push("change", {STACK: text})
        run = github.run(WORKFLOWS / "plan.yml", pull_request(number, merge, head))
        assert run.outcome == outcome, run.job("plan").log
        failed = [body for body in hub.bodies(number) if "strems" in body]
        assert (len(hub.bodies(number)), len(failed)) == ((1, 0) if outcome == "success" else (2, 1))
        assert ("strems" in run.job("plan").summary) == (outcome == "failure")


@pytest.mark.parametrize("why", ["a token without rights", "an API that is down"])
def test_a_comment_that_cannot_be_written_changes_no_result(
    github: GitHub, project: Project, hub: Any, why: str
) -> None:
    prevent(github, hub, why)
    head, merge = project.push("change", {STACK: stack("conversations")})
    run = github.run(WORKFLOWS / "plan.yml", pull_request(hub.open_pull(7), merge, head))
    step = run.job("plan").step("Plan")
    assert (run.outcome, step.outputs["exit-code"], hub.bodies(7)) == ("success", "2", []), step.log
    assert "Plan: 1 to create" in step.log
    assert "1 to create" in run.job("plan").summary
    assert "::warning title=gcsync::the comment could not be written" in step.log
    assert [artifact.name for artifact in github.artifacts] == [f"gcsync-plan-production-{head}"]


@pytest.mark.parametrize("why", ["a token without rights", "an API that is down"])
def test_an_issue_that_cannot_be_written_is_a_failure_that_tells_the_drift(
    github: GitHub, project: Project, hub: Any, why: str
) -> None:
    prevent(github, hub, why)
    run = github.run(WORKFLOWS / "drift.yml", on_main("schedule", project.git("rev-parse", "main")))
    step = run.job("drift").step("Look for drift")
    assert (run.outcome, step.outputs["has-changes"], hub.issues()) == ("failure", "true", []), step.log
    assert "1 MISSING" in run.job("drift").summary
    assert "::error title=gcsync::the issue could not be written" in step.log


def prevent(github: GitHub, hub: Any, why: str) -> None:
    """Let no comment and no issue be written."""
    if why == "an API that is down":
        github.api = "http://127.0.0.1:9"
    hub.account.rights.clear()


def test_drift_opens_one_issue_updates_it_and_closes_it(github: GitHub, project: Project, hub: Any, hand: Hand) -> None:
    commit = project.git("rev-parse", "main")
    assert github.run(WORKFLOWS / "apply.yml", on_main("workflow_dispatch", commit)).outcome == "success"
    states = []
    for change in ({}, {"enabled": False}, {"enabled": False, "description": "By hand"}, None):
        if change is None:
            github.run(WORKFLOWS / "apply.yml", on_main("workflow_dispatch", commit))
        elif change:
            hand.change("conversations", **change)
        run = github.run(WORKFLOWS / "drift.yml", on_main("schedule", commit))
        assert run.outcome == "success", run.job("drift").log
        states.append([(issue.title, issue.state) for issue in hub.issues()])
    title = "gcsync: drift in production"
    assert states == [[], [(title, "open")], [(title, "open")], [(title, "closed")]]
