"""The sink `jsonl:FILE[?rotate=BYTES&keep=COUNT]`: a line of JSON per event, on the disk before it is acknowledged.

Several receivers, and several workers of one, may write to the same file.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Final
from urllib.parse import parse_qsl

from filelock import FileLock, Timeout

from gcsync.model.diagnostic import Diagnostic, DiagnosticError
from gcsync.receiver.batches import Batches, Closed
from gcsync.receiver.interface import Event, SinkFailure
from gcsync.receiver.sinks.lines import LineFile, is_foreign, line_of

_SIZE = re.compile(r"([0-9]{1,12})(|k|M|G)", re.ASCII)
_UNITS: Final = {"": 1, "k": 1000, "M": 1_000_000, "G": 1_000_000_000}


def open_lines(rest: str) -> LinesSink:
    """Raises DiagnosticError: GC804 for the text, GC805 for a file that cannot be written."""
    name, _, query = rest.partition("?")
    rotate_at, keep = _rotation(query)
    file = LineFile(Path(name), rotate_at, keep)
    try:
        if is_foreign(file.path):
            hint = "name a file of its own, or one that a receiver has written"
            message = f"{file.path} holds something else than lines of JSON, and was not changed"
            raise DiagnosticError(Diagnostic("GC805", message, path="--sink", hint=hint))
        file.append([])
    except OSError as error:
        raise _cannot(file, error) from None
    return LinesSink(file)


def lock_lines(file: LineFile) -> LinesSink:
    """The sink that has this file to itself. Raises DiagnosticError (GC805)."""
    path = file.path
    # It is given back by the writer's thread.
    lock = FileLock(f"{path}.writer", timeout=0, thread_local=False)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock.acquire()
        file.append([])
    except Timeout:
        hint = "give each receiver and each worker a folder of its own; they may share a store"
        raise DiagnosticError(
            Diagnostic("GC805", f"another receiver writes to {path}", path="--sink", hint=hint)
        ) from None
    except OSError as error:
        lock.release()
        raise _cannot(file, error) from None
    return LinesSink(file, lock)


def _cannot(file: LineFile, error: OSError) -> DiagnosticError:
    hint = "name a file in a folder that can be written"
    message = f"{file.path} cannot be written: {error.strerror or error}"
    return DiagnosticError(Diagnostic("GC805", message, path="--sink", hint=hint))


class LinesSink:
    """Lines of many requests are written and brought to the disk together."""

    def __init__(self, file: LineFile, lock: FileLock | None = None) -> None:
        self._file = file
        self._lock = lock
        self._turn = threading.Lock()
        self._ended = False
        self._batches: Batches[bytes, None] = Batches("gcsync-lines", self._write, end=self._end)

    async def handle(self, event: Event) -> None:
        """As the interface says."""
        try:
            await self._batches.ask(line_of(event))
        except OSError as error:
            raise SinkFailure(f"the file cannot be written: {error.strerror or error}") from None
        except Closed:
            raise SinkFailure("the file is closed") from None

    def handle_all(self, events: Sequence[Event]) -> None:
        """As the interface says. Raises OSError, or Closed."""
        self._write([line_of(event) for event in events])

    def rotate(self) -> None:
        """Begin a new file unless this one is empty; called from any thread. Raises OSError, or Closed."""
        with self._turn:
            if self._ended:
                raise Closed
            self._file.rotate()

    async def close(self) -> None:
        """As the interface says."""
        await self._batches.close()

    def _write(self, lines: list[bytes]) -> list[None]:
        with self._turn:
            if self._ended:
                # Nobody may write to a file whose lock is given back.
                raise Closed
            self._file.append(lines)
        return [None] * len(lines)

    def _end(self) -> None:
        with self._turn:
            self._ended = True
            self._file.close()
            if self._lock is not None:
                self._lock.release()


def read_size(text: str) -> int | None:
    """Bytes, from `500`, `64k`, `100M` or `1G`; None for anything else."""
    found = _SIZE.fullmatch(text)
    return None if found is None else int(found[1]) * _UNITS[found[2]]


def _rotation(query: str) -> tuple[int | None, int]:
    given = dict(parse_qsl(query, keep_blank_values=True))
    size, keep = read_size(given.pop("rotate", "0")), given.pop("keep", "0")
    if given or size is None or not re.fullmatch(r"[0-9]{1,6}", keep, re.ASCII) or (int(keep) and not size):
        hint = "write jsonl:events.jsonl?rotate=100M&keep=10; without keep, or with 0, all files stay"
        message = "behind the ? of a jsonl: sink stand rotate= and keep="
        raise DiagnosticError(Diagnostic("GC804", message, path="--sink", hint=hint))
    return size or None, int(keep)
