"""The commands of a pull request's life, one after another: what pipelines run is in tests/pipelines."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.e2e.workplace import ENDPOINT, Hand, Ran, Workplace
from tests.stand_ins import github as github_server
from tests.stand_ins import gitlab as gitlab_server
from tests.stand_ins.github import GitHub

NUMBER = 12
PLAN = "plan.gcsync"
STACK = "stacks/contact-center.yaml"


@pytest.fixture(autouse=True)
def _short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gcsync.cli.comment.LOOK_AGAIN_SECONDS", 0.01)


@pytest.fixture
def github() -> Iterator[GitHub]:
    with github_server.running() as server:
        server.open_pull(NUMBER)
        yield server


@pytest.fixture
def gitlab() -> Iterator[gitlab_server.GitLab]:
    with gitlab_server.running() as server:
        server.open_merge_request(NUMBER)
        yield server


@pytest.fixture(params=["github", "gitlab"])
def server(request: pytest.FixtureRequest) -> Any:
    return request.getfixturevalue(request.param)


def test_from_the_first_plan_to_the_issue_that_is_closed(server: Any, work: Workplace, hand: Hand) -> None:
    (comment,) = reviewed(server, work, "conversations", commit="a" * 40)
    (updated,) = reviewed(server, work, "conversations", "agents", commit="b" * 40)
    assert (updated[0], "b" * 40 in updated[1], "a" * 40 in updated[1]) == (comment[0], True, False)

    applied = work.gcsync("apply", PLAN, "--auto-approve")
    assert (applied.code, applied.last_line.partition(",")[0]) == (0, "Applied: 2 created"), applied.err
    assert sorted(stream["name"] for stream in hand.streams()) == ["agents", "conversations"]
    assert (cron(server, work), server.issues()) == (0, [])

    hand.sign_in("Jane Doe")
    hand.change("conversations", enabled=False)
    assert cron(server, work) == 2
    (opened,) = issues(server)
    assert opened[1] is True
    assert "changed by: `Jane Doe` on" in opened[2]
    for command in ("apply", "accept"):
        assert f"\ngcsync {command} {STACK} --target stream.conversations\n" in opened[2]
    assert (cron(server, work), issues(server)) == (2, [opened])

    reconciled = work.gcsync("drift", "--reconcile", "--auto-approve")
    assert (reconciled.code, hand.stream("conversations")["enabled"]) == (0, True), reconciled.err
    assert cron(server, work) == 0
    (closed,) = issues(server)
    assert (closed[0], closed[1], len(server.bodies(NUMBER))) == (opened[0], False, 1)


def test_a_plan_whose_stack_has_changed_since_its_comment_is_refused(
    github: GitHub, work: Workplace, hand: Hand
) -> None:
    reviewed(github, work, "conversations")
    work.stack("conversations", description="Changed since")
    refused = work.gcsync("apply", PLAN, "--auto-approve")
    assert (refused.code, hand.streams()) == (1, [])
    assert f"error[GC615]: {STACK}:5:18: stream.conversations: `description` has another value" in refused.err


def test_a_plan_of_more_than_70_000_characters_is_one_comment_that_says_what_it_leaves_out(
    github: GitHub, work: Workplace
) -> None:
    keys = [f"stream_{number}" for number in range(180)]
    work.stack(*keys)
    assert work.gcsync("plan", "--out", PLAN).code == 0
    assert len(work.gcsync("show", PLAN, "--format", "markdown").out) > 70_000
    assert comment(github, work).code == 0
    (body,) = github.bodies(NUMBER)
    assert 60_000 < len(body) <= github.limit
    assert body.count("<details") == body.count("</details>") < len(keys)
    assert f"the differences of {len(keys) - body.count('<details')} resources are left out" in body
    assert all(f"`stream.{key}`" in body for key in keys)


def reviewed(server: Any, work: Workplace, *keys: str, commit: str = "a" * 40) -> list[tuple[int, str]]:
    """Plan and comment; the comments that there are then, which is one, with this plan in it."""
    work.stack(*keys)
    planned = work.gcsync("plan", "--out", PLAN, "--detailed-exitcode")
    assert planned.code == 2, planned.err
    said = comment(server, work, GITHUB_SHA=commit, CI_COMMIT_SHA=commit)
    assert said.code == 0, said.err
    (found,) = server.on(NUMBER)
    assert f"{len(keys)} to create" in found.body
    assert all(f"{ENDPOINT}/{key}" in found.body for key in keys)
    return [(found.id, found.body)]


def comment(server: Any, work: Workplace, *arguments: str, **environ: str) -> Ran:
    return work.gcsync("comment", *(arguments or (PLAN, "--number", str(NUMBER))), **(server.environ() | environ))


def cron(server: Any, work: Workplace) -> int:
    """`gcsync drift … | gcsync comment - --issue`; the code of the first."""
    looked = work.gcsync("drift", "--blame", "--format", "markdown")
    work.given = looked.out
    assert comment(server, work, "-", "--issue").code == 0
    return looked.code


def issues(server: Any) -> list[tuple[int, bool, str]]:
    """Each one's number, whether it is open, and its text."""
    if isinstance(server, GitHub):
        return [(one.on, one.state == "open", one.body) for one in server.issues()]
    return [(one.iid, one.state == "opened", one.description) for one in server.issues()]
