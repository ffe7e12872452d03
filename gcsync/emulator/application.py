"""The emulator as an ASGI application: routes, and what every request passes on its way to a handler.

    request ─▶ latency ─▶ fault? ─▶ route (404, 405) ─▶ token (401) ─▶ rate limit (429) ─▶ handler ─▶ headers ─▶ answer

Requests under `/emulator` go straight to their handler.
"""

from __future__ import annotations

import logging
import sqlite3
from asyncio import sleep
from collections.abc import Awaitable, Callable, Mapping
from time import monotonic
from typing import TYPE_CHECKING, TypeAlias

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from gcsync.emulator import operations, streams
from gcsync.emulator.access import Access
from gcsync.emulator.audits import Audits
from gcsync.emulator.behaviour import LiveBehaviour
from gcsync.emulator.control import PREFIX, Control, Objects
from gcsync.emulator.courier import Courier
from gcsync.emulator.emission import Emission
from gcsync.emulator.exchange import Answer, Call, Handler, Refusal
from gcsync.emulator.faults import Fault, Faults
from gcsync.emulator.integrations import Integrations
from gcsync.emulator.limits import rate_limiter
from gcsync.emulator.operations import ApiHandler
from gcsync.emulator.organization import Organization
from gcsync.emulator.sending import Sender
from gcsync.emulator.settings import EmulatorSettings
from gcsync.emulator.store import Store
from gcsync.emulator.topics import AvailableTopics
from gcsync.emulator.triggers import Triggers

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

_log = logging.getLogger("gcsync.emulator")

_Endpoint: TypeAlias = Callable[[Request], Awaitable[Response]]

_FAULT_RETRY_AFTER = {429: "1", 503: "1"}
_HTML = "<!DOCTYPE html><html><head><title>Sign in</title></head><body>Sign in to the network.</body></html>"
_CODES = {404: "not.found", 405: "method.not.allowed"}


