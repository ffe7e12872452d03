"""`--workers N`: processes that share a port, and the first one, which starts, watches and ends them.

               ┌─▶ worker 0   store, sink, socket 0 of the port
    parent ────┼─▶ worker 1   store, sink, socket 1 of the port
               └─▶ …

The parent forks, so that a worker begins with all modules there, and has no threads and no event loop of its own. It
keeps every socket, so that connections wait for whoever takes a dead worker's place.
"""

from __future__ import annotations

import logging
import os
import selectors
import signal
import socket
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NoReturn

from gcsync.model.diagnostic import Diagnostic, DiagnosticError
from gcsync.receiver.listening import bind_for, url_of
from gcsync.receiver.shared import Table
from gcsync.receiver.worker import ANSWERS, MAY_END, Worker, read_told

if TYPE_CHECKING:
    from gcsync.receiver.server import ReceiverSettings

_SHORT_LIFE_SECONDS: Final = 1.0
"""Who lives no longer is followed by the next one after as long again."""
_PATIENCE_SECONDS: Final = 10.0
"""How long a worker may take beyond drain and grace: for the sink and the store."""
_ENDING = (signal.SIGTERM, signal.SIGINT)
_WATCHED = (*_ENDING, signal.SIGCHLD)

_log = logging.getLogger(__name__)


def supervise(settings: ReceiverSettings, environ: Mapping[str, str], announce: Callable[[str], None]) -> int:
    """Run the workers until SIGINT or SIGTERM, then 0; `announce` gets the URL once all of them answer.

    Raises DiagnosticError where a worker cannot start, once for all: what that worker would raise, or GC870. 1 when a
    worker did not end as it should.
    """
    _import_what_workers_need()
    listeners = bind_for(settings.workers, settings.host, settings.port)
    try:
        with _signals() as told:
            return _Workers(settings, environ, announce, listeners, told).run()
    finally:
        for listener in listeners:
            listener.close()


@dataclass
class _Running:
    """A worker as its parent knows it. `told` is what came over its channel."""

    number: int
    process: int
    channel: socket.socket
    begun: float
    told: bytearray = field(default_factory=bytearray)

    @property
    def answers(self) -> bool:
        return self.told.startswith(ANSWERS)

    def hear(self) -> bool:
        """Take what came; False where nothing more can come."""
        try:
            got = self.channel.recv(65536)
        except BlockingIOError:
            return True
        except OSError:
            return False
        self.told += got
        return bool(got)

    def may_end(self) -> None:
        """Once more."""
        try:
            self.channel.send(MAY_END)
            if not self.answers:
                # Nobody is served yet, so nobody is to be waited for.
                os.kill(self.process, signal.SIGTERM)
        except OSError:
            _log.debug("worker %d is gone already", self.number)


