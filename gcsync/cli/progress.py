"""Progress on stderr: waits are always told, the rest only on a terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from gcsync.cli import output

if TYPE_CHECKING:
    from gcsync.engine import Event
    from gcsync.model.address import Address
    from gcsync.remote.session import Wait

_SHOWN_AT_ONCE = 2
"""Addresses that are named beside the bar; of more, the number is told."""


def tell_wait(wait: Wait) -> None:
    """`waiting 12 s (429, 2 of 6)`."""
    output.notice(str(wait))


@contextmanager
def reading(*, no_color: bool) -> Iterator[None]:
    """A sign of life while the organization is read."""
    with _bar("Reading the organization", no_color=no_color):
        yield


@contextmanager
def asking(*, no_color: bool) -> Iterator[None]:
    """The same while the audit API is asked."""
    with _bar("Asking who it was", no_color=no_color):
        yield


@contextmanager
def verifying(*, no_color: bool) -> Iterator[None]:
    """The same while endpoints are asked."""
    with _bar("Asking the endpoints", no_color=no_color):
        yield


@contextmanager
def executing(*, no_color: bool) -> Iterator[Callable[[Event], None]]:
    """What is told of an execution: a bar with what is being waited for; with -v each change as it ends."""
    import logging

    log = logging.getLogger("gcsync.apply")
    with _bar("Applying", no_color=no_color) as update:
        watching = _Watching(update)

        def tell(event: Event) -> None:
            if event.outcome is not None:
                outcome = event.outcome
                log.info("%s: %s: %s", outcome.address, outcome.action.value, outcome.status.value)
            watching.tell(event)

        yield tell


class _Watching:
    """Follows the events of an execution. They come from the threads that write, several at a time."""

    def __init__(self, update: Callable[..., None]) -> None:
        from threading import Lock

        self._update = update
        self._lock = Lock()
        self._running: dict[Address, str] = {}

    def tell(self, event: Event) -> None:
        with self._lock:
            self._follow(event)

    def _follow(self, event: Event) -> None:
        phase = event.phase.value
        if phase == "reading back":
            self._running.clear()
            self._update(description="Reading back what was written")
        elif phase == "settling" and event.address is not None:
            self._update(description=f"Waiting for {_clean(event.address)}: {_clean(event.text)}")
        elif phase == "started" and event.address is not None and event.action is not None:
            self._running[event.address] = f"{event.action.value} {_clean(event.address)}"
            self._update(description=self._description())
        elif phase == "ended" and event.address is not None:
            self._running.pop(event.address, None)
            self._update(description=self._description(), completed=event.ended, total=event.total)

    def _description(self) -> str:
        running = list(self._running.values())
        if not running:
            return "Applying"
        more = len(running) - _SHOWN_AT_ONCE
        return ", ".join(running[:_SHOWN_AT_ONCE]) + (f" and {more} more" if more > 0 else "")


def _clean(text: object) -> str:
    from gcsync.views.style import clean

    return clean(str(text))


@contextmanager
def _bar(text: str, *, no_color: bool) -> Iterator[Callable[..., None]]:
    """A line that moves, on a terminal; it is gone when the work is. Yields what changes it (rich's `update`)."""
    if not sys.stderr.isatty():
        yield lambda **_: None
        return
    from rich.progress import Progress

    from gcsync.cli.progress_bar import columns, console

    shown = Progress(*columns(), console=console(no_color=no_color), transient=True, expand=True, redirect_stdout=False)
    with shown as progress:
        task = progress.add_task(text, total=None)

        def update(**changes: Any) -> None:
            progress.update(task, **changes)

        yield update
