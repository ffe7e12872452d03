"""Limiters against a clock that is moved by hand."""

from __future__ import annotations

import hypothesis.strategies as st
import pytest
from hypothesis import given

from gcsync.emulator.limits import LIMITERS, FixedWindow, SlidingWindow, rate_limiter


class Time:
    now = 1000.0

    def __call__(self):
        return self.now


@pytest.fixture(params=LIMITERS)
def make(request, clock):
    return lambda allowed: rate_limiter(request.param, allowed, 10.0, clock)


def test_requests_over_the_limit_are_refused_until_the_window_ends(make, clock):
    limit = make(2)
    assert [limit.admit("token") for _ in range(3)] == [True, True, False]
    clock.now += 10
    assert limit.admit("token")


def test_each_token_has_its_own_count_and_window(make, clock):
    limit = make(1)
    assert limit.admit("one")
    clock.now += 5
    assert limit.admit("other")
    clock.now += 5
    assert [limit.admit("one"), limit.admit("other")] == [True, False]


def test_the_headers_tell_count_limit_and_seconds_left(make, clock):
    limit = make(5)
    limit.admit("token")
    clock.now += 3.5
    assert limit.headers("token") == {
        "inin-ratelimit-count": "1",
        "inin-ratelimit-allowed": "5",
        "inin-ratelimit-reset": "7",
    }


def test_who_asked_for_nothing_yet_has_the_whole_window(make):
    assert list(make(5).headers("token").values()) == ["0", "5", "10"]


def test_a_clock_that_is_set_back_begins_a_new_window(make, clock):
    limit = make(1)
    limit.admit("token")
    clock.now -= 3600
    assert limit.admit("token")


def test_without_a_limit_nothing_is_refused(make):
    limit = make(None)
    assert all(limit.admit("token") for _ in range(1000))


def test_a_fixed_window_ends_at_once_and_counts_what_it_refused(clock):
    limit = FixedWindow(2, 10.0, clock)
    for _ in range(3):
        limit.admit("token")
    clock.now += 9
    assert (limit.count("token"), limit.seconds_left("token")) == (3, 1)
    clock.now += 1
    assert (limit.count("token"), [limit.admit("token") for _ in range(3)]) == (0, [True, True, False])


def test_a_sliding_window_frees_a_place_for_each_request_that_leaves_it(clock):
    limit = SlidingWindow(2, 10.0, clock)
    limit.admit("token")
    clock.now += 6
    assert [limit.admit("token"), limit.admit("token")] == [True, False]
    assert (limit.count("token"), limit.seconds_left("token")) == (2, 4)
    clock.now += 4
    assert [limit.admit("token"), limit.admit("token")] == [True, False]


steps = st.lists(st.floats(0, 5, allow_nan=False), max_size=60)


@given(name=st.sampled_from(LIMITERS), allowed=st.integers(1, 5), steps=steps)
def test_no_window_of_the_limiters_own_kind_admits_more_than_allowed(name, allowed, steps):
    time, admitted, windows = Time(), [], []
    limit = rate_limiter(name, allowed, 10.0, time)
    for step in steps:
        time.now += step
        if limit.admit("token"):
            admitted.append(time.now)
            windows.append(limit.ends("token"))
    if name == "fixed":
        assert all(windows.count(end) <= allowed for end in windows)
    else:
        assert all(sum(start <= moment < start + 10 for moment in admitted) <= allowed for start in admitted)


@given(name=st.sampled_from(LIMITERS), allowed=st.integers(1, 5), steps=steps)
def test_who_waits_as_told_is_admitted(name, allowed, steps):
    time = Time()
    limit = rate_limiter(name, allowed, 10.0, time)
    for step in steps:
        time.now += step
        if not limit.admit("token"):
            time.now += limit.seconds_left("token")
            assert limit.admit("token")
