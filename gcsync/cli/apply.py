"""`gcsync apply`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gcsync.cli import options
from gcsync.cli.exit_codes import ExitCode
from gcsync.cli.options import Common, Format

if TYPE_CHECKING:
    from gcsync.model.resource import Stack


@options.command
def apply(
    common: Common,
    paths: options.Paths = None,
    environment: options.Environment = None,
    variables: options.Variables = None,
    variable_files: options.VariableFiles = None,
    targets: options.Targets = None,
    excludes: options.Excludes = None,
    replace: options.Replace = None,
    allow_delete: options.AllowDelete = None,
    no_delete: options.NoDelete = False,
    undo: options.Undo = None,
    expect: Annotated[
        Path | None,
        typer.Option("--expect", metavar="PLANFILE", help="Plan anew; apply only what is the same as in this plan."),
    ] = None,
    auto_approve: options.AutoApprove = False,
    parallelism: options.Parallelism = 8,
    lock_timeout: options.LockTimeout = 0,
    verify: Annotated[
        bool, typer.Option("--verify", help="Afterwards check what was applied, as gcsync verify does, on stderr.")
    ] = False,
    verify_timeout: Annotated[
        int,
        typer.Option(
            "--verify-timeout",
            min=0,
            max=3600,
            metavar="SECONDS",
            help="How long --verify waits for what is not ready.",
        ),
    ] = 60,
    allow_private: options.AllowPrivate = False,
    output_format: options.OutputFormat = Format.TEXT,
) -> int:
    """Plan, show the plan, ask, and do exactly that. Or do exactly what a saved plan says."""
    from gcsync.cli.choices import choose
    from gcsync.cli.execution import Execution
    from gcsync.cli.expected_plan import ExpectedPlan
    from gcsync.cli.journal import Occasion
    from gcsync.cli.plan_file import is_plan_file, refuse_plan_files
    from gcsync.cli.saved_plan import SavedPlan
    from gcsync.cli.undo import load
    from gcsync.cli.verification import Afterwards, nothing_afterwards

    given = options.inputs(environment, variables, variable_files)
    after: Callable[[Sequence[Stack], ExitCode], ExitCode] = nothing_afterwards
    if verify:
        _refuse_verify(undo)
        after = Afterwards(common, choose(targets, excludes), allow_private, verify_timeout).run
    how = (auto_approve, parallelism, output_format, lock_timeout)
    if expect is None and paths and len(paths) == 1 and is_plan_file(paths[0]):
        _refuse_choices(targets, excludes, replace, allow_delete, undo=undo, no_delete=no_delete)
        saved = SavedPlan.read(paths[0], common)
        stacks = saved.load(given)
        occasion = Occasion("apply", tuple(saved.paths), saved.file.id)
        return after(stacks, Execution(common, saved.options(), *how, saved=saved, occasion=occasion).run(stacks))
    refuse_plan_files(paths)
    if expect is not None:
        _refuse_choices(targets, excludes, replace, allow_delete, undo=undo, no_delete=no_delete)
        expected = ExpectedPlan.read(expect, common)
        stacks = expected.load(paths, given)
        occasion = Occasion("apply", tuple(paths or expected.saved.paths), expected.saved.file.id)
        code = Execution(common, expected.saved.options(), *how, expected=expected, occasion=occasion).run(stacks)
        return after(stacks, code)
    chosen = choose(targets, excludes, replace, allow_delete, no_delete=no_delete)
    loaded = load(paths, given, chosen, undo)
    occasion = Occasion("apply", loaded.paths)
    return after(loaded.stacks, Execution(common, loaded.options, *how, occasion=occasion).run(loaded.stacks))


def _refuse_verify(undo: Path | None) -> None:
    """Raises DiagnosticError (GC619): what a stack declares is not what is there after the way back."""
    from gcsync.model.diagnostic import Diagnostic, DiagnosticError

    if undo is not None:
        message = "--verify checks what the stack declares, and --undo goes back from it"
        raise DiagnosticError(Diagnostic("GC619", message, hint="run gcsync verify once the stack is as you want it"))


def _refuse_choices(*given: list[str] | None, undo: Path | None, no_delete: bool) -> None:
    """Raises DiagnosticError (GC619) where something is to be chosen anew that the saved plan has chosen."""
    from gcsync.model.diagnostic import Diagnostic, DiagnosticError

    names = ("--target", "--exclude", "--replace", "--allow-delete")
    found = [name for name, values in zip(names, given, strict=True) if values]
    found += ["--no-delete"] * no_delete + ["--undo"] * (undo is not None)
    if found:
        message = f"{', '.join(found)}: a saved plan is applied as it is"
        raise DiagnosticError(Diagnostic("GC619", message, hint="give these to gcsync plan --out FILE"))
