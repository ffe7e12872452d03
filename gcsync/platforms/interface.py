"""What gcsync needs of a platform where changes are reviewed: comments, issues, and who it is itself.

Values carry what the platform said, nothing more; whose comment is whose, and what is to be done, is judged elsewhere
(gcsync/platforms/upsert.py). Every method may raise DiagnosticError (GC703 to GC709), and each that makes something
`OutcomeUnknown`: then nobody knows whether it was made, and the listing has to be looked at before it is made again.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class Where(StrEnum):
    """What a conversation belongs to. The value is GitHub's word for it."""

    CHANGE = "pull request"
    ISSUE = "issue"


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment; `author` is the login as `Platform.author` gives it, `handle` what else the platform needs of it."""

    id: int
    body: str
    author: str
    url: str = ""
    handle: str = ""


@dataclass(frozen=True, slots=True)
class Issue:
    """An issue by the number that people see."""

    number: int
    title: str
    body: str
    author: str
    open: bool
    url: str = ""


class Conversation(Protocol):
    """The comments of one pull request or issue."""

    def comments(self) -> list[Comment]:
        """All of them, oldest first."""

    def create(self, body: str) -> Comment:
        """Write a comment."""

    def update(self, comment: Comment, body: str) -> Comment:
        """Replace the text of a comment."""

    def delete(self, comment: Comment) -> None:
        """Remove a comment; one that is gone already is no error."""

    def hide(self, comment: Comment) -> bool:
        """Let the platform itself collapse a comment as outdated. False where it has no such thing."""


class Platform(Protocol):
    """GitHub or GitLab. `limit` is the longest text of a comment or an issue, counted by `size`."""

    name: str
    limit: int

    def size(self, text: str) -> int:
        """How long the platform may find a text; never too small."""

    def guarded(self, text: str) -> str:
        """The text, without what the platform would take for an order."""

    def author(self) -> str:
        """The login under which the token writes."""

    def conversation(self, where: Where, number: int) -> Conversation:
        """The comments of one pull request or issue."""

    def issues(self, author: str) -> list[Issue]:
        """All issues that an account wrote, open and closed, oldest first."""

    def create_issue(self, title: str, body: str, labels: tuple[str, ...]) -> Issue:
        """Open an issue."""

    def update_issue(self, issue: Issue, body: str, *, open: bool) -> Issue:  # noqa: A002 - as the issue has it
        """Replace the text of an issue, and open or close it, in one request."""
