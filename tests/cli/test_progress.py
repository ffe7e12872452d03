"""What the bar says: what is being written, how much of it is done, and what is being waited for."""

from __future__ import annotations

from itertools import count
from typing import Any

from rich.progress import Progress

from gcsync.cli.progress import _Watching
from gcsync.cli.progress_bar import columns, console
from gcsync.engine import Event, Phase
from gcsync.model.address import Address
from gcsync.model.plan import Action


def told(*events: Event) -> dict[str, Any]:
    """What the bar shows after the events."""
    shown: dict[str, Any] = {}
    watching = _Watching(lambda **changes: shown.update(changes))
    for event in events:
        watching.tell(event)
    return shown


def started(key: str) -> Event:
    return Event(Phase.STARTED, Address("stream", key), Action.CREATE)


def ended(key: str, count: int) -> Event:
    return Event(Phase.ENDED, Address("stream", key), Action.CREATE, ended=count, total=5)


def test_what_is_being_written_is_named() -> None:
    assert told(started("a")) == {"description": "create stream.a"}


def test_of_many_two_are_named_and_the_rest_is_counted() -> None:
    shown = told(*map(started, "abcde"))
    assert shown == {"description": "create stream.a, create stream.b and 3 more"}


def test_what_has_ended_is_counted_and_no_longer_named() -> None:
    assert told(started("a"), started("b"), ended("a", 1)) == {
        "description": "create stream.b",
        "completed": 1,
        "total": 5,
    }


def test_what_the_api_says_of_an_object_that_settles_is_told_without_its_escapes() -> None:
    event = Event(Phase.SETTLING, Address("eventbridge_source", "s"), text="ACTIVATING\x1b[2J")
    assert told(event) == {"description": "Waiting for eventbridge_source.s: ACTIVATING\\x1b[2J"}


def test_the_read_back_is_told() -> None:
    assert told(started("a"), Event(Phase.READING_BACK, total=1)) == {"description": "Reading back what was written"}


def test_the_line_shows_a_name_in_brackets_as_it_is_and_goes_on_counting_time_once_all_is_written() -> None:
    clock = count(step=60)
    progress = Progress(*columns(), console=console(no_color=True), get_time=lambda: float(next(clock)))
    task = progress.add_task("update stream.a[bold]", total=None)
    with progress.console.capture() as unknown:
        progress.console.print(progress.get_renderable())
    progress.update(task, completed=3, total=3)
    with progress.console.capture() as done:
        progress.console.print(progress.get_renderable())
    assert "stream.a[bold]" in unknown.get()
    assert "/" not in unknown.get()
    assert "3/3" in done.get()
    assert unknown.get().split()[-1] < done.get().split()[-1]
