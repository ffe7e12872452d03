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


def test_a_comment_that_github_refuses_changes_no_result(github: GitHub, project: Project, hub: Any) -> None:
    hub.account.rights.clear()
    head, merge = project.push("change", {STACK: stack("conversations")})
    run = github.run(WORKFLOWS / "plan.yml", pull_request(hub.open_pull(7), merge, head))
    assert (run.outcome, hub.bodies(7)) == ("success", [])
    assert "::warning title=gcsync::the comment could not be written" in run.job("plan").log


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
