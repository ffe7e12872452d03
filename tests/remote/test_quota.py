"""The rules of pacing one by one: what is let through after which answers. Times are seconds from 0."""

from __future__ import annotations

import math

import pytest

from gcsync.remote.quota import Closed, Headers, Pass, Quota


def passed(quota: Quota, now: float = 0.0) -> Pass:
    leave = quota.admit(now)
    assert isinstance(leave, Pass)
    return leave


def told(quota: Quota, count: int, allowed: int = 300, reset: float = 60.0, now: float = 0.0) -> None:
    quota.answered(passed(quota, now), now, Headers(count, allowed, reset))


def test_nothing_is_held_back_before_a_limit_is_known() -> None:
    quota = Quota()
    assert [passed(quota).alone for _ in range(100)] == [False] * 100


def test_what_is_in_flight_counts() -> None:
    quota = Quota()
    told(quota, count=295, allowed=300)
    for _ in range(5):
        passed(quota)
    assert quota.admit(0.0) == Closed(60.0)


def test_answers_out_of_order_do_not_give_back_what_is_used() -> None:
    quota = Quota()
    early, late = passed(quota), passed(quota)
    quota.answered(late, 0.1, Headers(300, 300, 60))
    quota.answered(early, 0.2, Headers(299, 300, 60))
    assert quota.admit(0.2) == Closed(60.1)


def test_the_earliest_end_that_an_answer_gave_is_that_of_the_window() -> None:
    quota = Quota()
    told(quota, 298, reset=60, now=0.9)
    told(quota, 299, reset=60, now=1.0)
    told(quota, 300, reset=59, now=1.1)
    assert quota.admit(2.0) == Closed(pytest.approx(60.1))


def test_after_a_closed_window_one_goes_alone_and_the_others_follow_its_answer() -> None:
    quota = Quota()
    told(quota, 300, reset=10)
    first = passed(quota, 10.0)
    assert (first.alone, quota.admit(10.0)) == (True, Closed(math.inf))
    quota.answered(first, 10.1, Headers(1, 300, 60))
    assert not passed(quota, 10.1).alone


def test_an_answer_that_never_comes_frees_its_place_and_counts() -> None:
    quota = Quota()
    told(quota, 299, allowed=300)
    quota.lost(passed(quota), 30.0)
    assert quota.admit(30.0) == Closed(60.0)


def test_an_answer_without_headers_counts_as_one_request() -> None:
    quota = Quota()
    told(quota, 299, allowed=300)
    quota.answered(passed(quota), 0.0, None)
    assert quota.admit(0.0) == Closed(60.0)


def test_a_limit_that_was_raised_opens_at_once() -> None:
    quota = Quota()
    first, second = passed(quota), passed(quota)
    quota.answered(first, 0.0, Headers(300, 300, 60))
    assert isinstance(quota.admit(0.0), Closed)
    quota.answered(second, 0.1, Headers(300, 600, 60))
    assert isinstance(quota.admit(0.1), Pass)


@pytest.mark.parametrize(("after", "until"), [(12.0, 12.0), (None, 1.0), (0.0, 1.0)])
def test_a_refusal_holds_back_everyone(after: float | None, until: float) -> None:
    quota = Quota()
    leave = passed(quota)
    quota.refused(leave, 0.0, None, after)
    assert quota.admit(0.0) == Closed(until)


def test_refusals_without_a_time_wait_twice_as_long_each_up_to_a_bound() -> None:
    quota, now, waits = Quota(), 0.0, []
    for _ in range(8):
        quota.refused(passed(quota, now), now, None, None)
        waits.append(quota.held_for(now))
        now += waits[-1]
    assert waits == [1, 2, 4, 8, 16, 30, 30, 30]


def test_a_late_refusal_of_a_request_sent_before_the_wait_says_nothing_more() -> None:
    quota = Quota()
    one, other = passed(quota), passed(quota)
    quota.refused(one, 0.0, None, 10.0)
    quota.answered(passed(quota, 10.0), 10.1, Headers(1, 300, 60))
    quota.refused(other, 10.2, None, 60.0)
    assert isinstance(quota.admit(10.2), Pass)


def test_more_than_anyone_waits_for_holds_back_no_other_request() -> None:
    quota = Quota()
    quota.refused(passed(quota), 0.0, None, 3600.0)
    assert isinstance(quota.admit(0.0), Pass)


@pytest.mark.parametrize(("reset", "until"), [(0.0, None), (86400.0, 180.0), (999_999_999.0, 180.0)])
def test_absurd_resets_are_cut(reset: float, until: float | None) -> None:
    quota = Quota()
    told(quota, 300, allowed=300, reset=reset)
    decision = quota.admit(0.0)
    assert decision.until == until if isinstance(decision, Closed) else until is None


def test_absurd_counts_do_no_harm() -> None:
    quota = Quota()
    told(quota, 999_999_999, allowed=999_999_999, reset=1)
    assert isinstance(quota.admit(1.0), Pass)


def test_an_hour_of_use_is_remembered_in_bounded_space() -> None:
    quota = Quota()
    for number in range(50_000):
        told(quota, 1, allowed=1_000_000, now=number * 0.001)
    assert len(quota._log._entries) <= 20_000


def test_a_window_learnt_over_a_long_time_is_no_longer_than_anyone_waits() -> None:
    quota = Quota()
    for number in range(20):
        quota.answered(passed(quota, number * 9.0), number * 9.0, None)
    quota.refused(passed(quota, 175.0), 175.0, None, 170.0)
    passed(quota, 345.0)
    assert quota.span == 180.0
