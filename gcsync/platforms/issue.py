"""What is to be done so that one issue is open while there is something to settle, and none otherwise: pure decisions.

| found | open ones | closed by gcsync | what is done |
|---|---|---|---|
| yes | none | none | open one |
| yes | none | some | reopen the latest |
| yes | one or more | any | bring the oldest up to date, close the others as its duplicates |
| no | none | any | nothing |
| no | one or more | any | close each, with a comment |

One that a person closed stays closed: when there is still something to settle, it takes a new one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from gcsync.platforms.body import Document, same
from gcsync.platforms.interface import Issue
from gcsync.platforms.mark import Mark, State, read_mark


@dataclass(frozen=True, slots=True)
class Open:
    """Open an issue."""

    body: str


@dataclass(frozen=True, slots=True)
class Change:
    """Replace the text of an issue; where it is closed, open it again and say so."""

    issue: Issue
    body: str


@dataclass(frozen=True, slots=True)
class Leave:
    """Nothing: the issue says it already."""

    issue: Issue


@dataclass(frozen=True, slots=True)
class Close:
    """Close an issue with a comment, since nothing is left to settle. Its text stays: it tells what there was."""

    issue: Issue


@dataclass(frozen=True, slots=True)
class CloseDuplicate:
    """Close an issue, since another one says the same."""

    issue: Issue
    of: Issue


Step: TypeAlias = Open | Change | Leave | Close | CloseDuplicate


def own_issues(issues: Iterable[Issue], author: str) -> list[tuple[Issue, Mark]]:
    """The issues of an account that are gcsync's, oldest first."""
    found = ((issue, read_mark(issue.body)) for issue in issues if issue.author.lower() == author.lower())
    return sorted(((issue, mark) for issue, mark in found if mark is not None), key=lambda one: one[0].number)


def decide_issue(document: Document, body: str, issues: Sequence[tuple[Issue, Mark]]) -> tuple[Step, ...]:
    """The steps for one document, whose whole text is `body`; `issues` as `own_issues` gives them."""
    ours = [(issue, mark) for issue, mark in issues if mark.identity == document.identity]
    opened = [issue for issue, _ in ours if issue.open]
    if not document.found:
        return tuple(Close(issue) for issue in opened)
    if opened:
        kept, *others = opened
        step: Step = Leave(kept) if same(kept.body, body) else Change(kept, body)
        return (step, *(CloseDuplicate(issue, kept) for issue in others))
    closed = [issue for issue, mark in ours if mark.state is State.CLOSED]
    return (Change(closed[-1], body),) if closed else (Open(body),)
