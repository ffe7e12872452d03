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
from gcsync.cli.interruption import Interrupted, Terminated

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_SECRET_NAMES = re.compile(r"SECRET|TOKEN|PASSWORD|API_KEY|FINGERPRINT_KEY|NOTIFY|\AGCSYNC_VAR_", re.IGNORECASE)
_SECRET_SHAPES = (
    re.compile(r"(?P<kept>\b(?:bearer|basic)\s+)[\w.~+/=-]{6,}", re.IGNORECASE),
    re.compile(
        r"(?P<kept>(?:access_token|client_secret|authorization)[\"']?\s*[:=]\s*[\"']?)[^\s\"',}]+", re.IGNORECASE
    ),
    re.compile(r"(?P<kept>://)[^\s/@]+(?=@)"),
)
_SHORTEST_SECRET = 4
_CHECKER = ": Value error, "
"""What pydantic, which checks the values for typer, puts before the words of a check."""

INTERNAL = "GC900"
_REDACTED = "(redacted)"


def end(error: BaseException, arguments: list[str]) -> ExitCode:
    """Say what happened, and with what the program ends."""
    from gcsync.model.diagnostic import DiagnosticError

    if isinstance(error, KeyboardInterrupt | Interrupted):
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
        _show_usage(error, arguments)
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


def _show_usage(error: BaseException, arguments: list[str]) -> None:
    """What is wrong with the command line; a misplaced `name=value` may be meant for --var, and is not repeated."""
    from gcsync.model.diagnostic import Diagnostic

    context = getattr(error, "ctx", None)
    hint = ""
    if context is not None:
        output.notice(context.get_usage())
        hint = f"{context.command_path} --help tells what it takes"
    message = error.format_message().replace(_CHECKER, ": ")  # type: ignore[attr-defined]
    for argument in arguments:
        _, equals, value = argument.partition("=")
        message = message.replace(value, _REDACTED) if equals and value else message
    output.report([Diagnostic("GC600", message, hint=hint)], output.style_of(sys.stderr, no_color=True))


def _internal(error: BaseException, arguments: list[str]) -> ExitCode:
    log = _write_log(error, arguments)
    where = f"its log is {log}" if log else "and its log could not be written"
    output.notice(f"internal error {INTERNAL}: {type(error).__name__}; {where}")
    output.notice("hint: this is a bug of gcsync; please report it with that log, which holds no values")
    return ExitCode.ERROR


def _write_log(error: BaseException, arguments: list[str]) -> Path | None:
    """What happened, readable by its owner alone, in .gcsync/ or in the folder for temporary files."""
    from gcsync import __version__

    text = f"gcsync {__version__}, Python {sys.version.split()[0]}, {sys.platform}\n"
    text += f"$ gcsync {' '.join(_without_values(arguments))}\n\n"
    name = f"internal-error-{datetime.now(UTC):%Y%m%dT%H%M%S}-{os.getpid()}.log"
    return _write_private(name, redact(text + describe(error), os.environ))


def describe(error: BaseException) -> str:
    """The traceback with every cause, and without a single message: any of them may quote a secret.

    Of the errors that the interpreter itself raises, the names of types and attributes are told.
    """
    told: list[str] = []
    waiting: list[tuple[str, BaseException]] = [("", error)]
    seen: set[int] = set()
    while waiting:
        lead, current = waiting.pop(0)
        if id(current) in seen:
            continue
        seen.add(id(current))
        told += [lead, "Traceback (most recent call last):\n", *traceback.format_tb(current.__traceback__)]
        told.append(f"{type(current).__module__}.{type(current).__qualname__}{_detail(current)}\n")
        waiting += [(f"\n{relation}:\n", other) for relation, other in _related(current)]
    return "".join(told)


def _related(error: BaseException) -> Iterator[tuple[str, BaseException]]:
    if error.__cause__ is not None:
        yield "caused by", error.__cause__
    elif error.__context__ is not None:
        yield "while handling", error.__context__
    if isinstance(error, BaseExceptionGroup):
        yield from (("one of the group", inner) for inner in error.exceptions)


def _detail(error: BaseException) -> str:
    """What can be told of an error by structure. Names count as that only where the interpreter set them."""
    if isinstance(error, AttributeError) and error.name is not None:
        return f": {type(error.obj).__qualname__} has no {error.name}"
    if isinstance(error, NameError | ImportError) and error.name is not None:
        return f": {error.name}"
    if isinstance(error, OSError) and error.errno is not None:
        return f": {errno.errorcode.get(error.errno, error.errno)}"
    return ""


def _without_values(arguments: list[str]) -> Iterator[str]:
    """The command line without what may be a secret: the values of variables, in any of the ways to write them."""
    before = ""
    for argument in arguments:
        if before == "--var" or argument.startswith("--var=") or (argument[:1] != "-" and "=" in argument):
            name, equals, _ = argument.removeprefix("--var=").partition("=")
            lead = "--var=" if argument.startswith("--var=") else ""
            yield f"{lead}{name}={_REDACTED}" if equals else _REDACTED
        else:
            yield argument
        before = argument


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


def redact(text: str, environ: Mapping[str, str]) -> str:
    """The text without the secrets that the environment holds, and without what looks like a credential."""
    known = [value for name, value in environ.items() if _SECRET_NAMES.search(name)]
    for value in sorted(known, key=len, reverse=True):
        if len(value) >= _SHORTEST_SECRET:
            text = text.replace(value, _REDACTED)
    for shape in _SECRET_SHAPES:
        text = shape.sub(rf"\g<kept>{_REDACTED}", text)
    return text
