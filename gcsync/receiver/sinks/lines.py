"""A file of JSON lines that outlives crashes: whole lines only, and on the disk before anybody is told.

Several processes may write to it. They take turns to write, and bring it to the disk when their turn is over, so that
none waits for another's disk.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from json.encoder import encode_basestring_ascii as _quoted
from pathlib import Path

from gcsync.receiver.interface import Event
from gcsync.receiver.turns import Turn

_TAIL = 64 * 1024
_TEXT = r'"[^"\\]*(?:\\.[^"\\]*)*"'
_LINE = re.compile(rf'\{{"id": ({_TEXT}), "type": ({_TEXT}), "received_at": ({_TEXT}), "event": (\{{.*\}})\}}\n')


def line_of(event: Event, **more: object) -> bytes:
    """`{"id", "type", "received_at", "event"}`, then what is said besides, with a newline at its end."""
    head = f'"id": {_quoted(event.id)}, "type": {_quoted(event.type)}, "received_at": {_quoted(event.received_at)}'
    rest = f", {json.dumps(more)[1:-1]}" if more else ""
    return f'{{{head}{rest}, "event": {event.text}}}\n'.encode()


def read_line(line: bytes) -> tuple[str, str, str, str]:
    """The id, type, moment and JSON text of an event, letter for letter. Raises ValueError for what is no such line."""
    found = _LINE.fullmatch(line.decode())
    if found is None:
        raise ValueError("no line of an event")
    event_id, kind, moment = (json.loads(found[number]) for number in (1, 2, 3))
    return event_id, kind, moment, found[4]


def is_foreign(path: Path) -> bool:
    """Whether what bears the name is anything but lines of JSON: nothing may be cut off there. Raises OSError."""
    try:
        if not path.is_file():
            return path.exists()
        with path.open("rb") as file:
            return not (file.read(_TAIL).lstrip() or b"{").startswith(b"{")
    except FileNotFoundError:
        return False


class LineFile:
    """Appends lines. Every method may raise OSError; after one, the file holds whole lines only.

    With `rotate_at`, a file of that many bytes is renamed to `NAME-<UTC time>.jsonl`, and the oldest of those go that
    are more than `keep`; 0 keeps all.
    """

    def __init__(self, path: Path, rotate_at: int | None = None, keep: int = 0) -> None:
        self.path = path
        self.turn = Turn(path.with_name(f"{path.name}.lock"))
        self._rotate_at = rotate_at
        self._keep = keep
        self._descriptor: int | None = None

    def append(self, lines: Sequence[bytes]) -> None:
        """Write the lines; they are on the disk when this returns."""
        data = b"".join(lines)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.turn:
            descriptor, size = self._prepare()
            try:
                _write(descriptor, data)
            except OSError:
                self._take_back(descriptor, size)
                raise
        try:
            os.fsync(descriptor)
        except OSError:
            with self.turn:
                # What others have written behind it stays, and so do these lines: they are whole.
                if os.fstat(descriptor).st_size == size + len(data):
                    self._take_back(descriptor, size)
            raise

    def rotate(self) -> None:
        """Begin a new file, whatever the size; an empty one stays."""
        with self.turn:
            if os.fstat(self._open()).st_size:
                self._rotate()

    def close(self) -> None:
        """Doing so twice is no error."""
        self._let_go()
        self.turn.close()

    def _let_go(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def _prepare(self) -> tuple[int, int]:
        """The descriptor of what bears the name now, whole lines and not too many of them, and its size in bytes."""
        descriptor = self._open()
        size = _cut_torn_line(descriptor)
        if self._rotate_at is None or size < self._rotate_at:
            return descriptor, size
        self._rotate()
        return self._open(), 0

    def _take_back(self, descriptor: int, size: int) -> None:
        # Half a line would spoil the next one.
        with contextlib.suppress(OSError):
            os.ftruncate(descriptor, size)
        self._let_go()

    def _open(self) -> int:
        """The descriptor of what bears the name now: another program may have moved the file away."""
        if self._descriptor is not None:
            if self._is_current(self._descriptor):
                return self._descriptor
            self._let_go()
        flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | getattr(os, "O_CLOEXEC", 0)
        self._descriptor = os.open(self.path, flags, 0o600)
        sync_folder(self.path.parent)
        return self._descriptor

    def _is_current(self, descriptor: int) -> bool:
        try:
            there, here = os.stat(self.path), os.fstat(descriptor)
        except FileNotFoundError:
            return False
        return (there.st_dev, there.st_ino) == (here.st_dev, here.st_ino)

    def _rotate(self) -> None:
        self._let_go()
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


def _cut_torn_line(descriptor: int) -> int:
    """Take away what stands behind the last newline: a crash in the middle of a write, acknowledged to nobody.

    A whole line gets its newline: an editor that took it away left an event that was acknowledged. The size that is
    left. Whose turn it is knows that nobody is in the middle of a write.
    """
    end = size = os.fstat(descriptor).st_size
    if size and _read(descriptor, size - 1, size) == b"\n":
        return size
    while end > 0:
        begin = max(0, end - _TAIL)
        newline = _read(descriptor, begin, end).rfind(b"\n")
        if newline >= 0:
            end = begin + newline + 1
            break
        end = begin
    if end < size and _is_whole(_read(descriptor, end, size)):
        os.write(descriptor, b"\n")
        return size + 1
    if end < size:
        os.ftruncate(descriptor, end)
    return end


def _is_whole(line: bytes) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False


def _read(descriptor: int, begin: int, end: int) -> bytes:
    os.lseek(descriptor, begin, os.SEEK_SET)
    return os.read(descriptor, end - begin)


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
