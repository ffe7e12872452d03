"""The contract's table, and what stands before it: credentials, limits, types."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import logging
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from gcsync.receiver.authentication import authentication
from gcsync.receiver.limits import Limits
from tests.receiver.asgi import JSON, Answered, Kept, ask, receiver, run, waited_for

EVENT = b'{"id": "e-1", "eventType": "conversation:start", "data": {"a": 1}}'


def answer(folder: Path, body: Any, limits: Limits | None = None, **how: Any) -> Answered:
    async def send() -> Answered:
        running = receiver(folder, limits=limits)
        try:
            return await ask(running.application, body, **how)
        finally:
            await running.store.close()

    return run(send())


WITHOUT_ID = b'{"eventType": "x"}'
DIGEST = hashlib.sha256(WITHOUT_ID).hexdigest().encode()
TABLE = {
    "a token": (b'{"verification_token": "t"}', 200, b'{"verification_token": "t"}'),
    "a token beside an event": (
        b'{"id": "e", "eventType": "x", "verification_token": "\\u0074"}',
        200,
        b'{"verification_token": "\\u0074"}',
    ),
    "a new id": (EVENT, 200, b'{"status": "success", "event_id": "e-1"}'),
    "no id": (WITHOUT_ID, 200, b'{"status": "success", "event_id": "sha256:%s"}' % DIGEST),
    "nothing": (b"", 400, b'{"error": "Empty payload"}'),
    "an empty object": (b"{}", 400, b'{"error": "Empty payload"}'),
    "an empty list": (b"[]", 400, b'{"error": "Empty payload"}'),
    "null": (b"null", 400, b'{"error": "Empty payload"}'),
    "malformed": (b"{", 400, b'{"error": "Invalid payload"}'),
    "neither": (b'{"data": {}}', 400, b'{"error": "Invalid payload"}'),
}


@pytest.mark.parametrize(("body", "status", "answered"), TABLE.values(), ids=TABLE)
def test_the_table_of_the_contract(tmp_path: Path, body: bytes, status: int, answered: bytes) -> None:
    given = answer(tmp_path, body)
    assert (given.status, given.body) == (status, answered)
    assert given.headers["content-type"] == "application/json"


@pytest.mark.parametrize(
    ("method", "path", "status", "error"),
    [
        ("GET", "/genesys-events", 405, "Method not allowed"),
        ("PUT", "/genesys-events", 405, "Method not allowed"),
        ("POST", "/healthz", 405, "Method not allowed"),
        ("POST", "/", 404, "Not found"),
        ("POST", "/genesys-events/", 404, "Not found"),
        ("POST", "/genesys-eventsx", 404, "Not found"),
    ],
)
def test_other_methods_and_paths(tmp_path: Path, method: str, path: str, status: int, error: str) -> None:
    given = answer(tmp_path, EVENT, method=method, path=path)
    assert (given.status, given.document) == (status, {"error": error})
    assert ("allow" in given.headers) == (status == 405)


def test_a_second_delivery_is_a_duplicate_and_handled_once(tmp_path: Path) -> None:
    async def deliver() -> None:
        running = receiver(tmp_path)
        assert (await ask(running.application, EVENT)).document["status"] == "success"
        again = await ask(running.application, EVENT)
        assert (again.status, again.body) == (200, b'{"status": "duplicate"}')
        assert [event.id for event in running.sink.events] == ["e-1"]
        await running.store.close()

    run(deliver())


@pytest.mark.parametrize("count", [2, 20])
def test_deliveries_at_once_are_all_answered_as_the_one_that_handles(tmp_path: Path, count: int) -> None:
    async def deliver() -> None:
        gate = asyncio.Event()
        running = receiver(tmp_path, Kept(gate=gate))
        asked = [asyncio.create_task(ask(running.application, EVENT)) for _ in range(count)]
        # All of them have come after one turn.
        await asyncio.sleep(0)
        gate.set()
        given = await asyncio.gather(*asked)
        assert {one.body for one in given} == {b'{"status": "success", "event_id": "e-1"}'}
        assert running.sink.calls == 1
        await running.store.close()

    run(deliver())


def test_a_failure_is_told_to_all_and_the_id_is_free_again(tmp_path: Path) -> None:
    async def deliver() -> None:
        gate = asyncio.Event()
        running = receiver(tmp_path, Kept(gate=gate, failures=1))
        asked = [asyncio.create_task(ask(running.application, EVENT)) for _ in range(3)]
        await asyncio.sleep(0)
        gate.set()
        given = await asyncio.gather(*asked)
        assert {(one.status, one.body) for one in given} == {(500, b'{"error": "Internal processing error"}')}
        assert (await ask(running.application, EVENT)).document["status"] == "success"
        await running.store.close()

    run(deliver())


def test_an_id_in_handling_elsewhere_is_waited_for_and_never_a_duplicate(tmp_path: Path) -> None:
    async def deliver() -> None:
        here, there = receiver(tmp_path, wait_seconds=60), receiver(tmp_path)
        await there.store.claim("e-1", "another process")
        busy = await ask(receiver(tmp_path, store=here.store, wait_seconds=0.05).application, EVENT)
        assert (busy.status, busy.headers["retry-after"]) == (503, "1")
        asked = waited_for(here.store)
        waiting = asyncio.create_task(ask(here.application, EVENT))
        await asked.wait()
        await there.store.done("e-1", "another process")
        assert (await waiting).document == {"status": "success", "event_id": "e-1"}
        await here.store.close()
        await there.store.close()

    run(deliver())


SECRETS = {"GCSYNC_RECEIVER_SECRET": "user:sesame", "GCSYNC_RECEIVER_SECRET_PREVIOUS": "user:older"}


def basic(text: bytes) -> bytes:
    return b"Basic " + base64.b64encode(text)


@pytest.mark.parametrize(
    ("auth", "headers", "status"),
    [
        ("header:X-Api-Key", [(b"x-api-key", b"user:sesame")], 200),
        ("header:X-Api-Key", [(b"x-api-key", b"user:older")], 200),
        ("header:X-Api-Key", [(b"x-api-key", b"user:sesamE")], 401),
        ("header:X-Api-Key", [(b"x-api-key", b"")], 401),
        ("header:X-Api-Key", [], 401),
        ("header:X-Api-Key", [(b"x-api-key", b"user:sesame"), (b"x-api-key", b"user:sesame")], 401),
        ("basic", [(b"authorization", basic(b"user:sesame"))], 200),
        ("basic", [(b"authorization", basic(b"user:wrong"))], 401),
        ("basic", [(b"authorization", b"Basic !!!")], 401),
        ("basic", [(b"authorization", b"Bearer user:sesame")], 401),
        ("bearer", [(b"authorization", b"bearer user:sesame")], 200),
        ("bearer", [(b"authorization", b"user:sesame")], 401),
    ],
)
def test_a_credential_is_asked_for(tmp_path: Path, auth: str, headers: list[tuple[bytes, bytes]], status: int) -> None:
    async def deliver() -> Answered:
        running = receiver(tmp_path, authentication=authentication(auth, SECRETS, insecure=False))
        given = await ask(running.application, EVENT, headers=[*JSON, *headers])
        await running.store.close()
        return given

    given = run(deliver())
    assert given.status == status
    if status == 401:
        assert given.document == {"error": "Unauthorized"}
        assert ("www-authenticate" in given.headers) == (auth != "header:X-Api-Key")


def test_a_wrong_credential_is_told_before_anything_is_said_of_the_body(tmp_path: Path) -> None:
    async def deliver() -> int:
        admission = authentication("bearer", SECRETS, insecure=False)
        running = receiver(tmp_path, limits=Limits(body=10), authentication=admission)
        given = await ask(running.application, EVENT, headers=[(b"content-length", b"66")])
        await running.store.close()
        return given.status

    assert run(deliver()) == 401


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (EVENT, [(b"content-length", b"99999")]),
        (EVENT, [(b"content-length", b"9" * 5000)]),
        (EVENT, []),
        ([EVENT[:20], EVENT[20:]], []),
    ],
    ids=["announced", "absurdly", "not", "in chunks"],
)
def test_a_body_over_the_limit_is_refused_announced_or_not(tmp_path: Path, body: Any, headers: Any) -> None:
    given = answer(tmp_path, body, Limits(body=len(EVENT) - 1), headers=headers)
    assert (given.status, given.document) == (413, {"error": "Payload too large"})
    assert answer(tmp_path, body, Limits(body=len(EVENT))).status == 200


@pytest.mark.parametrize(
    ("content_type", "status"),
    [
        (b"application/json", 200),
        (b"Application/JSON; charset=UTF-8", 200),
        (b'application/json;charset="utf-8"', 200),
        (b"application/cloudevents+json", 200),
        (b"application/json; charset=latin-1", 415),
        (b"text/plain", 415),
        (b"application/x-www-form-urlencoded", 415),
        (b"", 415),
    ],
)
def test_only_json_is_taken(tmp_path: Path, content_type: bytes, status: int) -> None:
    assert answer(tmp_path, EVENT, headers=[(b"content-type", content_type)]).status == status


def test_a_body_without_a_type_is_taken_and_a_packed_one_is_not(tmp_path: Path) -> None:
    assert answer(tmp_path, EVENT, headers=[]).status == 200
    assert answer(tmp_path, EVENT, headers=[*JSON, (b"content-encoding", b"gzip")]).status == 415


def test_large_heads_are_refused(tmp_path: Path) -> None:
    assert answer(tmp_path, EVENT, Limits(head=100), headers=[*JSON, (b"x", b"y" * 100)]).status == 431


def test_a_peer_may_ask_so_often_and_no_more(tmp_path: Path) -> None:
    async def deliver() -> list[int]:
        running = receiver(tmp_path, limits=Limits(rate=2), clock=lambda: 0.0)
        given = [await ask(running.application, EVENT) for _ in range(3)]
        given.append(await ask(running.application, EVENT, peer="192.0.2.2"))
        await running.store.close()
        return [one.status for one in given]

    assert run(deliver()) == [200, 200, 429, 200]


def test_more_than_may_be_in_handling_is_sent_away_and_readiness_drops(tmp_path: Path) -> None:
    async def deliver() -> None:
        gate = asyncio.Event()
        running = receiver(tmp_path, Kept(gate=gate), limits=Limits(requests=2))
        begun = [asyncio.create_task(running.event(f"e-{number}")) for number in range(2)]
        await asyncio.sleep(0)
        busy = await running.event("e-9")
        assert (busy.status, busy.headers["retry-after"], busy.document) == (503, "1", {"error": "Busy"})
        assert (await ask(running.application, method="GET", path="/readyz")).status == 503
        gate.set()
        assert [(await one).status for one in begun] == [200, 200]
        assert (await running.event("e-9")).status == 200
        await running.store.close()

    run(deliver())


def test_bodies_held_in_memory_are_bounded(tmp_path: Path) -> None:
    async def deliver() -> None:
        gate = asyncio.Event()
        running = receiver(tmp_path, Kept(gate=gate), limits=Limits(held=len(EVENT) + 10))
        begun = asyncio.create_task(ask(running.application, EVENT))
        await asyncio.sleep(0)
        assert (await ask(running.application, EVENT)).status == 503
        gate.set()
        assert (await begun).status == 200
        await running.store.close()

    run(deliver())


def test_a_body_that_does_not_come_is_not_waited_for(tmp_path: Path) -> None:
    async def deliver() -> None:
        running = receiver(tmp_path, limits=Limits(body_seconds=0.05))

        async def never() -> dict[str, Any]:
            await asyncio.sleep(60)
            return {}

        sent: list[Any] = []

        async def send(message: Any) -> None:
            sent.append(message)

        scope = {"type": "http", "method": "POST", "path": "/genesys-events", "headers": [], "query_string": b""}
        await running.application.asgi(scope, never, send)
        assert sent[0]["status"] == 408
        await running.store.close()

    run(deliver())


def test_health_and_readiness(tmp_path: Path) -> None:
    async def look() -> None:
        running = receiver(tmp_path)
        assert (await ask(running.application, method="GET", path="/healthz")).document == {"status": "ok"}
        assert (await ask(running.application, method="GET", path="/readyz")).document == {"status": "ready"}
        running.application.draining = True
        assert (await ask(running.application, method="GET", path="/readyz")).status == 503
        assert (await ask(running.application, method="GET", path="/healthz")).status == 200
        assert (await ask(running.application, EVENT)).status == 200
        running.application.draining = False
        await running.store.close()
        assert (await ask(running.application, method="GET", path="/readyz")).status == 503
        assert (await ask(running.application, EVENT)).status == 503

    run(look())


def test_the_numbers_are_what_happened(tmp_path: Path) -> None:
    async def deliver() -> str:
        running = receiver(tmp_path, Kept(failures=1))
        for body in (EVENT, EVENT, EVENT, b'{"verification_token": "t"}', b"{"):
            await ask(running.application, body)
        given = await ask(running.application, method="GET", path="/metrics")
        await running.store.close()
        return given.body.decode()

    found = {
        (sample.name.removeprefix("gcsync_receiver_"), *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(run(deliver()))
        for sample in family.samples
    }
    assert found[("events_received_total",)] == 3
    assert found[("failures_total",)] == 1
    assert found[("duplicates_total",)] == 1
    assert found[("handshakes_total",)] == 1
    assert found[("answers_total", "400")] == 1
    assert found[("answers_total", "200")] == 3
    assert found[("seconds_count",)] == 5
    assert found[("store_ids",)] == 1
    assert found[("store_bytes",)] > 4096


def test_the_numbers_are_for_those_with_the_credential_unless_told_otherwise(tmp_path: Path) -> None:
    async def look(*, open_metrics: bool) -> int:
        admission = authentication("bearer", SECRETS, insecure=False)
        running = receiver(tmp_path, authentication=admission, open_metrics=open_metrics)
        given = await ask(running.application, method="GET", path="/metrics", headers=[])
        await running.store.close()
        return given.status

    assert (run(look(open_metrics=False)), run(look(open_metrics=True))) == (401, 200)


def test_who_is_refused_is_told_to_those_who_ask(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        answer(tmp_path, EVENT)
        answer(tmp_path, b"{")
    assert [one.getMessage() for one in caplog.records if "answered" in one.getMessage()] == [
        "answered 400 to 192.0.2.1"
    ]


def test_nothing_of_an_event_is_logged(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async def deliver() -> None:
        running = receiver(tmp_path, Kept(failures=1))
        for _ in range(3):
            await running.event("canary-id", data={"canary": "canary-value"})
        await ask(running.application, b'{"verification_token": "canary-token"}')
        await ask(running.application, b'{"canary": ')
        await running.store.close()

    with caplog.at_level(logging.DEBUG):
        run(deliver())
    assert caplog.records
    assert "canary" not in caplog.text
    assert json.dumps(str(caplog.records)).count("canary") == 0
