from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gcsync.receiver.limits import Rates

MOMENTS = st.lists(st.floats(min_value=0, max_value=20), max_size=80).map(sorted)


@given(MOMENTS, st.floats(min_value=0.5, max_value=20))
def test_a_peer_gets_no_more_than_its_rate_and_one_second_of_it_at_once(moments: list[float], rate: float) -> None:
    now = [0.0]
    rates = Rates(rate, lambda: now[0])
    admitted = 0
    for moment in moments:
        now[0] = moment
        admitted += rates.admit("peer")
        assert admitted <= max(rate, 1.0) + rate * moment + 1e-6


@given(MOMENTS)
def test_peers_do_not_take_from_each_other(moments: list[float]) -> None:
    now = [0.0]
    rates = Rates(1, lambda: now[0])
    alone = Rates(1, lambda: now[0])
    for moment in moments:
        now[0] = moment
        rates.admit("another")
        assert rates.admit("peer") == alone.admit("peer")


def test_no_rate_is_no_limit() -> None:
    assert all(Rates(0, lambda: 0.0).admit("peer") for _ in range(1000))
