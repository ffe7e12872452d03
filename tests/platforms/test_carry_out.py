from __future__ import annotations

from dataclasses import replace

import pytest

from gcsync.model.diagnostic import Diagnostic, DiagnosticError
from gcsync.model.failure import OutcomeUnknown
from gcsync.platforms import Choice, Mode, keep_comments, keep_issue
from gcsync.platforms.client import Refused
from gcsync.platforms.interface import Comment, Issue
from gcsync.platforms.mark import read_mark
from tests.platforms.factories import RUN, Memory, document


def current(memory: Memory) -> list[Comment]:
    return [one for one in memory.all if (mark := read_mark(one.body)) is not None and mark.state == "current"]


def test_says_what_was_done_and_where_it_can_be_seen() -> None:
    memory = Memory()
    (done,) = keep_comments(memory.speaker(), 12, [document()], Choice())
    assert (done.name, done.what, done.url) == ("contact-center@prod", "comment created", "url-1")


@pytest.mark.parametrize("how", ["before", "after"])
def test_a_lost_answer_makes_no_second_comment(how: str) -> None:
    memory = Memory(lost=[how])
    keep_comments(memory.speaker(), 12, [document()], Choice())
    assert (len(memory.all), memory.looked) == (1, 1)


def test_answers_that_are_always_lost_end_it() -> None:
    memory = Memory(lost=["before"] * 9)
    with pytest.raises(OutcomeUnknown):
        keep_comments(memory.speaker(), 12, [document()], Choice())
    assert (memory.all, memory.looked) == ([], 2)


def test_a_hidden_comment_is_not_folded_too_and_one_that_cannot_be_hidden_is() -> None:
    for hides in (True, False):
        memory = Memory(hides=hides)
        for _ in range(2):
            memory.create(first_body())
        keep_comments(memory.speaker(), 12, [document()], Choice())
        assert ("<details>" in memory.all[0].body, len(current(memory))) == (not hides, 1)


def first_body() -> str:
    memory = Memory()
    keep_comments(memory.speaker(), 12, [document()], Choice())
    return memory.all[0].body


def test_two_at_once_make_at_worst_a_duplicate_that_the_next_run_collapses() -> None:
    memory = Memory()
    listing = memory.comments

    def listing_while_another_runs() -> list[Comment]:
        seen = listing()
        memory.comments = listing  # type: ignore[method-assign]
        keep_comments(memory.speaker(), 12, [document()], Choice())
        return seen

    memory.comments = listing_while_another_runs  # type: ignore[method-assign]
    keep_comments(memory.speaker(), 12, [document()], Choice())
    assert len(current(memory)) == 2
    keep_comments(memory.speaker(replace(RUN, commit="1" * 40)), 12, [document()], Choice())
    assert len(current(memory)) == 1


def test_two_at_once_leave_one_issue() -> None:
    memory = Memory()
    listing = memory.issues

    def listing_while_another_runs(author: str) -> list[Issue]:
        seen = listing(author)
        memory.issues = listing  # type: ignore[method-assign]
        keep_issue(memory.speaker(), document(), "Drift", ())
        return seen

    memory.issues = listing_while_another_runs  # type: ignore[method-assign]
    keep_issue(memory.speaker(), document(), "Drift", ())
    assert [one.open for one in memory.every_issue] == [True, False]
    assert memory.all[-1].body.startswith("Duplicate of #1.")


def test_a_text_that_is_taken_and_not_kept_is_told() -> None:
    memory = Memory()
    keep_issue(memory.speaker(), document(), "Drift", ())
    memory.update_issue = lambda issue, body, *, open: issue  # type: ignore[method-assign]  # noqa: A006
    with pytest.raises(DiagnosticError, match="GC708: Memory answers that it took the text"):
        keep_issue(memory.speaker(), document("2 drifted"), "Drift", ())


def test_a_closing_comment_is_not_said_twice() -> None:
    memory = Memory(lost=["after"])
    speaker = memory.speaker()
    keep_issue(speaker, document(), "Drift", ())
    keep_issue(speaker, document("No drift.", found=False), "Drift", ())
    assert (len(memory.all), [one.open for one in memory.every_issue]) == (1, [False])


def refuse(*_: object, **__: object) -> Comment:
    raise Refused(Diagnostic("GC708", "locked"), 403)


def test_a_locked_issue_is_closed_without_a_comment() -> None:
    memory = Memory()
    keep_issue(memory.speaker(), document(), "Drift", ())
    memory.create = refuse  # type: ignore[method-assign]
    done = keep_issue(memory.speaker(), document("No drift.", found=False), "Drift", ())
    assert (done.what, [one.open for one in memory.every_issue]) == ("issue closed, without a comment", [False])


def test_an_outdated_comment_that_cannot_be_collapsed_keeps_nothing_from_being_said() -> None:
    memory = Memory()
    keep_comments(memory.speaker(), 12, [document()], Choice())
    memory.update = refuse  # type: ignore[method-assign]
    (done,) = keep_comments(memory.speaker(), 12, [document("2 to create")], Choice(Mode.NEW))
    assert done.what == "comment created, 1 outdated comment could not be collapsed"


def test_very_many_stacks_are_one_identity_that_fits() -> None:
    many = replace(document(), stacks=tuple(f"stack-{number}@prod" for number in range(5_000)))
    memory = Memory()
    for text in ("1 to create", "2 to create"):
        keep_comments(memory.speaker(), 12, [replace(many, text=text)], Choice())
    assert [len(one.body) < 1_000 for one in memory.all] == [True]
