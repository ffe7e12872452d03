"""A process of the function: what stays between invocations, and what an invocation may take."""

from __future__ import annotations

import asyncio
import json
import logging
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from gcsync.model.diagnostic import DiagnosticError
from gcsync.receiver.aws_lambda import handler as module
from gcsync.receiver.aws_lambda.function import Function
from gcsync.receiver.aws_lambda.handler import handler
from gcsync.receiver.aws_lambda.settings import LambdaSettings
from tests.receiver.aws_lambda.events import Asked, function_url, rest_api

LONGEST_SECONDS = 900
"""What Lambda gives an invocation at most; a slow machine needs more than most do."""
HEADERS = ((b"content-type", b"application/json"), (b"x-api-key", b"canary-secret"))
SECRET = {"GCSYNC_RECEIVER_SECRET": "canary-secret"}
SINK = """
import asyncio
HANDLED = []
def handle(event):
    if event.get("data") == "fail":
        raise ValueError(event)
    HANDLED.append(event["id"])
async def slow(event):
    await asyncio.sleep(600)
"""


def event(event_id: str, **more: Any) -> dict[str, Any]:
    body = {"id": event_id, "eventType": "conversation:start", "data": {}} | more
    return function_url(Asked(json.dumps(body).encode(), headers=HEADERS))


@pytest.fixture
def function(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Function]]:
    """Makes functions with a store in a file: the one place where Lambda's rule about files is passed by."""
    (tmp_path / "lambda_sink.py").write_text(SINK, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "lambda_sink", raising=False)
    made: list[Function] = []

    def make(sink: str = "python:lambda_sink:handle", **how: Any) -> Function:
        settings = LambdaSettings(f"sqlite:///{tmp_path}/events.db", sink)
        made.append(Function(settings, SECRET, **how))
        return made[-1]

    yield make
    for one in made:
        one.close()


def body_of(result: dict[str, Any]) -> Any:
    return json.loads(result["body"])


def test_the_store_and_the_sink_stay_open_and_an_id_is_handled_once(function: Callable[..., Function]) -> None:
    running = function()
    store = running.store
    assert body_of(running.invoke(event("e-1"), LONGEST_SECONDS)) == {"status": "success", "event_id": "e-1"}
    assert body_of(running.invoke(event("e-1"), LONGEST_SECONDS)) == {"status": "duplicate"}
    assert body_of(running.invoke(event("e-2"), LONGEST_SECONDS))["event_id"] == "e-2"
    assert running.store is store
    assert sys.modules["lambda_sink"].HANDLED == ["e-1", "e-2"]


def test_two_processes_share_what_was_handled(function: Callable[..., Function]) -> None:
    assert body_of(function().invoke(event("e-1"), LONGEST_SECONDS))["status"] == "success"
    assert body_of(function().invoke(event("e-1"), LONGEST_SECONDS)) == {"status": "duplicate"}


def test_nothing_is_left_to_do_after_an_answer(function: Callable[..., Function]) -> None:
    """The process stands still from here on: a timer or a task would run at some later request, or never.

    What looks whether anything took too long may look then, for it finds nothing.
    """
    running = function()
    running.invoke(event("e-1"), LONGEST_SECONDS)
    loop: Any = running._loop
    assert asyncio.all_tasks(loop) == set()
    looks = [handle._callback for handle in loop._scheduled if not handle.cancelled()]
    assert {look.__qualname__ for look in looks} <= {"Deadlines._look"}
    assert [look.__self__._ends for look in looks if look.__self__._ends] == []
    assert running._run(running.store.state("e-1")).name == "HANDLED"


def test_a_failure_frees_the_id_and_tells_nothing_of_the_event(
    function: Callable[..., Function], caplog: pytest.LogCaptureFixture
) -> None:
    running = function()
    with caplog.at_level(logging.INFO):
        failed = running.invoke(event("canary-id", data="fail"), LONGEST_SECONDS)
    assert (failed["statusCode"], body_of(failed)) == (500, {"error": "Internal processing error"})
    assert "ValueError" in caplog.text
    assert "canary" not in caplog.text
    assert body_of(running.invoke(event("canary-id"), LONGEST_SECONDS))["status"] == "success"


def test_a_sink_that_takes_longer_than_the_invocation_fails_before_lambda_ends_it(
    function: Callable[..., Function], monkeypatch: pytest.MonkeyPatch
) -> None:
    # A slow machine takes longer to free the id.
    monkeypatch.setattr("gcsync.receiver.aws_lambda.function.MARGIN_SECONDS", 180.0)
    running = function("python:lambda_sink:slow")
    failed = running.invoke(event("e-1"), 181.2)
    assert (failed["statusCode"], body_of(failed)) == (500, {"error": "Internal processing error"})
    assert running._run(running.store.state("e-1")) is None


