from __future__ import annotations

from typing import Any

import pytest

from gcsync.model.diagnostic import DiagnosticError
from gcsync.platforms import GitHubSettings, GitLabSettings, Kind, change_number, commit, read_settings, run_link
from gcsync.platforms.settings import graphql_url

HUB = {"GITHUB_REPOSITORY": "example/events", "GITHUB_TOKEN": "ghs_t0ken"}
LAB = {"CI_API_V4_URL": "https://gitlab.example.com/api/v4", "CI_PROJECT_ID": "42", "GITLAB_TOKEN": "glpat-t0ken"}


def problem(environ: dict[str, str], chosen: Kind | None = None) -> str:
    with pytest.raises(DiagnosticError) as caught:
        read_settings(environ, chosen)
    (found,) = caught.value.diagnostics
    assert found.code == "GC700"
    assert "t0ken" not in f"{found}"
    return found.message


class TestWhichPlatform:
    @pytest.mark.parametrize(
        ("environ", "expected"),
        [
            (HUB, GitHubSettings),
            (LAB, GitLabSettings),
            (HUB | LAB | {"GITHUB_ACTIONS": "true"}, GitHubSettings),
            (HUB | LAB | {"GITLAB_CI": "true"}, GitLabSettings),
        ],
        ids=["its variables", "GitLab's variables", "Actions", "GitLab CI"],
    )
    def test_is_told_by_the_environment(self, environ: dict[str, str], expected: type) -> None:
        assert isinstance(read_settings(environ, None), expected)

    def test_is_the_chosen_one_all_the_same(self) -> None:
        assert isinstance(read_settings(HUB | LAB | {"GITHUB_ACTIONS": "true"}, Kind.GITLAB), GitLabSettings)

    @pytest.mark.parametrize("environ", [{}, HUB | LAB, HUB | LAB | {"GITHUB_ACTIONS": "true", "GITLAB_CI": "true"}])
    def test_is_an_error_that_names_what_was_looked_for_otherwise(self, environ: dict[str, str]) -> None:
        message = problem(environ)
        for name in ("GITHUB_ACTIONS", "GITHUB_REPOSITORY", "GITLAB_CI", "CI_API_V4_URL", "GITLAB_TOKEN"):
            assert name in message

    @pytest.mark.parametrize("name", [*HUB, *LAB])
    def test_a_variable_that_lacks_is_named(self, name: str) -> None:
        kind = Kind.GITHUB if name in HUB else Kind.GITLAB
        assert problem({**HUB, **LAB, name: " "}, kind) == f"{kind}: {name} is not set"


class TestBadValues:
    @pytest.mark.parametrize(
        "url",
        [
            "http://github.example.com/api/v3",
            "ftp://github.example.com",
            "https://user:t0ken@github.example.com",
            "https://github.example.com/?x=1",
            "https://",
            "github.example.com",
            "https://github.example.com:99999999",
            "http://127.0.0.1.example.com",
            "https://[::1",
        ],
    )
    def test_an_url_to_which_no_token_may_go(self, url: str) -> None:
        assert "GITHUB_API_URL" in problem({**HUB, "GITHUB_API_URL": url})
        assert "CI_API_V4_URL" in problem({**LAB, "CI_API_V4_URL": url})

    @pytest.mark.parametrize("url", ["http://127.0.0.1:8080", "http://localhost", "http://[::1]:1"])
    def test_this_machine_may_be_asked_unencrypted(self, url: str) -> None:
        assert read_settings({**HUB, "GITHUB_API_URL": f"{url}/"}, None).api_url == url

    @pytest.mark.parametrize("repository", ["events", "a/b/c", "../x", "a/b?x", "a b/c", "/b"])
    def test_a_repository_that_is_none(self, repository: str) -> None:
        assert "GITHUB_REPOSITORY" in problem({**HUB, "GITHUB_REPOSITORY": repository})

    @pytest.mark.parametrize("project", ["4 2", "a?b", "-1"])
    def test_a_project_that_is_none(self, project: str) -> None:
        assert "CI_PROJECT_ID" in problem({**LAB, "CI_PROJECT_ID": project})

    @pytest.mark.parametrize("token", ["t0ken t0ken", "t0ken\nX: y", "t0kén", "t0ken\x00"])
    def test_a_token_that_no_header_can_carry(self, token: str) -> None:
        assert "GITHUB_TOKEN" in problem({**HUB, "GITHUB_TOKEN": token})


