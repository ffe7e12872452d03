"""The stand-ins answer in the shape of the public examples: what they say is there, and is of that type."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.stand_ins import github as github_server
from tests.stand_ins import gitlab as gitlab_server
from tests.stand_ins.github import GitHub
from tests.stand_ins.gitlab import GitLab

EXAMPLES = Path(__file__).parent / "examples"
HUB = json.loads((EXAMPLES / "github.json").read_text(encoding="utf-8"))
LAB = json.loads((EXAMPLES / "gitlab.json").read_text(encoding="utf-8"))


def differences(said: Any, example: Any, place: str = "") -> Iterator[str]:
    """What of an answer the example does not have, or has as another type; null goes with anything."""
    if isinstance(said, dict) and isinstance(example, dict):
        yield from (f"{place}.{name} is invented" for name in said.keys() - example.keys())
        for name in said.keys() & example.keys():
            yield from differences(said[name], example[name], f"{place}.{name}")
    elif None not in (said, example) and type(said) is not type(example):
        yield f"{place} is {type(said).__name__}, and {type(example).__name__} in the example"


@pytest.fixture
def github() -> Iterator[GitHub]:
    with github_server.running() as server:
        server.open_pull()
        yield server


@pytest.fixture
def gitlab() -> Iterator[GitLab]:
    with gitlab_server.running() as server:
        server.open_merge_request()
        yield server


def ask(url: str, headers: dict[str, str], body: Any = None) -> tuple[int, Any]:
    with requests.Session() as session:
        session.trust_env = False
        answer = session.request("GET" if body is None else "POST", url, headers=headers, json=body, timeout=30)
    return answer.status_code, answer.json()


class TestGitHub:
    def ask(self, github: GitHub, path: str, body: Any = None, token: str = github_server.TOKEN) -> tuple[int, Any]:
        return ask(github.url + path, {"Authorization": f"Bearer {token}"}, body)

    def test_shows_a_comment_as_the_public_one(self, github: GitHub) -> None:
        status, said = self.ask(github, "/repos/example/events/issues/12/comments", {"body": "Me too"})
        assert (status, list(differences(said, HUB["comment"]))) == (201, [])
        assert set(HUB["comment_required"]) <= said.keys()
        assert self.ask(github, "/repos/example/events/issues/12/comments") == (200, [said])

    def test_shows_an_issue_as_the_recorded_one(self, github: GitHub) -> None:
        status, said = self.ask(github, "/repos/example/events/issues", {"title": "Drift", "body": "text"})
        assert (status, list(differences(said, HUB["issue"])), HUB["issue"].keys() - said.keys()) == (201, [], set())

    def test_refuses_as_it_is_known_to(self, github: GitHub) -> None:
        too_long = {"body": "x" * 65_537}
        assert self.ask(github, "/repos/example/events/issues/12/comments", too_long) == (422, HUB["too_long"])
        assert self.ask(github, "/user") == (403, HUB["no_user"])
        assert self.ask(github, "/user", token="wrong") == (401, HUB["bad_credentials"])


class TestGitLab:
    def ask(self, gitlab: GitLab, path: str, body: Any = None, token: str = gitlab_server.TOKEN) -> tuple[int, Any]:
        return ask(f"{gitlab.url}/api/v4{path}", {"PRIVATE-TOKEN": token}, body)

    def test_shows_a_note_as_the_documented_one(self, gitlab: GitLab) -> None:
        status, said = self.ask(gitlab, "/projects/42/merge_requests/12/notes", {"body": "closed"})
        assert (status, list(differences(said, LAB["note"])), LAB["note"].keys() - said.keys()) == (201, [], set())

    def test_shows_an_issue_as_the_documented_one(self, gitlab: GitLab) -> None:
        status, said = self.ask(gitlab, "/projects/42/issues", {"title": "Issues with auth", "labels": "bug"})
        assert (status, list(differences(said, LAB["issue"])), LAB["issue"].keys() - said.keys()) == (201, [], set())

    def test_refuses_as_it_is_known_to(self, gitlab: GitLab) -> None:
        path = "/projects/42/merge_requests/12/notes"
        assert self.ask(gitlab, path, {"body": "x" * 1_000_001}) == (400, LAB["too_long"])
        assert self.ask(gitlab, path, token="wrong") == (401, LAB["unauthorized"])
        gitlab.account.scopes = {"read_api"}
        assert self.ask(gitlab, path, {"body": "x"}) == (403, LAB["insufficient_scope"])


def test_what_an_example_lacks_is_found() -> None:
    assert list(differences({"a": 1, "b": {"c": 1}}, {"b": {"c": "1"}})) == [
        ".a is invented",
        ".b.c is int, and str in the example",
    ]
