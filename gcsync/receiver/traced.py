"""The receiver with spans around its parts, and what they tell: never an event's content, nor its id.

    POST /genesys-events ─┬─ claim
                          ├─ sink      goes on in whoever gets the event: the trace is passed on
                          └─ done      or `release`; with the sink `sqlite:` there is `record` alone

Names of attributes are those of OpenTelemetry's semantic conventions (https://opentelemetry.io/docs/specs/semconv/),
and `gcsync.` for what these have no name for.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.metrics import Meter
from opentelemetry.trace import Span, SpanKind, StatusCode, Tracer
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from gcsync.receiver.application import PATH
from gcsync.receiver.handling import Outcome, Takes
from gcsync.receiver.interface import (
    Claim,
    Claimed,
    Event,
    RecordingStore,
    Sink,
    SinkFailure,
    Store,
    StoreSize,
    StoreUnavailable,
    is_recording,
)
from gcsync.receiver.propagation import carrying
from gcsync.receiver.sinks.recording import RecordingSink
from gcsync.receiver.watching import Unwatched

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from gcsync.receiver.authentication import Authentication

OUTCOMES: Final = {
    Outcome.SUCCESS: "new",
    Outcome.DUPLICATE: "duplicate",
    Outcome.SET_ASIDE: "dead-letter",
    Outcome.FAILED: "failed",
    Outcome.BUSY: "busy",
}
_LONGEST_TYPE = 200
_METHODS = frozenset(("GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH", "QUERY"))
_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0)
_W3C = TraceContextTextMapPropagator()


class Instruments:
    """The tracer, and the two numbers that go to the collector beside those of /metrics."""

    def __init__(self, tracer: Tracer, meter: Meter) -> None:
        self.tracer = tracer
        self.events = meter.create_counter("gcsync.receiver.events", "{event}", "Events that were read from a request.")
        self.seconds = meter.create_histogram(
            "http.server.request.duration",
            "s",
            "Duration of HTTP server requests.",
            explicit_bucket_boundaries_advisory=_BUCKETS,
        )

    @contextmanager
    def span(self, name: str, attributes: dict[str, str], kind: SpanKind = SpanKind.INTERNAL) -> Iterator[Span]:
        """A span inside the current one. Of an exception its type is told, and its words where they are ours."""
        with self.tracer.start_as_current_span(
            name, kind=kind, attributes=attributes, record_exception=False, set_status_on_exception=False
        ) as span:
            try:
                yield span
            except BaseException as error:
                ours = isinstance(error, SinkFailure | StoreUnavailable)
                span.set_status(StatusCode.ERROR, str(error) if ours else None)
                span.set_attribute("error.type", type(error).__name__)
                raise


class Watched(Unwatched):
    """Puts spans around everything. `end` sends what is left."""

    def __init__(self, instruments: Instruments, end: Callable[[], None]) -> None:
        self._instruments = instruments
        self._end = end

    def store(self, store: Store, kind: str) -> Store:
        """As Unwatched says."""
        if is_recording(store):
            return TracedRecordingStore(store, self._instruments, kind)
        return TracedStore(store, self._instruments, kind)

    def sink(self, sink: Sink, kind: str) -> Sink:
        """As Unwatched says. A sink in the store is watched there."""
        return sink if isinstance(sink, RecordingSink) else TracedSink(sink, self._instruments, kind)

    def handling(self, handling: Takes) -> Takes:
        """As Unwatched says."""
        return TracedHandling(handling, self._instruments)

    def application(self, application: ASGIApp, authentication: Authentication) -> ASGIApp:
        """As Unwatched says."""
        return TracedApplication(application, self._instruments, authentication)

    def end(self) -> None:
        """As Unwatched says."""
        self._end()


class TracedStore:
    """A Store."""

    def __init__(self, store: Store, instruments: Instruments, kind: str) -> None:
        self._store = store
        self._span = instruments.span
        self._kind = {"gcsync.store": kind}

    async def claim(self, event_id: str, holder: str) -> Claimed:
        """As the interface says."""
        request = trace.get_current_span()
        with self._span("claim", self._kind) as span:
            claimed = await self._store.claim(event_id, holder)
            span.set_attribute("gcsync.claim", claimed.claim)
            if claimed.claim is Claim.MINE:
                request.set_attribute("gcsync.event.attempts", claimed.attempts)
            return claimed

    async def done(self, event_id: str, holder: str) -> bool:
        """As the interface says."""
        with self._span("done", self._kind):
            return await self._store.done(event_id, holder)

    async def release(self, event_id: str, holder: str) -> None:
        """As the interface says."""
        with self._span("release", self._kind):
            await self._store.release(event_id, holder)

    async def state(self, event_id: str) -> Claim | None:
        """As the interface says; asked ten times a second by who waits, so that it has no span."""
        return await self._store.state(event_id)

    async def size(self) -> StoreSize:
        """As the interface says."""
        return await self._store.size()

    async def sweep(self) -> int:
        """As the interface says."""
        return await self._store.sweep()

    async def close(self) -> None:
        """As the interface says."""
        await self._store.close()


class TracedRecordingStore(TracedStore):
    """A RecordingStore."""

    def __init__(self, store: RecordingStore, instruments: Instruments, kind: str) -> None:
        super().__init__(store, instruments, kind)
        self._recording = store

    async def record(self, event: Event) -> Claim:
        """As the interface says."""
        with self._span("record", self._kind) as span:
            claim = await self._recording.record(event)
            span.set_attribute("gcsync.claim", claim)
            return claim

    async def record_again(self, event: Event) -> None:
        """As the interface says."""
        await self._recording.record_again(event)


class TracedSink:
    """A Sink."""

    def __init__(self, sink: Sink, instruments: Instruments, kind: str) -> None:
        self._sink = sink
        self._span = instruments.span
        self._kind = {"gcsync.sink": kind}

    async def handle(self, event: Event) -> None:
        """As the interface says."""
        with self._span("sink", self._kind, SpanKind.CLIENT):
            fields: dict[str, str] = {}
            _W3C.inject(fields)
            with carrying(fields):
                await self._sink.handle(event)

    async def close(self) -> None:
        """As the interface says."""
        await self._sink.close()


class TracedHandling:
    """Tells the request's span what became of the event."""

    def __init__(self, handling: Takes, instruments: Instruments) -> None:
        self._handling = handling
        self._events = instruments.events

    async def take(self, event: Event) -> Outcome:
        """As Takes says."""
        request = trace.get_current_span()
        outcome = await self._handling.take(event)
        self._events.add(1, {"gcsync.outcome": OUTCOMES[outcome]})
        request.set_attributes(
            {
                "messaging.system": "genesys_cloud",
                "messaging.operation.type": "process",
                "gcsync.event.type": event.type[:_LONGEST_TYPE],
                "gcsync.event.id_digest": id_digest(event.id),
                "gcsync.outcome": OUTCOMES[outcome],
            }
        )
        return outcome


