"""Carrying out what `upsert` and `issue` decide, on any platform.

A comment or an issue whose making went without an answer is looked for before it is made again: the listing is read
anew and decided upon anew, and what was made after all is then there to be kept.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final, TypeVar

from gcsync.model.diagnostic import Diagnostic, DiagnosticError
from gcsync.model.failure import OutcomeUnknown
from gcsync.platforms import issue as issues
from gcsync.platforms.body import Bounds, Document, Run, compose, outdated, render_stamp, same, with_state
from gcsync.platforms.client import Refused
from gcsync.platforms.interface import Comment, Conversation, Issue, Platform, Where
from gcsync.platforms.mark import State, read_mark
from gcsync.platforms.upsert import Collapse, Create, Delete, Keep, Mode, Step, Update, decide, own, prune, settle

TRIES: Final = 3
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Choice:
    """How comments are kept: the options of `gcsync comment`. `job`: whose failure a plan settles."""

    mode: Mode = Mode.UPDATE
    delete_empty: bool = False
    prune: bool = False
    job: str = ""


@dataclass(frozen=True, slots=True)
class Done:
    """What was done about one document: `name` is its stacks, `what` a few words, `url` where it can be seen."""

    name: str
    what: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Speaker:
    """Who speaks and how: `look_again` waits a moment and says why, before a listing is read once more."""

    platform: Platform
    run: Run
    bounds: Bounds
    look_again: Callable[[], None]


def keep_comments(speaker: Speaker, number: int, documents: Sequence[Document], choice: Choice) -> list[Done]:
    """One comment per document in the conversation of a pull request. Raises DiagnosticError."""
    conversation = speaker.platform.conversation(Where.CHANGE, number)
    done = [_keep_comment(speaker, conversation, document, choice) for document in documents]
    if choice.prune:
        steps = prune(documents, own(conversation.comments(), speaker.run.by))
        done += [_carry_out(speaker, conversation, "other stacks", steps)] if steps else []
    return done


def _keep_comment(speaker: Speaker, conversation: Conversation, document: Document, choice: Choice) -> Done:
    document = _guarded(speaker, document)
    body = compose(document, speaker.run, speaker.bounds)

    def attempt() -> Done:
        comments = own(conversation.comments(), speaker.run.by)
        steps = decide(document, body, comments, choice.mode, delete_empty=choice.delete_empty)
        steps += settle(document, choice.job, comments)
        return _carry_out(speaker, conversation, document.name, steps)

    return _looking_again(speaker, attempt)


def _carry_out(speaker: Speaker, conversation: Conversation, name: str, steps: Sequence[Step]) -> Done:
    what, url, collapsed, left, deleted = "", "", 0, 0, 0
    for step in steps:
        match step:
            case Create(body):
                created = conversation.create(body)
                what, url = "comment created", created.url
                _check_kept(speaker, body, created.body)
            case Update(comment, body):
                what, url = "comment updated", comment.url
                _check_kept(speaker, body, conversation.update(comment, body).body)
            case Keep(comment):
                what, url = "comment unchanged", comment.url
            case Delete(comment):
                conversation.delete(comment)
                deleted += 1
            case Collapse(comment, why):
                done = _collapse(speaker, conversation, comment, why)
                collapsed, left = collapsed + done, left + (not done)
    said = [what] if what else []
    said += [f"{_counted(deleted, 'comment')} deleted"] if deleted else []
    said += [f"{_counted(collapsed, 'outdated comment')} collapsed"] if collapsed else []
    said += [f"{_counted(left, 'outdated comment')} could not be collapsed"] if left else []
    return Done(name, ", ".join(said) or "nothing to say, and no comment to delete", url)


def _collapse(speaker: Speaker, conversation: Conversation, comment: Comment, why: str) -> bool:
    """False where the platform refuses it, as when somebody has deleted the comment."""
    try:
        hidden = conversation.hide(comment)
        conversation.update(comment, outdated(comment.body, why, speaker.bounds, folded=not hidden))
    except Refused:
        return False
    return True


def keep_issue(speaker: Speaker, document: Document, title: str, labels: tuple[str, ...]) -> Done:
    """One open issue per document while it has something to say, none otherwise. Raises DiagnosticError."""
    document = _guarded(speaker, document)
    body = compose(document, speaker.run, speaker.bounds)

    def decided() -> tuple[issues.Step, ...]:
        found = issues.own_issues(speaker.platform.issues(speaker.run.by), speaker.run.by)
        return issues.decide_issue(document, body, found)

    def attempt() -> Done:
        done = [_carry_out_issue(speaker, document, step, title, labels) for step in decided()]
        return done[0] if done else Done(document.name, "nothing to settle, and no issue is open")

    done = _looking_again(speaker, attempt)
    if done.what == _OPENED:
        # Another run may have opened one in the meantime; both close the later one.
        for step in decided():
            if isinstance(step, issues.CloseDuplicate):
                _carry_out_issue(speaker, document, step, title, labels)
    return done


def _guarded(speaker: Speaker, document: Document) -> Document:
    return replace(document, text=speaker.platform.guarded(document.text))


_OPENED: Final = "issue opened"


def _carry_out_issue(
    speaker: Speaker, document: Document, step: issues.Step, title: str, labels: tuple[str, ...]
) -> Done:
    platform, name = speaker.platform, document.name
    match step:
        case issues.Open(body):
            made = platform.create_issue(title, body, labels)
            _check_kept(speaker, body, made.body)
            return Done(name, _OPENED, made.url)
        case issues.Change(issue, body):
            _check_kept(speaker, body, platform.update_issue(issue, body, open=True).body)
            if not issue.open:
                _say(speaker, issue, "There is something to settle again.")
            return Done(name, "issue updated" if issue.open else "issue reopened", issue.url)
        case issues.Leave(issue):
            return Done(name, "issue unchanged", issue.url)
        case issues.Close(issue):
            text = speaker.bounds.cut(document.text, speaker.bounds.limit // 2).strip()
            said = _say(speaker, issue, f"{text}\n\n{_CLOSED}")
            platform.update_issue(issue, with_state(issue.body, State.CLOSED), open=False)
            return Done(name, "issue closed" if said else "issue closed, without a comment", issue.url)
        case issues.CloseDuplicate(issue, of):
            _say(speaker, issue, f"Duplicate of #{of.number}.")
            platform.update_issue(issue, with_state(issue.body, State.DUPLICATE), open=False)
            return Done(name, f"issue closed as a duplicate of {of.number}", issue.url)


_CLOSED: Final = "Nothing is left to settle, so gcsync closes this issue, and opens it again when that changes."


def _say(speaker: Speaker, issue: Issue, text: str) -> bool:
    """Comment on an issue, once: where the last word of ours is this already, it is not said again.

    False where the platform refuses it, as on a locked issue, which can be closed all the same.
    """
    conversation = speaker.platform.conversation(Where.ISSUE, issue.number)
    body = f"{text}\n\n{render_stamp(speaker.run)}\n"

    def attempt() -> None:
        ours = [one for one in conversation.comments() if one.author.lower() == speaker.run.by.lower()]
        if not ours or not same(ours[-1].body, body):
            conversation.create(body)

    try:
        _looking_again(speaker, attempt)
    except Refused:
        return False
    return True


def _looking_again(speaker: Speaker, attempt: Callable[[], _T]) -> _T:
    """What the attempt gives; it is made again, and so looks again, where an outcome is unknown."""
    for _ in range(TRIES - 1):
        try:
            return attempt()
        except OutcomeUnknown:
            speaker.look_again()
    return attempt()


def _check_kept(speaker: Speaker, sent: str, kept: str) -> None:
    """A text that is too long for an issue is not always refused: some keep the old one and answer 200."""
    if read_mark(sent) != read_mark(kept):
        name = speaker.platform.name
        message = f"{name} answers that it took the text, and shows another one"
        raise DiagnosticError(Diagnostic("GC708", message, hint="gcsync explain GC708 tells what this may be"))


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
