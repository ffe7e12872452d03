"""What is to be done so that a conversation shows each stack's latest comment once: pure decisions.

Of the comments, only those count that the token's own account wrote and that bear a mark. One that is outdated stays
as it is for ever. Carrying out the steps and deciding again yields nothing but `Keep` (tests/platforms/test_upsert.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from gcsync.platforms.body import Document, same
from gcsync.platforms.interface import Comment
from gcsync.platforms.mark import Mark, State, read_mark


class Mode(StrEnum):
    """Whether there is one comment that changes, or a new one for every change."""

    UPDATE = "update"
    NEW = "new"


@dataclass(frozen=True, slots=True)
class Create:
    """Write a comment."""

    body: str


@dataclass(frozen=True, slots=True)
class Update:
    """Replace the text of a comment."""

    comment: Comment
    body: str


@dataclass(frozen=True, slots=True)
class Keep:
    """Nothing: the comment says it already."""

    comment: Comment


@dataclass(frozen=True, slots=True)
class Delete:
    """Remove a comment that has nothing to say any more."""

    comment: Comment


@dataclass(frozen=True, slots=True)
class Collapse:
    """Mark a comment as outdated, and hide or fold it."""

    comment: Comment
    why: str


Step: TypeAlias = Create | Update | Keep | Delete | Collapse

PLAN, FAILURE = "plan", "failure"
REPLACED = "a later comment replaces this one"
NO_LONGER_PLANNED = "this stack is no longer part of the change"


def own(comments: Iterable[Comment], author: str) -> list[tuple[Comment, Mark]]:
    """The comments of an account that are gcsync's and current, oldest first. Logins differ in more than their case."""
    found = ((comment, read_mark(comment.body)) for comment in comments if comment.author.lower() == author.lower())
    current = [(comment, mark) for comment, mark in found if mark is not None and mark.state is State.CURRENT]
    return sorted(current, key=lambda one: one[0].id)


def decide(
    document: Document,
    body: str,
    comments: Sequence[tuple[Comment, Mark]],
    mode: Mode = Mode.UPDATE,
    *,
    delete_empty: bool = False,
) -> tuple[Step, ...]:
    """The steps for one document, whose whole text is `body`; `comments` as `own` gives them.

    What is new is written before anything is collapsed: whoever looks in between sees one too many, never none.
    """
    current = [comment for comment, mark in comments if mark.identity == document.identity]
    if delete_empty and not document.found:
        return tuple(Delete(comment) for comment in current)
    if not current:
        return (Create(body),)
    *older, newest = current
    if same(newest.body, body):
        return (Keep(newest), *_collapse(older))
    if mode is Mode.UPDATE:
        return (Update(newest, body), *_collapse(older))
    return (Create(body), *_collapse(current))


def settle(document: Document, job: str, comments: Iterable[tuple[Comment, Mark]]) -> tuple[Step, ...]:
    """What deletes the job's word that it had no plan (kind `FAILURE`), now that a plan is there."""
    if document.kind != PLAN:
        return ()
    return tuple(Delete(comment) for comment, mark in comments if mark.identity == (FAILURE, (job,)))


def prune(documents: Iterable[Document], comments: Iterable[tuple[Comment, Mark]]) -> tuple[Step, ...]:
    """What collapses the comments of the same kinds on stacks that none of the documents is about."""
    kinds = {document.kind for document in documents}
    identities = {document.identity for document in documents}
    return tuple(
        Collapse(comment, NO_LONGER_PLANNED)
        for comment, mark in comments
        if mark.kind in kinds and mark.identity not in identities
    )


def _collapse(comments: Iterable[Comment]) -> tuple[Collapse, ...]:
    return tuple(Collapse(comment, REPLACED) for comment in comments)
