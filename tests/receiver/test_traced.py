"""The spans of a request: what they tell, whose trace they belong to, and what they never hold."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from opentelemetry import trace
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, format_span_id, format_trace_id

from gcsync.receiver.application import PATH, Application
from gcsync.receiver.authentication import Authentication, authentication
from gcsync.receiver.dead_letter import DeadLetters
from gcsync.receiver.handling import Handling
from gcsync.receiver.interface import Event
from gcsync.receiver.propagation import trace_fields
from gcsync.receiver.sinks import open_sink
from gcsync.receiver.sinks.function import FunctionSink
from gcsync.receiver.stores import open_store
from gcsync.receiver.traced import Instruments, Watched, id_digest
from tests.receiver.asgi import JSON, Answered, Kept, ask, run

SECRET = "watched-secret"
KEY = ((b"x-api-key", SECRET.encode()), *JSON)
TRACE = "0af7651916cd43dd8448eb211c80319c"
PARENT = f"00-{TRACE}-b7ad6b7169203331-01"


class Traced:
    """A receiver in this process, whose spans are kept."""

    def __init__(self, folder: Path, sink: Any = None, admission: Authentication | None = None, **how: Any) -> None:
        self.exporter = InMemorySpanExporter()
        self.reader = InMemoryMetricReader()
        traces = TracerProvider(shutdown_on_exit=False)
        traces.add_span_processor(SimpleSpanProcessor(self.exporter))
        meters = MeterProvider([self.reader], shutdown_on_exit=False)
        watch = Watched(Instruments(traces.get_tracer("test"), meters.get_meter("test")), lambda: None)
        self.store = watch.store(open_store(f"sqlite:///{folder}/events.db"), "sqlite")
        own = open_sink("sqlite:", self.store, {}) if sink == "sqlite:" else sink or Kept()
        chosen = watch.sink(own, "kept")
        handling = watch.handling(Handling(self.store, chosen, "test", **how))
        admission = admission or authentication("header:x-api-key", {"GCSYNC_RECEIVER_SECRET": SECRET}, insecure=False)
        self.application = Application(self.store, handling, admission)
        self.application.asgi = watch.application(self.application.asgi, admission)

    async def event(self, event_id: str, headers: Iterable[tuple[bytes, bytes]] = KEY, **more: Any) -> Answered:
        body = {"id": event_id, "eventType": "conversation:start", "data": {"customer": "watched-content"}} | more
        return await ask(self.application, json.dumps(body).encode(), headers=headers)

    def spans(self) -> dict[str, ReadableSpan]:
        return {span.name: span for span in self.exporter.get_finished_spans()}

    def outcome(self) -> tuple[Any, Any]:
        """That of the last request, and its attempts."""
        attributes = self.exporter.get_finished_spans()[-1].attributes or {}
        return attributes.get("gcsync.outcome"), attributes.get("gcsync.event.attempts")


def test_a_request_has_a_span_with_one_for_each_step(tmp_path: Path) -> None:
    async def act() -> None:
        traced = Traced(tmp_path)
        assert (await traced.event("e-1")).status == 200
        await traced.store.close()
        spans = traced.spans()
        assert list(spans) == ["claim", "sink", "done", "POST /genesys-events"]
        request = spans["POST /genesys-events"]
        assert (request.kind, request.parent, request.status.is_ok) == (SpanKind.SERVER, None, True)
        assert dict(request.attributes or {}) == {
            "http.request.method": "POST",
            "http.route": PATH,
            "url.path": PATH,
            "url.scheme": "http",
            "network.protocol.version": "1.1",
            "http.response.status_code": 200,
            "messaging.system": "genesys_cloud",
            "messaging.operation.type": "process",
            "gcsync.event.type": "conversation:start",
            "gcsync.event.id_digest": id_digest("e-1"),
            "gcsync.event.attempts": 1,
            "gcsync.outcome": "new",
        }
        steps = {name: dict(spans[name].attributes or {}) for name in ("claim", "sink", "done")}
        assert steps == {
            "claim": {"gcsync.store": "sqlite", "gcsync.claim": "mine"},
            "sink": {"gcsync.sink": "kept"},
            "done": {"gcsync.store": "sqlite"},
        }
        assert all((spans[name].parent or request.context) == request.context for name in steps)
        assert spans["sink"].kind is SpanKind.CLIENT

    run(act())


def test_the_table_in_the_store_has_one_step(tmp_path: Path) -> None:
    async def act() -> None:
        traced = Traced(tmp_path, "sqlite:")
        await traced.event("e-1")
        assert list(traced.spans()) == ["record", "POST /genesys-events"]
        await traced.event("e-1")
        assert traced.outcome() == ("duplicate", None)
        await traced.store.close()

    run(act())


def test_the_span_tells_what_became_of_the_event(tmp_path: Path) -> None:
    async def act() -> None:
        sink = Kept(failures=2)
        letters = DeadLetters(tmp_path / "dead.jsonl")
        traced = Traced(tmp_path, sink, dead_letters=letters, max_attempts=2)
        found = []
        for event_id in ("a", "a", "a", "b", "b"):
            await traced.event(event_id)
            found.append(traced.outcome())
        assert found == [("failed", 1), ("dead-letter", 2), ("duplicate", None), ("new", 1), ("duplicate", None)]
        await traced.store.close()
        await traced.event("c")
        assert traced.outcome() == ("busy", None)

    run(act())


def test_a_failure_is_told_without_words_that_are_not_ours(tmp_path: Path) -> None:
    class Broken(Kept):
        async def handle(self, event: Event) -> None:
            raise RuntimeError(event.text)

    async def act() -> None:
        for name, sink, told in (("ours", Kept(failures=1), "told to fail"), ("theirs", Broken(), None)):
            (tmp_path / name).mkdir()
            traced = Traced(tmp_path / name, sink)
            assert (await traced.event("e-1")).status == 500
            spans = traced.spans()
            assert list(spans) == ["claim", "sink", "release", "POST /genesys-events"]
            assert (spans["sink"].status.is_ok, spans["sink"].status.description) == (False, told)
            request = spans["POST /genesys-events"]
            assert (request.status.is_ok, (request.attributes or {})["error.type"]) == (False, "500")
            await traced.store.close()

    run(act())


def test_nothing_of_an_event_or_a_sender_is_in_a_span(tmp_path: Path) -> None:
    async def act() -> None:
        traced = Traced(tmp_path, Kept(failures=1))
        more = ((b"user-agent", b"watched-agent"), (b"traceparent", PARENT.encode()))
        await traced.event("watched-id", (*KEY, *more))
        await traced.event("watched-id", (*KEY, *more), eventType="x" * 5000)
        await ask(traced.application, b'{"verification_token": "watched-token"}', headers=KEY)
        await ask(traced.application, b"watched, but no JSON", headers=KEY, peer="192.0.2.77")
        text = "".join(span.to_json() for span in traced.exporter.get_finished_spans())
        assert [word for word in ("watched", "192.0.2", "x" * 201) if word in text] == []
        assert "x" * 200 in text
        await traced.store.close()

    run(act())


def test_what_is_no_event_has_a_span_of_its_request_alone(tmp_path: Path) -> None:
    async def act() -> None:
        traced = Traced(tmp_path)
        await ask(traced.application, b'{"verification_token": "t"}', headers=KEY)
        await traced.event("e-1", headers=JSON)
        await ask(traced.application, method="BREW", headers=KEY)
        for path in ("/healthz", "/readyz", "/metrics", "/other"):
            await ask(traced.application, method="GET", path=path, headers=KEY)
        found = [
            (span.name, (span.attributes or {})["http.response.status_code"])
            for span in traced.exporter.get_finished_spans()
        ]
        assert found == [("POST /genesys-events", 200), ("POST /genesys-events", 401), ("HTTP /genesys-events", 405)]
        assert traced.outcome() == (None, None)
        await traced.store.close()

    run(act())


@pytest.mark.parametrize(
    ("headers", "goes_on"),
    [
        ((*KEY, (b"traceparent", PARENT.encode())), True),
        ((*JSON, (b"traceparent", PARENT.encode())), False),
        ((*KEY, (b"traceparent", PARENT.encode()), (b"traceparent", PARENT.encode())), False),
        ((*KEY, (b"traceparent", b"00-\xff-1-01")), False),
        (KEY, False),
    ],
    ids=["a sender's", "a stranger's", "two", "none that is one", "none"],
)
def test_a_senders_trace_is_gone_on_with(tmp_path: Path, headers: Any, goes_on: bool) -> None:
    async def act() -> None:
        traced = Traced(tmp_path)
        await traced.event("e-1", headers)
        await traced.store.close()
        request = traced.spans()["POST /genesys-events"]
        assert (format_trace_id(request.context.trace_id) == TRACE) is goes_on
        assert (request.parent is not None) is goes_on

    run(act())


def test_the_trace_goes_on_in_the_sink(tmp_path: Path) -> None:
    seen = []

    class Looking(Kept):
        async def handle(self, event: Event) -> None:
            seen.append(trace_fields())

    async def act() -> None:
        traced = Traced(tmp_path, Looking())
        await traced.event(
            "e-1", (*KEY, (b"traceparent", PARENT.encode()), (b"tracestate", b"a=1"), (b"tracestate", b"b=2"))
        )
        sink = traced.spans()["sink"]
        assert seen == [
            {"traceparent": f"00-{TRACE}-{format_span_id(sink.context.span_id)}-01", "tracestate": "a=1,b=2"}
        ]
        await traced.store.close()

    run(act())
    assert trace_fields() == {}


def test_a_function_runs_inside_of_the_span_in_its_thread_too(tmp_path: Path) -> None:
    seen = []

    def look(event: dict[str, Any]) -> None:
        seen.append((trace_fields()["traceparent"][:-3], trace.get_current_span().get_span_context().span_id))

    async def act() -> None:
        traced = Traced(tmp_path, FunctionSink(look))
        await traced.event("e-1")
        context = traced.spans()["sink"].context
        trace_id, span_id = format_trace_id(context.trace_id), format_span_id(context.span_id)
        assert seen == [(f"00-{trace_id}-{span_id}", context.span_id)]
        await traced.store.close()

    run(act())


def test_requests_at_once_keep_their_spans_apart(tmp_path: Path) -> None:
    async def act() -> None:
        traced = Traced(tmp_path, Kept(pause=0.01))
        await asyncio.gather(*(traced.event(f"e-{number}") for number in range(20)))
        await traced.store.close()
        spans = traced.exporter.get_finished_spans()
        by_trace: dict[int, list[str]] = {}
        for span in spans:
            by_trace.setdefault(span.context.trace_id, []).append(span.name)
        assert [sorted(names) for names in by_trace.values()] == [
            ["POST /genesys-events", "claim", "done", "sink"]
        ] * 20

    run(act())


def test_events_and_durations_are_counted(tmp_path: Path) -> None:
    async def act() -> None:
        traced = Traced(tmp_path)
        for event_id in ("a", "a", "b"):
            await traced.event(event_id)
        await traced.event("c", headers=JSON)
        await traced.store.close()
        data = json.loads(traced.reader.get_metrics_data().to_json())  # type: ignore[union-attr]
        metrics = {
            one["name"]: one["data"]["data_points"]
            for one in data["resource_metrics"][0]["scope_metrics"][0]["metrics"]
        }
        outcomes = {
            point["attributes"]["gcsync.outcome"]: point["value"] for point in metrics["gcsync.receiver.events"]
        }
        assert outcomes == {"new": 2, "duplicate": 1}
        durations = metrics["http.server.request.duration"]
        assert {point["attributes"]["http.response.status_code"]: point["count"] for point in durations} == {
            200: 3,
            401: 1,
        }
        assert durations[0]["explicit_bounds"][0] == 0.005

    run(act())
