from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.e2e.workplace import Hand
from tests.pipelines import github_api
from tests.pipelines.project import Project
from tests.pipelines.workflows import Environment, GitHub, machine
from tests.stand_ins import github as github_server
from tests.stand_ins.server import Answer, serving

if TYPE_CHECKING:
    from gcsync.emulator import RunningEmulator


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A repository with a stack of one stream on main."""
    return Project.begin(tmp_path / "repository")


@pytest.fixture
def github(tmp_path: Path, project: Project, emulator: RunningEmulator) -> GitHub:
    """The repository at GitHub, set up as docs/pull-requests.md says, before an organization that is empty."""
    hosts = {"GENESYS_CLOUD_API_URL": emulator.url, "GENESYS_CLOUD_LOGIN_URL": emulator.url}
    github = GitHub(tmp_path / "github", project.folder, machine(**hosts))
    reading = {"GENESYS_CLOUD_CLIENT_ID": "client-that-reads", "GENESYS_CLOUD_CLIENT_SECRET": "secret-that-reads"}
    writing = {"GENESYS_CLOUD_CLIENT_ID": "client-that-writes", "GENESYS_CLOUD_CLIENT_SECRET": "secret-that-writes"}
    github.environments["production-plan"] = Environment(reading)
    github.environments["production"] = Environment(writing, reviewers=True, branch="main")
    return github


@pytest.fixture
def api(github: GitHub) -> Iterator[github_api.Api]:
    """GitHub's API, which the jobs find at GITHUB_API_URL."""
    answering = github_api.Api(github)
    with github_api.serve(answering) as url:
        github.api = url
        yield answering


class Hub(github_server.GitHub):
    """A GitHub that keeps comments and issues, and leads to the reviewed plan."""

    def __init__(self, github: GitHub) -> None:
        super().__init__(github.name)
        self.plans = github_api.Api(github)

    def answer(self, request: Any) -> Answer:
        if not self.plans.knows(request.path):
            return super().answer(request)
        query = {name: [value] for name, value in request.query.items()}
        return Answer(*self.plans.answer(request.path, query, request.headers.get("Authorization", "")))


@pytest.fixture
def hub(github: GitHub) -> Iterator[Hub]:
    """All of GitHub's API that the jobs need, at GITHUB_API_URL."""
    hub = Hub(github)
    github.token = github_server.TOKEN
    with serving(hub):
        github.api = hub.url
        github.environ["GITHUB_GRAPHQL_URL"] = hub.environ()["GITHUB_GRAPHQL_URL"]
        yield hub


@pytest.fixture
def hand(emulator: RunningEmulator) -> Hand:
    return Hand(emulator.url)
