"""`gcsync unlock`."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from gcsync.cli import options, output
from gcsync.cli.exit_codes import ExitCode
from gcsync.cli.options import Common

if TYPE_CHECKING:
    from gcsync.locks import Holder, Lock
    from gcsync.model.diagnostic import DiagnosticError
    from gcsync.model.resource import Organization, Stack

QUESTION = 'Only "yes" takes these locks away: '


@dataclass(frozen=True, slots=True)
class _Found:
    """A lock that somebody holds."""

    stack: Stack
    lock: Lock
    holder: Holder

    def __str__(self) -> str:
        whose = self.holder.describe(datetime.now(UTC))
        return f"{self.stack.owner}: locked by {whose}, lock {self.holder.id or 'of an unknown id'}, {self.lock.place}"


@options.command
def unlock(
    common: Common,
    paths: options.Paths = None,
    environment: options.Environment = None,
    variables: options.Variables = None,
    variable_files: options.VariableFiles = None,
    lock_id: Annotated[
        str | None, typer.Option("--lock-id", metavar="ID", help="Only the lock with this id; another one stays.")
    ] = None,
    auto_approve: options.AutoApprove = False,
) -> int:
    """Show who holds the stacks' locks, and take abandoned ones away. Asks first."""
    from gcsync.cli.walk import has_stacks, load_stacks, outline_stacks

    inputs = options.inputs(environment, variables, variable_files)
    stacks = outline_stacks(paths, inputs) if paths or has_stacks() else load_stacks(paths, inputs)
    found = _look(stacks, common)
    if not found:
        output.result(f"Nothing is locked: {', '.join(stack.owner for stack in stacks)}.")
        return ExitCode.DONE
    output.result("\n".join(map(str, found)))
    _refuse(found, lock_id)
    if not auto_approve and not _is_approved():
        output.notice("Not approved: no lock was taken away.")
        return ExitCode.ERROR
    _remove(found)
    return ExitCode.DONE


def _look(stacks: Sequence[Stack], common: Common) -> list[_Found]:
    """The locks that somebody holds. The organizations are asked for their ids, and nothing else."""
    from gcsync.cli.locking import claims_of
    from gcsync.cli.walk import announce_to, grouped, identify

    with grouped(stacks, common) as groups:
        locked: list[tuple[Stack, Organization]] = identify(groups, announce_to(sys.stderr))
    found = []
    for claim, stack in claims_of(locked, common, os.environ).items():
        for lock in claim.locks:
            holder = lock.look()
            if holder is not None:
                found.append(_Found(stack, lock, holder))
    return found


def _refuse(found: Sequence[_Found], lock_id: str | None) -> None:
    """Raises DiagnosticError where a run still lives (GC644), or where the lock is another one (GC645)."""
    from gcsync.locks import Removable
    from gcsync.model.diagnostic import DiagnosticError

    problems = [_alive(one) for one in found if not isinstance(one.lock, Removable)]
    problems += [_other(one, lock_id) for one in found if lock_id is not None and one.holder.id != lock_id]
    if problems:
        raise DiagnosticError(diagnostic for error in problems for diagnostic in error.diagnostics)


def _alive(one: _Found) -> DiagnosticError:
    from gcsync.model.diagnostic import Diagnostic, DiagnosticError

    process = f"process {one.holder.pid}" if one.holder.pid else "a process of this machine"
    message = f"{process} holds the lock of {one.stack.owner}, and lives"
    hint = "end it (Ctrl-C, or kill with its number): its locks go with it; no lock was taken away"
    return DiagnosticError(Diagnostic("GC644", message, hint=hint))


def _other(one: _Found, lock_id: str | None) -> DiagnosticError:
    from gcsync.model.diagnostic import Diagnostic, DiagnosticError

    now = f"it is {one.holder.id} now" if one.holder.id else "the one that is there has no id"
    message = f"the lock of {one.stack.owner} is not {lock_id[:60] if lock_id else 'that one'}: {now}"
    hint = "another run may hold it: look who it is before you take it away"
    return DiagnosticError(Diagnostic("GC645", message, hint=hint))


def _is_approved() -> bool:
    from gcsync.cli.interruption import signals
    from gcsync.model.diagnostic import Diagnostic, DiagnosticError

    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        message = "no lock was taken away: there is no terminal to ask on, and --auto-approve was not given"
        hint = "see that the run is gone, then run again with --auto-approve"
        raise DiagnosticError(Diagnostic("GC646", message, hint=hint))
    sys.stderr.write(QUESTION)
    sys.stderr.flush()
    signals.wait_for_line(sys.stdin)
    return sys.stdin.readline().strip() == "yes"


def _remove(found: Sequence[_Found]) -> None:
    """Raises DiagnosticError (GC645) for those that are no longer what was shown."""
    from gcsync.locks import Removable
    from gcsync.model.diagnostic import DiagnosticError

    changed = []
    for one in found:
        if isinstance(one.lock, Removable) and one.lock.remove(one.holder.id):
            output.result(f"{one.stack.owner}: lock {one.holder.id or 'of an unknown id'} taken away")
        else:
            changed += [_gone(one)]
    if changed:
        raise DiagnosticError(diagnostic for error in changed for diagnostic in error.diagnostics)


def _gone(one: _Found) -> DiagnosticError:
    from gcsync.model.diagnostic import Diagnostic, DiagnosticError

    message = f"the lock of {one.stack.owner} has changed since it was shown; it was left alone"
    return DiagnosticError(Diagnostic("GC645", message, hint="look again: gcsync unlock"))
