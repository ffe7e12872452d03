"""The locks of apply and destroy: what is locked, whom that is told, and how long one waits."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from gcsync.cli import output
from gcsync.cli.interruption import signals

if TYPE_CHECKING:
    from gcsync.cli.options import Common
    from gcsync.locks import Claim, Held, Holder, Lock
    from gcsync.model.diagnostic import DiagnosticError
    from gcsync.model.resource import Organization, Stack

Locked = Sequence[tuple["Stack", "Organization"]]
"""Stacks, each with the organization that it is about."""


@contextmanager
def locking(common: Common, command: str, seconds: float) -> Iterator[Callable[[Locked], None]]:
    """What takes the locks of stacks, for as long as this context lasts; however it ends, they are given back.

    It waits up to `seconds` where another run holds one. It raises DiagnosticError (GC640 to GC643) and holds none
    then.
    """
    from gcsync.locks import Held

    held = Held()
    try:
        yield lambda locked: _take(held, locked, common, command, seconds)
    finally:
        _give_back(held, common)


def claims_of(locked: Locked, common: Common, environ: Mapping[str, str]) -> dict[Claim, Stack]:
    """The locks of each stack: one on this machine, and the one that the stack file names.

    An emulator is on this machine, and with it no real host is called.
    """
    from gcsync.locks import Claim, FileLock, Subject, first_usable, open_remote

    emulated = common.emulator or common.emulator_db is not None
    folder = first_usable(state_folders())
    found: dict[Claim, Stack] = {}
    for stack, organization in locked:
        subject = Subject(organization.id, stack.owner)
        locks: list[Lock] = [FileLock(folder, subject, host=host_name())]
        if stack.lock is not None and not emulated:
            locks.append(open_remote(stack.lock, subject, environ))
        found[Claim(subject, tuple(locks))] = stack
    return found


def state_folders() -> tuple[Path, ...]:
    """Where file locks may be, the best place first: all checkouts of a user share it."""
    from platformdirs import user_state_path

    user = os.getuid() if hasattr(os, "getuid") else user_name()
    return user_state_path("gcsync") / "locks", Path(tempfile.gettempdir()) / f"gcsync-{user}" / "locks"


def unlock_command(stack: Stack, lock_id: str) -> str:
    """The command that takes the lock of a stack away."""
    parts = ["gcsync unlock", stack.file, f"--env {stack.environment}" if stack.environment else ""]
    return " ".join(filter(None, [*parts, f"--lock-id {lock_id}" if lock_id else ""]))


def host_name() -> str:
    import platform

    return platform.node()


def user_name() -> str:
    """Who runs gcsync; a container may have no name for its user."""
    import getpass

    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return str(os.getuid()) if hasattr(os, "getuid") else ""


def _take(held: Held, locked: Locked, common: Common, command: str, seconds: float) -> None:
    from gcsync.locks import Patience

    claims = claims_of(locked, common, os.environ)

    def refuse(claim: Claim, lock: Lock, other: Holder) -> DiagnosticError:
        return _locked(claims[claim], claim, lock, other)

    def tell(claim: Claim, lock: Lock, other: Holder) -> None:
        whose = other.describe(datetime.now(UTC))
        output.notice(f"Waiting up to {seconds:.0f} s for the lock of {claim.subject.owner}, which {whose} holds.")

    patience = Patience(seconds, time.sleep, time.monotonic, tell, refuse)
    held.take(list(claims), _this_run(command), patience)


def _this_run(command: str) -> Holder:
    import uuid

    from gcsync.locks import Holder

    return Holder(str(uuid.uuid4()), user_name(), host_name(), os.getpid(), datetime.now(UTC), command)


def _give_back(held: Held, common: Common) -> None:
    """Signals wait until it is done: a lock that stays would be in everyone's way."""
    from gcsync.engine import StopRequest

    with signals.in_order(StopRequest()):
        output.report(held.release(), output.style_of(sys.stderr, no_color=common.no_color))


def _locked(stack: Stack, claim: Claim, lock: Lock, other: Holder) -> DiagnosticError:
    from gcsync.locks import Removable
    from gcsync.model.diagnostic import Diagnostic, DiagnosticError

    whose = other.describe(datetime.now(UTC))
    message = f"{claim.subject.owner} is locked by {whose} (lock {other.id or 'of an unknown id'}, {lock.place})"
    end = f"if that run is gone: {unlock_command(stack, other.id)}"
    if not isinstance(lock, Removable):
        end = f"or end process {other.pid}" if other.pid else "or end that run"
    hint = f"nothing was read or written; wait for it with --lock-timeout SECONDS; {end}"
    return DiagnosticError(Diagnostic("GC640", message, hint=hint))
