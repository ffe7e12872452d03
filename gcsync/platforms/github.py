"""GitHub and GitHub Enterprise. Source: "REST API endpoints for issue comments", "… for issues", GraphQL reference.

A pull request is an issue here: its comments are those of the issue with its number. Collapsing is only in GraphQL.
"""

from __future__ import annotations

from typing import Final

from gcsync.model.diagnostic import Diagnostic, DiagnosticError
from gcsync.platforms import refusals
from gcsync.platforms.client import Call, Client, Dialect, Json, Refusal, Refused
from gcsync.platforms.fields import BadField, number, text
from gcsync.platforms.interface import Comment, Issue, Where
from gcsync.platforms.settings import GitHubSettings
from gcsync.platforms.transport import Surroundings

NAME: Final = "GitHub"
LONGEST: Final = 65_536
"""UTF-16 units, each of which is at most three bytes. The error speaks of 65,536 characters; measured by others are
262,144 bytes for comments and 65,536 code points for pull requests: this is below all of them."""

_COMMENTS: Final = (
    "`pull-requests: write` in the job's permissions (a fine-grained token: Pull requests, read and write)"
)
_ISSUES: Final = "`issues: write` in the job's permissions (a fine-grained token: Issues, read and write)"
_WHO: Final = "to say whose it is"
_MINIMIZE: Final = (
    "mutation($id: ID!) { minimizeComment(input: {subjectId: $id, classifier: OUTDATED}) "
    "{ minimizedComment { isMinimized } } }"
)
_ACTIONS: Final = "github-actions[bot]"


class GitHub:
    """A repository on GitHub, as `gcsync.platforms.interface.Platform` has it."""

    name = NAME
    limit = LONGEST

    def __init__(self, settings: GitHubSettings, surroundings: Surroundings) -> None:
        headers = {
            "Accept": "application/vnd.github+json",
            "X-GitHub-Api-Version": "2022-11-28",
            "Authorization": f"Bearer {settings.token.reveal()}",
        }
        self._settings = settings
        self._client = Client(settings.api_url, Dialect(NAME, headers, _explain), surroundings)
        self._repository = f"/repos/{settings.repository}"

    def size(self, text: str) -> int:
        """UTF-16 units."""
        return len(text.encode("utf-16-le", "surrogatepass")) // 2

    def guarded(self, text: str) -> str:
        """As it is: no text of a comment is an order here."""
        return text

    def author(self) -> str:
        """The user of the token. An app has none (403): its bot's login is in GraphQL, which asks the same of all.

        Raises DiagnosticError GC709 where nobody tells: then a comment could be anybody's.
        """
        try:
            return self._text(Call("GET", "/user", "the token's own account", _WHO), "login")
        except Refused as error:
            if error.status != 403:
                raise
        login = self._viewer() or (_ACTIONS if self._settings.in_actions else "")
        if login:
            return login
        hint = "use the GITHUB_TOKEN of GitHub Actions, or a token of a user"
        raise DiagnosticError(Diagnostic("GC709", "GitHub does not tell to which account the token belongs", hint=hint))

    def conversation(self, where: Where, number: int) -> GitHubConversation:
        return GitHubConversation(self, self._client, where, number)

    def issues(self, author: str) -> list[Issue]:
        params = {"state": "all", "creator": author, "sort": "created", "direction": "asc"}
        call = Call("GET", f"{self._repository}/issues", f"the issues of {self._settings.repository}", _ISSUES, params)
        found = [self.issue(call, one) for one in self._client.pages(call) if "pull_request" not in one]
        return sorted(found, key=lambda issue: issue.number)

    def create_issue(self, title: str, body: str, labels: tuple[str, ...]) -> Issue:
        data: Json = {"title": title, "body": body, "labels": list(labels)}
        what = f"a new issue in {self._settings.repository}"
        call = Call("POST", f"{self._repository}/issues", what, _ISSUES, body=data, makes=True)
        return self.issue(call, self._client.get(call))

    def update_issue(self, issue: Issue, body: str, *, open: bool) -> Issue:  # noqa: A002 - as the issue has it
        data: Json = {"body": body}
        if open is not issue.open:
            data |= {"state": "open" if open else "closed", "state_reason": "reopened" if open else "completed"}
        call = Call("PATCH", f"{self._repository}/issues/{issue.number}", f"issue {issue.number}", _ISSUES, body=data)
        return self.issue(call, self._client.get(call))

    def issue(self, call: Call, data: Json) -> Issue:
        """Raises DiagnosticError GC707 for one that is none."""
        try:
            author, is_open = text(data, "user", "login"), text(data, "state") == "open"
            url = text(data, "html_url")
            return Issue(number(data, "number"), text(data, "title"), text(data, "body"), author, is_open, url)
        except BadField as error:
            raise self._client.unusable(call, str(error)) from None

    def path(self, rest: str) -> str:
        return f"{self._repository}{rest}"

    def graphql(self, query: str, variables: Json, what: str, needs: str) -> Json:
        """The `data` of an answer. Raises DiagnosticError; an error inside an answer of status 200 is a refusal too."""
        body: Json = {"query": query, "variables": variables}
        call = Call("POST", "", what, needs, body=body, url=self._settings.graphql_url)
        answer = self._client.get(call)
        data = answer.get("data")
        if answer.get("errors") or not isinstance(data, dict):
            raise Refused(refusals.forbidden(NAME, what, needs, _first_error(answer)), 200)
        return data

    def _viewer(self) -> str:
        """The login of an app's bot. `[bot]` is part of it in REST, where no user can have it in a name."""
        try:
            login = text(self.graphql("{ viewer { login } }", {}, "its own account", _WHO), "viewer", "login")
        except (Refused, BadField):
            return ""
        return login if login.endswith("[bot]") or not login else f"{login}[bot]"

    def _text(self, call: Call, name: str) -> str:
        try:
            return text(self._client.get(call), name)
        except BadField as error:
            raise self._client.unusable(call, str(error)) from None


