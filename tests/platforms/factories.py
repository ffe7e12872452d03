"""Small makers for the tests of the platforms, and a platform in memory."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from gcsync.model.diagnostic import Diagnostic
from gcsync.model.failure import OutcomeUnknown
from gcsync.platforms import Bounds, Document, Run, Speaker
from gcsync.platforms.interface import Comment, Issue, Where

ME = "github-actions[bot]"
RUN = Run("0" * 40, "https://github.com/example/events/actions/runs/7", datetime(2026, 11, 25, 12, tzinfo=UTC), ME)


def cut(text: str, limit: int) -> str:
    """As the view's `fit`: whole lines, and a word that something is left out."""
    said = "\n(left out)"
    return text if len(text) <= limit else text[: max(0, limit - len(said))].rpartition("\n")[0] + said


BOUNDS = Bounds(65_536, len, cut)


def document(
    text: str = "1 to create", stack: str = "contact-center@prod", kind: str = "plan", found: bool = True
) -> Document:
    return Document(kind, (stack,), text, "4b1c0d7e", found)


@dataclass
class Memory:
    """A platform and its only conversation, in memory. `lost`: before or after it is done, the answer is lost."""

    name: str = "Memory"
    limit: int = 65_536
    hides: bool = True
    all: list[Comment] = field(default_factory=list)
    hidden: set[int] = field(default_factory=set)
    every_issue: list[Issue] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    writes: list[str] = field(default_factory=list)
    looked: int = 0

    def speaker(self, run: Run = RUN) -> Speaker:
        return Speaker(self, run, BOUNDS, self._look)

    def _look(self) -> None:
        self.looked += 1

    def size(self, text: str) -> int:
        return len(text)

    def guarded(self, text: str) -> str:
        return text

    def author(self) -> str:
        return ME

    def conversation(self, where: Where, number: int) -> Memory:
        return self

    def comments(self) -> list[Comment]:
        return list(self.all)

    def create(self, body: str) -> Comment:
        how = self.lost.pop() if self.lost else ""
        made = Comment(len(self.all) + 1, body, ME, f"url-{len(self.all) + 1}")
        if how != "before":
            self.all.append(made)
            self.writes.append("create")
        if how:
            raise OutcomeUnknown(Diagnostic("GC706", "no answer"))
        return made

    def update(self, comment: Comment, body: str) -> Comment:
        changed = replace(comment, body=body)
        self.all = [changed if one.id == comment.id else one for one in self.all]
        self.writes.append("update")
        return changed

    def delete(self, comment: Comment) -> None:
        self.all = [one for one in self.all if one.id != comment.id]
        self.writes.append("delete")

    def hide(self, comment: Comment) -> bool:
        self.hidden.add(comment.id)
        return self.hides

    def issues(self, author: str) -> list[Issue]:
        return list(self.every_issue)

    def create_issue(self, title: str, body: str, labels: tuple[str, ...]) -> Issue:
        made = Issue(len(self.every_issue) + 1, title, body, ME, True)
        self.every_issue.append(made)
        self.writes.append("open")
        return made

    def update_issue(self, issue: Issue, body: str, *, open: bool) -> Issue:  # noqa: A002
        changed = replace(issue, body=body, open=open)
        self.every_issue = [changed if one.number == issue.number else one for one in self.every_issue]
        self.writes.append("change")
        return changed
