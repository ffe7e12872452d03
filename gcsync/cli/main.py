"""Where the program begins and ends: the only place that calls `sys.exit`."""

from __future__ import annotations

import os
import sys
from typing import Any, NoReturn

from gcsync import __version__
from gcsync.cli import output
from gcsync.cli.annotations import annotator
from gcsync.cli.exit_codes import ExitCode


def main() -> NoReturn:
    """`gcsync`: run the command line and exit with its code."""
    forbid_core_dumps()
    code = run(sys.argv[1:])
    if code in (ExitCode.INTERRUPTED, ExitCode.TERMINATED):
        # Threads may still wait for an answer; whoever asked to stop does not wait for them.
        os._exit(code)
    sys.exit(int(code))


def run(arguments: list[str]) -> ExitCode:
    """Run one command line and return its exit code. Nothing is raised; what went wrong is on stderr."""
    output.prepare_streams()
    try:
        if arguments == ["--version"]:
            output.result(version())
            return ExitCode.DONE
        return _run_app(arguments)
    except BaseException as error:  # the one place where everything is caught
        return _end(error, arguments)
    finally:
        output.workflow_commands(annotator.taken())
        output.finish()


def _end(error: BaseException, arguments: list[str]) -> ExitCode:
    try:
        from gcsync.cli.failures import end

        return end(error, arguments)
    except Exception:
        # Not even the error can be told in full, as when memory has run out: the least that is always possible.
        output.notice(f"internal error GC900: {type(error).__name__}")
        return ExitCode.ERROR


def forbid_core_dumps() -> None:
    """Let a crash of the interpreter leave no image of the memory, which holds every secret."""
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    except (ImportError, OSError, ValueError):
        # Windows writes none unless it is told to; where the limit cannot be lowered, nothing more can be done.
        return


def version() -> str:
    """The line of `--version`."""
    return f"gcsync {__version__}"


def _run_app(arguments: list[str]) -> ExitCode:
    from gcsync.cli.interruption import signals

    signals.install()
    _silence_the_background()
    from gcsync.cli.app import command

    code = command()(args=arguments, prog_name="gcsync", standalone_mode=False)
    return ExitCode(code or 0)


def _silence_the_background() -> None:
    """Print no traceback of a thread or a finalizer either: its message may quote a secret."""
    import threading

    def tell(unhandled: Any) -> None:
        if unhandled.exc_type is not SystemExit:
            output.notice(f"internal error GC900 in the background: {unhandled.exc_type.__name__}")

    threading.excepthook = tell
    sys.unraisablehook = tell
