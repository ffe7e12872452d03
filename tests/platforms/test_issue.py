from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from gcsync.platforms.body import compose, with_state
from gcsync.platforms.interface import Issue
from gcsync.platforms.issue import Change, Close, CloseDuplicate, Leave, Open, Step, decide_issue, own_issues
from gcsync.platforms.mark import State, read_mark
from tests.platforms.factories import BOUNDS, ME, RUN, document

BODY = compose(document(), RUN, BOUNDS)
OTHER = compose(document("2 drifted"), RUN, BOUNDS)
NOTHING = document("No drift.", found=False)


def issue(number: int, body: str = BODY, is_open: bool = True, author: str = ME) -> Issue:
    return Issue(number, "Drift", body, author, is_open)


def decided(*issues: Issue, what: object = None) -> tuple[Step, ...]:
    return decide_issue(what or document(), BODY, own_issues(issues, ME))  # type: ignore[arg-type]


def test_one_is_opened_where_none_is_and_something_is_found() -> None:
    assert decided() == (Open(BODY),)
    assert decided(what=NOTHING) == ()


def test_an_open_one_is_left_or_brought_up_to_date() -> None:
    assert decided(issue(1)) == (Leave(issue(1)),)
    assert decided(issue(1, OTHER)) == (Change(issue(1, OTHER), BODY),)


def test_open_ones_are_closed_when_nothing_is_found() -> None:
    assert decided(issue(1), issue(2), what=NOTHING) == (Close(issue(1)), Close(issue(2)))


def test_the_latest_that_gcsync_closed_is_reopened() -> None:
    closed = [issue(number, with_state(BODY, State.CLOSED), is_open=False) for number in (1, 2)]
    assert decided(*closed) == (Change(closed[1], BODY),)


def test_one_that_a_person_closed_and_a_duplicate_stay_closed() -> None:
    by_hand = issue(1, is_open=False)
    duplicate = issue(2, with_state(BODY, State.DUPLICATE), is_open=False)
    assert decided(by_hand, duplicate) == (Open(BODY),)


def test_the_oldest_is_kept_and_later_ones_are_its_duplicates() -> None:
    assert decided(issue(7), issue(3)) == (Leave(issue(3)), CloseDuplicate(issue(7), issue(3)))


def test_those_of_others_count_for_nothing() -> None:
    assert decided(issue(1, author="stranger"), issue(2, "no mark")) == (Open(BODY),)


ISSUES = st.lists(
    st.tuples(
        st.sampled_from([BODY, OTHER, "text"]), st.booleans(), st.sampled_from([ME, "stranger"]), st.sampled_from(State)
    ),
    max_size=6,
).map(
    lambda found: [
        issue(number, with_state(body, state), is_open, author)
        for number, (body, is_open, author, state) in enumerate(found, 1)
    ]
)


def carried_out(steps: tuple[Step, ...], before: list[Issue]) -> list[Issue]:
    found = {one.number: one for one in before}
    for step in steps:
        match step:
            case Open(body):
                number = max(found, default=0) + 1
                found[number] = issue(number, body)
            case Change(one, body):
                found[one.number] = replace(one, body=body, open=True)
            case Close(one):
                found[one.number] = replace(one, body=with_state(one.body, State.CLOSED), open=False)
            case CloseDuplicate(one, _):
                found[one.number] = replace(one, body=with_state(one.body, State.DUPLICATE), open=False)
    return list(found.values())


@given(ISSUES, st.booleans())
def test_whatever_was_there_one_is_open_or_none_and_nobody_elses_is_touched(before: list[Issue], found: bool) -> None:
    what = document() if found else NOTHING
    after = carried_out(decided(*before, what=what), before)
    opened = [one for one in after if one.open and one.author == ME and read_mark(one.body)]
    assert [one.body for one in opened] == ([BODY] if found else [])
    assert [one for one in after if one.author != ME] == [one for one in before if one.author != ME]
    assert all(isinstance(step, Leave) for step in decided(*after, what=what))
