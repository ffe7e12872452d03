"""What a serving process shares with others: nothing, as here, or with `--workers` (gcsync/receiver/worker.py) some."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from gcsync.receiver.limits import Limits, Room
from gcsync.receiver.listening import listen

if TYPE_CHECKING:
    from gcsync.receiver.metrics import Metrics


class Alone:
    """A receiver of one process."""

    sweeps = True
    """Whether it is for this process to forget what is past the retention."""
    every_signal_counts = True
    """Whether a second signal means something: it does where it can only come from a second wish."""

    def listener(self, host: str, port: int) -> socket.socket:
        """What to listen on. Raises DiagnosticError (GC810)."""
        return listen(host, port)

    def limits(self, limits: Limits) -> Limits:
        """What of the limits is this process's."""
        return limits

    def room(self, limits: Limits) -> Room:
        """What counts the requests under way."""
        return Room(limits)

    def metrics(self) -> Metrics:
        """What counts the rest."""
        from gcsync.receiver.metrics import Metrics

        return Metrics()

    @contextlib.contextmanager
    def heeding(self, stop: Callable[[], None], end: Callable[[], None]) -> Iterator[None]:
        """While inside, `stop` is called for the first wish that it may end, `end` for another, or when it has to."""
        yield
