"""An apply under a rate limit, in small: the real engine, session and pacing, threads and all, on a simulated clock."""

from __future__ import annotations

import pytest

from bench.limited import simulate
from bench.pacing import LIMITERS

CREATES, ALLOWED = 100, 30


@pytest.mark.parametrize("name", LIMITERS)
def test_it_takes_the_limits_own_time_and_is_hardly_refused(name: str) -> None:
    result = simulate(name, headers=True, objects=CREATES, allowed=ALLOWED)
    assert result.created == CREATES
    assert result.seconds <= result.perfect * 1.05
    assert result.refused <= result.requests * 0.01


@pytest.mark.parametrize("name", LIMITERS)
def test_without_headers_the_first_refusals_tell_the_limit_and_nothing_is_lost(name: str) -> None:
    result = simulate(name, headers=False, objects=CREATES, allowed=ALLOWED)
    assert result.created == CREATES
    assert result.seconds <= result.perfect * 1.15
    assert result.refused <= 16 + 4