def test_an_invocation_with_hardly_any_time_is_answered_as_busy(function: Callable[..., Function]) -> None:
    running = function("python:lambda_sink:slow")
    busy = running.invoke(event("e-1"), 1.2)
    assert (busy["statusCode"], busy["headers"]["retry-after"]) == (503, "1")


def test_an_old_credential_is_fetched_before_the_request(function: Callable[..., Function]) -> None:
    secrets = [{"GCSYNC_RECEIVER_SECRET": "canary-secret"}, {"GCSYNC_RECEIVER_SECRET": "another"}]
    now = [0.0]
    running = function(fetch=lambda: secrets.pop(0), clock=lambda: now[0])
    assert running.invoke(event("e-1"), LONGEST_SECONDS)["statusCode"] == 200
    now[0] = 301.0
    assert running.invoke(event("e-2"), LONGEST_SECONDS)["statusCode"] == 401


def test_an_application_that_breaks_is_a_500_without_a_traceback(
    function: Callable[..., Function], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    running = function()
    running.invoke(event("e-1"), LONGEST_SECONDS)
    monkeypatch.setattr(running._application, "_settle", lambda body: 1 / 0)
    with caplog.at_level(logging.INFO):
        assert running.invoke(event("canary-id"), LONGEST_SECONDS)["statusCode"] == 500
    assert "Traceback" not in caplog.text


def test_an_application_that_does_not_answer_is_a_500_and_told_by_its_place(
    function: Callable[..., Function], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def broken(*given: Any) -> None:
        raise ValueError("canary")

    running = function()
    running.invoke(event("e-1"), LONGEST_SECONDS)
    monkeypatch.setattr(running._application, "asgi", broken)
    assert body_of(running.invoke(event("e-2"), LONGEST_SECONDS)) == {"error": "Internal processing error"}
    assert "ValueError at tests" in caplog.text
    assert "canary" not in caplog.text


class Context:
    def get_remaining_time_in_millis(self) -> int:
        return 900_000


class TestHandler:
    @pytest.fixture(autouse=True)
    def fresh(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(module, "_function", None)

    def test_a_function_that_cannot_start_answers_500_and_says_why_in_a_line(
        self, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        monkeypatch.setenv("GCSYNC_RECEIVER_STORE", "sqlite:///events.db")
        monkeypatch.setenv("GCSYNC_RECEIVER_SINK", "python:lambda_sink:handle")
        for asked, legacy in ((function_url(Asked()), False), (rest_api(Asked()), True)):
            failed = handler(asked, Context())
            assert (failed["statusCode"], failed["body"]) == (500, '{"error": "Internal processing error"}')
            assert ("multiValueHeaders" in failed) == legacy
        assert caplog.messages[0].startswith("the receiver cannot start: GC861: GCSYNC_RECEIVER_STORE: a file")
        assert all("\n" not in message for message in caplog.messages)

    def test_it_starts_once_it_can(self, function: Callable[..., Function], monkeypatch: pytest.MonkeyPatch) -> None:
        def fail(environ: Any) -> Function:
            raise DiagnosticError([])

        monkeypatch.setattr(module, "start", fail)
        assert handler(event("e-1"), Context())["statusCode"] == 500
        started: list[Function] = []
        monkeypatch.setattr(module, "start", lambda environ: started.append(function()) or started[-1])
        assert handler(event("e-1"), Context())["statusCode"] == 200
        assert body_of(handler(event("e-1"), None)) == {"status": "duplicate"}
        assert len(started) == 1

    def test_an_error_that_nobody_foresaw_is_told_by_its_place_alone(
        self, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        def fail(environ: Any) -> Function:
            raise KeyError("canary")

        monkeypatch.setattr(module, "start", fail)
        assert handler(event("e-1"), Context())["statusCode"] == 500
        assert "KeyError at tests" in caplog.text
        assert "canary" not in caplog.text

    @pytest.mark.parametrize("other", [{"Records": [{"body": "canary"}]}, {}])
    def test_an_event_of_no_gateway_is_an_error_of_the_invocation(
        self, function: Callable[..., Function], monkeypatch: pytest.MonkeyPatch, other: dict[str, Any]
    ) -> None:
        monkeypatch.setattr(module, "start", lambda environ: function())
        with pytest.raises(DiagnosticError, match="GC863") as raised:
            handler(other, Context())
        assert "canary" not in str(raised.value)
        assert raised.value.__suppress_context__
