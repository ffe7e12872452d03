"""Events that no attempt could handle: kept in a file of JSON lines, to be sent to the sink again by `receiver replay`.

A replay moves the file away first, so that a receiver that runs meanwhile begins a new one; what fails again goes to
that one. A replay that was cut off goes on with what it had moved away.
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gcsync.model.diagnostic import Diagnostic, DiagnosticError
from gcsync.receiver.interface import Event, Sink, SinkFailure
from gcsync.receiver.sinks.lines import LineFile, line_of, sync_folder


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
            file.append([])
        except OSError as error:
            message = f"{self.path} cannot be written: {error.strerror or error}"
            raise DiagnosticError(Diagnostic("GC807", message, path="--dead-letter", hint=hint)) from None
        finally:
            file.close()

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

    def take(self) -> Path | None:
        """The file under another name, or what an earlier replay has left; None where nothing waits.

        A file that holds anything but dead letters stays where it is. Raises DiagnosticError (GC807), OSError.
        """
        # A replay removes what it has sent: a device or a pipe of this machine must never be that.
        if self.path.exists() and not self.path.is_file():
            raise _cannot(f"{self.path} is no file")
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
    for event, attempts in _read(path):
        try:
            await sink.handle(event)
            taken += 1
        except SinkFailure as error:
            await letters.add(event, attempts + 1, str(error))
            refused += 1
    path.unlink()
    return Replayed(taken, refused)


def _cannot(message: str) -> DiagnosticError:
    hint = "name the file that receiver serve was given as --dead-letter"
    return DiagnosticError(Diagnostic("GC807", message, path="FILE", hint=hint))


def _read(path: Path) -> list[tuple[Event, int]]:
    """All of the file, before anything of it is sent. Raises DiagnosticError (GC807)."""
    found = []
    with path.open(encoding="utf-8", errors="replace", newline="\n") as file:
        for number, line in enumerate(file, 1):
            letter = _letter(line)
            if letter is None:
                hint = "mend that line or take it out, and replay again; nothing was sent"
                message = f"{path}: line {number} is no dead letter"
                raise DiagnosticError(Diagnostic("GC807", message, path="FILE", hint=hint))
            found.append(letter)
    return found


def _letter(line: str) -> tuple[Event, int] | None:
    try:
        found: dict[str, Any] = json.loads(line)
        texts = [found[name] for name in ("id", "type", "received_at")]
        payload, attempts = found["event"], int(found.get("attempts", 0))
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    if not all(isinstance(text, str) for text in texts) or not isinstance(payload, dict):
        return None
    return Event(texts[0], texts[1], texts[2], payload, json.dumps(payload)), attempts
