"""Parquet files out of a finished spool: all of them whole, then the spool removed, so that no crash loses or doubles.

    SPOOL/events-MOMENT.jsonl ─▶ SPOOL/events-MOMENT.DATE.tmp ─▶ FOLDER/date=DATE/events-MOMENT.parquet

A file has its last name only when it is on the disk with its footer. Converting a spool again leaves out what is there,
so that whoever was cut off begins anew.
"""

from __future__ import annotations

import contextlib
import logging
import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, Final, TypeAlias

from gcsync.receiver.sinks.lines import read_line, sync_folder

COMPRESSIONS: Final = ("zstd", "snappy", "gzip", "none")
GROUP_BYTES: Final = 16_000_000
"""Of lines in a row group: all that is held in memory, some three times over while it is written."""
_STEP_ROWS = 256

_log = logging.getLogger(__name__)

_Row: TypeAlias = "tuple[str, str, datetime, str]"


class Interrupted(Exception):
    """The conversion was told to stop; the spool is as it was."""


class ParquetFiles:
    """Writes below `folder`. Methods may raise OSError, or what pyarrow raises; the spool is then as it was."""

    def __init__(self, folder: Path, compression: str, group_bytes: int = GROUP_BYTES) -> None:
        import pyarrow

        self._folder = folder
        self._compression = compression
        self._group_bytes = group_bytes
        self._schema = pyarrow.schema(
            [
                pyarrow.field("id", pyarrow.string(), nullable=False),
                pyarrow.field("type", pyarrow.string(), nullable=False),
                pyarrow.field("received_at", pyarrow.timestamp("ms", tz="UTC"), nullable=False),
                pyarrow.field("event", pyarrow.string(), nullable=False),
            ]
        )

    def convert(self, spool: Path, stop: Callable[[], bool] = lambda: False) -> None:
        """Turn the spool into a file for each date in it. `stop` is asked between row groups; raises Interrupted."""
        with contextlib.closing(_Dates(self, spool)) as dates:
            for rows in _groups(spool, self._group_bytes):
                if stop():
                    raise Interrupted
                dates.add(rows)
            finished = dates.finish()
            for half, whole in finished:
                half.replace(whole)
        for parent in {whole.parent for _, whole in finished}:
            sync_folder(parent)
        spool.unlink()

    def target(self, spool: Path, date: str) -> Path:
        """Where the events of that date go."""
        return self._folder / f"date={date}" / f"{spool.stem}.parquet"

    def writer(self, file: IO[bytes]) -> Any:
        """A ParquetWriter. Only columns that are asked for by value get statistics, and only `type` a dictionary."""
        import pyarrow.parquet

        return pyarrow.parquet.ParquetWriter(
            file,
            self._schema,
            compression=self._compression,
            use_dictionary=["type"],
            write_statistics=["id", "type", "received_at"],
        )

    def table(self, rows: list[_Row]) -> Any:
        """A row group."""
        import pyarrow

        # In small steps: pyarrow lets no other thread run while it takes over Python's texts.
        steps = (rows[begin : begin + _STEP_ROWS] for begin in range(0, len(rows), _STEP_ROWS))
        return pyarrow.Table.from_batches([self._batch(step) for step in steps], schema=self._schema)

    def _batch(self, rows: list[_Row]) -> Any:
        import pyarrow

        columns = zip(zip(*rows, strict=True), self._schema, strict=True)
        arrays = [pyarrow.array(column, field.type) for column, field in columns]
        return pyarrow.RecordBatch.from_arrays(arrays, schema=self._schema)


class _Dates:
    """The files of one spool while they are written: nearly always one."""

    def __init__(self, files: ParquetFiles, spool: Path) -> None:
        self._files = files
        self._spool = spool
        self._open: dict[str, tuple[Path, IO[bytes], Any]] = {}
        self._there: set[str] = set()

    def add(self, rows: list[_Row]) -> None:
        """A row group for each date."""
        split: dict[str, list[_Row]] = {}
        for row in rows:
            split.setdefault(f"{row[2]:%Y-%m-%d}", []).append(row)
        for date, theirs in split.items():
            writer = self._writer(date)
            if writer is not None:
                writer.write_table(self._files.table(theirs), row_group_size=len(theirs))

    def finish(self) -> list[tuple[Path, Path]]:
        """Bring all to the disk, whole; their names, and those they are to have."""
        found = []
        for date, (half, file, writer) in self._open.items():
            writer.close()
            file.flush()
            os.fsync(file.fileno())
            whole = self._files.target(self._spool, date)
            whole.parent.mkdir(exist_ok=True)
            found.append((half, whole))
        if found:
            sync_folder(found[0][1].parent.parent)
        return found

    def close(self) -> None:
        """Let go of the files, and take away those that are not whole: they may be what fills the disk."""
        for half, file, writer in self._open.values():
            with contextlib.suppress(Exception):
                writer.close()
            # Or it would try once more when it is collected, and print what came of it.
            writer.is_open = False
            with contextlib.suppress(OSError):
                file.close()
            with contextlib.suppress(OSError):
                half.unlink(missing_ok=True)

    def _writer(self, date: str) -> Any | None:
        """None where an earlier process has finished that date's file."""
        if date in self._open:
            return self._open[date][2]
        if date in self._there:
            return None
        if self._files.target(self._spool, date).exists():
            self._there.add(date)
            return None
        half = self._spool.with_name(f"{self._spool.stem}.{date}.tmp")
        file = open(half, "wb", opener=_private)  # noqa: SIM115 - close() does that
        try:
            writer = self._files.writer(file)
        except BaseException:
            file.close()
            raise
        self._open[date] = half, file, writer
        return writer


def _groups(spool: Path, group_bytes: int) -> Iterator[list[_Row]]:
    rows: list[_Row] = []
    size = 0
    spoilt: list[bytes] = []
    with spool.open("rb") as file:
        for line in file:
            try:
                event_id, kind, moment, text = read_line(line)
                rows.append((event_id, kind, _moment(moment), text))
            except (ValueError, OverflowError):
                spoilt.append(line)
                continue
            size += len(line)
            if size >= group_bytes:
                yield rows
                rows, size = [], 0
    if spoilt:
        _keep(spool, spoilt)
    if rows:
        yield rows


def _moment(text: str) -> datetime:
    found = datetime.fromisoformat(text).astimezone(UTC)
    return found.replace(microsecond=found.microsecond // 1000 * 1000)


def _keep(spool: Path, lines: list[bytes]) -> None:
    """Lines that somebody else has spoilt are nobody's to throw away, and must not hold up the others."""
    path = spool.with_suffix(".unreadable")
    with open(path, "wb", opener=_private) as file:
        file.writelines(lines)
        file.flush()
        os.fsync(file.fileno())
    sync_folder(path.parent)
    _log.error("%d lines of a spool are no events; they are kept in %s", len(lines), path)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
