"""Whose turn it is to write: one process of this machine at a time.

Waiting costs nothing and ends at once when the turn is given back, also by a process that is killed.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path


class Turn:
    """`with turn:` waits until nobody else is inside, in this process or another. Not to be nested in itself.

    The path is that of a file which is made for it and stays. May raise OSError.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._next = path.with_name(f"{path.name}.next")
        self._file: int | None = None
        self._queue: int | None = None

    def __enter__(self) -> Turn:
        # Whoever waits holds the place of the next one; who has just been inside would be quicker than any that wakes.
        if self._queue is None:
            self._queue = _open(self._next)
        _lock(self._queue)
        try:
            return self._enter()
        finally:
            _unlock(self._queue)

    def _enter(self) -> Turn:
        while True:
            file = self._file = _open(self._path) if self._file is None else self._file
            _lock(file)
            if self._is_current(file):
                return self
            # Whoever removed the file has parted those who wait for it from those who come.
            self._let_go()

    def __exit__(self, *how: object) -> None:
        if self._file is not None:
            _unlock(self._file)

    def close(self) -> None:
        """Doing so twice is no error."""
        self._let_go()
        if self._queue is not None:
            os.close(self._queue)
            self._queue = None

    def _let_go(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _is_current(self, file: int) -> bool:
        try:
            there, here = os.stat(self._path), os.fstat(file)
        except FileNotFoundError:
            return False
        return (there.st_dev, there.st_ino) == (here.st_dev, here.st_ino)


def _open(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o600)


if sys.platform == "win32":
    import msvcrt

    def _lock(file: int) -> None:
        # Tries for ten seconds, then raises OSError.
        msvcrt.locking(file, msvcrt.LK_LOCK, 1)

    def _unlock(file: int) -> None:
        msvcrt.locking(file, msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def _lock(file: int) -> None:
        fcntl.flock(file, fcntl.LOCK_EX)

    def _unlock(file: int) -> None:
        fcntl.flock(file, fcntl.LOCK_UN)
