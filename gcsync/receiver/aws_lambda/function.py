"""What stays between the invocations of one Lambda process: store, sink, event loop, application.

Between two invocations the process stands still. So nothing is left to be done after an answer: an event is durable
before it, the store forgets by its own expiry rather than by sweeps, and no timer runs. What was claimed when a process
ended is free again within a minute, by the store's clock.
"""

from __future__ import annotations

import asyncio
import logging
import time
import uuid
from collections.abc import Callable, Coroutine, Mapping
from typing import Any, Final, TypeVar

from gcsync.receiver.application import Answer, Application
from gcsync.receiver.authentication import Authentication, authentication
from gcsync.receiver.aws_lambda.gateway import Event, Response, ask, read_request
from gcsync.receiver.aws_lambda.secret import Fetch, Renewed, fetcher
from gcsync.receiver.aws_lambda.settings import LambdaSettings, read_settings
from gcsync.receiver.handling import SINK_SECONDS, WAIT_SECONDS, Handling
from gcsync.receiver.interface import Sink, Store
from gcsync.receiver.limits import RETRY_SECONDS
from gcsync.receiver.sinks import open_sink
from gcsync.receiver.stores import open_store

MARGIN_SECONDS: Final = 3.0
"""What is kept of an invocation's time, for freeing an id whose handling took too long."""
_LAST_MARGIN = 1.0

_log = logging.getLogger(__name__)

Result = TypeVar("Result")


class Function:
    """Raises DiagnosticError where the store, the sink or the credential cannot be had (GC800 to GC809, GC862)."""

    def __init__(
        self,
        settings: LambdaSettings,
        environ: Mapping[str, str],
        *,
        fetch: Fetch | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._settings = settings
        self._loop = asyncio.new_event_loop()
        try:
            self._authentication = _authentication(settings, environ, fetch, clock)
            self.store, self.sink = self._run(_opened(settings, environ))
        except BaseException:
            self._loop.close()
            raise
        self._application: Application | None = None

    def invoke(self, event: Event, seconds: float) -> dict[str, Any]:
        """The answer to one request, within so many seconds. Raises NoRequest for an event of no gateway."""
        request = read_request(event, self._settings.base_path)
        begun = time.monotonic()
        if isinstance(self._authentication, Renewed):
            self._authentication.renew()
        if self._application is None:
            self._application = self._made(seconds)
        left = seconds - (time.monotonic() - begun) - _LAST_MARGIN
        try:
            response = self._run(_within(left, ask(self._application.asgi, request)))
        except TimeoutError:
            _log.error("the invocation's time is nearly over: answered as busy")
            response = _answer(503, "Busy", {"retry-after": str(RETRY_SECONDS)})
        except Exception as error:
            _log.error("the application failed: %s", place_of(error))
            response = FAILED
        return response.result(legacy=request.legacy)

    def close(self) -> None:
        """For tests: Lambda ends a process without asking it."""
        self._run(self.sink.close())
        self._run(self.store.close())
        self._loop.close()

    def _made(self, seconds: float) -> Application:
        """At the first invocation: only then it is known how long one may take, and a snapshot of this process that was
        taken before (SnapStart) shares no holder with another.
        """
        most = max(1.0, seconds - MARGIN_SECONDS)
        handling = Handling(
            self.store,
            self.sink,
            uuid.uuid4().hex,
            wait_seconds=min(WAIT_SECONDS, most),
            sink_seconds=min(SINK_SECONDS, most),
        )
        settings = self._settings
        return Application(
            self.store, handling, self._authentication, limits=settings.limits, open_metrics=settings.open_metrics
        )

    def _run(self, coroutine: Coroutine[Any, Any, Result]) -> Result:
        return self._loop.run_until_complete(coroutine)


def start(environ: Mapping[str, str]) -> Function:
    """What the environment asks for. Raises DiagnosticError."""
    return Function(read_settings(environ), environ)


def place_of(error: BaseException) -> str:
    """The type of an error and where it was raised; its message may quote an event or a secret."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    where = f" at {trace.tb_frame.f_globals.get('__name__')}, line {trace.tb_lineno}" if trace is not None else ""
    return f"{type(error).__name__}{where}"


def _authentication(
    settings: LambdaSettings, environ: Mapping[str, str], fetch: Fetch | None, clock: Callable[[], float]
) -> Authentication:
    if settings.insecure or not (settings.secret_arn or fetch):
        return authentication(settings.auth, environ, insecure=settings.insecure)
    return Renewed(settings.auth, fetch or fetcher(settings.secret_arn), settings.secret_age, clock)


async def _opened(settings: LambdaSettings, environ: Mapping[str, str]) -> tuple[Store, Sink]:
    store: Store = open_store(settings.store, retention=settings.retention, environ=environ, clock=time.time)
    try:
        return store, open_sink(settings.sink, store, environ)
    except BaseException:
        await store.close()
        raise


async def _within(seconds: float, coroutine: Coroutine[Any, Any, Result]) -> Result:
    async with asyncio.timeout(max(0.1, seconds)):
        return await coroutine


def _answer(status: int, text: str, headers: Mapping[str, str]) -> Response:
    """What the application would say, where it could not be asked."""
    answer = Answer({"error": text}, status, headers)
    return Response(status, list(answer.raw_headers), bytes(answer.body))


FAILED: Final = _answer(500, "Internal processing error", {})