class GitHubConversation:
    """The comments of a pull request or an issue, as `gcsync.platforms.interface.Conversation` has it."""

    def __init__(self, github: GitHub, client: Client, where: Where, number: int) -> None:
        self._github = github
        self._client = client
        self._path = github.path(f"/issues/{number}/comments")
        self._what = f"the comments of {where} {number}"
        self._needs = _COMMENTS if where is Where.CHANGE else _ISSUES

    def comments(self) -> list[Comment]:
        call = Call("GET", self._path, self._what, self._needs)
        return sorted((self._comment(call, one) for one in self._client.pages(call)), key=lambda found: found.id)

    def create(self, body: str) -> Comment:
        call = Call("POST", self._path, self._what, self._needs, body={"body": body}, makes=True)
        return self._comment(call, self._client.get(call))

    def update(self, comment: Comment, body: str) -> Comment:
        call = Call("PATCH", self._one(comment), self._what, self._needs, body={"body": body})
        return self._comment(call, self._client.get(call))

    def delete(self, comment: Comment) -> None:
        try:
            self._client.do(Call("DELETE", self._one(comment), self._what, self._needs))
        except Refused as error:
            if error.status != 404:
                raise

    def hide(self, comment: Comment) -> bool:
        try:
            self._github.graphql(_MINIMIZE, {"id": comment.handle}, self._what, self._needs)
        except Refused:
            return False
        return True

    def _one(self, comment: Comment) -> str:
        return self._github.path(f"/issues/comments/{comment.id}")

    def _comment(self, call: Call, data: Json) -> Comment:
        try:
            author, body = text(data, "user", "login"), text(data, "body")
            return Comment(number(data, "id"), body, author, text(data, "html_url"), text(data, "node_id"))
        except BadField as error:
            raise self._client.unusable(call, str(error)) from None


def _explain(refusal: Refusal) -> Diagnostic:
    call, message = refusal.call, refusal.message
    if refusal.status == 401:
        return refusals.unauthorized(NAME, "GITHUB_TOKEN", message)
    if refusal.status in (403, 404) and "locked" in message.lower():
        return refusals.locked(NAME, call.what, message)
    if refusal.status == 403:
        return refusals.forbidden(NAME, call.what, call.needs, message)
    if refusal.status == 404 and call.method != "GET":
        # What was listed and cannot be written: so GitHub and GitLab answer a token that lacks the right.
        return refusals.forbidden(NAME, call.what, call.needs, message)
    if refusal.status == 404:
        return refusals.not_found(NAME, call.what, call.needs, message)
    return refusals.refused(NAME, call.what, refusal.status, message)


def _first_error(answer: Json) -> str:
    errors = answer.get("errors")
    first = errors[0] if isinstance(errors, list) and errors else None
    message = first.get("message") if isinstance(first, dict) else None
    return message[:200] if isinstance(message, str) else ""
