"""GitLab, as far as notes and issues go, and as strict as its documentation and its error messages are.

with running() as gitlab:
    merge = gitlab.open_merge_request()
    ... gitlab.environ() ... gitlab.bodies(merge)
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from tests.stand_ins.server import Answer, Refusal, Request, StandIn, page_of, serving

TOKEN = "glpat-tokenOfTheProject00"
CREATED = "2026-11-25T12:00:00.000Z"
ROLES = ("None", "Guest", "Reporter", "Developer", "Maintainer")


@dataclass
class Account:
    """Whose token it is, with its scopes and its role in the project."""

    username: str
    role: str = "Reporter"
    scopes: set[str] = field(default_factory=lambda: {"api"})
    id: int = 71


@dataclass
class Note:
    id: int
    on: tuple[str, int]
    body: str
    account: Account
    system: bool = False


@dataclass
class Issue:
    iid: int
    title: str
    description: str
    account: Account
    labels: list[str] = field(default_factory=list)
    state: str = "opened"


class GitLab(StandIn):
    """One project. Notes hang on ("merge_requests", iid) or ("issues", iid)."""

    def __init__(self, project: int = 42, path: str = "example/events") -> None:
        super().__init__()
        self.project, self.path = project, path
        self.accounts = {TOKEN: Account("project_42_bot_1")}
        self.merge_requests: set[int] = set()
        self.all_issues: dict[int, Issue] = {}
        self.notes: dict[int, Note] = {}
        self.limit = 1_000_000
        self.orders: list[str] = []
        self._next = 0

    # What a test sees and does.

    def environ(self, **more: str) -> dict[str, str]:
        """What a pipeline sets, and the token that its owner has added."""
        values = {
            "GITLAB_CI": "true",
            "CI_API_V4_URL": f"{self.url}/api/v4",
            "CI_PROJECT_ID": str(self.project),
            "CI_PROJECT_URL": f"{self.url}/{self.path}",
            "CI_COMMIT_SHA": "0123456789abcdef0123456789abcdef01234567",
            "CI_JOB_URL": f"{self.url}/{self.path}/-/jobs/77",
            "GITLAB_TOKEN": TOKEN,
        }
        return values | more

    def open_merge_request(self, number: int = 12) -> int:
        self.merge_requests.add(number)
        return number

    def write(self, number: int, body: str, username: str, *, system: bool = False) -> Note:
        """A note by hand."""
        note = Note(self._id(), ("merge_requests", number), body, Account(username, id=500), system)
        self.notes[note.id] = note
        return note

    def on(self, number: int, kind: str = "merge_requests") -> list[Note]:
        return [note for note in self.notes.values() if note.on == (kind, number)]

    def bodies(self, number: int, kind: str = "merge_requests") -> list[str]:
        return [note.body for note in self.on(number, kind) if not note.system]

    def issues(self, state: str = "all") -> list[Issue]:
        return [one for one in self.all_issues.values() if state in ("all", one.state)]

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
        token = request.headers.get("PRIVATE-TOKEN") or request.headers.get("Authorization", "").removeprefix("Bearer ")
        if token not in self.accounts:
            raise problem(401, "401 Unauthorized")
        account = self.accounts[token]
        if not account.scopes & ({"api", "read_api"} if request.method == "GET" else {"api"}):
            said = "The request requires higher privileges than provided by the access token."
            body = {"error": "insufficient_scope", "error_description": said, "scope": "api"}
            raise Refusal(Answer(403, body))
        return account

    def _answer(self, request: Request, account: Account) -> Answer:
        path = request.path.removeprefix("/api/v4")
        if path == "/user" and request.method == "GET":
            return Answer(200, self._user(account))
        match = re.fullmatch(r"/projects/([^/]+)(/.*)", path)
        if not match or unquote(match[1]) not in (str(self.project), self.path) or account.role == "None":
            raise problem(404, "404 Project Not Found")
        for pattern, handle in self._routes():
            if found := re.fullmatch(pattern, f"{request.method} {match[2]}"):
                return handle(request, account, *found.groups())
        raise Refusal(Answer(404, {"error": "404 Not Found"}))

    def _routes(self) -> list[tuple[str, Any]]:
        notes = r"/(merge_requests|issues)/(\d+)/notes"
        return [
            (rf"GET {notes}", self._list_notes),
            (rf"POST {notes}", self._create_note),
            (rf"PUT {notes}/(\d+)", self._update_note),
            (rf"DELETE {notes}/(\d+)", self._delete_note),
            (r"GET /issues", self._list_issues),
            (r"POST /issues", self._create_issue),
            (r"PUT /issues/(\d+)", self._update_issue),
        ]

    def _list_notes(self, request: Request, _: Account, kind: str, number: str) -> Answer:
        self._thread(kind, int(number))
        found = self.on(int(number), kind)
        found.sort(key=lambda note: note.id, reverse=request.query.get("sort", "desc") == "desc")
        url = f"{self.url}/api/v4/projects/{self.project}/{kind}/{number}/notes"
        return page_of([self.shown_note(note) for note in found], request, url, 20)

    def _create_note(self, request: Request, account: Account, kind: str, number: str) -> Answer:
        self._thread(kind, int(number))
        self._require(account, "Guest" if kind == "issues" else "Reporter")
        note = Note(self._id(), (kind, int(number)), self._text(request), account)
        self.notes[note.id] = note
        return Answer(201, self.shown_note(note))

    def _update_note(self, request: Request, account: Account, kind: str, number: str, identifier: str) -> Answer:
        note = self._note(kind, number, identifier, account)
        note.body = self._text(request)
        return Answer(200, self.shown_note(note))

    def _delete_note(self, _: Request, account: Account, kind: str, number: str, identifier: str) -> Answer:
        del self.notes[self._note(kind, number, identifier, account).id]
        return Answer(204)

    def _list_issues(self, request: Request, _: Account) -> Answer:
        state, author = request.query.get("state", "all"), request.query.get("author_username", "")
        found = [one for one in self.issues(state) if author in ("", one.account.username)]
        found.sort(key=lambda issue: issue.iid, reverse=request.query.get("sort", "desc") == "desc")
        url = f"{self.url}/api/v4/projects/{self.project}/issues"
        return page_of([self.shown_issue(one) for one in found], request, url, 20)

    def _create_issue(self, request: Request, account: Account) -> Answer:
        self._require(account, "Guest")
        data = self._data(request)
        if not data.get("title"):
            raise Refusal(Answer(400, {"error": "title is missing"}))
        iid = max(self.all_issues, default=0) + 1
        labels = [label for label in str(data.get("labels", "")).split(",") if label]
        self.all_issues[iid] = Issue(iid, data["title"], self._description(data), account, labels)
        return Answer(201, self.shown_issue(self.all_issues[iid]))

    def _update_issue(self, request: Request, account: Account, number: str) -> Answer:
        self._thread("issues", int(number))
        self._require(account, "Reporter")
        issue, data = self.all_issues[int(number)], self._data(request)
        event = data.get("state_event")
        if event not in (None, "close", "reopen"):
            raise Refusal(Answer(400, {"error": "state_event does not have a valid value"}))
        issue.description = self._description(data) if "description" in data else issue.description
        if event:
            issue.state = "closed" if event == "close" else "opened"
            note = Note(self._id(), ("issues", issue.iid), issue.state, account, system=True)
            self.notes[note.id] = note
        return Answer(200, self.shown_issue(issue))

    # What it says.

    def shown_note(self, note: Note) -> dict[str, Any]:
        kind, number = note.on
        return {
            "id": note.id,
            "body": note.body,
            "attachment": None,
            "author": self._user(note.account),
            "created_at": CREATED,
            "updated_at": CREATED,
            "system": note.system,
            "noteable_id": 9_000 + number,
            "noteable_type": "Issue" if kind == "issues" else "MergeRequest",
            "project_id": self.project,
            "noteable_iid": number,
            "resolvable": False,
            "confidential": False,
            "internal": False,
            "imported": False,
            "imported_from": "none",
        }

    def shown_issue(self, issue: Issue) -> dict[str, Any]:
        return {
            "id": 9_000 + issue.iid,
            "iid": issue.iid,
            "project_id": self.project,
            "title": issue.title,
            "description": issue.description,
            "state": issue.state,
            "author": self._user(issue.account),
            "labels": issue.labels,
            "created_at": CREATED,
            "updated_at": CREATED,
            "closed_at": None if issue.state == "opened" else CREATED,
            "confidential": False,
            "discussion_locked": None,
            "web_url": f"{self.url}/{self.path}/-/issues/{issue.iid}",
        }

    def _user(self, account: Account) -> dict[str, Any]:
        return {
            "id": account.id,
            "username": account.username,
            "name": account.username,
            "state": "active",
            "avatar_url": None,
            "web_url": f"{self.url}/{account.username}",
        }

    # What it checks.

    def _require(self, account: Account, role: str) -> None:
        if ROLES.index(account.role) < ROLES.index(role):
            raise problem(403, "403 Forbidden")

    def _thread(self, kind: str, number: int) -> None:
        if number not in (self.merge_requests if kind == "merge_requests" else self.all_issues):
            raise problem(404, "404 Not found")

    def _note(self, kind: str, number: str, identifier: str, account: Account) -> Note:
        note = self.notes.get(int(identifier))
        if note is None or note.on != (kind, int(number)):
            raise problem(404, "404 Note Not Found")
        if note.account.username != account.username:
            raise problem(403, "403 Forbidden")
        return note

    def _data(self, request: Request) -> dict[str, Any]:
        if request.headers.get("Content-Type", "").partition(";")[0] != "application/json":
            raise Refusal(Answer(415, {"error": "The provided content-type is not supported."}))
        try:
            return request.json()
        except ValueError:
            raise Refusal(Answer(400, {"error": "body is invalid"})) from None

    def _text(self, request: Request) -> str:
        body = self._data(request).get("body")
        if not isinstance(body, str) or not body:
            raise Refusal(Answer(400, {"error": "body is missing"}))
        if len(body) > self.limit:
            said = f'400 Bad request - Note {{:note=>["is too long (maximum is {self.limit} characters)"]}}'
            raise problem(400, said)
        return self._without_orders(body)

    def _description(self, data: dict[str, Any]) -> str:
        text = str(data.get("description", ""))
        if len(text.encode()) > 1_048_576:
            said = "is too long (1.1 MiB). The maximum size is 1 MiB."
            raise Refusal(Answer(400, {"message": {"description": [said]}}))
        return self._without_orders(text)

    def _without_orders(self, text: str) -> str:
        """Quick actions are carried out and taken out, in code blocks with a language too."""
        pattern = re.compile(
            r"^/(close|reopen|merge|approve|assign|label|title)\b[^\n]*\n?", re.MULTILINE | re.IGNORECASE
        )
        self.orders += [match[1] for match in pattern.finditer(text.replace("\r", ""))]
        return pattern.sub("", text.replace("\r", "")).rstrip()

    def _id(self) -> int:
        self._next += 1
        return 300 + self._next


def problem(status: int, message: str) -> Refusal:
    return Refusal(Answer(status, {"message": message}))


@contextmanager
def running(**how: Any) -> Iterator[GitLab]:
    """A GitLab of its own for a test."""
    gitlab = GitLab(**how)
    with serving(gitlab):
        yield gitlab
