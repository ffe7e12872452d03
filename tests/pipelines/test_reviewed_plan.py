"""Which plan is the reviewed one: by the merged pull request's head commit, and no other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.pipelines import github_api
from tests.pipelines.scripts import script
from tests.pipelines.workflows import (
    REPOSITORY,
    TOKEN,
    Artifact,
    Environment,
    Event,
    GitHub,
    Run,
    on_main,
    pull_request,
)

MERGE, HEAD, OTHER = "a" * 40, "b" * 40, "c" * 40
NAME = "gcsync-plan-production"
reviewed_plan = script("reviewed_plan")


@pytest.fixture
def api(tmp_path: Path) -> Iterator[github_api.Api]:
    github = GitHub(tmp_path, tmp_path, {})
    github.environments["production"] = Environment(reviewers=True)
    answering = github_api.Api(github)
    with github_api.serve(answering) as url:
        github.api = url
        yield answering


def kept(api: github_api.Api, head: str = HEAD, event: Event | None = None, **how: Any) -> Artifact:
    run = Run(9 + len(api.github.artifacts), event or pull_request(7, MERGE, head))
    artifact = Artifact(100 + len(api.github.artifacts), how.pop("name", f"{NAME}-{head}"), run, head, {}, **how)
    api.github.artifacts.append(artifact)
    return artifact


def asked(api: github_api.Api, event: Event | None = None, guard: str = "production", token: str = TOKEN) -> Any:
    event = event or on_main("push", MERGE)
    environ = {
        "GITHUB_API_URL": api.github.api,
        "GITHUB_REPOSITORY": REPOSITORY,
        "GITHUB_SHA": event.sha,
        "GITHUB_REF_NAME": event.branch,
        "GITHUB_EVENT_NAME": event.name,
    }
    return reviewed_plan.find(reviewed_plan.Question.of(environ, NAME, guard), token)


def test_the_artefact_of_the_head_commit_is_found(api: github_api.Api) -> None:
    kept(api, OTHER)
    artifact = kept(api)
    api.merged(MERGE, 7, HEAD)
    assert asked(api).outputs() == {
        "found": "true",
        "guarded": "true",
        "pull-request": "7",
        "head-sha": HEAD,
        "artifact-id": str(artifact.id),
        "run-id": str(artifact.run.id),
    }


def test_of_several_the_newest(api: github_api.Api) -> None:
    kept(api)
    newest = kept(api)
    kept(api, expired=True)
    api.merged(MERGE, 7, HEAD)
    assert asked(api).artifact["id"] == newest.id


def test_one_that_has_expired_is_told_apart_from_one_that_never_was(api: github_api.Api) -> None:
    api.merged(MERGE, 7, HEAD)
    assert (asked(api).outputs()["found"], "is not there" in asked(api).reason) == ("false", True)
    kept(api, expired=True)
    assert (asked(api).outputs()["found"], "has expired" in asked(api).reason) == ("false", True)


def test_a_forks_artefact_is_never_taken(api: github_api.Api) -> None:
    kept(api, event=pull_request(7, MERGE, HEAD, fork="stranger/stacks"))
    api.merged(MERGE, 7, HEAD)
    assert asked(api).outputs()["found"] == "false"


def test_one_that_only_bears_the_name_is_never_taken(api: github_api.Api) -> None:
    kept(api, OTHER, name=f"{NAME}-{HEAD}")
    api.merged(MERGE, 7, HEAD)
    assert asked(api).outputs()["found"] == "false"


@pytest.mark.parametrize("how", [{"merged": False}, {"into": "release"}], ids=["still open", "into another branch"])
def test_only_a_pull_request_merged_into_this_branch_counts(api: github_api.Api, how: dict[str, Any]) -> None:
    kept(api)
    api.merged(MERGE, 7, HEAD, **how)
    found = asked(api)
    assert (found.pull_request, found.outputs()["found"]) == (None, "false")
    assert "No merged pull request" in found.reason


def test_a_run_by_hand_asks_for_none(api: github_api.Api) -> None:
    kept(api)
    api.merged(MERGE, 7, HEAD)
    assert asked(api, on_main("workflow_dispatch", MERGE)).outputs()["found"] == "false"


@pytest.mark.parametrize("guard", ["open", "unknown", "", "../artifacts"])
def test_only_an_environment_with_required_reviewers_guards(api: github_api.Api, guard: str) -> None:
    api.github.environments["open"] = Environment()
    assert asked(api, guard=guard).guarded is False


def test_a_token_without_rights_is_told_what_it_needs(api: github_api.Api) -> None:
    with pytest.raises(reviewed_plan.Unanswered, match=r"401 to GET .*actions: read, contents: read"):
        asked(api, token="another")


@pytest.mark.parametrize("status", [302, 418], ids=["a redirect", "another"])
def test_any_other_answer_is_no_answer(api: github_api.Api, status: int) -> None:
    api.broken = status
    with pytest.raises(reviewed_plan.Unanswered, match=f"GitHub answered {status}"):
        asked(api)


def test_a_server_that_is_down_is_told(api: github_api.Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reviewed_plan, "Retry", lambda **how: replace_backoff(how))
    api.broken = 503
    with pytest.raises(reviewed_plan.Unanswered, match="GitHub answered 503"):
        asked(api)
    assert len(api.requests) == 5


def replace_backoff(how: dict[str, Any]) -> Any:
    """The same retries without the waiting."""
    from urllib3.util.retry import Retry

    return Retry(**how | {"backoff_factor": 0})


def test_a_host_that_does_not_answer_is_told(api: github_api.Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reviewed_plan, "Retry", lambda **how: 0)
    question = reviewed_plan.Question("http://127.0.0.1:9", REPOSITORY, MERGE, "main", "push", NAME, "")
    with pytest.raises(reviewed_plan.Unanswered, match="could not be asked"):
        reviewed_plan.find(replace(question), TOKEN)
