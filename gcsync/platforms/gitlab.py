"""GitLab, hosted or one's own. Source: "Notes API", "Issues API", "Rate limits" of its documentation."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import quote

from gcsync.model.diagnostic import Diagnostic
from gcsync.platforms import refusals
from gcsync.platforms.client import Call, Client, Dialect, Json, Refusal, Refused
from gcsync.platforms.fields import BadField, number, text
from gcsync.platforms.interface import Comment, Issue, Where
from gcsync.platforms.settings import GitLabSettings
from gcsync.platforms.transport import Surroundings

NAME: Final = "GitLab"
LONGEST: Final = 1_000_000
"""Bytes. The documentation says 1,000,000 characters; descriptions of issues are limited to 1,048,576 bytes."""

_NEEDS: Final = "the scope `api` and at least the role Reporter in the project (Guest cannot see every project)"
_ORDER: Final = re.compile(r"^\r*(?=/)", re.MULTILINE)
_JOINER: Final = "\u2060"
"""It is not seen, and is no white space."""
_PARTS: Final = {Where.CHANGE: "merge_requests", Where.ISSUE: "issues"}
_WORDS: Final = {Where.CHANGE: "merge request", Where.ISSUE: "issue"}


class GitLab:
    """A project on GitLab, as `gcsync.platforms.interface.Platform` has it."""

    name = NAME
    limit = LONGEST

    def __init__(self, settings: GitLabSettings, surroundings: Surroundings) -> None:
        headers = {"PRIVATE-TOKEN": settings.token.reveal()}
        self._client = Client(settings.api_url, Dialect(NAME, headers, _explain), surroundings)
        self._project = f"/projects/{quote(settings.project, safe='')}"
        self._page = settings.project_url

    def size(self, text: str) -> int:
        """Bytes of UTF-8."""
        return len(text.encode("utf-8", "surrogatepass"))

    def guarded(self, text: str) -> str:
        """No line begins with a slash: GitLab would carry out `/close`, and not only outside of code blocks.

        Source: lib/gitlab/quick_actions/extractor.rb, which knows no code block with a language.
        """
        return _ORDER.sub(_JOINER, text)

    def author(self) -> str:
        call = Call("GET", "/user", "the token's own account", _NEEDS)
        return self._read(call, self._client.get(call), "username")

    def conversation(self, where: Where, number: int) -> GitLabConversation:
        path = f"{self._project}/{_PARTS[where]}/{number}/notes"
        page = f"{self._page}/-/{_PARTS[where]}/{number}" if self._page else ""
        return GitLabConversation(self._client, path, page, f"the comments of {_WORDS[where]} {number}")

    def issues(self, author: str) -> list[Issue]:
        params = {"scope": "all", "author_username": author, "order_by": "created_at", "sort": "asc"}
        call = Call("GET", f"{self._project}/issues", "the project's issues", _NEEDS, params)
        return sorted((self._issue(call, one) for one in self._client.pages(call)), key=lambda issue: issue.number)

    def create_issue(self, title: str, body: str, labels: tuple[str, ...]) -> Issue:
        data: Json = {"title": title, "description": body}
        if labels:
            data["labels"] = ",".join(labels)
        call = Call("POST", f"{self._project}/issues", "a new issue", _NEEDS, body=data, makes=True)
        return self._issue(call, self._client.get(call))

    def update_issue(self, issue: Issue, body: str, *, open: bool) -> Issue:  # noqa: A002 - as the issue has it
        data: Json = {"description": body}
        if open is not issue.open:
            data["state_event"] = "reopen" if open else "close"
        call = Call("PUT", f"{self._project}/issues/{issue.number}", f"issue {issue.number}", _NEEDS, body=data)
        return self._issue(call, self._client.get(call))

    def _issue(self, call: Call, data: Json) -> Issue:
        try:
            author, is_open = text(data, "author", "username"), text(data, "state") == "opened"
            url = text(data, "web_url")
            return Issue(number(data, "iid"), text(data, "title"), text(data, "description"), author, is_open, url)
        except BadField as error:
            raise self._client.unusable(call, str(error)) from None

    def _read(self, call: Call, data: Json, name: str) -> str:
        try:
            return text(data, name)
        except BadField as error:
            raise self._client.unusable(call, str(error)) from None


class GitLabConversation:
    """The notes of a merge request or an issue, as `gcsync.platforms.interface.Conversation` has it."""

    def __init__(self, client: Client, path: str, page: str, what: str) -> None:
        self._client = client
        self._path = path
        self._page = page
        self._what = what

    def comments(self) -> list[Comment]:
        call = Call("GET", self._path, self._what, _NEEDS, {"sort": "asc", "order_by": "created_at"})
        notes = [one for one in self._client.pages(call) if one.get("system") is not True]
        return sorted((self._comment(call, one) for one in notes), key=lambda found: found.id)

    def create(self, body: str) -> Comment:
        call = Call("POST", self._path, self._what, _NEEDS, body={"body": body}, makes=True)
        return self._comment(call, self._client.get(call))

    def update(self, comment: Comment, body: str) -> Comment:
        call = Call("PUT", f"{self._path}/{comment.id}", self._what, _NEEDS, body={"body": body})
        return self._comment(call, self._client.get(call))

    def delete(self, comment: Comment) -> None:
        try:
            self._client.do(Call("DELETE", f"{self._path}/{comment.id}", self._what, _NEEDS))
        except Refused as error:
            if error.status != 404:
                raise

    def hide(self, comment: Comment) -> bool:
        """GitLab has no such thing for notes."""
        return False

    def _comment(self, call: Call, data: Json) -> Comment:
        try:
            identifier, author = number(data, "id"), text(data, "author", "username")
            url = f"{self._page}#note_{identifier}" if self._page else ""
            return Comment(identifier, text(data, "body"), author, url)
        except BadField as error:
            raise self._client.unusable(call, str(error)) from None


def _explain(refusal: Refusal) -> Diagnostic:
    call, message = refusal.call, refusal.message
    if refusal.status == 401:
        return refusals.unauthorized(NAME, "GITLAB_TOKEN", message)
    if refusal.status == 403:
        locked = "locked" in message.lower()
        return (
            refusals.locked(NAME, call.what, message)
            if locked
            else refusals.forbidden(NAME, call.what, call.needs, message)
        )
    if refusal.status == 404 and call.method != "GET":
        # What was listed and cannot be written: so GitHub and GitLab answer a token that lacks the right.
        return refusals.forbidden(NAME, call.what, call.needs, message)
    if refusal.status == 404:
        return refusals.not_found(NAME, call.what, call.needs, message)
    return refusals.refused(NAME, call.what, refusal.status, message)