class _Workers:
    """All of them. Everything happens in one thread, as the channels and the signals have it."""

    def __init__(
        self,
        settings: ReceiverSettings,
        environ: Mapping[str, str],
        announce: Callable[[str], None],
        listeners: list[socket.socket],
        told: socket.socket,
    ) -> None:
        self._settings = settings
        self._environ = environ
        self._announce: Callable[[str], None] | None = announce
        self._listeners = listeners
        self._signals = told
        self._table = Table(settings.workers)
        self._selector = selectors.DefaultSelector()
        self._selector.register(told, selectors.EVENT_READ, None)
        self._running: dict[int, _Running] = {}
        self._due: dict[int, float] = {}
        self._ends: float | None = None
        self._found: tuple[Diagnostic, ...] = ()
        self._code = 0

    def run(self) -> int:
        """Until none is left."""
        # The first one by itself: it makes the store's file, and tells once what would be wrong for all of them.
        self._due[0] = 0.0
        try:
            while self._running or self._due:
                self._start_those_due()
                for key, _ in self._selector.select(self._until_next()):
                    self._heed_signals() if key.data is None else self._hear(key.data)
                self._end_those_late()
        finally:
            self._kill()
            self._selector.close()
        if self._found:
            raise DiagnosticError(self._found)
        return self._code

    def _start_those_due(self) -> None:
        now = time.monotonic()
        for number in [number for number, due in self._due.items() if due <= now]:
            del self._due[number]
            self._start(number)

    def _until_next(self) -> float | None:
        moments = [*self._due.values(), *([] if self._ends is None else [self._ends])]
        return max(0.0, min(moments) - time.monotonic()) if moments else None

    def _start(self, number: int) -> None:
        mine, theirs = socket.socketpair()
        row = self._table.row(number)
        with _blocked():
            process = os.fork()
            if process == 0:
                mine.close()
                self._become(Worker(number, self._listeners[number], theirs, row))
        theirs.close()
        mine.setblocking(False)
        self._running[number] = _Running(number, process, mine, time.monotonic())
        self._selector.register(mine, selectors.EVENT_READ, self._running[number])

    def _become(self, worker: Worker) -> NoReturn:
        """In the new process: keep what is the worker's, and never come back."""
        code = 1
        try:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            # A terminal sends it to all; the parent says what is to be done.
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, _WATCHED)
            self._selector.close()
            for other in self._running.values():
                other.channel.close()
            for listener in self._listeners:
                if not worker.is_for(listener):
                    listener.close()
            code = worker.work(self._settings, self._environ)
        finally:
            os._exit(code)

    def _hear(self, worker: _Running) -> None:
        if not worker.hear():
            self._selector.unregister(worker.channel)
        if self._announce is None or not worker.answers:
            return
        for number in range(self._settings.workers):
            if number not in self._running and number not in self._due:
                self._due[number] = 0.0
        if not self._due and all(each.answers for each in self._running.values()):
            announce, self._announce = self._announce, None
            from gcsync.receiver.application import PATH

            announce(url_of(self._listeners[0], "https" if self._settings.certificate else "http", PATH))

    def _heed_signals(self) -> None:
        try:
            numbers = self._signals.recv(64)
        except BlockingIOError:
            return
        for number in numbers:
            if number in _ENDING:
                self._end()
        self._reap()

    def _end(self) -> None:
        """Let all of them end; a second time without waiting for load balancers."""
        drain = self._settings.drain if self._ends is None else 0.0
        self._ends = time.monotonic() + drain + self._settings.grace + _PATIENCE_SECONDS
        self._announce = None
        self._due.clear()
        # Theirs go on as long as they drain; behind ours, connections would wait for nobody.
        for listener in self._listeners:
            listener.close()
        for worker in self._running.values():
            worker.may_end()

    def _reap(self) -> None:
        for worker in list(self._running.values()):
            process, status = os.waitpid(worker.process, os.WNOHANG)
            if process:
                self._bury(worker, os.waitstatus_to_exitcode(status))

    def _bury(self, worker: _Running, code: int) -> None:
        if worker.channel in self._selector.get_map():
            while worker.hear():
                pass
            self._selector.unregister(worker.channel)
        worker.channel.close()
        del self._running[worker.number]
        self._table.row(worker.number).free()
        how = f"was ended by signal {-code}" if code < 0 else f"ended with {code}"
        if self._ends is not None:
            if code and worker.answers:
                self._code = 1
                _log.error("worker %d (process %d) %s", worker.number, worker.process, how)
        elif worker.answers:
            _log.error("worker %d (process %d) %s: another takes its place", worker.number, worker.process, how)
            lived = time.monotonic() - worker.begun
            self._due[worker.number] = time.monotonic() + (lived < _SHORT_LIFE_SECONDS) * _SHORT_LIFE_SECONDS
        else:
            self._found = read_told(bytes(worker.told)) or (_did_not_start(how),)
            self._end()

    def _end_those_late(self) -> None:
        if self._ends is not None and time.monotonic() > self._ends and self._running:
            self._code = 1
            _log.error("%d workers did not end in time", len(self._running))
            self._kill()

    def _kill(self) -> None:
        for worker in self._running.values():
            os.kill(worker.process, signal.SIGKILL)
            os.waitpid(worker.process, 0)
            worker.channel.close()
        self._running.clear()


def _did_not_start(how: str) -> Diagnostic:
    hint = "start it with --workers 1, which tells more, or with -vv"
    return Diagnostic("GC870", f"a worker {how} before it answered", path="--workers", hint=hint)


@contextmanager
def _signals() -> Iterator[socket.socket]:
    """The numbers of those that came can be read here, each a byte."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        for end in (ours, theirs):
            end.setblocking(False)
        before = {number: signal.signal(number, lambda *_: None) for number in _WATCHED}
        previous = signal.set_wakeup_fd(theirs.fileno())
        try:
            yield ours
        finally:
            signal.set_wakeup_fd(previous)
            for number, handler in before.items():
                signal.signal(number, handler)


@contextmanager
def _blocked() -> Iterator[None]:
    """No signal comes between the fork and what a new process makes of signals."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _WATCHED)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _import_what_workers_need() -> None:
    import uvicorn  # noqa: F401
    import uvloop  # noqa: F401

    from gcsync.receiver import (
        application,  # noqa: F401
        authentication,  # noqa: F401
        dead_letter,  # noqa: F401
        protocol,  # noqa: F401
    )
