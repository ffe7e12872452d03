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
def executing(*, no_color: bool) -> Iterator[Callable[[Event], None]]:
    """What is told of an execution: each change as it ends, and how many of how many."""
    with _status("Applying", no_color=no_color) as update:

        def tell(event: Event) -> None:
            from gcsync.engine import Phase

            if update is None:
                return
            if event.phase is Phase.ENDED and event.outcome is not None:
                outcome = event.outcome
                output.notice(f"{outcome.address}: {outcome.action.value}: {outcome.status.value}")
            update(f"{_DOING[event.phase.value]}, {event.ended} of {event.total} changes done")

        yield tell


_DOING = {"started": "Applying", "ended": "Applying", "reading back": "Reading back what was written"}


@contextmanager
def _status(text: str, *, no_color: bool) -> Iterator[Callable[[str], None] | None]:
    """A line that moves, on a terminal; it is gone when the work is. Yields what changes its text."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console

    with Console(stderr=True, no_color=no_color or None, highlight=False, markup=False).status(text) as status:
        yield status.update
