"""Finds the plan that was reviewed: the artefact of the head commit of the pull request that a commit came from.

After a merge `GITHUB_SHA` is a commit of the branch. GitHub knows the pull request that it came from (also where the
merge squashed or rebased), the plan workflow has named its artefact by the pull request's head commit, and so one leads
to the other. Sources of the answers' shapes: GitHub's REST documentation, "List pull requests associated with a
commit", "List artifacts for a repository", "Get an environment"; API version 2022-11-28.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import quote

import requests
from requests.adapters import HTTPAdapter
from urllib3.util.retry import Retry

_SECONDS: Final = 30
_NEEDS: Final = "the job needs `permissions: {actions: read, contents: read, pull-requests: read}`"


class Unanswered(Exception):
    """GitHub could not be asked, or did not answer as it should; the text says what was asked."""


@dataclass(frozen=True)
class Question:
    """Which plan is looked for: `artifact` is the name's beginning, `guard` the environment that guards the apply."""

    api: str
    repository: str
    commit: str
    branch: str
    event: str
    artifact: str
    guard: str

    @classmethod
    def of(cls, environ: Mapping[str, str], artifact: str, guard: str) -> Question:
        """From what GitHub sets in every job."""
        return cls(
            api=environ["GITHUB_API_URL"],
            repository=environ["GITHUB_REPOSITORY"],
            commit=environ["GITHUB_SHA"],
            branch=environ["GITHUB_REF_NAME"],
            event=environ["GITHUB_EVENT_NAME"],
            artifact=artifact,
            guard=guard,
        )


@dataclass(frozen=True)
class Found:
    """What was found, and why not more. `guarded` says whether somebody has to approve the apply."""

    reason: str
    guarded: bool
    pull_request: int | None = None
    head: str = ""
    artifact: Mapping[str, Any] = field(default_factory=dict)

    def outputs(self) -> dict[str, str]:
        """The action's outputs."""
        return {
            "found": str(bool(self.artifact)).lower(),
            "guarded": str(self.guarded).lower(),
            "pull-request": "" if self.pull_request is None else str(self.pull_request),
            "head-sha": self.head,
            "artifact-id": str(self.artifact.get("id", "")),
            "run-id": str(self.artifact.get("workflow_run", {}).get("id", "")),
        }


def find(question: Question, token: str) -> Found:
    """Raises Unanswered."""
    github = _GitHub(question.api.rstrip("/"), question.repository, token)
    guarded = bool(question.guard) and _has_reviewers(github, question.guard)
    if question.event == "workflow_dispatch":
        return Found("Started by hand: planned anew.", guarded)
    pull = _merged(github.get(f"commits/{question.commit}/pulls"), question)
    if pull is None:
        return Found(f"No merged pull request belongs to {question.commit[:12]}: there is no reviewed plan.", guarded)
    number, head = int(pull["number"]), str(pull["head"]["sha"])
    name = f"{question.artifact}-{head}"
    listed = github.get("actions/artifacts", name=name, per_page="100")["artifacts"]
    usable = [artifact for artifact in listed if _is_of(artifact, name, head)]
    if not usable:
        gone = "has expired" if any(artifact.get("name") == name for artifact in listed) else "is not there"
        return Found(f"The reviewed plan of #{number} (artefact {name}) {gone}.", guarded, number, head)
    newest = max(usable, key=lambda artifact: (str(artifact["created_at"]), int(artifact["id"])))
    return Found(f"The plan reviewed in #{number} at {head[:12]} is applied.", guarded, number, head, newest)


def _merged(pulls: Any, question: Question) -> Any:
    """The pull request whose merge made this commit; a commit may belong to others that are open still."""
    for pull in pulls:
        if pull.get("merged_at") and pull["base"]["ref"] == question.branch:
            return pull
    return None


def _is_of(artifact: Mapping[str, Any], name: str, head: str) -> bool:
    """Whether it can be downloaded, and was made of that commit by a run of this repository, not of a fork."""
    run = artifact.get("workflow_run") or {}
    own = run.get("head_repository_id") == run.get("repository_id")
    return artifact["name"] == name and not artifact["expired"] and own and run.get("head_sha") == head


def _has_reviewers(github: _GitHub, environment: str) -> bool:
    found = github.get(f"environments/{quote(environment, safe='')}", missing={})
    return any(rule.get("type") == "required_reviewers" for rule in found.get("protection_rules") or ())


class _GitHub:
    """GitHub's API for one repository; only reads."""

    def __init__(self, api: str, repository: str, token: str) -> None:
        self._base = f"{api}/repos/{repository}"
        self._session = requests.Session()
        retry = Retry(total=4, backoff_factor=1, status_forcelist=(429, 500, 502, 503, 504), raise_on_status=False)
        self._session.mount(api, HTTPAdapter(max_retries=retry))
        self._session.headers.update(
            {
                "Accept": "application/vnd.github+json",
                "Authorization": f"Bearer {token}",
                "X-GitHub-Api-Version": "2022-11-28",
            }
        )

    def get(self, path: str, missing: Any = None, **query: str) -> Any:
        """The answer's document; `missing` where there is no such thing. Raises Unanswered."""
        url = f"{self._base}/{path}"
        try:
            answer = self._session.get(url, params=query, timeout=_SECONDS, allow_redirects=False)
            if answer.status_code == 404 and missing is not None:
                return missing
            if answer.status_code in (401, 403, 404):
                raise Unanswered(f"GitHub answered {answer.status_code} to GET {url}: {_NEEDS}")
            if answer.status_code != 200:
                raise Unanswered(f"GitHub answered {answer.status_code} to GET {url}")
            return answer.json()
        except (requests.RequestException, ValueError) as problem:
            raise Unanswered(f"GitHub could not be asked: GET {url}: {type(problem).__name__}") from None
