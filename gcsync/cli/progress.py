"""Progress on stderr: waits are always told, the rest only on a terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from gcsync.cli import output

if TYPE_CHECKING:
    from gcsync.engine import Event
    from gcsync.remote.session import Wait


def tell_wait(wait: Wait) -> None:
    """`waiting 12 s (429, 2 of 6)`."""
    output.notice(str(wait))


@contextmanager
def reading(*, no_color: bool) -> Iterator[None]:
    """A sign of life while the organization is read."""
    with _status("Reading the organization", no_color=no_color):
        yield


@contextmanager
def asking(*, no_color: bool) -> Iterator[None]:
    """The same while the audit API is asked."""
    with _status("Asking who it was", no_color=no_color):
        yield


@contextmanager
def executing(*, no_color: bool) -> Iterator[Callable[[Event], None]]:
    """What is told of an execution: how many changes of how many; with -v each one as it ends."""
    import logging

    log = logging.getLogger("gcsync.apply")
    with _status("Applying", no_color=no_color) as update:

        def tell(event: Event) -> None:
            if event.outcome is not None:
                outcome = event.outcome
                log.info("%s: %s: %s", outcome.address, outcome.action.value, outcome.status.value)
                update(f"Applying, {event.ended} of {event.total} changes done")
            elif event.phase.value == "reading back":
                update("Reading back what was written")

        yield tell


@contextmanager
def _status(text: str, *, no_color: bool) -> Iterator[Callable[[str], None]]:
    """A line that moves, on a terminal; it is gone when the work is. Yields what changes its text."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console

    with Console(stderr=True, no_color=no_color or None, highlight=False, markup=False).status(text) as status:
        yield status.update
