"""The event that a command is given: a file, or `-` for stdin."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

if TYPE_CHECKING:
    from gcsync.model.diagnostic import DiagnosticError
    from gcsync.model.trace import Event

LARGEST: Final = 4 * 1024 * 1024
_STDIN: Final = "-"

EventFile = Annotated[
    str,
    typer.Argument(
        metavar="EVENT.json", show_default=False, help="A file with one event, or - for stdin; .yaml is read as YAML."
    ),
]


def read_event_input(name: str) -> Event:
    """The event. Raises DiagnosticError: GC840, GC841, and what is wrong with the file."""
    from gcsync.stack import event_from_file, event_from_text

    return event_from_text(_stdin(), "stdin") if name == _STDIN else event_from_file(name, Path.cwd())


def _stdin() -> str:
    if sys.stdin.isatty():
        raise _unreadable("stdin is a terminal", "for example: gcsync trace - < event.json")
    raw = getattr(sys.stdin, "buffer", None)
    try:
        text: str = raw.read(LARGEST + 1).decode("utf-8-sig") if raw is not None else sys.stdin.read(LARGEST + 1)
    except UnicodeDecodeError:
        raise _unreadable("what came on stdin is not UTF-8", "send the event as JSON in UTF-8") from None
    if len(text) > LARGEST:
        raise _unreadable(f"what came on stdin is larger than {LARGEST // 1024 // 1024} MiB", "send one event")
    return text


def _unreadable(problem: str, hint: str) -> DiagnosticError:
    from gcsync.model.diagnostic import Diagnostic, DiagnosticError

    return DiagnosticError(Diagnostic("GC840", f"no event: {problem}", hint=hint))