class Emulator:
    """Everything behind the port, put together; `application` is what a server runs.

    `steady` gives seconds that only grow, by which deliveries wait. The server must put the connection's transport into
    the ASGI state, for the faults that drop it.
    """

    def __init__(
        self,
        settings: EmulatorSettings,
        store: Store,
        clock: Callable[[], float],
        new_id: Callable[[], str],
        steady: Callable[[], float] = monotonic,
    ) -> None:
        self._latency = settings.latency
        self._new_id = new_id
        self._faults = Faults(settings.faults)
        self._limit = rate_limiter(settings.rate_limiter, settings.rate_limit, settings.rate_window, clock)
        self._rate_headers = settings.rate_headers
        self._access = Access(settings, store, clock)
        self._organization = Organization(store.organization_id, settings.organization)
        self._behaviour = LiveBehaviour(settings.behaviour)
        self._audits = audits = Audits(store, clock, new_id)
        self._streams = streams.Streams(store, audits, versions=settings.versions, clock=clock, new_id=new_id)
        self._integrations = Integrations(store, audits, self._behaviour, clock, new_id)
        self._integrations.seed(settings.integrations)
        self._triggers = Triggers(store, audits, self._behaviour, new_id)
        objects: dict[str, Objects] = {
            "streams": self._streams,
            "integrations": self._integrations,
            "triggers": self._triggers,
        }
        sender = Sender(dict(settings.deliver_map), anywhere=settings.deliver_https, bundle=settings.deliver_bundle)
        self._courier = Courier(sender, steady, new_id, scale=settings.time_scale)
        self._emission = Emission(store, self._courier)
        self._control = Control(store, self._faults, self._access, settings.organization, self._behaviour, objects)
        self._router = self._build()

    def close(self) -> None:
        """End what runs beside the requests: deliveries."""
        self._courier.close()

    async def application(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        try:
            request.state.body = await request.body()
        except ClientDisconnect:
            return
        request.state.context_id = self._new_id()
        fault = None
        if not _is_control(request):
            await sleep(self._latency)
            fault = self._faults.take(request.method, scope["path"])
        request.state.fault = fault
        if fault is None:
            await self._router(scope, receive, send)
            return
        if fault.after:
            await self._router(scope, receive, _nowhere)
        await self._go_wrong(fault, request, send)

    async def _go_wrong(self, fault: Fault, request: Request, send: Send) -> None:
        _log.info("%s %s: fault %s", request.method, request.url.path, fault.text)
        self._control.record(request.method, request.url.path, fault.status)
        if fault.status is None:
            await _drop(request)
        else:
            await self._faulty(fault, fault.status, request)(request.scope, request.receive, send)

    def _faulty(self, fault: Fault, status: int, request: Request) -> Response:
        headers = self._headers(request)
        if fault.html:
            return Response(_HTML, status, headers, "text/html; charset=utf-8")
        if status == 200:
            return Response(b"", status, headers)
        message = f"The emulator answers {status} because it was asked to ({fault.text})."
        retry = {"retry-after": _FAULT_RETRY_AFTER[status]} if status in _FAULT_RETRY_AFTER else {}
        refusal = Refusal(status, "emulator.fault", message, headers=retry)
        return self._response(request, refusal.answer(request.state.context_id))

    def _build(self) -> ASGIApp:
        async def refuse(request: Request, error: Exception) -> Response:
            status, headers = (error.status_code, error.headers) if isinstance(error, HTTPException) else (500, None)
            message = f"HTTP {status}: {request.method} {request.url.path} is not part of this API."
            return self._finish(request, Refusal(status, _CODES.get(status, "bad.request"), message, headers=headers))

        routes = [_route(path, handlers) for path, handlers in self._handlers().items()]
        application = Starlette(routes=routes, exception_handlers={HTTPException: refuse})
        application.router.redirect_slashes = False
        return application

    def _handlers(self) -> Mapping[str, Mapping[str, _Endpoint]]:
        api, control, open_ = self._api, self._control, self._open
        topics = AvailableTopics(self._behaviour)
        works = {**self._integrations.works(), **self._triggers.works(), **topics.works(), **self._audits.works()}
        platform = operations.routes(works, self._behaviour)
        return {
            "/oauth/token": {"POST": open_(self._access.issue)},
            "/api/v2/organizations/me": {"GET": api(self._organization.read)},
            "/api/v2/tokens/me": {"GET": api(self._organization.token)},
            streams.PATH: {"GET": api(self._streams.list), "POST": api(self._streams.create)},
            f"{streams.PATH}/{{id}}": {
                "GET": api(self._streams.read),
                "PUT": api(self._streams.replace),
                "DELETE": api(self._streams.delete),
            },
            **{path: {method: api(handler) for method, handler in found.items()} for path, found in platform.items()},
            PREFIX: {"GET": open_(control.describe)},
            f"{PREFIX}/faults": {
                "GET": open_(control.faults),
                "PUT": open_(control.replace_faults),
                "DELETE": open_(control.clear_faults),
            },
            f"{PREFIX}/scopes": {"GET": open_(control.scopes), "PUT": open_(control.replace_scopes)},
            f"{PREFIX}/requests": {"GET": open_(control.requests), "DELETE": open_(control.clear_requests)},
            f"{PREFIX}/tokens": {"POST": open_(control.sign_in), "DELETE": open_(control.clear_tokens)},
            f"{PREFIX}/audits": {"DELETE": open_(control.clear_audits)},
            **{
                f"{PREFIX}/{kind}": {"DELETE": open_(control.clear_objects)}
                for kind in ("streams", "integrations", "triggers")
            },
            f"{PREFIX}/events": {"POST": open_(self._emission.emit)},
            f"{PREFIX}/deliveries": {
                "GET": open_(self._emission.deliveries),
                "DELETE": open_(self._emission.forget),
            },
            f"{PREFIX}/behaviour": {"GET": open_(control.behaviour), "PATCH": open_(control.change_behaviour)},
        }

    def _open(self, handler: Handler) -> _Endpoint:
        async def endpoint(request: Request) -> Answer:
            return await run_in_threadpool(handler, _call(request))

        return self._guarded(endpoint)

    def _api(self, handler: ApiHandler) -> _Endpoint:
        async def endpoint(request: Request) -> Answer:
            call = _call(request)
            token = await run_in_threadpool(self._access.token, call)
            if not self._limit.admit(_limit_key(request)):
                raise self._too_many(_limit_key(request))
            return await run_in_threadpool(handler, call, token)

        return self._guarded(endpoint)

    def _guarded(self, endpoint: Callable[[Request], Awaitable[Answer]]) -> _Endpoint:
        async def guarded(request: Request) -> Response:
            try:
                return self._finish(request, await endpoint(request))
            except Refusal as refusal:
                return self._finish(request, refusal)
            except sqlite3.Error as error:
                return self._finish(request, _database_failed(error))
            except Exception as error:
                _log.error("%s %s: %r", request.method, request.url.path, error)
                _log.debug("where it happened", exc_info=True)
                return self._finish(
                    request, Refusal(500, "internal.server.error", "The emulator has a fault of its own.")
                )

        return guarded

    def _finish(self, request: Request, outcome: Answer | Refusal) -> Response:
        answer = outcome if isinstance(outcome, Answer) else outcome.answer(request.state.context_id)
        _log.debug("%s %s: %s", request.method, request.url.path, answer.status)
        # Where a fault follows, what the client sees is recorded then.
        if not _is_control(request) and request.state.fault is None:
            self._control.record(request.method, request.url.path, answer.status)
        return self._response(request, answer)

    def _response(self, request: Request, answer: Answer) -> Response:
        media_type = None if answer.body is None else "application/json"
        return Response(answer.encoded(), answer.status, {**self._headers(request), **answer.headers}, media_type)

    def _headers(self, request: Request) -> dict[str, str]:
        numbers = self._limit.headers(_limit_key(request)) if self._rate_headers else {}
        return {"inin-correlation-id": request.state.context_id, **numbers}

    def _too_many(self, key: str) -> Refusal:
        seconds = self._limit.seconds_left(key)
        message = f"Rate limit exceeded the maximum. Retry the request in [{seconds}] seconds"
        return Refusal(429, "too.many.requests", message, headers={"retry-after": str(seconds)})


def _route(path: str, handlers: Mapping[str, _Endpoint]) -> Route:
    async def dispatch(request: Request) -> Response:
        return await handlers[request.method](request)

    route = Route(path, dispatch, methods=list(handlers))
    # Starlette adds HEAD to GET; the API has none.
    route.methods = set(handlers)
    return route


def _call(request: Request) -> Call:
    return Call(
        method=request.method,
        path=request.url.path,
        parameters=request.path_params,
        query=tuple(request.query_params.multi_items()),
        headers=dict(request.headers),
        body=request.state.body,
    )


def _is_control(request: Request) -> bool:
    path: str = request.scope["path"]
    return path == PREFIX or path.startswith(f"{PREFIX}/")


def _limit_key(request: Request) -> str:
    return request.headers.get("authorization", "")


def _database_failed(error: sqlite3.Error) -> Refusal:
    _log.error("the database failed: %s", error)
    # Errors of the Python module itself (the store was closed) have no code of SQLite.
    if getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_BUSY:
        return Refusal(503, "service.unavailable", "The emulator's database is locked by another program.")
    return Refusal(500, "internal.server.error", f"The emulator's database failed: {error}.")


async def _nowhere(message: Message) -> None:
    """Where the answer of a request goes that is carried out and then goes wrong."""


async def _drop(request: Request) -> None:
    request.state.transport.abort()
    # An application that ends without an answer is a fault to the server; one whose client is gone is not.
    while (await request.receive())["type"] != "http.disconnect":
        pass
