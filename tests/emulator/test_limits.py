from __future__ import annotations

from gcsync.emulator.limits import RateLimit


def test_requests_over_the_limit_are_refused_until_the_window_ends(clock):
    limit = RateLimit(2, 10.0, clock)
    assert [limit.admit("token") for _ in range(3)] == [True, True, False]
    clock.now += 10
    assert limit.admit("token")


def test_each_token_has_its_own_count(clock):
    limit = RateLimit(1, 10.0, clock)
    assert limit.admit("one")
    assert limit.admit("other")


def test_the_headers_tell_count_limit_and_seconds_left(clock):
    limit = RateLimit(5, 10.0, clock)
    limit.admit("token")
    clock.now += 3.5
    assert limit.headers("token") == {
        "inin-ratelimit-count": "1",
        "inin-ratelimit-allowed": "5",
        "inin-ratelimit-reset": "7",
    }


def test_a_clock_that_is_set_back_begins_a_new_window(clock):
    limit = RateLimit(1, 10.0, clock)
    limit.admit("token")
    clock.now -= 3600
    assert limit.admit("token")


def test_without_a_limit_nothing_is_refused(clock):
    limit = RateLimit(None, 10.0, clock)
    assert all(limit.admit("token") for _ in range(1000))
