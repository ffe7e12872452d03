"""Numbers that the workers of a receiver share: a row for each of them, which it alone writes to and all read.

They are in memory that the workers' parent has made, so that they outlive a worker, and the one that takes its place
goes on with them.
"""

from __future__ import annotations

import math
import mmap
from dataclasses import replace
from typing import Final

from gcsync.receiver.limits import Limits, Room, Share

_PLACES: Final = 64
_UNDER_WAY: Final = 0
_BYTES = 8


class Table:
    """The rows. To be made before the processes that use them."""

    def __init__(self, rows: int) -> None:
        self.rows = rows
        self._cells = memoryview(mmap.mmap(-1, rows * _PLACES * _BYTES)).cast("d")

    def row(self, number: int) -> Row:
        """From 0 on."""
        return Row(self, self._cells, number)


class Row:
    """The numbers of one worker."""

    def __init__(self, table: Table, cells: memoryview[float], number: int) -> None:
        self._rows = table.rows
        self._cells = cells
        self._begin = number * _PLACES
        self._taken = _UNDER_WAY

    @property
    def rows(self) -> int:
        """How many there are."""
        return self._rows

    def take(self) -> int:
        """A place that is free still; the same for every row, where all ask in one order. Raises IndexError."""
        self._taken += 1
        if self._taken == _PLACES:
            raise IndexError("no place is left")
        return self._taken

    def add(self, place: int, amount: float) -> None:
        """To what is there."""
        self._cells[self._begin + place] += amount

    def set(self, place: int, value: float) -> None:
        """In place of what is there."""
        self._cells[self._begin + place] = value

    def total(self, place: int) -> float:
        """Of all rows."""
        return math.fsum(self._cells[place::_PLACES])

    def free(self) -> None:
        """The worker has ended: nothing is under way in it."""
        self.set(_UNDER_WAY, 0.0)


class SharedRoom(Room):
    """The room of a worker, which tells the others how much of it is taken."""

    def __init__(self, limits: Limits, row: Row) -> None:
        super().__init__(limits)
        self._row = row
        self._most = limits.requests * row.rows

    def enter(self) -> Share:
        """As any room."""
        share = super().enter()
        self._row.set(_UNDER_WAY, self.requests)
        return share

    def leave(self, held: int) -> None:
        """As any room."""
        super().leave(held)
        self._row.set(_UNDER_WAY, self.requests)

    @property
    def full(self) -> bool:
        """Whether all workers together have as much as they may."""
        return self.under_way >= self._most

    @property
    def under_way(self) -> int:
        """Requests in handling, in all workers."""
        return round(self._row.total(_UNDER_WAY))


def share_of(limits: Limits, workers: int) -> Limits:
    """What one of so many workers may hold. A body that one process could take, each worker can."""
    held = max(math.ceil(limits.held / workers), min(limits.body, limits.held))
    return replace(limits, requests=math.ceil(limits.requests / workers), held=held)
