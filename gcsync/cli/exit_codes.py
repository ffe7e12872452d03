"""The exit codes, all of them."""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """What a command ends with; `MEANINGS` says what each tells."""

    DONE = 0
    ERROR = 1
    CHANGES = 2
    PARTIAL = 3
    INTERRUPTED = 130
    TERMINATED = 143


MEANINGS = {
    ExitCode.DONE: "done; for plan --detailed-exitcode and drift: nothing to change; verify: no check failed",
    ExitCode.ERROR: "anything wrong: a bad command line or stack, a refusal, an apply of which nothing was done",
    ExitCode.CHANGES: "plan --detailed-exitcode: there are changes; drift: there is drift; verify: a check failed",
    ExitCode.PARTIAL: "apply, destroy, drift --reconcile: some was done; some failed, was skipped or reads back wrong; "
    "apply --verify: a check failed",
    ExitCode.INTERRUPTED: "interrupted (Ctrl-C)",
    ExitCode.TERMINATED: "terminated (SIGTERM)",
}


def explain_exit_codes() -> str:
    """The table of exit codes, one per line, for people."""
    return "\n".join(f"{code.value:>5}  {meaning}" for code, meaning in MEANINGS.items())
