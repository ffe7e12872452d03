"""The two ways out: `result` to stdout, `notice` to stderr. Nothing else in gcsync prints.

A reader of stdout that went away (`gcsync list | head`) is no error: the rest is dropped, and the exit code stays that
of the command. A stdout that cannot take what was printed (a full disk) is one: GC602.
"""

from __future__ import annotations

import errno
import io
import os
import stat
import sys
from typing import TYPE_CHECKING, TextIO

from gcsync.cli.annotations import annotator

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gcsync.model.diagnostic import Diagnostic
    from gcsync.views.style import Style

_DEFAULT_WIDTH = 120


class StreamClosed(OSError):
    """A stream that was closed before gcsync began was written to."""


class _Closed(io.TextIOBase):
    """What stands in for a stream that was closed before gcsync began (`gcsync plan >&-`): it takes nothing."""

    def write(self, text: str, /) -> int:
        raise StreamClosed(errno.EBADF, "it is closed")


def result(text: str) -> None:
    """Print what the command was asked for, at once, with a newline at its end if it has none.

    Raises DiagnosticError (GC602) when stdout cannot take it.
    """
    if not text:
        return
    try:
        sys.stdout.write(_for_log(text if text.endswith("\n") else f"{text}\n", sys.stdout))
        sys.stdout.flush()
    except BrokenPipeError:
        discard(sys.stdout)
    except OSError as error:
        discard(sys.stdout)
        raise cannot_write(error) from error


def notice(text: str) -> None:
    """Print progress, a warning or an error to stderr. When even that is impossible, nobody is left to be told."""
    if text:
        _tell(_for_log(text, sys.stderr))


def workflow_commands(text: str) -> None:
    """Print commands of GitHub Actions to stderr, as they are: the only text of gcsync that may hold some."""
    if text:
        _tell(text)


def _tell(text: str) -> None:
    try:
        sys.stderr.write(text if text.endswith("\n") else f"{text}\n")
        sys.stderr.flush()
    except OSError:
        discard(sys.stderr)


def _for_log(text: str, stream: TextIO) -> str:
    """The text without what a CI system's runner would obey in a log. A file is no log, and gets the text as it is."""
    if not annotator.is_read or _is_file(stream):
        return text
    from gcsync.views.annotations import harmless

    return harmless(text)


def _is_file(stream: TextIO) -> bool:
    try:
        return stat.S_ISREG(os.fstat(stream.fileno()).st_mode)
    except (OSError, ValueError):
        return False


def write(text: str, stream: TextIO) -> None:
    """A result on stdout, a notice on stderr."""
    (result if stream is sys.stdout else notice)(text)


def report(diagnostics: Iterable[Diagnostic], style: Style) -> None:
    """Print diagnostics to stderr, errors and warnings alike, in the order of their places."""
    from gcsync.views.diagnostics import render_diagnostics

    found = tuple(diagnostics)
    annotator.diagnostics(found)
    if found:
        notice(render_diagnostics(found, style))


def style_of(stream: TextIO, *, no_color: bool) -> Style:
    """Colour on a terminal only, and never under NO_COLOR; the width of the terminal, else 120 columns."""
    from gcsync.views.style import Style

    terminal = stream.isatty()
    color = terminal and not no_color and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    return Style(color=color, width=_width(stream) if terminal else _DEFAULT_WIDTH)


def prepare_streams() -> None:
    """Let neither a character nor a closed stream end a run: what the terminal's encoding lacks is shown escaped."""
    for name in ("stdin", "stdout", "stderr"):
        if getattr(sys, name) is None:
            # Its number, now the lowest free one, must not become that of a connection or a file.
            os.open(os.devnull, os.O_RDWR)
            setattr(sys, name, _Closed())
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")


def finish() -> None:
    """Leave nothing in a buffer that could fail while the interpreter ends."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            discard(stream)


def discard(stream: TextIO) -> None:
    """Send what is still buffered, and all that follows, nowhere: the interpreter flushes once more as it ends."""
    try:
        target = stream.fileno()
    except (OSError, ValueError):
        return
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, target)
    os.close(nowhere)


def cannot_write(error: OSError) -> Exception:
    """The error of a stdout, or of a disk, that takes no more."""
    from gcsync.model.diagnostic import Diagnostic, DiagnosticError

    hint = "free some space, or send the output elsewhere, and run the command again"
    if error.errno != errno.ENOSPC:
        hint = "send the output elsewhere and run the command again"
    return DiagnosticError(
        Diagnostic("GC602", f"the output could not be written: {error.strerror or error}", hint=hint)
    )


def _width(stream: TextIO) -> int:
    try:
        return os.get_terminal_size(stream.fileno()).columns or _DEFAULT_WIDTH
    except (OSError, ValueError):
        return _DEFAULT_WIDTH
