"""Which platform, which repository, which token: read from the environment that a pipeline gives.

| | GitHub | GitLab |
|---|---|---|
| told by | `GITHUB_ACTIONS`, else the variables below | `GITLAB_CI`, else the variables below |
| API | `GITHUB_API_URL`, else https://api.github.com | `CI_API_V4_URL` |
| where | `GITHUB_REPOSITORY` | `CI_MERGE_REQUEST_PROJECT_ID` (a merge request of a fork), else `CI_PROJECT_ID` |
| token | `GITHUB_TOKEN` | `GITLAB_TOKEN` |
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final
from urllib.parse import urlsplit

from gcsync.model.diagnostic import Diagnostic, DiagnosticError
from gcsync.model.value import Secret


class Kind(StrEnum):
    """The platforms by the names that `--platform` takes."""

    GITHUB = "github"
    GITLAB = "gitlab"


@dataclass(frozen=True, slots=True)
class GitHubSettings:
    """`in_actions` says that the token may be that of GitHub Actions."""

    api_url: str
    graphql_url: str
    repository: str
    token: Secret
    in_actions: bool = False


@dataclass(frozen=True, slots=True)
class GitLabSettings:
    """`project` is an id or a path, `project_url` its page, empty where nobody knows it."""

    api_url: str
    project: str
    token: Secret
    project_url: str = ""


Settings = GitHubSettings | GitLabSettings

_DEFAULT_GITHUB: Final = "https://api.github.com"
_SIGNS: Final = {Kind.GITHUB: "GITHUB_ACTIONS", Kind.GITLAB: "GITLAB_CI"}
_NEEDED: Final = {
    Kind.GITHUB: ("GITHUB_REPOSITORY", "GITHUB_TOKEN"),
    Kind.GITLAB: ("CI_API_V4_URL", "CI_PROJECT_ID", "GITLAB_TOKEN"),
}
_REPOSITORY: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*/[A-Za-z0-9_.-]+")
_PROJECT: Final = re.compile(r"[A-Za-z0-9_.][A-Za-z0-9_./-]*")


def read_settings(environ: Mapping[str, str], chosen: Kind | None) -> Settings:
    """The settings of the platform that is chosen, or else told by the environment. Raises DiagnosticError GC700."""
    kind = chosen or _told(environ)
    missing = [name for name in _NEEDED[kind] if not environ.get(name, "").strip()]
    if missing:
        hint = "a workflow hands the token over by itself: GITHUB_TOKEN: ${{ github.token }} under env"
        if kind is Kind.GITLAB:
            hint = "GITLAB_TOKEN is a project access token with the scope api, set as a masked CI/CD variable"
        raise _error(f"{kind.value}: {_joined(missing)} {'is' if len(missing) == 1 else 'are'} not set", hint)
    return _github(environ) if kind is Kind.GITHUB else _gitlab(environ)


def change_number(environ: Mapping[str, str], kind: Kind, event: Any) -> int | None:
    """The pull request that a pipeline runs for; `event` is what GITHUB_EVENT_PATH holds. None where it tells none."""
    if kind is Kind.GITLAB:
        return _whole(environ.get("CI_MERGE_REQUEST_IID", ""))
    for path in (("pull_request", "number"), ("issue", "number")):
        found = _inside(event, *path)
        if isinstance(found, int) and (path[0] == "pull_request" or _inside(event, "issue", "pull_request")):
            return found
    match = re.fullmatch(r"refs/pull/([0-9]{1,10})/\w+", environ.get("GITHUB_REF", ""))
    return _whole(match[1]) if match else None


def commit(environ: Mapping[str, str], kind: Kind, event: Any) -> str:
    """The commit that people see; GITHUB_SHA of a pull request is that of a merge that nobody made."""
    if kind is Kind.GITLAB:
        found = environ.get("CI_COMMIT_SHA", "")
    else:
        found = _inside(event, "pull_request", "head", "sha") or environ.get("GITHUB_SHA", "")
    return found if isinstance(found, str) and re.fullmatch(r"[0-9a-f]{7,64}", found) else ""


def run_link(environ: Mapping[str, str], kind: Kind) -> str:
    """The page of the pipeline's run; empty where the environment tells none, or one that is no link."""
    link = environ.get("CI_JOB_URL", "")
    if kind is Kind.GITHUB:
        parts = [environ.get(name, "") for name in ("GITHUB_SERVER_URL", "GITHUB_REPOSITORY", "GITHUB_RUN_ID")]
        link = "{}/{}/actions/runs/{}".format(*parts) if all(parts) else ""
    return link if re.fullmatch(r"https?://[\w.:/~%+-]+", link, re.ASCII) else ""


