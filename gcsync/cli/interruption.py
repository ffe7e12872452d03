"""SIGINT and SIGTERM. Before anything is written they end the program; during an execution they end it in order."""

from __future__ import annotations

import os
import select
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING, TextIO

from gcsync.cli.exit_codes import ExitCode

if TYPE_CHECKING:
    from gcsync.engine import StopRequest

SHOW_CURSOR = b"\x1b[?25h"
STOPPING = b"\nStopping: nothing more is begun, what is under way is finished. Ctrl-C (again) ends at once.\n"


class Terminated(BaseException):
    """SIGTERM, as KeyboardInterrupt is SIGINT."""


class Interrupted(BaseException):
    """A KeyboardInterrupt on its way out of a command: typer makes an exit code of one, and nothing is said."""


class Signals:
    """What a signal does at the moment. `stop` is set by any of them and ends every wait of a session."""

    def __init__(self) -> None:
        self.stop = threading.Event()
        self._request: StopRequest | None = None
        self._received = 0

    def install(self) -> None:
        """Take over SIGINT and SIGTERM, in the main thread; elsewhere there is nothing to take over."""
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGINT, self._handle)
            signal.signal(signal.SIGTERM, self._handle)

    @contextmanager
    def in_order(self, request: StopRequest) -> Iterator[None]:
        """While this lasts a signal asks the execution to stop; a second SIGINT ends the process at once."""
        self._request = request
        try:
            yield
        finally:
            self._request = None

    def wait_for_line(self, stream: TextIO) -> None:
        """Wait until a terminal has a line to read; a signal ends that whenever it comes, as a blocked read does not.

        A signal that comes just before a read begins, or to another thread, would leave the read waiting.
        """
        if threading.current_thread() is not threading.main_thread() or os.name == "nt":
            return
        told, teller = os.pipe()
        os.set_blocking(teller, False)
        before = signal.set_wakeup_fd(teller, warn_on_full_buffer=False)
        try:
            select.select([stream.fileno(), told], [], [])
        finally:
            signal.set_wakeup_fd(before)
            os.close(told)
            os.close(teller)

    def _handle(self, number: int, _frame: FrameType | None) -> None:
        self._received += 1
        self.stop.set()
        if self._received > 1 and (number == signal.SIGINT or self._request is None):
            end_at_once(exit_code_of(number))
        if self._request is None:
            raise KeyboardInterrupt if number == signal.SIGINT else Terminated
        if self._request.signal is None:
            # Past Python's buffers: the signal may have come in the middle of a write to them.
            os.write(2, STOPPING)
            self._request.request(number)


signals = Signals()
"""Those of this process; a signal handler cannot be handed anything."""


def end_at_once(code: ExitCode = ExitCode.INTERRUPTED) -> None:
    """Leave without cleaning up; only the terminal's cursor is given back."""
    if os.isatty(2):
        os.write(2, SHOW_CURSOR)
    os._exit(code)


def exit_code_of(number: int) -> ExitCode:
    """130 for SIGINT, 143 for SIGTERM."""
    return ExitCode(128 + number)
