"""The exit codes, all of them."""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """What a command ends with; `meaning` is the line of `--help` and of docs/commands.md."""

    meaning: str

    def __new__(cls, code: int, meaning: str) -> ExitCode:
        member = int.__new__(cls, code)
        member._value_ = code
        member.meaning = meaning
        return member

    DONE = 0, "done; for plan --detailed-exitcode and drift: nothing to change"
    ERROR = 1, "anything wrong: a bad command line or stack, a refusal, an apply of which nothing was done"
    CHANGES = 2, "plan --detailed-exitcode: there are changes; drift: there is drift"
    PARTIAL = 3, "apply, destroy: some of it was done; some failed, was skipped or reads back differently"
    INTERRUPTED = 130, "interrupted (Ctrl-C)"
    TERMINATED = 143, "terminated (SIGTERM)"


def explain_exit_codes() -> str:
    """The table of exit codes, one per line, for people."""
    return "\n".join(f"{code.value:>5}  {code.meaning}" for code in ExitCode)
