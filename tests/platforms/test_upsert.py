from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from gcsync.platforms import Mode
from gcsync.platforms.body import compose, outdated
from gcsync.platforms.interface import Comment
from gcsync.platforms.upsert import (
    REPLACED,
    Collapse,
    Create,
    Delete,
    Keep,
    Step,
    Update,
    decide,
    own,
    prune,
    settle,
)
from tests.platforms.factories import BOUNDS, ME, RUN, document

BODY = compose(document(), RUN, BOUNDS)
OTHER = compose(document("2 to create"), RUN, BOUNDS)


def comments(*bodies: str, author: str = ME) -> list[Comment]:
    return [Comment(number, body, author) for number, body in enumerate(bodies, 1)]


def decided(*bodies: str, **how: object) -> tuple[Step, ...]:
    return decide(document(), BODY, own(comments(*bodies), ME), **how)  # type: ignore[arg-type]


def test_the_first_is_created() -> None:
    assert decided() == decided("hello") == (Create(BODY),)


def test_one_that_says_the_same_is_kept() -> None:
    assert decided(BODY) == (Keep(comments(BODY)[0]),)


def test_one_that_says_something_else_is_updated() -> None:
    assert decided(OTHER) == (Update(comments(OTHER)[0], BODY),)


def test_the_newest_is_kept_and_older_ones_are_collapsed() -> None:
    first, second, third = comments(BODY, OTHER, OTHER)
    assert decided(BODY, OTHER, OTHER) == (Update(third, BODY), Collapse(first, REPLACED), Collapse(second, REPLACED))


def test_a_new_one_is_written_before_older_ones_are_collapsed() -> None:
    (first,) = comments(OTHER)
    assert decided(OTHER, mode=Mode.NEW) == (Create(BODY), Collapse(first, REPLACED))
    assert decided(BODY, mode=Mode.NEW) == (Keep(comments(BODY)[0]),)


def test_all_are_deleted_where_nothing_is_found_and_that_is_wished() -> None:
    nothing = document("No changes.", found=False)
    ours = own(comments(BODY, OTHER), ME)
    assert decide(nothing, "x", ours, delete_empty=True) == tuple(Delete(comment) for comment, _ in ours)
    assert decide(document(), BODY, ours[:1], delete_empty=True) == (Keep(ours[0][0]),)


def test_an_outdated_one_and_that_of_another_account_count_for_nothing() -> None:
    collapsed = outdated(BODY, "why", BOUNDS, folded=True)
    assert decided(collapsed) == (Create(BODY),)
    assert own(comments(BODY, author="stranger"), ME) == []
    assert own(comments(BODY, author="GitHub-Actions[bot]"), ME) != []


def test_other_stacks_of_the_same_kind_are_pruned() -> None:
    gone = compose(document(stack="gone"), RUN, BOUNDS)
    drift = compose(document(stack="gone", kind="drift"), RUN, BOUNDS)
    steps = prune([document()], own(comments(BODY, gone, drift), ME))
    assert [step.comment.id for step in steps if isinstance(step, Collapse)] == [2]


def test_a_plan_settles_the_failure_of_its_job_and_of_no_other() -> None:
    ours, others = (compose(document(stack=job, kind="failure"), RUN, BOUNDS) for job in ("stacks/ prod", "b"))
    found = own(comments(BODY, ours, others), ME)
    assert settle(document(), "stacks/ prod", found) == (Delete(found[1][0]),)
    assert settle(document(kind="drift"), "stacks/ prod", found) == ()


STACKS, TEXTS = ("a@prod", "b@prod"), ("1 to create", "2 to create", "No changes.")
DOCUMENTS = st.builds(
    lambda text, stack: document(text, stack, found=text != "No changes."),
    st.sampled_from(TEXTS),
    st.sampled_from(STACKS),
)
AUTHORS = st.sampled_from([ME, "stranger"])
BODIES = st.one_of(
    st.just("LGTM"),
    DOCUMENTS.map(lambda one: compose(one, RUN, BOUNDS)),
    DOCUMENTS.map(lambda one: outdated(compose(one, RUN, BOUNDS), "why", BOUNDS, folded=True)),
)
CONVERSATIONS = st.lists(st.tuples(BODIES, AUTHORS), max_size=8).map(
    lambda found: [Comment(number, body, author) for number, (body, author) in enumerate(found, 1)]
)


def carried_out(steps: tuple[Step, ...], before: list[Comment]) -> list[Comment]:
    """What a platform shows after the steps."""
    found = {comment.id: comment for comment in before}
    for step in steps:
        match step:
            case Create(body):
                number = max(found, default=0) + 1
                found[number] = Comment(number, body, ME)
            case Update(comment, body):
                found[comment.id] = replace(comment, body=body)
            case Delete(comment):
                del found[comment.id]
            case Collapse(comment, why):
                found[comment.id] = replace(comment, body=outdated(comment.body, why, BOUNDS, folded=True))
    return list(found.values())


@given(CONVERSATIONS, DOCUMENTS, st.sampled_from(Mode), st.booleans())
def test_whatever_was_there_one_comment_says_it_and_nobody_elses_is_touched(
    before: list[Comment], what: object, mode: Mode, delete_empty: bool
) -> None:
    assert isinstance(what, type(document()))
    body = compose(what, RUN, BOUNDS)
    steps = decide(what, body, own(before, ME), mode, delete_empty=delete_empty)
    after = carried_out(steps, before)

    current = [one for one, mark in own(after, ME) if mark.identity == what.identity]
    assert [one.body for one in current] == ([] if delete_empty and not what.found else [body])
    others = [one for one in before if one.author != ME]
    assert [one for one in after if one.author != ME] == others
    untouched = [one for one, mark in own(before, ME) if mark.identity != what.identity]
    assert all(one in after for one in untouched)
    again = decide(what, body, own(after, ME), mode, delete_empty=delete_empty)
    assert all(isinstance(step, Keep) for step in again)