@pytest.mark.parametrize(
    ("api", "given", "expected"),
    [
        ("https://api.github.com", "", "https://api.github.com/graphql"),
        ("https://ghe.example.com/api/v3", "", "https://ghe.example.com/api/graphql"),
        ("https://ghe.example.com/api/v3", "https://ghe.example.com/other", "https://ghe.example.com/other"),
        ("https://ghe.example.com/api/v3", "https://api.github.com/graphql", "https://ghe.example.com/api/graphql"),
        ("http://127.0.0.1:1", "http://127.0.0.1:2/graphql", "http://127.0.0.1:1/graphql"),
    ],
)
def test_graphql_is_on_the_host_of_the_api(api: str, given: str, expected: str) -> None:
    assert graphql_url(api, given) == expected


def test_a_merge_request_of_a_fork_is_in_the_project_that_it_is_for() -> None:
    more = {"CI_MERGE_REQUEST_PROJECT_ID": "7", "CI_MERGE_REQUEST_PROJECT_URL": "https://gitlab.example.com/up/stream"}
    found = read_settings(LAB | more, None)
    assert isinstance(found, GitLabSettings)
    assert (found.project, found.project_url) == ("7", "https://gitlab.example.com/up/stream")


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        ({"pull_request": {"number": 12}}, 12),
        ({"issue": {"number": 12, "pull_request": {}}}, None),
        ({"issue": {"number": 12, "pull_request": {"url": "x"}}}, 12),
        ({"issue": {"number": 12}}, None),
        ({"pull_request": {"number": "12"}}, None),
        ({"pull_request": []}, None),
        ([], None),
        (None, None),
    ],
)
def test_the_number_is_that_of_the_event(event: Any, expected: int | None) -> None:
    assert change_number({}, Kind.GITHUB, event) == expected


def test_the_number_is_in_the_name_of_the_branch_or_in_a_variable() -> None:
    assert change_number({"GITHUB_REF": "refs/pull/7/merge"}, Kind.GITHUB, None) == 7
    assert change_number({"GITHUB_REF": "refs/heads/7"}, Kind.GITHUB, None) is None
    assert change_number({"CI_MERGE_REQUEST_IID": "9"}, Kind.GITLAB, None) == 9
    assert change_number({"CI_MERGE_REQUEST_IID": "x"}, Kind.GITLAB, {"pull_request": {"number": 12}}) is None


def test_the_commit_is_the_head_of_the_pull_request_where_the_event_tells_it() -> None:
    environ = {"GITHUB_SHA": "a" * 40, "CI_COMMIT_SHA": "b" * 40}
    assert commit(environ, Kind.GITHUB, None) == "a" * 40
    assert commit(environ, Kind.GITHUB, {"pull_request": {"head": {"sha": "c" * 40}}}) == "c" * 40
    assert commit(environ, Kind.GITLAB, None) == "b" * 40
    assert commit({"GITHUB_SHA": "[x](y)"}, Kind.GITHUB, {"pull_request": {"head": {"sha": 7}}}) == ""


def test_the_link_to_the_run_is_a_link_and_nothing_else() -> None:
    environ = {"GITHUB_SERVER_URL": "https://github.com", "GITHUB_REPOSITORY": "example/events", "GITHUB_RUN_ID": "7"}
    assert run_link(environ, Kind.GITHUB) == "https://github.com/example/events/actions/runs/7"
    assert run_link({**environ, "GITHUB_RUN_ID": "7) [x](y"}, Kind.GITHUB) == ""
    assert run_link({}, Kind.GITHUB) == ""
    assert run_link({"CI_JOB_URL": "https://gitlab.com/a/-/jobs/7"}, Kind.GITLAB) == "https://gitlab.com/a/-/jobs/7"
    assert run_link({"CI_JOB_URL": "javascript:alert(1)"}, Kind.GITLAB) == ""
