"""Running the receiver in the foreground: listening, and ending in order.

SIGTERM ─▶ /readyz answers 503 ─▶ (drain) ─▶ no new connections ─▶ requests under way end (grace) ─▶ sink and store
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import signal
import socket
import sys
import time
import uuid
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from gcsync.model.diagnostic import Diagnostic, DiagnosticError
from gcsync.receiver.alone import Alone
from gcsync.receiver.certificate import Certificate, certificate_of
from gcsync.receiver.handling import WAIT_SECONDS, Handling
from gcsync.receiver.health import StoreHealth
from gcsync.receiver.limits import Limits
from gcsync.receiver.listening import BACKLOG, url_of
from gcsync.receiver.stores import CLAIM_SECONDS, Retention, open_store
from gcsync.receiver.watching import Unwatched, watcher

if TYPE_CHECKING:
    from uvicorn import Config
    from uvicorn import Server as UvicornServer

    from gcsync.receiver.application import Application
    from gcsync.receiver.interface import Sink, Store

_KEEP_ALIVE_SECONDS = 75
_SWEEP_SECONDS = 60.0
_TURN_SECONDS = 0.0005
"""How soon a thread that waits for the interpreter gets it. A batch of the store waits a few times, and all with it."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ReceiverSettings:
    """What `receiver serve` was told. Times are in seconds.

    `drain` is how long requests are still taken after readiness has dropped, `grace` how long those under way may take
    to end. `workers` processes share the port. `trusted_proxies` may tell the peer's address in X-Forwarded-For. The
    last three have no option: the head of a request, the claim of an id and the wait for another's outcome end after
    them.
    """

    store: str
    sink: str
    auth: str
    insecure: bool = False
    host: str = "127.0.0.1"
    port: int = 8080
    limits: Limits = field(default_factory=Limits)
    retention: Retention = field(default_factory=Retention)
    certificate: Path | None = None
    key: Path | None = None
    dead_letters: Path | None = None
    max_attempts: int = 0
    open_metrics: bool = False
    trusted_proxies: tuple[str, ...] = ()
    drain: float = 1.0
    grace: float = 30.0
    head_seconds: float = 10.0
    opentelemetry: bool = False
    workers: int = 1
    claim_seconds: float = CLAIM_SECONDS
    wait_seconds: float = WAIT_SECONDS


def serve(settings: ReceiverSettings, environ: Mapping[str, str], announce: Callable[[str], None]) -> int:
    """Run a receiver until SIGINT or SIGTERM, then 0; `announce` gets the endpoint's URL once it answers.

    To be called from the main thread. Raises DiagnosticError (GC800 to GC819, GC870). 1 when the server ended by
    itself.
    """
    need_libraries()
    if settings.workers > 1:
        from gcsync.receiver.workers import supervise

        return supervise(settings, environ, announce)
    return run(settings, environ, announce, Alone())


def run(settings: ReceiverSettings, environ: Mapping[str, str], announce: Callable[[str], None], place: Alone) -> int:
    """One serving process, and what `place` says it shares with others. As `serve`."""
    import uvloop

    from gcsync.receiver.authentication import authentication

    admission = authentication(settings.auth, environ, insecure=settings.insecure)
    if settings.insecure and place.sweeps:
        _log.warning("whoever can reach it can send events (--insecure-no-auth)")
    certificate = certificate_of(settings.certificate, settings.key)
    watch = watcher(settings.opentelemetry, environ)

    async def act() -> int:
        async with _opened(settings, environ, watch) as (store, sink):
            from gcsync.receiver.application import Application
            from gcsync.receiver.dead_letter import DeadLetters

            letters = DeadLetters(settings.dead_letters) if settings.dead_letters else None
            if letters is not None:
                letters.keep_apart(settings.sink, "--dead-letter")
                letters.check()
            health = StoreHealth()
            handling = Handling(
                store,
                sink,
                uuid.uuid4().hex,
                dead_letters=letters,
                max_attempts=settings.max_attempts,
                wait_seconds=settings.wait_seconds,
                health=health,
            )
            limits = place.limits(settings.limits)
            application = Application(
                store,
                watch.handling(handling),
                admission,
                limits=limits,
                open_metrics=settings.open_metrics,
                metrics=place.metrics(),
                room=place.room(limits),
                health=health,
            )
            application.asgi = watch.application(application.asgi, admission)
            return await _listen_until_told(settings, application, store, certificate, announce, place)

    try:
        with _undisturbed(), asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            return runner.run(act())
    finally:
        watch.end()


