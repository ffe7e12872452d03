"""One worker of several: a serving process that its parent started, and that ends with it.

parent ─▶ worker   a byte for each wish that it may end; the end of the channel: the parent is gone
worker ─▶ parent   a byte when it answers; or, in place of it, why it cannot
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import socket
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

from gcsync.model.diagnostic import Diagnostic, DiagnosticError, Place, Severity
from gcsync.receiver.alone import Alone
from gcsync.receiver.limits import Limits, Room
from gcsync.receiver.shared import Row, SharedRoom, share_of

if TYPE_CHECKING:
    from gcsync.receiver.metrics import Metrics
    from gcsync.receiver.server import ReceiverSettings

ANSWERS: Final = b"+"
MAY_END: Final = b"."

_log = logging.getLogger(__name__)


class Worker(Alone):
    """Has a socket and a row of numbers of its own, and a channel to the parent.

    A signal to it alone lets it end in order, once; that it may end sooner, only the parent can say: a terminal and a
    service manager send their signal to all processes at once.
    """

    every_signal_counts = False

    def __init__(self, number: int, listener: socket.socket, channel: socket.socket, row: Row) -> None:
        self.sweeps = number == 0
        self._listener = listener
        self._channel = channel
        self._row = row

    def is_for(self, listener: socket.socket) -> bool:
        """Whether this is the socket that it listens on."""
        return listener is self._listener

    def listener(self, host: str, port: int) -> socket.socket:
        """Its own, of the port that all have."""
        return self._listener

    def limits(self, limits: Limits) -> Limits:
        """Its part of them."""
        return share_of(limits, self._row.rows)

    def room(self, limits: Limits) -> Room:
        """One that the others can see."""
        return SharedRoom(limits, self._row)

    def metrics(self) -> Metrics:
        """Numbers that the others can see."""
        from prometheus_client import disable_created_metrics

        from gcsync.receiver.metrics import Metrics

        # Each worker has begun at another time, and which one is asked changes.
        disable_created_metrics()  # type: ignore[no-untyped-call]
        return Metrics(self._row)

    @contextlib.contextmanager
    def heeding(self, stop: Callable[[], None], end: Callable[[], None]) -> Iterator[None]:
        """As the parent says. Its first wish is no second one, whatever signal came to this process before it."""
        loop = asyncio.get_running_loop()
        wishes = 0

        def read() -> None:
            nonlocal wishes
            try:
                told = self._channel.recv(64)
            except OSError:
                told = b""
            for _ in told:
                wishes += 1
                if wishes == 1:
                    stop()
                else:
                    end()
            if not told:
                _log.error("the receiver's first process is gone: this worker ends")
                loop.remove_reader(self._channel)
                end()

        loop.add_reader(self._channel, read)
        try:
            yield
        finally:
            loop.remove_reader(self._channel)

    def work(self, settings: ReceiverSettings, environ: Mapping[str, str]) -> int:
        """Serve to the end; the exit code. Raises nothing that can be told to the parent."""
        from gcsync.receiver.server import run

        try:
            return run(settings, environ, lambda url: self._tell(ANSWERS), self)
        except DiagnosticError as error:
            self._tell(told_of(error.diagnostics))
        except Exception as bug:
            _log.error("a worker failed: %s", type(bug).__name__)
            _log.debug("where it happened", exc_info=True)
        return 1

    def _tell(self, what: bytes) -> None:
        with contextlib.suppress(OSError):
            self._channel.sendall(what)


def told_of(diagnostics: Iterable[Diagnostic]) -> bytes:
    """Why a worker cannot answer, for `read_told`: a line of JSON."""
    return json.dumps([asdict(one) for one in diagnostics]).encode()


def read_told(told: bytes) -> tuple[Diagnostic, ...]:
    """Why a worker cannot answer; nothing where it did not say, or not to the end."""
    try:
        found = json.loads(told.removeprefix(ANSWERS))
    except ValueError:
        return ()
    return tuple(_diagnostic(**fields) for fields in found)


def _diagnostic(severity: str, place: dict[str, Any] | None, **fields: Any) -> Diagnostic:
    return Diagnostic(**fields, severity=Severity(severity), place=Place(**place) if place else None)