class TracedApplication:
    """A span for each request of the endpoint; health and metrics have none."""

    def __init__(self, application: ASGIApp, instruments: Instruments, authentication: Authentication) -> None:
        self._application = application
        self._instruments = instruments
        self._authentication = authentication

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """As ASGI says."""
        if scope["type"] != "http" or scope["path"] != PATH:
            await self._application(scope, receive, send)
            return
        begun = time.perf_counter()
        told = _request(scope)
        status = 0

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        name = f"{told['http.request.method'].replace('_OTHER', 'HTTP')} {PATH}"
        with self._instruments.tracer.start_as_current_span(
            name, self._parent(scope), SpanKind.SERVER, told, record_exception=False, set_status_on_exception=False
        ) as span:
            try:
                await self._application(scope, receive, noting)
            finally:
                self._tell(span, told, status, time.perf_counter() - begun)

    def _parent(self, scope: Scope) -> Context:
        """The sender's trace, unless a stranger would have us go on with his."""
        headers: list[tuple[bytes, bytes]] = scope["headers"]
        parents = [value for name, value in headers if name == b"traceparent"]
        if len(parents) != 1 or not self._authentication.admits(headers):
            return Context()
        states = [value.decode("latin-1") for name, value in headers if name == b"tracestate"]
        return _W3C.extract(
            {"traceparent": parents[0].decode("latin-1"), "tracestate": ",".join(states)}, context=Context()
        )

    def _tell(self, span: Span, told: dict[str, str], status: int, seconds: float) -> None:
        numbers: dict[str, Any] = {
            name: told[name] for name in ("http.request.method", "http.route", "url.scheme", "network.protocol.version")
        }
        if status:
            numbers["http.response.status_code"] = status
            span.set_attribute("http.response.status_code", status)
        if status >= 500 or not status:
            # Without one, the sender went away before there was an answer.
            numbers["error.type"] = str(status) if status else "disconnected"
            span.set_attribute("error.type", numbers["error.type"])
            span.set_status(StatusCode.ERROR)
        self._instruments.seconds.record(seconds, numbers)


def id_digest(event_id: str) -> str:
    """Whoever has an id finds its spans by it, and the spans tell no id: `printf %s ID | sha256sum | cut -c1-16`."""
    return hashlib.sha256(event_id.encode()).hexdigest()[:16]


def _request(scope: Scope) -> dict[str, str]:
    return {
        "http.request.method": scope["method"] if scope["method"] in _METHODS else "_OTHER",
        "http.route": PATH,
        "url.path": PATH,
        "url.scheme": scope["scheme"],
        "network.protocol.version": scope["http_version"],
    }