def graphql_url(api_url: str, given: str) -> str:
    """Where GraphQL is; what is given counts only on the API's own host, since the token goes there.

    Source: GitHub Enterprise Server has REST at `/api/v3` and GraphQL at `/api/graphql`, github.com both at its root.
    """
    if given and urlsplit(given)[:2] == urlsplit(api_url)[:2]:
        return given
    return f"{api_url.removesuffix('/v3')}/graphql" if api_url.endswith("/api/v3") else f"{api_url}/graphql"


def _told(environ: Mapping[str, str]) -> Kind:
    """By the pipeline that runs; else by the variables that are there, if those of one platform only are."""
    running = [kind for kind, sign in _SIGNS.items() if environ.get(sign, "").lower() in ("true", "1")]
    found = running or [kind for kind, names in _NEEDED.items() if all(environ.get(name) for name in names)]
    if len(found) == 1:
        return found[0]
    looked = "; ".join(f"{kind.value}: {_SIGNS[kind]}, or {_joined(names)}" for kind, names in _NEEDED.items())
    problem = "both GitHub and GitLab are told" if found else "neither GitHub nor GitLab is told"
    raise _error(f"{problem} by the environment (looked for {looked})", "say which: --platform github or gitlab")


def _github(environ: Mapping[str, str]) -> GitHubSettings:
    repository = environ["GITHUB_REPOSITORY"].strip()
    if not _REPOSITORY.fullmatch(repository):
        raise _error("GITHUB_REPOSITORY is not of the form owner/name", "for example: GITHUB_REPOSITORY=example/events")
    url = _url("GITHUB_API_URL", environ.get("GITHUB_API_URL", "").strip() or _DEFAULT_GITHUB)
    graphql = graphql_url(url, environ.get("GITHUB_GRAPHQL_URL", "").strip())
    in_actions = environ.get("GITHUB_ACTIONS", "").lower() == "true"
    return GitHubSettings(url, graphql, repository, _token("GITHUB_TOKEN", environ), in_actions)


def _gitlab(environ: Mapping[str, str]) -> GitLabSettings:
    url = _url("CI_API_V4_URL", environ["CI_API_V4_URL"].strip())
    fork = environ.get("CI_MERGE_REQUEST_PROJECT_ID", "").strip()
    project = fork or environ["CI_PROJECT_ID"].strip()
    if not _PROJECT.fullmatch(project):
        raise _error("CI_PROJECT_ID is neither a number nor a path", "for example: CI_PROJECT_ID=42")
    page = environ.get("CI_MERGE_REQUEST_PROJECT_URL" if fork else "CI_PROJECT_URL", "")
    page = page if re.fullmatch(r"https?://[\w.:/~%+-]+", page, re.ASCII) else ""
    return GitLabSettings(url, project, _token("GITLAB_TOKEN", environ), page)


def _url(name: str, url: str) -> str:
    """Where a token may go: https, and unencrypted only to this machine."""
    try:
        parts = urlsplit(url)
        port_is_right = parts.port is None or parts.port > 0
    except ValueError:
        parts, port_is_right = urlsplit(""), False
    safe = parts.scheme == "https" or (parts.scheme == "http" and _is_loopback(parts.hostname or ""))
    if not (safe and parts.hostname and port_is_right) or "@" in parts.netloc or parts.query or parts.fragment:
        hint = "for example: GITHUB_API_URL=https://github.example.com/api/v3; http goes to this machine only"
        raise _error(f"{name} is no https:// URL without a user, a query or a fragment", hint)
    return url.rstrip("/")


def _token(name: str, environ: Mapping[str, str]) -> Secret:
    token = environ[name].strip()
    if not (token.isascii() and token.isprintable()) or " " in token:
        hint = "set it anew: it was probably copied together with its surroundings"
        raise _error(f"{name} holds white space, a control character or a letter beyond ASCII", hint)
    return Secret(token)


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _inside(data: Any, *path: str) -> Any:
    for name in path:
        data = data.get(name) if isinstance(data, Mapping) else None
    return data


def _whole(text: str) -> int | None:
    return int(text) if re.fullmatch(r"[0-9]{1,10}", text) and int(text) > 0 else None


def _joined(names: list[str] | tuple[str, ...]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _error(message: str, hint: str) -> DiagnosticError:
    return DiagnosticError(Diagnostic("GC700", message, hint=hint))
