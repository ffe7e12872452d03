"""GitHub, as far as comments and issues go, and as strict as its documentation and its error messages are.

with running() as github:
    pull = github.open_pull()
    ... github.environ() ... github.bodies(pull)
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.stand_ins.server import Answer, Refusal, Request, StandIn, page_of, serving

DOCS = "https://docs.github.com/rest"
TOKEN = "ghs_tokenOfTheWorkflow0000000000000000"
MOST = 262_144
CREATED = "2026-11-25T12:00:00Z"


@dataclass
class Account:
    """Whose token it is. An app's has no `GET /user`. `rights` are those of a workflow's `permissions`."""

    login: str
    app: bool = True
    rights: set[str] = field(default_factory=lambda: {"pull-requests: write", "issues: write"})
    id: int = 41898282


@dataclass
class Written:
    """A comment (`on` is the number of its issue), an issue or a pull request (`on` is its own number)."""

    id: int
    on: int
    body: str
    account: Account
    title: str = ""
    labels: list[str] = field(default_factory=list)
    state: str = "open"
    locked: bool = False
    pull: bool = False
    minimized: str = ""

    @property
    def node(self) -> str:
        return base64.b64encode(f"IC_{self.id}".encode()).decode()


class GitHub(StandIn):
    """One repository. `enterprise` puts the API under /api/v3; `viewer` says whether GraphQL tells who asks."""

    def __init__(self, repository: str = "example/events", *, enterprise: bool = False) -> None:
        super().__init__()
        self.repository = repository
        self.prefix, self.graphql = ("/api/v3", "/api/graphql") if enterprise else ("", "/graphql")
        self.accounts = {TOKEN: Account("github-actions[bot]")}
        self.threads: dict[int, Written] = {}
        self.comments: dict[int, Written] = {}
        self.viewer = True
        self.limit = 65_536
        self.has_issues = True
        self._next = 0

    # What a test sees and does.

    def environ(self, **more: str) -> dict[str, str]:
        """What a workflow sets."""
        values = {
            "GITHUB_ACTIONS": "true",
            "GITHUB_API_URL": self.url + self.prefix,
            "GITHUB_GRAPHQL_URL": self.url + self.graphql,
            "GITHUB_SERVER_URL": self.url,
            "GITHUB_REPOSITORY": self.repository,
            "GITHUB_TOKEN": TOKEN,
            "GITHUB_SHA": "0123456789abcdef0123456789abcdef01234567",
            "GITHUB_RUN_ID": "77",
        }
        return values | more

    def open_pull(self, number: int = 12) -> int:
        self.threads[number] = Written(self._id(), number, "", Account("person", app=False), "A change", pull=True)
        return number

    def write(self, number: int, body: str, login: str) -> Written:
        """A comment by hand."""
        comment = Written(self._id(), number, body, Account(login, app=login.endswith("[bot]")))
        self.comments[comment.id] = comment
        return comment

    def on(self, number: int) -> list[Written]:
        return [comment for comment in self.comments.values() if comment.on == number]

    def bodies(self, number: int) -> list[str]:
        return [comment.body for comment in self.on(number)]

    def issues(self, state: str = "all") -> list[Written]:
        return [one for one in self.threads.values() if not one.pull and state in ("all", one.state)]

    @property
    def account(self) -> Account:
        return self.accounts[TOKEN]

    # What the API does.

    def answer(self, request: Request) -> Answer:
        try:
            return self._answer(request, self._account(request))
        except Refusal as refusal:
            return refusal.answer

    def _account(self, request: Request) -> Account:
        if not request.headers.get("User-Agent"):
            raise Refusal(
                Answer(
                    403,
                    "Request forbidden by administrative rules. Please make sure your request has a User-Agent header",
                )
            )
        if request.headers.get("X-GitHub-Api-Version", "2022-11-28") not in ("2022-11-28", "2026-03-10"):
            raise problem(400, "Bad Request")
        if not re.search(r"application/(vnd\.github(\.v3)?\+)?json|\*/\*", request.headers.get("Accept", "*/*")):
            raise problem(415, "Unsupported 'Accept' header. Must accept 'application/json'.")
        match = re.fullmatch(r"(?:Bearer|token) (\S+)", request.headers.get("Authorization", ""))
        if match is None or match[1] not in self.accounts:
            raise problem(401, "Bad credentials")
        return self.accounts[match[1]]

    def _answer(self, request: Request, account: Account) -> Answer:
        if request.path == self.graphql and request.method == "POST":
            return self._graphql(request.json(), account)
        path = request.path.removeprefix(self.prefix)
        if path == "/user" and request.method == "GET":
            if account.app:
                raise problem(403, "Resource not accessible by integration", "/users/users#get-the-authenticated-user")
            return Answer(200, self._user(account))
        rest = re.sub(rf"^(/repos/{re.escape(self.repository)}|/repositories/1)(?=/)", "", path, flags=re.IGNORECASE)
        if rest == path or "none" in account.rights:
            raise problem(404, "Not Found")
        for pattern, handle in self._routes():
            if match := re.fullmatch(pattern, f"{request.method} {rest}"):
                return handle(request, account, *map(int, match.groups()))
        raise problem(404, "Not Found")

    def _routes(self) -> list[tuple[str, Any]]:
        return [
            (r"GET /issues/(\d+)/comments", self._list_comments),
            (r"POST /issues/(\d+)/comments", self._create_comment),
            (r"PATCH /issues/comments/(\d+)", self._update_comment),
            (r"DELETE /issues/comments/(\d+)", self._delete_comment),
            (r"GET /issues", self._list_issues),
            (r"POST /issues", self._create_issue),
            (r"GET /issues/(\d+)", self._get_issue),
            (r"PATCH /issues/(\d+)", self._update_issue),
        ]

    def _list_comments(self, request: Request, _: Account, number: int) -> Answer:
        self._thread(number)
        url = f"{self.url}{self.prefix}/repositories/1/issues/{number}/comments"
        return page_of([self.shown_comment(one) for one in self.on(number)], request, url, 30)

    def _create_comment(self, request: Request, account: Account, number: int) -> Answer:
        thread = self._thread(number)
        self._require(account, "issues: write", *(["pull-requests: write"] if thread.pull else []))
        if thread.locked:
            raise problem(403, "Unable to create comment because issue is locked.")
        comment = Written(self._id(), number, self._text(request, "IssueComment"), account)
        self.comments[comment.id] = comment
        return Answer(201, self.shown_comment(comment))

    def _update_comment(self, request: Request, account: Account, number: int) -> Answer:
        comment = self._comment(number)
        self._require(account, "issues: write", "pull-requests: write")
        comment.body = self._text(request, "IssueComment")
        return Answer(200, self.shown_comment(comment))

    def _delete_comment(self, _: Request, account: Account, number: int) -> Answer:
        self._comment(number)
        self._require(account, "issues: write", "pull-requests: write")
        del self.comments[number]
        return Answer(204)

    def _list_issues(self, request: Request, _: Account) -> Answer:
        state, creator = request.query.get("state", "open"), request.query.get("creator", "")
        found = [one for one in self.threads.values() if state in ("all", one.state)]
        found = [one for one in found if creator.lower() in ("", one.account.login.lower())]
        found.sort(key=lambda one: one.on, reverse=request.query.get("direction", "desc") == "desc")
        shown = [self.shown_issue(one) for one in found]
        return page_of(shown, request, f"{self.url}{self.prefix}/repositories/1/issues", 30)

    def _create_issue(self, request: Request, account: Account) -> Answer:
        self._require(account, "issues: write")
        if not self.has_issues:
            raise problem(410, "Issues has been disabled in this repository.", "/issues/issues#create-an-issue")
        data = self._data(request)
        if not isinstance(data.get("title"), str) or not data["title"].strip():
            raise invalid("Issue", "title", "missing_field")
        number = max(self.threads, default=0) + 1
        body = self._text(request, "Issue")
        self.threads[number] = Written(self._id(), number, body, account, data["title"], data.get("labels", []))
        return Answer(201, self.shown_issue(self.threads[number]))

    def _get_issue(self, _: Request, __: Account, number: int) -> Answer:
        return Answer(200, self.shown_issue(self._thread(number)))

    def _update_issue(self, request: Request, account: Account, number: int) -> Answer:
        thread, data = self._thread(number), self._data(request)
        self._require(account, "issues: write")
        if data.get("state", "open") not in ("open", "closed"):
            raise invalid("Issue", "state", "invalid")
        thread.state = data.get("state", thread.state)
        thread.title = data.get("title", thread.title)
        body = data.get("body", thread.body)
        # Measured by others: a text that is too long for an issue is answered with 200, and the old one stays.
        thread.body = thread.body if len(body.encode()) > MOST else body
        return Answer(200, self.shown_issue(thread))

    def _graphql(self, data: dict[str, Any], account: Account) -> Answer:
        query = " ".join(str(data.get("query", "")).split())
        if re.fullmatch(r"(query )?\{ ?viewer \{ login \} ?\}", query) and self.viewer:
            return Answer(200, {"data": {"viewer": {"login": account.login}}})
        if re.search(r"minimizeComment\(input: ?\{.*subjectId: \$id, classifier: OUTDATED", query):
            return self._minimize(data.get("variables", {}), account)
        message = "Resource not accessible by integration" if "viewer" in query else f"Parse error on {query[:40]!r}"
        return Answer(200, {"data": None, "errors": [{"type": "FORBIDDEN", "message": message}]})

    def _minimize(self, variables: dict[str, Any], account: Account) -> Answer:
        comment = next((one for one in self.comments.values() if one.node == variables.get("id")), None)
        if comment is None or not {"issues: write", "pull-requests: write"} & account.rights:
            error = {"type": "NOT_FOUND", "path": ["minimizeComment"], "message": "Could not resolve to a node"}
            return Answer(200, {"data": {"minimizeComment": None}, "errors": [error]})
        comment.minimized = "outdated"
        return Answer(200, {"data": {"minimizeComment": {"minimizedComment": {"isMinimized": True}}}})

    # What it says.

    def shown_comment(self, comment: Written) -> dict[str, Any]:
        api = f"{self.url}{self.prefix}/repos/{self.repository}/issues"
        return {
            "id": comment.id,
            "node_id": comment.node,
            "url": f"{api}/comments/{comment.id}",
            "html_url": f"{self.url}/{self.repository}/pull/{comment.on}#issuecomment-{comment.id}",
            "issue_url": f"{api}/{comment.on}",
            "body": comment.body,
            "user": self._user(comment.account),
            "created_at": CREATED,
            "updated_at": CREATED,
            "author_association": "CONTRIBUTOR",
            "performed_via_github_app": None,
            "reactions": {"url": f"{api}/comments/{comment.id}/reactions", "total_count": 0},
        }

    def shown_issue(self, issue: Written) -> dict[str, Any]:
        api = f"{self.url}{self.prefix}/repos/{self.repository}/issues/{issue.on}"
        page = f"{self.url}/{self.repository}/{'pull' if issue.pull else 'issues'}/{issue.on}"
        shown = {
            "id": issue.id,
            "node_id": issue.node,
            "url": api,
            "repository_url": f"{self.url}{self.prefix}/repos/{self.repository}",
            "labels_url": f"{api}/labels{{/name}}",
            "comments_url": f"{api}/comments",
            "events_url": f"{api}/events",
            "html_url": page,
            "number": issue.on,
            "title": issue.title,
            "user": self._user(issue.account),
            "labels": [{"id": 1, "name": label, "color": "ededed", "default": False} for label in issue.labels],
            "state": issue.state,
            "locked": issue.locked,
            "assignee": None,
            "assignees": [],
            "milestone": None,
            "comments": len(self.on(issue.on)),
            "created_at": CREATED,
            "updated_at": CREATED,
            "closed_at": None if issue.state == "open" else CREATED,
            "author_association": "CONTRIBUTOR",
            "body": issue.body or None,
            "closed_by": None,
        }
        return shown | ({"pull_request": {"url": api.replace("/issues/", "/pulls/")}} if issue.pull else {})

    def _user(self, account: Account) -> dict[str, Any]:
        return {
            "login": account.login,
            "id": account.id,
            "node_id": "MDM6Qm90",
            "url": f"{self.url}{self.prefix}/users/{account.login}",
            "html_url": f"{self.url}/{account.login}",
            "type": "Bot" if account.app else "User",
            "site_admin": False,
        }

    # What it checks.

    def _require(self, account: Account, *rights: str) -> None:
        if not set(rights) & account.rights:
            raise problem(403, "Resource not accessible by integration")

    def _thread(self, number: int) -> Written:
        if number not in self.threads:
            raise problem(404, "Not Found")
        return self.threads[number]

    def _comment(self, number: int) -> Written:
        if number not in self.comments:
            raise problem(404, "Not Found")
        return self.comments[number]

    def _data(self, request: Request) -> dict[str, Any]:
        try:
            return request.json()
        except ValueError:
            raise problem(400, "Problems parsing JSON") from None

    def _text(self, request: Request, resource: str) -> str:
        body = self._data(request).get("body")
        if not isinstance(body, str) or not body.strip():
            raise invalid(resource, "body", "missing_field")
        if len(body.encode("utf-16-le")) // 2 > self.limit:
            error = {"resource": resource, "code": "unprocessable", "field": "data"}
            raise too_long(error | {"message": f"Body is too long (maximum is {self.limit} characters)"})
        return body

    def _id(self) -> int:
        self._next += 1
        return 1_000 + self._next


def problem(status: int, message: str, place: str = "") -> Refusal:
    return Refusal(Answer(status, {"message": message, "documentation_url": DOCS + place, "status": str(status)}))


def invalid(resource: str, field_name: str, code: str) -> Refusal:
    return too_long({"resource": resource, "code": code, "field": field_name})


def too_long(error: dict[str, str]) -> Refusal:
    place = f"{DOCS}/issues/comments#create-an-issue-comment"
    body = {"message": "Validation Failed", "errors": [error], "documentation_url": place, "status": "422"}
    return Refusal(Answer(422, body))


@contextmanager
def running(**how: Any) -> Iterator[GitHub]:
    """A GitHub of its own for a test."""
    github = GitHub(**how)
    with serving(github):
        yield github
