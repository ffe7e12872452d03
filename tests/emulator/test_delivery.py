from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gcsync.emulator.delivery import LONGEST_WAIT, RETRIED_FOR, Attempt, Delivery, Destination, State, wait_after


def delivery(begun=0.0):
    return Delivery("d", "e", "a", Destination("s", "calls", "https://u:p@events.example.com/in?key=x"), b"{}", begun)


def test_the_waits_double_up_to_an_hour():
    assert [wait_after(number) for number in (1, 2, 3, 4, 12)] == [1, 2, 4, 8, 2048]
    assert {wait_after(number) for number in (13, 14, 1_000_000)} == {LONGEST_WAIT}


@given(st.floats(0, 1e9), st.floats(0, 30))
def test_what_is_never_taken_is_tried_for_24_hours_and_then_given_up(begun, seconds_per_attempt):
    one, at = delivery(begun), begun
    while one.state is State.PENDING:
        due = one.record(Attempt("event", at + seconds_per_attempt, 500, "answered 500"))
        assert (due is None) == (one.state is State.GIVEN_UP)
        at = at if due is None else due
    assert RETRIED_FOR - LONGEST_WAIT - seconds_per_attempt <= at - begun <= RETRIED_FOR
    assert 30 <= len(one.attempts) <= 40


def test_the_log_holds_nothing_of_a_url_but_its_host():
    one = delivery(begun=10.0)
    one.record(Attempt("handshake", 12.5, None, "no answer in time"))
    assert one.to_json("events.example.com") == {
        "id": "d",
        "eventId": "e",
        "eventType": "a",
        "stream": "calls",
        "streamId": "s",
        "host": "events.example.com",
        "state": "pending",
        "note": "",
        "attempts": [{"what": "handshake", "at": 2.5, "status": None, "outcome": "no answer in time"}],
    }
