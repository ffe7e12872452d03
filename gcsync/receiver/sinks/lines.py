"""A file of JSON lines that outlives crashes: whole lines only, on the disk before anybody is told, one writer."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Sequence
from datetime import UTC, datetime
from json.encoder import encode_basestring_ascii as _quoted
from pathlib import Path

from gcsync.receiver.interface import Event

_TAIL = 64 * 1024


def line_of(event: Event, **more: object) -> bytes:
    """`{"id", "type", "received_at", "event"}`, then what is said besides, with a newline at its end."""
    head = f'"id": {_quoted(event.id)}, "type": {_quoted(event.type)}, "received_at": {_quoted(event.received_at)}'
    rest = f", {json.dumps(more)[1:-1]}" if more else ""
    return f'{{{head}{rest}, "event": {event.text}}}\n'.encode()


class LineFile:
    """Appends lines. Every method may raise OSError; after one, the file holds whole lines only.

    With `rotate_at`, a file of that many bytes is renamed to `NAME-<UTC time>.jsonl`, and the oldest of those go that
    are more than `keep`; 0 keeps all.
    """

    def __init__(self, path: Path, rotate_at: int | None = None, keep: int = 0) -> None:
        self.path = path
        self._rotate_at = rotate_at
        self._keep = keep
        self._descriptor: int | None = None

    def append(self, lines: Sequence[bytes]) -> None:
        """Write the lines; they are on the disk when this returns."""
        descriptor = self._open()
        size = os.fstat(descriptor).st_size
        if self._rotate_at is not None and size >= self._rotate_at:
            self._rotate()
            descriptor = self._open()
            size = 0
        try:
            _write(descriptor, b"".join(lines))
            os.fsync(descriptor)
        except OSError:
            # Half a line would spoil the next one.
            with contextlib.suppress(OSError):
                os.ftruncate(descriptor, size)
            self.close()
            raise

    def close(self) -> None:
        """Doing so twice is no error."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def _open(self) -> int:
        """The descriptor of what bears the name now: another program may have moved the file away."""
        if self._descriptor is not None:
            if self._is_current(self._descriptor):
                return self._descriptor
            self.close()
        self.path.parent.mkdir(parents=True, exist_ok=True)
        flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | getattr(os, "O_CLOEXEC", 0)
        self._descriptor = os.open(self.path, flags, 0o600)
        _cut_torn_line(self._descriptor)
        sync_folder(self.path.parent)
        return self._descriptor

    def _is_current(self, descriptor: int) -> bool:
        try:
            there, here = os.stat(self.path), os.fstat(descriptor)
        except FileNotFoundError:
            return False
        return (there.st_dev, there.st_ino) == (here.st_dev, here.st_ino)

    def _rotate(self) -> None:
        self.close()
        stem, suffix = self.path.stem, self.path.suffix
        moment = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%fZ")
        self.path.rename(self.path.with_name(f"{stem}-{moment}{suffix}"))
        sync_folder(self.path.parent)
        if self._keep:
            for old in sorted(self.path.parent.glob(f"{_literal(stem)}-*Z{_literal(suffix)}"))[: -self._keep]:
                old.unlink(missing_ok=True)


def _write(descriptor: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]


def _cut_torn_line(descriptor: int) -> None:
    """Take away what stands behind the last newline: a crash in the middle of a write, acknowledged to nobody."""
    end = size = os.fstat(descriptor).st_size
    while end > 0:
        begin = max(0, end - _TAIL)
        os.lseek(descriptor, begin, os.SEEK_SET)
        newline = os.read(descriptor, end - begin).rfind(b"\n")
        if newline >= 0:
            end = begin + newline + 1
            break
        end = begin
    if end < size:
        os.ftruncate(descriptor, end)


def sync_folder(folder: Path) -> None:
    """Let a new or renamed file's name be on the disk too, where the system can do that."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _literal(text: str) -> str:
    return "".join(f"[{character}]" if character in "*?[" else character for character in text)
