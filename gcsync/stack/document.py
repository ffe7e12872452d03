"""What a reader makes of a file's text: values, their marks, and what is wrong."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

from gcsync.model.value import Path, Value
from gcsync.stack.marks import Marks

MAX_DEPTH: Final = 64
MAX_DIGITS: Final = 1000


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a file, before it is known which file."""

    code: str
    message: str
    mark: int = 0
    path: Path = ()
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """What a file holds. `ends` gives line and column (from 0) of the end of those scalars that span lines.

    `complete` is false when reading stopped early; `value` is then None.
    """

    value: Value = None
    marks: Marks = 0
    ends: dict[int, tuple[int, int]] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    dropped: tuple[tuple[Path, Value, Marks], ...] = ()
    """What is written in the file and no part of its value, such as the second of two equal keys."""
    complete: bool = True


class Stop(Exception):
    """Reading cannot go on; the problem is noted already."""


@contextmanager
def collector_held_off() -> Iterator[None]:
    """Nothing here makes cycles, and walking a hundred thousand young objects again and again doubles the time."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
