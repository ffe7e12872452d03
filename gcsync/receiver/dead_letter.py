"""Events that no attempt could handle: kept in a file of JSON lines, to be sent to the sink again by `receiver replay`.

A replay moves the file away first, so that a receiver that runs meanwhile begins a new one; what fails again goes to
that one. In what it has moved away it crosses out each line that is settled, with a `#` in place of the first brace: a
replay that was cut off goes on where that one ended, and sends at most one event twice.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from filelock import FileLock, Timeout

from gcsync.model.diagnostic import Diagnostic, DiagnosticError
from gcsync.receiver.interface import Event, Sink, SinkFailure
from gcsync.receiver.letters import BEGIN, letter_of
from gcsync.receiver.sinks.lines import LineFile, is_foreign, line_of, sync_folder

_CROSSED_OUT: Final = b"#"


class DeadLetters:
    """The file. Several processes may write to it."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def check(self) -> None:
        """Whether the file can be written, before an event hangs on it. Raises DiagnosticError (GC807)."""
        hint = "name a file in a folder that can be written"
        if self.path.exists() and not self.path.is_file():
            raise DiagnosticError(Diagnostic("GC807", f"{self.path} is no file", path="--dead-letter", hint=hint))
        file = LineFile(self.path)
        try:
            if is_foreign(self.path):
                message = f"{self.path} holds something else than lines of JSON, and was not changed"
                raise DiagnosticError(Diagnostic("GC807", message, path="--dead-letter", hint=hint))
            file.append([])
        except OSError as error:
            message = f"{self.path} cannot be written: {error.strerror or error}"
            raise DiagnosticError(Diagnostic("GC807", message, path="--dead-letter", hint=hint)) from None
        finally:
            file.close()

    def keep_apart(self, sink: str, option: str) -> None:
        """A replay of the sink's own file would send what was handled. Raises DiagnosticError (GC807)."""
        kind, _, rest = sink.partition(":")
        if kind == "jsonl" and Path(rest.partition("?")[0]).resolve() == self.path.resolve():
            hint = "give the dead letters a file of their own"
            message = f"{self.path} is the file of the sink"
            raise DiagnosticError(Diagnostic("GC807", message, path=option, hint=hint))

    async def add(self, event: Event, attempts: int, reason: str) -> None:
        """It is on the disk when this returns. Raises OSError."""
        await asyncio.to_thread(self.write, event, attempts, reason)

    def write(self, event: Event, attempts: int, reason: str) -> None:
        """The same for whoever has no event loop."""
        file = LineFile(self.path)
        try:
            file.append([line_of(event, attempts=attempts, reason=reason)])
        finally:
            file.close()

    @property
    def _taken(self) -> Path:
        return self.path.with_name(f"{self.path.name}.replaying")

    def waiting(self) -> bool:
        """Whether there is anything to replay."""
        return self.path.exists() or self._taken.exists()

    def nothing(self) -> DiagnosticError:
        """What is said where there is not: GC807."""
        return _cannot(f"there is nothing to replay at {self.path}")

    @contextlib.contextmanager
    def alone(self) -> Iterator[None]:
        """While inside, nobody else replays this file. Raises DiagnosticError (GC807), OSError."""
        # A replay removes what it has sent: a device or a pipe of this machine must never be that.
        if self.path.exists() and not self.path.is_file():
            raise _cannot(f"{self.path} is no file")
        lock = FileLock(self.path.with_name(f"{self.path.name}.replay"), timeout=0, thread_local=False)
        try:
            lock.acquire()
        except Timeout:
            hint = "wait until it has ended"
            message = f"another replay of {self.path} is under way"
            raise DiagnosticError(Diagnostic("GC807", message, path="FILE", hint=hint)) from None
        try:
            yield
        finally:
            lock.release()

    def take(self) -> Path | None:
        """The file under another name, or what an earlier replay has left; None where nothing waits.

        A file that holds anything but dead letters stays where it is. Raises DiagnosticError (GC807), OSError.
        """
        taken = self._taken
        if not self.waiting():
            return None
        file = LineFile(self.path)
        try:
            with file.turn:
                if taken.exists() or not self.path.exists():
                    return taken if taken.exists() else None
                _read(self.path)
                self.path.rename(taken)
                sync_folder(taken.parent)
        finally:
            file.close()
        return taken


@dataclass(frozen=True, slots=True)
class Replayed:
    """How many events the sink took, and how many it refused again."""

    taken: int = 0
    refused: int = 0


async def replay(letters: DeadLetters, sink: Sink) -> Replayed:
    """Hand every dead letter to the sink; what it refuses is put back. Raises DiagnosticError (GC807), OSError."""
    path = letters.take()
    if path is None:
        raise letters.nothing()
    taken = refused = 0
    with path.open("r+b", buffering=0) as file:
        for place, event, attempts in _read(path):
            try:
                await sink.handle(event)
                taken += 1
            except SinkFailure as error:
                await letters.add(event, attempts + 1, str(error))
                refused += 1
            file.seek(place)
            file.write(_CROSSED_OUT)
    path.unlink()
    return Replayed(taken, refused)


def _cannot(message: str) -> DiagnosticError:
    hint = "name the file that receiver serve was given as --dead-letter"
    return DiagnosticError(Diagnostic("GC807", message, path="FILE", hint=hint))


def _read(path: Path) -> list[tuple[int, Event, int]]:
    """All of the file that is not settled, before anything of it is sent: where each line begins, event and attempts.

    Raises DiagnosticError (GC807).
    """
    found = []
    place = 0
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            letter = letter_of(line)
            if letter is not None:
                found.append((place, *letter))
            elif not _is_no_letter_of(line):
                hint = "mend that line or take it out, and replay again; nothing of it was sent"
                message = f"{path}: line {number} is no dead letter"
                raise DiagnosticError(Diagnostic("GC807", message, path="FILE", hint=hint))
            place += len(line)
    return found


def _is_no_letter_of(line: bytes) -> bool:
    """Whether it is crossed out, or half a line of a crash, which was acknowledged to nobody."""
    return line.startswith(_CROSSED_OUT) or (not line.endswith(b"\n") and line.startswith(BEGIN))
