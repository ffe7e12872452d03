"""Writing files so that there is never half of one."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from gcsync.model.diagnostic import Diagnostic, DiagnosticError


def write_new(path: Path, text: str) -> None:
    """Write a file that is not there. Raises DiagnosticError (GC621) where it is; OSError, and then there is none."""
    refuse_existing(path)
    with _beside(path, text.encode("utf-8"), 0o666 & ~_umask()) as temporary:
        try:
            os.link(temporary, path)
        except FileExistsError:
            refuse_existing(path)
            raise
        except OSError:
            # A file system without links: what appears there in this very moment is written over.
            os.replace(temporary, path)


def refuse_existing(path: Path) -> None:
    """Raises DiagnosticError (GC621) where there is anything under that name."""
    if os.path.lexists(path):
        hint = "nothing is overwritten: name another file, or move that one away"
        raise DiagnosticError(Diagnostic("GC621", f"{path} is there already", hint=hint))


def replace_text(path: Path, before: bytes, text: str, check: Callable[[Path], None]) -> None:
    """Put `text` into the place of a file, at once or not at all; its mode stays, a link is followed.

    `before` is what was read from it: a byte order mark in it is kept. `check` is given a file beside it with the new
    text, and raises what speaks against it. Raises DiagnosticError (GC630) where the file is another one by now.
    """
    real = Path(os.path.realpath(path))
    mark = b"\xef\xbb\xbf" if before.startswith(b"\xef\xbb\xbf") else b""
    with _beside(real, mark + text.encode("utf-8"), os.stat(real).st_mode & 0o7777) as temporary:
        if real.parent == Path(os.path.abspath(path)).parent:
            check(temporary)
        else:
            # What the file includes is looked for beside the link.
            with _beside(path, mark + text.encode("utf-8"), 0o600) as seen:
                check(seen)
        if real.read_bytes() != before:
            message = f"{path} was changed by somebody else in the meantime"
            raise DiagnosticError(Diagnostic("GC630", message, hint="nothing was written: run the command again"))
        os.replace(temporary, real)
    _flush_folder(real.parent)


@contextlib.contextmanager
def _beside(path: Path, data: bytes, mode: int) -> Iterator[Path]:
    """A file in the same folder with the data safely in it; gone at the end, unless it was renamed."""
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name[:100]}.", dir=path.parent)
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fchmod(file.fileno(), mode)
            os.fsync(file.fileno())
        yield temporary
    finally:
        temporary.unlink(missing_ok=True)


def _umask() -> int:
    """What this process takes away from the mode of new files: it can be read only by setting it."""
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _flush_folder(folder: Path) -> None:
    """Let the rename survive a loss of power, where the system can do that."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
