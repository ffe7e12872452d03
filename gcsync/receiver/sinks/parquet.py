"""The sink `parquet:FOLDER[?rotate=BYTES&every=TIME&compression=NAME]`: files for DuckDB, Athena and Spark.

A Parquet file can be read only when its footer is written, so an event is acknowledged when it stands as a line in a
spool, `FOLDER/.spool/events.jsonl`. A thread turns each finished spool into Parquet.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import re
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import parse_qsl

from gcsync.model.diagnostic import Diagnostic, DiagnosticError
from gcsync.model.moment import read_duration
from gcsync.receiver.batches import Closed
from gcsync.receiver.interface import Event
from gcsync.receiver.sinks.jsonl import LinesSink, lock_lines, read_size
from gcsync.receiver.sinks.lines import LineFile, sync_folder
from gcsync.receiver.sinks.parquet_files import COMPRESSIONS, Interrupted, ParquetFiles

SPOOL: Final = ".spool"
"""Begins with a dot: Athena and Spark take such names for no data."""
_CLOSE_SECONDS = 10.0
_LOOK_SECONDS = 1.0
_RETRY_SECONDS = 30.0
_FINISHED = re.compile(r"events-[0-9TZ]+\.jsonl")

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Settings:
    """`rotate_at` is bytes of a spool, `every` seconds after which a smaller one is finished too."""

    folder: Path
    rotate_at: int
    every: float
    compression: str


def open_parquet(rest: str) -> ParquetSink:
    """Raises DiagnosticError: GC804 for the text, GC805 for a folder that cannot be written, GC812 without pyarrow."""
    settings = _read(rest)
    files = _files(settings)
    spool = lock_lines(LineFile(settings.folder / SPOOL / "events.jsonl", settings.rotate_at))
    # New folders' names are to be on the disk before anything in them is acknowledged.
    for folder in (settings.folder, settings.folder.absolute().parent):
        with contextlib.suppress(OSError):
            sync_folder(folder)
    return ParquetSink(spool, Converter(settings, spool, files))


class ParquetSink:
    """Events go to the spool; `converter` does the rest."""

    def __init__(self, spool: LinesSink, converter: Converter) -> None:
        self._spool = spool
        self._converter = converter

    async def handle(self, event: Event) -> None:
        """As the interface says."""
        await self._spool.handle(event)

    def handle_all(self, events: Sequence[Event]) -> None:
        """As the interface says. Raises OSError, or Closed."""
        self._spool.handle_all(events)

    async def close(self) -> None:
        """Turn what is there into Parquet, for ten seconds at most; the next start does the rest."""
        await asyncio.to_thread(self._converter.close)
        # Last, since its lock keeps the folder from another receiver.
        await self._spool.close()


class Converter:
    """A thread that looks for finished spools. What fails is logged and tried again; no event waits for it."""

    def __init__(
        self,
        settings: Settings,
        spool: LinesSink,
        files: ParquetFiles,
        *,
        look_seconds: float = _LOOK_SECONDS,
        retry_seconds: float = _RETRY_SECONDS,
        close_seconds: float = _CLOSE_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._folder = settings.folder / SPOOL
        self._every = settings.every
        self._spool = spool
        self._files = files
        self._look_seconds = look_seconds
        self._retry_seconds = retry_seconds
        self._close_seconds = close_seconds
        self._clock = clock
        # What an earlier process has begun is finished at once.
        self._since = -float("inf") if self._is_begun() else clock()
        self._ending = threading.Event()
        self._end = float("inf")
        self._thread = threading.Thread(target=self._run, name="gcsync-parquet", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Finish the spool and convert what there is time for. Doing so twice is no error."""
        if not self._ending.is_set():
            self._end = self._clock() + self._close_seconds
            self._ending.set()
        self._thread.join()

    def _run(self) -> None:
        pause = 0.0
        while not self._ending.wait(pause):
            pause = self._look_seconds if self._work() else self._retry_seconds
        self._since = -float("inf")
        self._work()

    def _work(self) -> bool:
        """Convert all that can be; False where something failed."""
        failures: list[Exception] = []
        try:
            self._finish_old()
            for path in sorted(self._folder.iterdir()):
                failures += self._convert(path)
        except (Interrupted, Closed):
            pass
        except OSError as error:
            failures.append(error)
        if failures:
            reason = getattr(failures[0], "strerror", None) or type(failures[0]).__name__
            _log.error("Parquet cannot be written, and the events wait in %s: %s", self._folder, reason)
        return not failures

    def _convert(self, path: Path) -> list[Exception]:
        """What failed: one spool is not to hold up the others. Raises Interrupted."""
        try:
            if path.suffix == ".tmp":
                # Half a file of an earlier process.
                path.unlink()
            elif _FINISHED.fullmatch(path.name):
                self._files.convert(path, self._is_late)
        except Interrupted:
            raise
        except Exception as error:
            _log.debug("where it happened", exc_info=True)
            return [error]
        return []

    def _finish_old(self) -> None:
        if not self._is_begun():
            self._since = self._clock()
        elif self._clock() >= self._since + self._every:
            self._spool.rotate()
            self._since = self._clock()

    def _is_begun(self) -> bool:
        path = self._folder / "events.jsonl"
        return path.exists() and path.stat().st_size > 0

    def _is_late(self) -> bool:
        return self._clock() >= self._end


def _read(rest: str) -> Settings:
    name, _, query = rest.partition("?")
    given = dict(parse_qsl(query, keep_blank_values=True))
    size, every = read_size(given.pop("rotate", "100M")), read_duration(given.pop("every", "15m"))
    compression = given.pop("compression", COMPRESSIONS[0])
    if not name or given or not size or not every or compression not in COMPRESSIONS:
        hint = f"write parquet:events?rotate=100M&every=15m&compression=zstd; or {', '.join(COMPRESSIONS[1:])}"
        message = "parquet: is followed by a folder, and behind a ? by rotate=, every= and compression="
        raise DiagnosticError(Diagnostic("GC804", message, path="--sink", hint=hint))
    return Settings(Path(name), size, every.total_seconds(), compression)


def _files(settings: Settings) -> ParquetFiles:
    try:
        import pyarrow.parquet  # noqa: F401
    except ImportError:
        hint = "pip install 'gcsync[receiver,parquet]'"
        message = "the sink parquet: needs pyarrow, which is not installed"
        raise DiagnosticError(Diagnostic("GC812", message, path="--sink", hint=hint)) from None
    return ParquetFiles(settings.folder, settings.compression)
