"""`--undo`: which journal, and of which stack."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from gcsync.model.diagnostic import Diagnostic, DiagnosticError

if TYPE_CHECKING:
    from gcsync.engine import Options
    from gcsync.model.journal_reading import Journal
    from gcsync.model.resource import Stack
    from gcsync.stack import Inputs

_A_JOURNAL = "a journal is a file .gcsync/journal-*.jsonl, which an apply wrote; its last line may be cut, and no other"


@dataclass(frozen=True, slots=True)
class Loaded:
    """The stacks to be planned, how, and from which paths they were read."""

    stacks: tuple[Stack, ...]
    options: Options
    paths: tuple[str, ...] = ()


def load(paths: Sequence[str] | None, given: Inputs, chosen: Options, undo: Path | None) -> Loaded:
    """All stacks at the paths, or with `--undo` the one of that journal.

    Paths and environment are then those of the journal where none are given. Raises DiagnosticError.
    """
    from gcsync.cli.walk import load_stacks

    if undo is None:
        return Loaded(load_stacks(paths, given), chosen, tuple(paths or ()))
    if chosen.destroy or chosen.replace:
        message = "--undo says itself what is deleted and replaced: it goes with neither --destroy nor --replace"
        raise DiagnosticError(Diagnostic("GC679", message, hint="leave one of them out"))
    journal = read(undo)
    header = journal.header
    stacks: tuple[Stack, ...]
    used = tuple(paths or ()) or header.paths
    if not paths and not header.file:
        stacks = (without_file(header.stack, header.environment),)
    else:
        inputs = replace(given, environment=given.environment or header.environment)
        stacks = load_stacks(used, inputs)
    mine = tuple(stack for stack in stacks if stack.owner == header.owner)
    if not mine:
        raise DiagnosticError(_of_another(undo, header.owner, stacks))
    return Loaded(mine, replace(chosen, undo=journal.undo), used)


def read(path: Path) -> Journal:
    """The journal in a file. Raises DiagnosticError for one that cannot be undone."""
    from gcsync.model.journal_reading import MAX_LINE_BYTES, LaterFormat, read_journal

    try:
        with path.open("rb") as file:
            journal = read_journal(path.name, iter(lambda: file.readline(MAX_LINE_BYTES + 1), b""))
    except OSError as error:
        problem = f"{path} cannot be read: {error.strerror or error}"
        raise DiagnosticError(Diagnostic("GC672", problem, hint=_A_JOURNAL)) from None
    except LaterFormat as error:
        hint = "update gcsync to the version that wrote it, or a later one"
        raise DiagnosticError(Diagnostic("GC673", f"{path}: {error}", hint=hint)) from None
    except ValueError as error:
        raise DiagnosticError(Diagnostic("GC672", f"{path} is no journal: {error}", hint=_A_JOURNAL)) from None
    if not journal.undo.states:
        hint = "there is nothing to undo: its apply wrote nothing"
        raise DiagnosticError(Diagnostic("GC675", f"{path} holds no write", hint=hint))
    return journal


def without_file(name: str, environment: str | None) -> Stack:
    """The stack of `destroy --stack`, which no file declares."""
    from gcsync.model.resource import Stack

    return Stack(name, {}, "", environment=environment)


def _of_another(path: Path, owner: str, stacks: Sequence[Stack]) -> Diagnostic:
    found = ", ".join(sorted(stack.owner for stack in stacks)) or "none"
    hint = "name the file of that stack, and its --env"
    return Diagnostic("GC674", f"{path} is of the stack {owner}; what was read is: {found}", hint=hint)