def need_libraries() -> None:
    """Raises DiagnosticError (GC812) when the extra `receiver` is not installed."""
    try:
        import httptools  # noqa: F401
        import prometheus_client  # noqa: F401
        import uvloop  # noqa: F401
    except ImportError as error:
        hint = "pip install 'gcsync[receiver]'"
        message = f"the receiver needs {error.name}, which is not installed"
        raise DiagnosticError(Diagnostic("GC812", message, hint=hint)) from None


@contextlib.asynccontextmanager
async def _opened(
    settings: ReceiverSettings, environ: Mapping[str, str], watch: Unwatched
) -> AsyncIterator[tuple[Store, Sink]]:
    from gcsync.receiver.sinks import open_sink

    opened = open_store(
        settings.store,
        retention=settings.retention,
        claim_seconds=settings.claim_seconds,
        environ=environ,
        clock=time.time,
    )
    store = watch.store(opened, settings.store.partition(":")[0])
    try:
        sink = watch.sink(open_sink(settings.sink, store, environ), settings.sink.partition(":")[0])
        try:
            yield store, sink
        finally:
            await sink.close()
    finally:
        await store.close()


async def _listen_until_told(
    settings: ReceiverSettings,
    application: Application,
    store: Store,
    certificate: Certificate | None,
    announce: Callable[[str], None],
    place: Alone,
) -> int:
    import uvicorn

    from gcsync.receiver.application import PATH

    # Without a handler of its own, uvicorn's warnings would go to stderr past the command's own logging.
    logging.getLogger("uvicorn").addHandler(logging.NullHandler())
    listener = place.listener(settings.host, settings.port)
    url = url_of(listener, "http" if certificate is None else "https", PATH)

    class Server(uvicorn.Server):
        """Leaves signals alone, and tells when it answers."""

        @contextlib.contextmanager
        def capture_signals(self) -> Iterator[None]:
            yield

        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            gc.freeze()
            announce(url)

    config = _config(settings, application)
    config.load()
    config.ssl = None if certificate is None else certificate.context
    server = Server(config)
    ending = _Ending(server, application, settings.drain)
    beside = [asyncio.create_task(_sweep(store))] if place.sweeps else []
    if certificate is not None:
        beside.append(asyncio.create_task(certificate.keep()))
    on_signal = ending.again if place.every_signal_counts else ending.once
    try:
        with _on_signals(on_signal), place.heeding(ending.once, ending.now):
            await server.serve(sockets=[listener])
    finally:
        for task in beside:
            task.cancel()
        listener.close()
    return 0 if ending.told else 1


class _Ending:
    """How a server is brought to its end."""

    def __init__(self, server: UvicornServer, application: Application, drain: float) -> None:
        self._server = server
        self._application = application
        self._drain = drain
        self.told = False

    def once(self) -> None:
        """Drain, unless that is under way."""
        if not self.told:
            self.again()

    def again(self) -> None:
        """Drain; a second time, from somebody who does not want to wait for load balancers, end now."""
        if self.told:
            self.now()
            return
        self.told = True
        self._application.draining = True
        asyncio.get_running_loop().call_later(self._drain, self.now)

    def now(self) -> None:
        """Take no new connections; requests under way may end."""
        self.told = True
        self._application.draining = True
        self._server.should_exit = True


def _config(settings: ReceiverSettings, application: Application) -> Config:
    import uvicorn

    from gcsync.receiver.protocol import protocol

    return uvicorn.Config(
        application.asgi,
        http=protocol(settings.head_seconds, settings.limits.head),
        ws="none",
        lifespan="off",
        interface="asgi3",
        log_config=None,
        access_log=False,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=list(settings.trusted_proxies) or None,
        server_header=False,
        backlog=BACKLOG,
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=max(1, round(settings.grace)),
    )


async def _sweep(store: Store) -> None:
    """Forget what is past the retention, a little at a time, for ever."""
    from gcsync.receiver.interface import StoreUnavailable

    while True:
        try:
            gone = await store.sweep()
        except StoreUnavailable as error:
            _log.error("%s", error)
            gone = 0
        await asyncio.sleep(0.05 if gone else _SWEEP_SECONDS)


@contextlib.contextmanager
def _undisturbed() -> Iterator[None]:
    """Threads change places quickly, and what is there from the start is not searched for garbage again and again."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(_TURN_SECONDS)
    try:
        yield
    finally:
        gc.unfreeze()
        sys.setswitchinterval(before)


@contextlib.contextmanager
def _on_signals(act: Callable[[], None]) -> Iterator[None]:
    loop = asyncio.get_running_loop()
    numbers = (signal.SIGINT, signal.SIGTERM)
    before = {number: signal.getsignal(number) for number in numbers}
    for number in numbers:
        loop.add_signal_handler(number, act)
    try:
        yield
    finally:
        for number, handler in before.items():
            loop.remove_signal_handler(number)
            signal.signal(number, handler)
