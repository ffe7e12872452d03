"""Running the emulator: in a background thread for a command or a test, in the foreground for a person."""

from __future__ import annotations

import contextlib
import ipaddress
import logging
import signal
import socket
import sqlite3
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import TYPE_CHECKING, Any

from gcsync.emulator.settings import EmulatorSettings
from gcsync.model.diagnostic import Diagnostic, DiagnosticError

if TYPE_CHECKING:
    import asyncio

    from uvicorn import Config, Server

    from gcsync.emulator.application import Emulator
    from gcsync.emulator.store import Store

_KEEP_ALIVE_SECONDS = 75
"""Longer than a client leaves a connection idle, so that none is closed under a request."""
_GRACE_SECONDS = 2
_BACKLOG = 128
_TICK_SECONDS = 0.5


def new_uuid() -> str:
    return str(uuid.uuid4())


class RunningEmulator:
    """An emulator that answers at `url` until `stop` is called; a context manager that stops it."""

    def __init__(self, url: str, server: Server, thread: threading.Thread, emulator: Emulator, store: Store) -> None:
        self.url = url
        self._emulator = emulator
        self._server = server
        self._thread = thread
        self._store = store

    def stop(self) -> None:
        """End it: requests under way are answered, for up to two seconds. Doing so twice is no error."""
        self._server.should_exit = True
        self._thread.join()
        self._emulator.close()
        self._store.close()

    def running(self) -> bool:
        return self._thread.is_alive()

    def __enter__(self) -> RunningEmulator:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def start(
    settings: EmulatorSettings,
    *,
    clock: Callable[[], float] = time.time,
    new_id: Callable[[], str] = new_uuid,
) -> RunningEmulator:
    """Run an emulator in a background thread; it answers when this returns.

    `clock` gives seconds since 1970. Raises DiagnosticError (GC650 to GC660) for settings, address or database.
    """
    settings.check()
    from gcsync.emulator.application import Emulator
    from gcsync.emulator.database import diagnose
    from gcsync.emulator.store import Store

    store = Store(settings.database, new_id)
    try:
        emulator = Emulator(settings, store, clock, new_id)
        listener = _listen(settings.host, settings.port)
    except BaseException as error:
        store.close()
        if isinstance(error, sqlite3.Error):
            raise DiagnosticError(diagnose(settings.database, error)) from None
        raise
    # The address is read before the thread runs: the server closes the socket when it ends.
    url = _url(listener)
    server, ready = _server(emulator)
    thread = threading.Thread(target=_run, args=(server, listener, ready), name="gcsync-emulator", daemon=True)
    thread.start()
    ready.wait()
    running = RunningEmulator(url, server, thread, emulator, store)
    if not server.started:
        running.stop()
        raise DiagnosticError(Diagnostic("GC659", f"the emulator did not start on {url}", hint="run it with -vv"))
    return running


def serve(settings: EmulatorSettings, announce: Callable[[str], None]) -> int:
    """Run an emulator until SIGINT or SIGTERM, then 0; `announce` gets its URL once it answers.

    To be called from the main thread. Raises as `start` does; 1 when the server ended by itself.
    """
    stop = threading.Event()
    with _on_signals(lambda: stop.set()), start(settings) as running:
        announce(running.url)
        while not stop.wait(_TICK_SECONDS):
            if not running.running():
                return 1
    return 0


@contextlib.contextmanager
def _on_signals(act: Callable[[], None]) -> Iterator[None]:
    def handle(number: int, frame: Any) -> None:
        act()

    before = {number: signal.signal(number, handle) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _run(server: Server, listener: socket.socket, ready: threading.Event) -> None:
    import asyncio

    try:
        asyncio.run(server.serve(sockets=[listener]))
    except Exception as error:
        logging.getLogger("gcsync.emulator").error("the server ended: %r", error)
    finally:
        listener.close()
        ready.set()


def _server(emulator: Any) -> tuple[Server, threading.Event]:
    import uvicorn

    # Without a handler of its own, uvicorn's warnings would go to stderr past the command's own logging.
    logging.getLogger("uvicorn").addHandler(logging.NullHandler())
    ready = threading.Event()

    class Announcing(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            ready.set()

    return Announcing(_config(emulator)), ready


def _config(emulator: Any) -> Config:
    import uvicorn
    from uvicorn.protocols.http.h11_impl import H11Protocol

    class Protocol(H11Protocol):
        """Hands the connection to the application, which drops it when a fault says so."""

        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
            super().connection_made(transport)
            self.app_state = {**self.app_state, "transport": transport}

    return uvicorn.Config(
        emulator.application,
        http=Protocol,
        ws="none",
        loop="asyncio",
        lifespan="off",
        interface="asgi3",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        backlog=_BACKLOG,
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=_GRACE_SECONDS,
    )


def _listen(host: str, port: int) -> socket.socket:
    listener: socket.socket | None = None
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family, kind, protocol)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(_BACKLOG)
    except OSError as error:
        if listener is not None:
            listener.close()
        raise DiagnosticError(
            Diagnostic(
                "GC654",
                f"the emulator cannot listen on {host}:{port}: {error.strerror or error}",
                path="--host, --port",
                hint="leave --port out to take any free port, --host to listen on 127.0.0.1",
            )
        ) from None
    return listener


def _url(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    address = ipaddress.ip_address(host.partition("%")[0])
    if address.is_unspecified:
        address = ipaddress.ip_address("127.0.0.1" if address.version == 4 else "::1")
    return f"http://[{address}]:{port}" if address.version == 6 else f"http://{address}:{port}"
