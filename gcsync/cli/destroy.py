"""`gcsync destroy`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from gcsync.cli import options, output
from gcsync.cli.options import Common, Format

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gcsync.cli.walk import Visit
    from gcsync.model.resource import Stack


@options.command
def destroy(
    common: Common,
    paths: options.Paths = None,
    environment: options.Environment = None,
    variables: options.Variables = None,
    variable_files: options.VariableFiles = None,
    targets: options.Targets = None,
    excludes: options.Excludes = None,
    allow_delete: options.AllowDelete = None,
    auto_approve: options.AutoApprove = False,
    parallelism: options.Parallelism = 8,
    lock_timeout: options.LockTimeout = 0,
    output_format: options.OutputFormat = Format.TEXT,
    stack: Annotated[
        str | None,
        typer.Option(
            "--stack", metavar="NAME", help="A stack whose file is gone; with --env, what it owns in that environment."
        ),
    ] = None,
) -> int:
    """Delete all that the stack owns. Shows the plan, asks, and does exactly that."""
    from gcsync.cli.choices import choose
    from gcsync.cli.execution import Execution
    from gcsync.cli.journal import Occasion
    from gcsync.cli.plan_file import refuse_plan_files
    from gcsync.cli.walk import load_stacks

    refuse_plan_files(paths)
    chosen = choose(targets, excludes, allow_delete=allow_delete, destroy=True)
    occasion = Occasion("destroy", tuple(paths or ()))
    execution = Execution(common, chosen, auto_approve, parallelism, output_format, lock_timeout, occasion=occasion)
    if stack is not None:
        lost = _without_file(stack, environment, paths)
        return execution.run([lost], lambda visits: _tell_owners(lost, visits))
    return execution.run(load_stacks(paths, options.inputs(environment, variables, variable_files)))


def _without_file(name: str, environment: str | None, paths: list[str] | None) -> Stack:
    """The stack as nobody declares it any more. Raises DiagnosticError (GC632)."""
    from gcsync.cli.ownership import check_environment, check_stack_name
    from gcsync.model.diagnostic import Diagnostic, DiagnosticError
    from gcsync.model.resource import Stack

    if paths:
        hint = f"gcsync destroy {paths[0]} deletes what that file's stack owns; --stack is for a stack without a file"
        raise DiagnosticError(Diagnostic("GC632", "--stack and a path were given: which stack is meant?", hint=hint))
    check_stack_name(name)
    check_environment(environment or None)
    return Stack(name, {}, "", environment=environment or None)


def _tell_owners(stack: Stack, visits: Sequence[Visit]) -> None:
    """Say who owns anything at all, where this stack does not."""
    from gcsync.cli.ownership import owners

    found = owners(visits)
    if stack.owner in found:
        return
    listed = ", ".join(f"{owner} ({count})" for owner, count in sorted(found.items()))
    output.notice(f'The stack "{stack.owner}" owns nothing here. Owners: {listed or "none"}.')
