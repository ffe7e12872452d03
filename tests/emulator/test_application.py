from __future__ import annotations

import logging
import sqlite3

import pytest
import requests

PATH = "/api/v2/eventstreams"
NUMBERS = ("inin-ratelimit-count", "inin-ratelimit-allowed", "inin-ratelimit-reset")


def names(client):
    return [entity["name"] for entity in client.send("GET", PATH).json()["entities"]]


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/", 404, "not.found"),
        ("GET", "/api/v2/eventstream", 404, "not.found"),
        ("GET", f"{PATH}/", 404, "not.found"),
        ("GET", f"{PATH}/a/b", 404, "not.found"),
        ("GET", "/emulator/nothing", 404, "not.found"),
        ("PATCH", f"{PATH}/a", 405, "method.not.allowed"),
        ("DELETE", PATH, 405, "method.not.allowed"),
        ("GET", "/oauth/token", 405, "method.not.allowed"),
    ],
)
def test_what_the_api_lacks_is_refused_in_the_apis_own_shape(client, method, path, status, code):
    answer = client.send(method, path)
    body = answer.json()
    assert (answer.status_code, body) == (
        status,
        {"message": body["message"], "code": code, "status": status, "details": [], "errors": []}
        | {"contextId": answer.headers["ININ-Correlation-Id"]},
    )


def test_a_wrong_method_is_told_the_right_ones(client):
    assert set(client.send("PATCH", PATH).headers["Allow"].split(", ")) == {"GET", "POST"}


def test_head_is_not_part_of_the_api(client):
    assert client.send("HEAD", PATH).status_code == 405


def test_every_answer_has_its_own_correlation_id_and_the_rate_limits_numbers(run):
    client = run(faults=("503:1:DELETE", "html:1:PUT", "empty:1:POST:/api/*"))
    requests_ = [("GET", PATH), ("POST", PATH), ("PUT", PATH), ("DELETE", PATH), ("GET", "/x"), ("GET", "/emulator")]
    answers = [client.send(*request) for request in requests_]
    assert all(answer.headers[name].isdigit() for answer in answers for name in NUMBERS)
    assert len({answer.headers["ININ-Correlation-Id"] for answer in answers}) == len(answers)


def test_over_the_rate_limit_a_request_waits_for_the_next_window(run, clock):
    client = run(rate_limit=2, rate_window=30)
    answers = [client.send("GET", PATH) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert [answers[2].headers[name] for name in (*NUMBERS, "Retry-After")] == ["3", "2", "30", "30"]
    assert answers[2].json()["code"] == "too.many.requests"
    clock.now += 30
    assert client.send("GET", PATH).status_code == 200


def test_a_sliding_limit_lets_in_as_requests_leave_the_window(run, clock):
    client = run(rate_limit=2, rate_window=30, rate_limiter="sliding")
    client.send("GET", PATH)
    clock.now += 20
    answers = [client.send("GET", PATH) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 429]
    assert [answers[1].headers[name] for name in (*NUMBERS, "Retry-After")] == ["2", "2", "10", "10"]
    clock.now += 10
    assert [client.send("GET", PATH).status_code for _ in "ab"] == [200, 429]


def test_without_rate_headers_a_refusal_still_says_when_to_come_back(run):
    client = run(rate_limit=1, rate_headers=False)
    answers = [client.send("GET", PATH) for _ in "ab"]
    assert [answer.status_code for answer in answers] == [200, 429]
    assert [name for answer in answers for name in NUMBERS if name in answer.headers] == []
    assert answers[1].headers["Retry-After"] == "60"


def test_what_is_refused_for_the_rate_is_not_carried_out(run):
    client = run(rate_limit=1)
    client.create(name="first")
    client.create(name="second")
    assert client.send("GET", "/emulator").json()["streams"] == 1


def test_a_status_on_request_hits_as_often_as_asked(run):
    client = run(faults=("503:2",))
    answers = [client.send("GET", PATH) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [503, 503, 200]
    assert (answers[0].headers["Retry-After"], answers[0].json()["code"]) == ("1", "emulator.fault")


@pytest.mark.parametrize(("fault", "kept"), [("504:1:POST", []), ("504-after:1:POST", ["calls"])])
def test_a_status_comes_before_or_after_the_work(run, fault, kept):
    client = run(faults=(fault,))
    assert client.create()["status"] == 504
    assert names(client) == kept


@pytest.mark.parametrize(("fault", "kept"), [("drop-before:1:POST", []), ("drop-after:1:POST", ["calls"])])
def test_a_connection_is_dropped_before_or_after_the_work(run, caplog, fault, kept):
    client = run(faults=(fault,))
    with caplog.at_level(logging.WARNING), pytest.raises(requests.ConnectionError):
        client.create()
    assert names(client) == kept
    assert caplog.records == []


def test_a_page_in_between_is_html_and_nothing_is_done(run, stream):
    client = run(faults=("html:1:POST",))
    answer = client.send("POST", PATH, json=stream())
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert names(client) == []


def test_an_empty_answer_comes_after_the_work(run, stream):
    client = run(faults=("empty:1:POST",))
    answer = client.send("POST", PATH, json=stream())
    assert (answer.status_code, answer.content) == (200, b"")
    assert names(client) == ["calls"]


def test_the_token_request_goes_wrong_only_when_asked_by_path(run):
    client = run(faults=("503:1:POST", "500:1:/oauth/*"), log_in=False)
    assert [client.log_in().status_code for _ in "ab"] == [500, 200]


def test_every_request_is_kept_waiting(run, monkeypatch):
    waits = []

    async def sleep(seconds):
        waits.append(seconds)

    client = run(latency=0.25)
    monkeypatch.setattr("gcsync.emulator.application.sleep", sleep)
    client.send("GET", PATH)
    assert waits == [0.25]


@pytest.mark.parametrize(
    ("sqlite_code", "status", "code"),
    [(sqlite3.SQLITE_FULL, 500, "internal.server.error"), (sqlite3.SQLITE_BUSY, 503, "service.unavailable")],
)
def test_a_database_that_fails_is_an_error_of_the_server(client, monkeypatch, sqlite_code, status, code):
    def fail(*_):
        error = sqlite3.OperationalError("it failed")
        error.sqlite_errorcode = sqlite_code
        raise error

    monkeypatch.setattr("gcsync.emulator.store.Store.streams", fail)
    answer = client.send("GET", PATH)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_a_database_that_was_closed_is_an_error_of_the_server(client, monkeypatch):
    def fail(*_):
        raise sqlite3.ProgrammingError("Cannot operate on a closed database.")

    monkeypatch.setattr("gcsync.emulator.store.Store.streams", fail)
    assert client.send("GET", PATH).status_code == 500


def test_a_fault_of_its_own_is_told_without_a_traceback(run, monkeypatch, caplog):
    client = run()
    monkeypatch.setattr("gcsync.emulator.store.Store.streams", lambda *_: 1 // 0)
    with caplog.at_level(logging.INFO, "gcsync.emulator"):
        answer = client.send("GET", PATH)
    assert (answer.status_code, answer.json()["code"]) == (500, "internal.server.error")
    assert "Traceback" not in caplog.text
    assert "ZeroDivisionError" in caplog.text
