"""What `-vv` shows of an exchange: enough to find what is wrong, and no secret."""

from __future__ import annotations

import logging

import pytest
import requests

from gcsync.model.failure import RemoteError
from gcsync.model.value import Secret
from tests.remote.answering import Answer, converse, error

HIDDEN = "(sensitive value)"
BODY = {
    "name": "calls\x1b[2J",
    "destinations": [
        {"url": "https://example.com/in?code=sesame-query", "headers": {"X-Api-Key": "sesame-header"}},
        {"url": Secret("https://example.com/sesame-url")},
    ],
}


def test_a_request_and_its_answer_are_told_without_secrets(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "gcsync.remote")
    talk = converse([Answer(200, {"id": "sesame-answer"}, {"ININ-Correlation-Id": "c-1\x1b[2J"})])
    talk.session.post("/api/v2/eventstreams", BODY)
    size = len(b'{"id": "sesame-answer"}')
    assert caplog.messages == [
        "> POST /oauth/token, try 1",
        f"> User-Agent: gcsync/0.1.0, Accept: application/json, Authorization: Basic {HIDDEN}, "
        "Content-Type: application/x-www-form-urlencoded",
        "> grant_type=client_credentials",
        "< 200 POST /oauth/token, try 1: 0 ms, 72 bytes",
        "> POST /api/v2/eventstreams, try 1",
        f"> User-Agent: gcsync/0.1.0, Accept: application/json, Authorization: Bearer {HIDDEN}, "
        "Content-Type: application/json",
        '> {"name": "calls\\u001b[2J", "destinations": '
        f'[{{"url": "{HIDDEN}", "headers": {{"X-Api-Key": "{HIDDEN}"}}}}, {{"url": "{HIDDEN}"}}]}}',
        f"< 200 POST /api/v2/eventstreams, try 1: 0 ms, {size} bytes, correlation c-1",
    ]


def test_an_error_is_told_with_its_message_less_what_it_repeats(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "gcsync.remote")
    talk = converse([error(400, "bad.url", "sesame-query, sesame-header, client-secret-1 and token-1 are refused")])
    with pytest.raises(RemoteError):
        talk.session.post("/api/v2/eventstreams", BODY)
    said = f"bad.url: {HIDDEN}, {HIDDEN}, {HIDDEN} and {HIDDEN} are refused"
    assert caplog.messages[-1].endswith(f"bytes, contextId ctx-1: {said}")


def test_tries_are_counted_and_an_answer_that_never_came_is_told(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "gcsync.remote")
    talk = converse([requests.ConnectionError("sesame"), Answer(503), Answer(200, {"id": "a"})])
    talk.session.get("/api/v2/eventstreams/a", params={"expand": ["b", "c"]})
    what = "GET /api/v2/eventstreams/a?expand=b&expand=c, try"
    answers = [message for message in caplog.messages if message.startswith("<") and what in message]
    assert answers == [
        f"< no answer to {what} 1: 0 ms, api.mypurecloud.com dropped the connection before its answer was complete",
        f"< 503 {what} 2: 0 ms, 0 bytes: no message",
        f"< 200 {what} 3: 0 ms, 11 bytes",
    ]


def test_nothing_is_worked_out_when_nobody_reads_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gcsync.remote.exchange_log.masked", None)
    talk = converse([Answer(200, {"id": "a"})])
    assert talk.session.post("/api/v2/eventstreams", BODY) == {"id": "a"}
