"""How the progress bar looks: what is being done, how much of it is, and for how long it has been going on."""

from __future__ import annotations

from datetime import timedelta

from rich.console import Console, RenderableType
from rich.progress import BarColumn, MofNCompleteColumn, ProgressColumn, SpinnerColumn, Task, TextColumn
from rich.table import Column
from rich.text import Text

_BAR_CELLS = 20


class Spinning(SpinnerColumn):
    """Turns also once all is written: what was written is then read back, or waited for."""

    def render(self, task: Task) -> RenderableType:
        return self.spinner.render(task.get_time())


class Counted(MofNCompleteColumn):
    """`3/12`, and nothing while nobody knows how many there are."""

    def render(self, task: Task) -> Text:
        return super().render(task) if task.total is not None else Text("")


class Elapsed(ProgressColumn):
    """The time since the beginning, to the second."""

    def render(self, task: Task) -> Text:
        return Text(str(timedelta(seconds=int(task.elapsed or 0))))


def columns() -> tuple[ProgressColumn, ...]:
    """What stands beside each other on the line; the text gives way first."""
    description = TextColumn("{task.description}", markup=False, table_column=Column(ratio=1, no_wrap=True))
    return Spinning(), description, BarColumn(bar_width=_BAR_CELLS), Counted(), Elapsed()


def console(*, no_color: bool) -> Console:
    """stderr, with nothing in the texts taken for markup."""
    return Console(stderr=True, no_color=no_color or None, highlight=False, markup=False)
