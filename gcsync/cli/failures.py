"""How a command ends that could not end well: every exception becomes a message on stderr and an exit code."""

from __future__ import annotations

import errno
import os
import re
import sys
import tempfile
import traceback
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from gcsync.cli import output
from gcsync.cli.exit_codes import ExitCode
from gcsync.cli.interruption import Terminated

if TYPE_CHECKING:
    from collections.abc import Mapping

_SECRET_NAMES = re.compile(r"SECRET|TOKEN|PASSWORD|API_KEY|FINGERPRINT_KEY|\AGCSYNC_VAR_", re.IGNORECASE)
_SECRET_SHAPES = (
    re.compile(r"(?P<kept>\b(?:bearer|basic)\s+)[\w.~+/=-]{6,}", re.IGNORECASE),
    re.compile(
        r"(?P<kept>(?:access_token|client_secret|authorization)[\"']?\s*[:=]\s*[\"']?)[^\s\"',}]+", re.IGNORECASE
    ),
    re.compile(r"(?P<kept>://)[^\s/@]+(?=@)"),
)
_SHORTEST_SECRET = 4
INTERNAL = "GC900"
_REDACTED = "(redacted)"
_NO_ARGUMENTS: list[str] = []


def end(error: BaseException, arguments: list[str]) -> ExitCode:
    """Say what happened, and with what the program ends."""
    from gcsync.model.diagnostic import DiagnosticError

    if isinstance(error, KeyboardInterrupt):
        output.notice("Interrupted.")
        return ExitCode.INTERRUPTED
    if isinstance(error, Terminated):
        output.notice("Terminated.")
        return ExitCode.TERMINATED
    if isinstance(error, SystemExit):
        # Only typer's own printing (--help) ends so here, when its reader went away.
        output.discard(sys.stdout)
        return ExitCode.DONE
    if isinstance(error, OSError) and error.errno is not None:
        error = _local_failure(error)
    if isinstance(error, DiagnosticError):
        output.report(error.diagnostics, output.style_of(sys.stderr, no_color="--no-color" in arguments))
        return ExitCode.ERROR
    if _is_usage_error(error):
        _show_usage(error)
        return ExitCode.ERROR
    return _internal(error, arguments)


def _local_failure(error: OSError) -> BaseException:
    """What the operating system refused, as a diagnostic; an error of a library that merely derives from it, as is."""
    from gcsync.model.diagnostic import Diagnostic, DiagnosticError

    if error.errno in (errno.ENOSPC, errno.EDQUOT) or isinstance(error, output.StreamClosed):
        return output.cannot_write(error)
    if error.filename is None:
        return error
    message = f"{os.fsdecode(error.filename)}: {error.strerror}"
    return DiagnosticError(Diagnostic("GC603", message, hint="see that the file can be read and its folder written"))


def _is_usage_error(error: BaseException) -> bool:
    """Typer's own errors: told by their shape, as where their class lives has changed between versions."""
    return callable(getattr(error, "format_message", None))


def _show_usage(error: BaseException) -> None:
    from gcsync.model.diagnostic import Diagnostic

    context = getattr(error, "ctx", None)
    hint = ""
    if context is not None:
        output.notice(context.get_usage())
        hint = f"{context.command_path} --help tells what it takes"
    message = error.format_message()  # type: ignore[attr-defined]
    output.report([Diagnostic("GC600", message, hint=hint)], output.style_of(sys.stderr, no_color=True))


def _internal(error: BaseException, arguments: list[str]) -> ExitCode:
    log = _write_log(error, arguments)
    where = f"its log is {log}" if log else "and its log could not be written"
    output.notice(f"internal error {INTERNAL}: {type(error).__name__}; {where}")
    output.notice("hint: this is a bug of gcsync; please report it with that log, which holds no secret we know of")
    return ExitCode.ERROR


def _write_log(error: BaseException, arguments: list[str]) -> Path | None:
    """The traceback, readable by its owner alone, in .gcsync/ or in the folder for temporary files."""
    from gcsync import __version__

    text = f"gcsync {__version__}, Python {sys.version.split()[0]}, {sys.platform}\n$ gcsync {' '.join(arguments)}\n\n"
    text = redact(text + "".join(traceback.format_exception(error)), os.environ, arguments)
    name = f"internal-error-{datetime.now(UTC):%Y%m%dT%H%M%S}-{os.getpid()}.log"
    return _write_private(name, text)


def _write_private(name: str, text: str) -> Path | None:
    from gcsync.cli.local_folder import make_local_folder

    for make_folder in (make_local_folder, _temporary_folder):
        try:
            path = make_folder() / name
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w", encoding="utf-8", errors="backslashreplace") as log:
                log.write(text)
        except OSError:
            continue
        return path
    return None


def _temporary_folder() -> Path:
    return Path(tempfile.gettempdir())


def redact(text: str, environ: Mapping[str, str], arguments: list[str] = _NO_ARGUMENTS) -> str:
    """The text without the secrets that the environment and `--var` hold, and without what looks like a credential."""
    known = [value for name, value in environ.items() if _SECRET_NAMES.search(name)]
    known += [value for _, value in map(_variable, arguments) if value]
    for value in sorted(known, key=len, reverse=True):
        if len(value) >= _SHORTEST_SECRET:
            text = text.replace(value, _REDACTED)
    for shape in _SECRET_SHAPES:
        text = shape.sub(rf"\g<kept>{_REDACTED}", text)
    return text


def _variable(argument: str) -> tuple[str, str]:
    """An argument that may be the NAME=VALUE of a variable, parted; the value is empty where it is none."""
    text = argument.removeprefix("--var=")
    name, _, value = text.partition("=")
    return (name, value) if not text.startswith("-") else (argument, "")
