"""The receiver as an ASGI application: the endpoint, and what a request passes on its way to the handling.

    request ─▶ route (404, 405) ─▶ rate (429) ─▶ head (431) ─▶ credential (401) ─▶ type (415) ─▶ room (503)
            ─▶ body (413, 408) ─▶ event or handshake (400) ─▶ handling (500, 503) ─▶ answer

Nothing of an event is logged. A POST to the endpoint goes past starlette's router and middleware, which take longer for
it than all of the way above; they have everything else.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from functools import partial
from json.encoder import encode_basestring_ascii
from typing import TYPE_CHECKING, Final, TypeAlias

from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

from gcsync.receiver.event import Handshake, Problem, read
from gcsync.receiver.handling import Outcome, Takes
from gcsync.receiver.health import StoreHealth
from gcsync.receiver.interface import Event, Store, StoreSize, StoreUnavailable
from gcsync.receiver.limits import RETRY_SECONDS, Bodies, Full, Gone, Limits, Rates, Room, TooLarge, TooSlow
from gcsync.receiver.metrics import CONTENT_TYPE, Metrics
from gcsync.receiver.shortcuts import shortcut

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.types import ASGIApp, Receive, Scope, Send

    from gcsync.receiver.authentication import Authentication

PATH: Final = "/genesys-events"
_NOW: Final = partial(datetime.now, UTC)
_BETWEEN = len(": \r\n")
_REFUSED = 400

_log = logging.getLogger(__name__)

Dated: TypeAlias = Callable[[], datetime]


class Answer(Response):
    """JSON as the contract spells it: a space behind each colon and comma. `content` is that text, or what it says."""

    def __init__(
        self, content: str | Mapping[str, str], status: int = 200, headers: Mapping[str, str] | None = None
    ) -> None:
        # Not starlette's own, which makes a good deal more of it.
        self.status_code = status
        self.background = None
        self.body = (content if isinstance(content, str) else json.dumps(content)).encode()
        self.raw_headers = [(b"content-length", b"%d" % len(self.body)), _JSON]
        for name, value in (headers or {}).items():
            self.raw_headers.append((name.encode("latin-1"), value.encode("latin-1")))


def error(status: int, text: str, headers: Mapping[str, str] | None = None) -> Answer:
    """An answer that says what was wrong."""
    return Answer({"error": text}, status, headers)


class Application:
    """The endpoint and what is beside it. `draining` lets readiness drop; requests are taken as long as they come."""

    def __init__(
        self,
        store: Store,
        handling: Takes,
        authentication: Authentication,
        *,
        limits: Limits | None = None,
        open_metrics: bool = False,
        metrics: Metrics | None = None,
        room: Room | None = None,
        health: StoreHealth | None = None,
        now: Dated = _NOW,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store = store
        self._handling = handling
        self._authentication = authentication
        self._limits = limits or Limits()
        self._open_metrics = open_metrics
        self.metrics = metrics or Metrics()
        self._now = now
        self._clock = clock
        self._room = room or Room(self._limits)
        self._bodies = Bodies(self._limits)
        self._store_health = health or StoreHealth()
        self._rates = Rates(self._limits.rate, clock)
        self.draining = False
        routes = [
            Route(PATH, _Endpoint(self._receive), methods=["POST"]),
            Route("/healthz", self._health, methods=["GET"]),
            Route("/readyz", self._ready, methods=["GET"]),
            Route("/metrics", self._metrics, methods=["GET"]),
        ]
        self._others = Starlette(routes=routes, exception_handlers=_HANDLERS)
        self._others.router.redirect_slashes = False
        self.asgi: ASGIApp = self._route

    async def _route(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] == PATH and scope["method"] == "POST":
            await self._receive(scope, receive, send)
        else:
            await self._others(scope, receive, send)

    async def _receive(self, scope: Scope, receive: Receive, send: Send) -> None:
        begun = self._clock()
        try:
            answer = await self._answer(scope, receive)
        except Exception as bug:
            _log.error("a request failed: %s", type(bug).__name__)
            _log.debug("where it happened", exc_info=True)
            answer = error(500, "Internal processing error")
        if answer is not None:
            self.metrics.answered(answer.status_code, self._clock() - begun)
            if answer.status_code >= _REFUSED:
                _log.info("answered %d to %s", answer.status_code, (scope.get("client") or ("nobody",))[0])
            short = shortcut(send)
            # Two headers are those of every answer; one with more is rare.
            whole = short is not None and isinstance(answer, Answer) and len(answer.raw_headers) == 2
            if not (whole and short is not None and short.answer(answer.status_code, bytes(answer.body))):
                await answer(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive) -> Response | None:
        """None where nobody waits for an answer any more."""
        refusal = self._refusal(scope)
        if refusal is not None:
            return refusal
        try:
            with self._room.enter() as share:
                return await self._settle(await self._bodies.read(receive, share))
        except Full:
            return error(503, "Busy", _AGAIN)
        except TooLarge:
            return error(413, "Payload too large")
        except TooSlow:
            return error(408, "Request timeout", _CLOSE)
        except Gone:
            return None

    def _refusal(self, scope: Scope) -> Response | None:
        """The answer that needs no look at the body."""
        peer = (scope.get("client") or ("",))[0]
        if not self._rates.admit(peer):
            return error(429, "Too many requests", _AGAIN)
        headers: list[tuple[bytes, bytes]] = scope["headers"]
        size = len(headers) * _BETWEEN
        for name, value in headers:
            size += len(name) + len(value)
        if size > self._limits.head:
            return error(431, "Request header fields too large", _CLOSE)
        if not self._authentication.admits(headers):
            challenge = self._authentication.challenge
            return error(401, "Unauthorized", {"www-authenticate": challenge} if challenge else None)
        for name, value in headers:
            if (name == b"content-type" and value != b"application/json" and not _is_json(value)) or (
                name == b"content-encoding" and value.strip().lower() != b"identity"
            ):
                return error(415, "Unsupported media type")
            if name == b"content-length" and value.isdigit() and int(value[:20]) > self._limits.body:
                return error(413, "Payload too large")
        return None

    async def _settle(self, body: bytes) -> Response:
        found = read(body, self._moment)
        if isinstance(found, Handshake):
            self.metrics.handshakes.inc()
            _log.info("answered a handshake")
            return Answer(f'{{"verification_token": {found.token}}}')
        if isinstance(found, Problem):
            return error(400, found.value)
        return await self._take(found)

    async def _take(self, event: Event) -> Response:
        outcome = await self._handling.take(event)
        self.metrics.outcome(outcome)
        match outcome:
            case Outcome.SUCCESS | Outcome.SET_ASIDE:
                return Answer(f'{{"status": "success", "event_id": {encode_basestring_ascii(event.id)}}}')
            case Outcome.DUPLICATE:
                return Answer('{"status": "duplicate"}')
            case Outcome.FAILED:
                return error(500, "Internal processing error")
            case Outcome.BUSY:
                return error(503, "Busy", _AGAIN)

    def _moment(self) -> str:
        now = self._now()
        if now.tzinfo is not UTC:
            now = now.astimezone(UTC)
        return f"{now.isoformat(timespec='milliseconds')[:-6]}Z"

    async def _health(self, request: Request) -> Response:
        return Answer({"status": "ok"})

    async def _ready(self, request: Request) -> Response:
        if self.draining:
            return Answer({"status": "draining"}, 503)
        if self._room.full:
            return Answer({"status": "busy"}, 503)
        size = await self._size()
        if size is None or self._store_health.failing:
            return Answer({"status": "store unavailable"}, 503)
        return Answer({"status": "ready"})

    async def _metrics(self, request: Request) -> Response:
        if not self._open_metrics and not self._authentication.admits(request.scope["headers"]):
            return error(401, "Unauthorized")
        self.metrics.in_handling.set(self._room.under_way)
        return Response(self.metrics.text(await self._size()), media_type=None, headers={"content-type": CONTENT_TYPE})

    async def _size(self) -> StoreSize | None:
        try:
            return await self._store.size()
        except StoreUnavailable as unavailable:
            _log.error("%s", unavailable)
            return None


class _Endpoint:
    """An ASGI application of its own for the route: it reads bodies itself, so it needs no Request."""

    def __init__(self, run: Callable[[Scope, Receive, Send], Awaitable[None]]) -> None:
        self._run = run

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._run(scope, receive, send)


def _is_json(content_type: bytes) -> bool:
    """JSON in UTF-8, by whatever name."""
    kind, *parameters = content_type.decode("latin-1").lower().split(";")
    kind = kind.strip()
    charsets = [
        value.strip(' "') for name, _, value in (p.partition("=") for p in parameters) if name.strip() == "charset"
    ]
    named = kind == "application/json" or (kind.startswith("application/") and kind.endswith("+json"))
    return named and all(charset in ("utf-8", "utf8") for charset in charsets)


def _method_not_allowed(allowed: str) -> Answer:
    return error(405, "Method not allowed", {"allow": allowed})


async def _not_found(request: Request, problem: Exception) -> Response:
    return error(404, "Not found")


async def _not_allowed(request: Request, problem: Exception) -> Response:
    return _method_not_allowed((getattr(problem, "headers", None) or {}).get("Allow", "GET"))


async def _failed(request: Request, problem: Exception) -> Response:
    return error(500, "Internal processing error")


_JSON = (b"content-type", b"application/json")
_HANDLERS = {404: _not_found, 405: _not_allowed, 500: _failed}
_AGAIN = {"retry-after": str(RETRY_SECONDS)}
_CLOSE = {"connection": "close"}
