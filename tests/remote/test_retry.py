"""Which request is sent again, and how long it waits: `gcsync/remote/retry.py`, seen from the session."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
import requests
from urllib3.connection import HTTPSConnection
from urllib3.exceptions import MaxRetryError, NewConnectionError

from gcsync.model.failure import NameTaken, NotCarriedOut, NotFound, OutcomeUnknown, RemoteError
from gcsync.remote.retry import asked_to_wait
from gcsync.remote.session import GenesysSession
from gcsync.remote.wait import Wait
from gcsync.remote.wire import Reply
from tests.remote.answering import TOKEN, Answer, converse, error

PATH = "/api/v2/eventstreams"
ONE = {"id": "a", "name": "calls"}
OK = Answer(200, ONE)
DROPPED = requests.ConnectionError("Connection aborted.")
TIMED_OUT = requests.ReadTimeout("Read timed out.")
NEVER_MADE = requests.ConnectionError(
    MaxRetryError(None, "/", NewConnectionError(HTTPSConnection("x.example.com"), "refused"))  # type: ignore[arg-type]
)

Send = Callable[[GenesysSession], object]
SENDS: dict[str, Send] = {
    "GET": lambda session: session.get(f"{PATH}/a"),
    "POST": lambda session: session.post(PATH, ONE),
    "PUT": lambda session: session.put(f"{PATH}/a", ONE),
    "PATCH": lambda session: session.patch(f"{PATH}/a", ONE),
    "DELETE": lambda session: session.delete(f"{PATH}/a"),
}
TROUBLES: dict[str, Answer | Exception] = {
    "429": error(429),
    "408": error(408),
    "500": error(500),
    "502": error(502),
    "503": error(503),
    "504": error(504),
    "dropped": DROPPED,
    "timed out": TIMED_OUT,
    "never made": NEVER_MADE,
}
REPEATED = {
    "GET": set(TROUBLES),
    "PUT": {"429", "502", "503", "504", "dropped", "timed out", "never made"},
    "PATCH": {"429", "502", "503", "504", "dropped", "timed out", "never made"},
    "DELETE": {"429", "502", "503", "504", "dropped", "timed out", "never made"},
    "POST": {"429", "never made"},
}


@pytest.mark.parametrize("trouble", TROUBLES)
@pytest.mark.parametrize("method", SENDS)
def test_a_request_is_repeated_only_where_that_does_no_harm(method: str, trouble: str) -> None:
    talk = converse([TROUBLES[trouble], OK])
    if trouble in REPEATED[method]:
        SENDS[method](talk.session)
    else:
        with pytest.raises(OutcomeUnknown, match="nobody knows whether it was carried out"):
            SENDS[method](talk.session)
    assert len(talk.server.asked) == (2 if trouble in REPEATED[method] else 1)


@pytest.mark.parametrize(
    ("method", "trouble", "tries", "failure"),
    [
        ("GET", "503", 6, RemoteError),
        ("GET", "dropped", 6, RemoteError),
        ("GET", "never made", 3, RemoteError),
        ("GET", "429", 6, RemoteError),
        ("PUT", "503", 6, OutcomeUnknown),
        ("PUT", "dropped", 6, OutcomeUnknown),
        ("PUT", "never made", 3, RemoteError),
        ("DELETE", "504", 6, OutcomeUnknown),
        ("POST", "429", 6, RemoteError),
        ("POST", "never made", 3, RemoteError),
    ],
)
def test_it_ends_after_some_tries(method: str, trouble: str, tries: int, failure: type[RemoteError]) -> None:
    talk = converse([TROUBLES[trouble]] * 10)
    with pytest.raises(RemoteError) as caught:
        SENDS[method](talk.session)
    assert type(caught.value) is failure
    assert len(talk.server.asked) == tries


def test_waits_double_up_to_a_bound_and_are_announced() -> None:
    talk = converse([error(503)] * 5 + [OK])
    talk.session.get(f"{PATH}/a")
    assert talk.waits == [Wait(s, "503", n, 6) for s, n in [(0.5, 2), (1.0, 3), (2.0, 4), (4.0, 5), (8.0, 6)]]
    assert talk.slept == [0.5, 1.0, 2.0, 4.0, 8.0]


@pytest.mark.parametrize(
    ("wait", "text"),
    [
        (Wait(12.0, "429", 2, 6), "waiting 12 s (429, 2 of 6)"),
        (Wait(0.5, "connection dropped", 3, 6), "waiting 1 s (connection dropped, 3 of 6)"),
        (Wait(30.2, "rate limit used up"), "waiting 31 s (rate limit used up)"),
    ],
)
def test_a_wait_reads_as_the_contract_says(wait: Wait, text: str) -> None:
    assert str(wait) == text


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "12"}, 12.0),
        ({"Retry-After": " 0 "}, 0.0),
        ({"Retry-After": "Mon, 23 Nov 2026 12:00:30 GMT", "Date": "Mon, 23 Nov 2026 12:00:00 GMT"}, 30.0),
        ({"Retry-After": "Mon, 23 Nov 2026 11:00:00 GMT", "Date": "Mon, 23 Nov 2026 12:00:00 GMT"}, 0.0),
        ({"Retry-After": "Mon, 23 Nov 2026 12:00:30 GMT"}, None),
        ({"Retry-After": "soon", "inin-ratelimit-reset": "7"}, 7.0),
        ({"inin-ratelimit-reset": "7"}, 7.0),
        ({"Retry-After": "-5"}, None),
        ({"Retry-After": "1e9"}, None),
        ({"Retry-After": "9" * 400}, None),
        ({"Retry-After": "٣"}, None),
        ({}, None),
    ],
)
def test_a_server_asks_to_wait_in_seconds_by_date_or_by_its_window(
    headers: dict[str, str], seconds: float | None
) -> None:
    assert asked_to_wait(Reply(429, headers, b""), rate_limited=True) == seconds


def test_the_rate_limits_window_says_nothing_of_other_troubles() -> None:
    assert asked_to_wait(Reply(503, {"inin-ratelimit-reset": "7"}, b""), rate_limited=False) is None


def test_retry_after_is_waited_for() -> None:
    talk = converse([Answer(429, {}, {"Retry-After": "12"}), OK])
    talk.session.get(f"{PATH}/a")
    assert [str(wait) for wait in talk.waits] == ["waiting 12 s (429, 2 of 6)"]


@pytest.mark.parametrize("status", [429, 503])
def test_more_than_gcsync_waits_for_is_an_error_at_once(status: int) -> None:
    talk = converse([Answer(status, {}, {"Retry-After": "181"})])
    with pytest.raises(RemoteError) as caught:
        talk.session.get(f"{PATH}/a")
    assert (talk.waits, caught.value.status) == ([], status)


def test_the_error_says_what_the_api_asks_for() -> None:
    talk = converse([Answer(429, {}, {"Retry-After": "3600"})])
    with pytest.raises(RemoteError) as caught:
        talk.session.post(PATH, ONE)
    assert caught.value.diagnostic.code == "GC317"
    assert caught.value.diagnostic.hint.startswith("the API asks to wait 3600 s, more than the 180 s that gcsync waits")


def test_a_used_up_rate_limit_is_waited_for_before_the_api_refuses() -> None:
    used = {"inin-ratelimit-count": "300", "inin-ratelimit-allowed": "300", "inin-ratelimit-reset": "42"}
    talk = converse([Answer(200, ONE, used), OK, OK])
    for _ in range(3):
        talk.session.get(f"{PATH}/a")
    assert talk.waits == [Wait(42.0, "rate limit used up")]


@pytest.mark.parametrize(
    "headers",
    [
        {"inin-ratelimit-count": "299", "inin-ratelimit-allowed": "300", "inin-ratelimit-reset": "42"},
        {"inin-ratelimit-count": "300", "inin-ratelimit-allowed": "300"},
        {"inin-ratelimit-count": "many", "inin-ratelimit-allowed": "0", "inin-ratelimit-reset": "42"},
        {"inin-ratelimit-count": "1", "inin-ratelimit-allowed": "0", "inin-ratelimit-reset": "42"},
    ],
)
def test_other_rate_limit_headers_hold_nothing_back(headers: dict[str, str]) -> None:
    talk = converse([Answer(200, ONE, headers), OK])
    talk.session.get(f"{PATH}/a")
    talk.session.get(f"{PATH}/a")
    assert talk.waits == []


def test_a_window_longer_than_any_wait_is_cut() -> None:
    used = {"inin-ratelimit-count": "9", "inin-ratelimit-allowed": "9", "inin-ratelimit-reset": "86400"}
    talk = converse([Answer(200, ONE, used), OK])
    talk.session.get(f"{PATH}/a")
    talk.session.get(f"{PATH}/a")
    assert talk.waits == [Wait(180.0, "rate limit used up")]


def test_a_rate_limit_of_the_login_comes_as_400_and_is_waited_for() -> None:
    refused = Answer(400, {"error": "invalid_request", "description": "invalid_request (rate limit exceeded; retry)"})
    answers = iter([refused, Answer(200, TOKEN)])
    talk = converse([OK], token=lambda: next(answers))
    assert talk.session.get(f"{PATH}/a") == ONE
    assert [str(wait) for wait in talk.waits] == ["waiting 1 s (400, 2 of 6)"]


def test_a_conflict_after_a_lost_answer_may_be_with_ones_own_write() -> None:
    talk = converse([DROPPED, error(409, "version.mismatch")])
    with pytest.raises(OutcomeUnknown) as caught:
        talk.session.put(f"{PATH}/a", ONE)
    assert caught.value.status == 409


def test_a_conflict_after_a_429_is_a_conflict() -> None:
    with pytest.raises(NameTaken):
        converse([error(429), error(409, "event.stream.exists")]).session.post(PATH, ONE)


def test_a_deleted_object_is_not_there_after_a_lost_answer_either() -> None:
    with pytest.raises(NotFound):
        converse([DROPPED, error(404)]).session.delete(f"{PATH}/a")


@pytest.mark.parametrize("body", [b"", b"<html>", b'{"id"', b"[]"])
@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_a_write_answered_without_an_object_has_an_unknown_outcome(method: str, body: bytes) -> None:
    talk = converse([Answer(200, body)])
    with pytest.raises(OutcomeUnknown):
        SENDS[method](talk.session)
    assert len(talk.server.asked) == 1


def test_nothing_is_sent_once_it_is_to_stop() -> None:
    stop = threading.Event()
    stop.set()
    talk = converse([OK], stop=stop)
    with pytest.raises(RemoteError) as caught:
        talk.session.get(f"{PATH}/a")
    assert (talk.server.lines, caught.value.diagnostic.code) == ([], "GC328")


@pytest.mark.parametrize(
    ("method", "status", "code"), [("GET", 503, "GC328"), ("PUT", 429, "GC328"), ("PUT", 503, "GC326")]
)
def test_a_wait_ends_when_it_is_to_stop(method: str, status: int, code: str) -> None:
    stop = threading.Event()

    def answer(_request: requests.PreparedRequest) -> Answer:
        stop.set()
        return error(status)

    talk = converse(answer, stop=stop)
    with pytest.raises(RemoteError) as caught:
        SENDS[method](talk.session)
    assert (len(talk.server.asked), caught.value.diagnostic.code) == (1, code)


PROMPT: dict[str, Callable[[GenesysSession], object]] = {
    "PUT": lambda session: session.put(f"{PATH}/a", ONE, prompt=True),
    "DELETE": lambda session: session.delete(f"{PATH}/a", prompt=True),
}


@pytest.mark.parametrize("trouble", TROUBLES)
@pytest.mark.parametrize("method", PROMPT)
def test_a_prompt_request_is_sent_once(method: str, trouble: str) -> None:
    done = trouble in ("429", "never made")
    talk = converse([TROUBLES[trouble]])
    with pytest.raises(NotCarriedOut if done else OutcomeUnknown):
        PROMPT[method](talk.session)
    assert (len(talk.server.asked), talk.slept) == (1, [])


def test_a_prompt_request_is_not_sent_after_a_wait() -> None:
    talk = converse([error(429), Answer(200, ONE)])
    with pytest.raises(NotCarriedOut):
        PROMPT["PUT"](talk.session)
    with pytest.raises(NotCarriedOut) as caught:
        PROMPT["PUT"](talk.session)
    assert caught.value.diagnostic.code == "GC515"
    assert len(talk.server.asked) == 1
    PROMPT["PUT"](talk.session)


def test_a_prompt_request_with_a_token_that_has_ended_is_left_to_the_caller() -> None:
    talk = converse([error(401), Answer(200, ONE)])
    with pytest.raises(NotCarriedOut):
        PROMPT["DELETE"](talk.session)
    PROMPT["DELETE"](talk.session)
    assert len(talk.server.asked) == 2
