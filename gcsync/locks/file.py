"""A lock among the processes of one user on one machine: a file that the operating system locks.

It is free as soon as the process ends, however it ends. `<owner>.json` beside it says who holds it; after a crash that
is stale, which does no harm, since only the operating system's lock counts.
"""

from __future__ import annotations

import os
import stat
import tempfile
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from gcsync.locks.holder import NOBODY_KNOWN, Holder, read_holder
from gcsync.locks.interface import Subject
from gcsync.model.diagnostic import Diagnostic, DiagnosticError

if TYPE_CHECKING:
    from filelock import BaseFileLock

# A look holds the lock for a moment, and a new holder needs one to write its name down.
_MOMENT = 0.3
_PAUSE = 0.02
_ATTEMPTS = 2


class FileLock:
    """The lock of a subject in `folder`. `is_alive` says whether a process of this machine is still there."""

    def __init__(
        self,
        folder: Path,
        subject: Subject,
        *,
        host: str,
        is_alive: Callable[[int], bool] | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        organization, owner = subject.parts
        self._folder = folder / organization
        self._file = self._folder / f"{owner}.lock"
        self._note = self._folder / f"{owner}.json"
        self._host = host
        self._is_alive = is_alive or process_is_alive
        self._sleep = sleep
        self._lock: BaseFileLock | None = None
        self.place = str(self._file)

    def acquire(self, holder: Holder) -> Holder | None:
        """As `Lock.acquire`. Raises DiagnosticError (GC641) where the file cannot be made."""
        for _ in range(_ATTEMPTS):
            lock = self._seize()
            if lock is not None:
                self._lock = lock
                self._sign(holder)
                return None
            other = self._written()
            if other is not NOBODY_KNOWN:
                return other
        return NOBODY_KNOWN

    def _sign(self, holder: Holder) -> None:
        try:
            _write(self._note, holder.to_json())
        except OSError as error:
            self.release()
            raise _unusable(self.place, error) from error

    def release(self) -> bool:
        """Always ours until now: nothing takes a file lock away from a process that lives."""
        if self._lock is not None:
            with suppress(OSError):
                self._note.unlink(missing_ok=True)
            self._lock.release()
            self._lock = None
        return True

    def look(self) -> Holder | None:
        """As `Lock.look`: whoever cannot take the lock for a moment knows that it is held."""
        if not self._file.exists():
            return None
        lock = self._seize()
        if lock is None:
            return self._written()
        lock.release()
        return None

    def _seize(self) -> BaseFileLock | None:
        from filelock import FileLock as SystemLock
        from filelock import Timeout

        try:
            _private_folder(self._folder)
            lock = SystemLock(self._file, mode=0o600, thread_local=False)
            lock.acquire(timeout=_MOMENT / 3, poll_interval=_PAUSE)
        except Timeout:
            return None
        except (OSError, NotImplementedError) as error:
            raise _unusable(self.place, error) from error
        return lock

    def _written(self) -> Holder:
        """Who holds it. A note of a process that is gone is an earlier holder's: the new one is about to write."""
        waited = 0.0
        while waited < _MOMENT:
            holder = self._read()
            if holder is not None:
                return holder
            self._sleep(_PAUSE)
            waited += _PAUSE
        return NOBODY_KNOWN

    def _read(self) -> Holder | None:
        try:
            holder = read_holder(self._note.read_bytes())
        except OSError:
            return None
        is_stale = holder.host == self._host and not self._is_alive(holder.pid)
        return None if is_stale or not holder.id else holder


def first_usable(folders: Iterable[Path]) -> Path:
    """The first folder that is, or can be made, this user's alone. Raises DiagnosticError (GC641) where none can."""
    failed: OSError | None = None
    tried = []
    for folder in folders:
        try:
            return _private_folder(folder)
        except OSError as error:
            tried.append(str(folder))
            failed = failed or error
    raise _unusable(" or ".join(tried), failed or OSError("no folder"))


def process_is_alive(pid: int) -> bool:
    """Whether a process of this machine has that number; one of another user counts."""
    if os.name == "nt" or pid <= 0:
        # There a signal of any number would end the process.
        return pid > 0
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def _private_folder(folder: Path) -> Path:
    """Make it and its parent for this user alone. Raises OSError, also where somebody else put them there."""
    for path in (folder.parent, folder):
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        _refuse_foreign(path)
    if not os.access(folder, os.W_OK | os.X_OK):
        raise OSError(f"{folder} cannot be written")
    return folder


def _refuse_foreign(folder: Path) -> None:
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode):
        raise OSError(f"{folder} is a link")
    if hasattr(os, "getuid") and found.st_uid != os.getuid():
        raise OSError(f"{folder} belongs to another user")
    if os.name != "nt" and stat.S_IMODE(found.st_mode) & 0o077:
        folder.chmod(0o700)


def _write(path: Path, text: str) -> None:
    """All of it or nothing, readable by this user alone (a temporary file is made with 0600)."""
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
            stream.write(f"{text}\n")
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _unusable(place: str, error: BaseException) -> DiagnosticError:
    said = getattr(error, "strerror", None) or str(error) or type(error).__name__
    hint = "set XDG_STATE_HOME to a folder that this user may write to"
    return DiagnosticError(Diagnostic("GC641", f"the file lock cannot be taken: {place}: {said}", hint=hint))
