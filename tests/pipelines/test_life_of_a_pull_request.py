"""The life of a pull request: planned, reviewed, applied, changed by hand, told, mended. At GitHub and at GitLab."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.e2e.workplace import ENDPOINT, Hand, Workplace, credentials_for, stack
from tests.pipelines.life import BRANCH, STACK, AtGitHub, AtGitLab, Issue, Life
from tests.pipelines.project import Project
from tests.pipelines.workflows import GitHub, machine
from tests.stand_ins import gitlab as gitlab_server

if TYPE_CHECKING:
    from gcsync.emulator import RunningEmulator

pytestmark = pytest.mark.full


@pytest.fixture
def at_github(github: GitHub, project: Project, hub: Any) -> AtGitHub:
    return AtGitHub(github, project, hub)


@pytest.fixture
def at_gitlab(tmp_path: Path, project: Project, emulator: RunningEmulator) -> Iterator[AtGitLab]:
    with gitlab_server.running() as server:
        yield AtGitLab(tmp_path / "gitlab", project, server, machine(**credentials_for(emulator.url)))


@pytest.fixture(params=["github", "gitlab"])
def life(request: pytest.FixtureRequest) -> Life:
    found: Life = request.getfixturevalue(f"at_{request.param}")
    return found


@pytest.fixture
def operator(project: Project, emulator: RunningEmulator) -> Workplace:
    """Somebody with a client that may write, in a checkout of main."""
    return Workplace(project.folder, machine(**credentials_for(emulator.url)))


def test_from_the_first_push_to_the_issue_that_is_closed(life: Life, operator: Workplace, hand: Hand) -> None:
    comment = only_comment(life, "conversations", "agents")
    again = only_comment(life, "conversations", "agents", "queues")
    assert (again.id, "2 to create" in again.body) == (comment.id, False)
    assert (hand.streams(), writes(hand)) == ([], [])

    applied = life.merge()
    assert applied.succeeded, applied.log
    assert "Applied: 3 created, 0 updated, 0 replaced, 0 deleted, 0 adopted, 0 failed, 0 skipped." in applied.log
    assert writes(hand) == ["POST /api/v2/eventstreams 200"] * 3
    assert seen(hand) == {key: declared(key) for key in ("conversations", "agents", "queues")}
    assert cron(life) == []

    by_hand(hand)
    (opened,) = cron(life)
    assert (opened.is_open, opened.title, opened.answers) == (True, "gcsync: drift in production", ())
    assert "1 DRIFTED" in opened.body
    assert "changed by: `Jane Doe` on" in opened.body
    for line in settling("stream.conversations"):
        assert f"\n{line}\n" in opened.body
    assert cron(life) == [opened]
    assert writes(hand) == []

    reconciled = operator.gcsync("drift", "--reconcile", "--auto-approve")
    assert (reconciled.code, "1 updated" in reconciled.out) == (0, True), reconciled.err
    assert seen(hand)["conversations"] == declared("conversations")
    (closed,) = cron(life)
    assert (closed.number, closed.is_open, len(closed.answers)) == (opened.number, False, 1)
    assert "no drift" in closed.answers[0].lower()
    assert cron(life) == [closed]
    assert [one.id for one in life.comments()] == [comment.id]


def test_a_plan_whose_stack_has_changed_since_is_refused(at_github: AtGitHub, hand: Hand) -> None:
    """Two pull requests, each planned without the other: the second is merged into what nobody reviewed."""
    only_comment(at_github, "conversations", "agents")
    at_github.project.merge(BRANCH)
    other = {STACK: stack("conversations", "agents", description="Changed by another pull request")}
    refused = at_github.apply(at_github.project.commit(other))
    assert (refused.succeeded, "error[GC615]" in refused.log) == (False, True), refused.log
    assert (hand.streams(), writes(hand)) == ([], [])


def test_a_plan_whose_organization_has_changed_since_is_refused(at_gitlab: AtGitLab, hand: Hand) -> None:
    """Between the plan of the main branch and the moment when somebody starts its apply."""
    planned, kept = at_gitlab.plan(at_gitlab.project.git("rev-parse", "main"))
    assert planned.succeeded, planned.log
    hand.create("conversations")
    writes(hand)
    refused = at_gitlab.apply(kept)
    assert (refused.succeeded, "error[GC616]" in refused.log) == (False, True), refused.log
    assert writes(hand) == []


def only_comment(life: Life, *keys: str) -> Any:
    """Push; the one comment there is, which shows the plan of all of them."""
    pushed = life.push(*keys)
    assert pushed.succeeded, pushed.log
    (comment,) = life.comments()
    assert f"{len(keys)} to create" in comment.body
    for key in keys:
        assert f"create <code>stream.{key}</code>" in comment.body
    return comment


def cron(life: Life) -> list[Issue]:
    ran = life.cron()
    assert ran.succeeded, ran.log
    return life.issues()


def by_hand(hand: Hand) -> None:
    hand.sign_in("Jane Doe")
    hand.change("conversations", enabled=False)
    writes(hand)


def settling(address: str) -> list[str]:
    """The two commands that settle drift: write the stack's values, or take the organization's."""
    return [f"gcsync apply {STACK} --target {address}", f"gcsync accept {STACK} --target {address}"]


def writes(hand: Hand) -> list[str]:
    """What was changed in the organization since the last call."""
    reading = ("GET ", "POST /oauth/token", "POST /api/v2/audits/query")
    return [line for line in hand.requests() if not line.startswith(reading)]


def seen(hand: Hand) -> dict[str, dict[str, Any]]:
    """The streams by name, with what the stack file declares; gcsync's marker is left out."""
    return {stream["name"]: shown(stream) for stream in hand.streams()}


def shown(stream: dict[str, Any]) -> dict[str, Any]:
    return {
        "description": stream["description"].partition("\n\n[gcsync1:")[0],
        "enabled": stream["enabled"],
        "eventTypes": sorted(stream["eventTypes"]),
        "urls": [one["url"] for one in stream["destinations"]],
    }


def declared(key: str) -> dict[str, Any]:
    return {
        "description": "For analytics",
        "enabled": True,
        "eventTypes": ["conversation:end", "conversation:start"],
        "urls": [f"{ENDPOINT}/{key}"],
    }
