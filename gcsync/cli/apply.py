"""`gcsync apply`."""

from __future__ import annotations

from gcsync.cli import options
from gcsync.cli.options import Common, Format


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
    auto_approve: options.AutoApprove = False,
    parallelism: options.Parallelism = 8,
    lock_timeout: options.LockTimeout = 0,
    output_format: options.OutputFormat = Format.TEXT,
) -> int:
    """Plan, show the plan, ask, and do exactly that; or do exactly what a saved plan says."""
    from gcsync.cli.choices import choose
    from gcsync.cli.execution import Execution
    from gcsync.cli.plan_file import is_plan_file, refuse_plan_files
    from gcsync.cli.saved_plan import SavedPlan
    from gcsync.cli.walk import load_stacks

    how = (auto_approve, parallelism, output_format, lock_timeout)
    if paths and len(paths) == 1 and is_plan_file(paths[0]):
        _refuse_choices(targets, excludes, replace, allow_delete, no_delete=no_delete)
        saved = SavedPlan.read(paths[0], common)
        stacks = load_stacks(saved.paths, saved.inputs(environment, variables, variable_files))
        saved.check_stacks(stacks)
        return Execution(common, saved.options(), *how, saved=saved).run(stacks)
    refuse_plan_files(paths)
    chosen = choose(targets, excludes, replace, allow_delete, no_delete=no_delete)
    stacks = load_stacks(paths, options.inputs(environment, variables, variable_files))
    return Execution(common, chosen, *how).run(stacks)


def _refuse_choices(*given: list[str] | None, no_delete: bool) -> None:
    """Raises DiagnosticError (GC619) where something is to be chosen anew that the saved plan has chosen."""
    from gcsync.model.diagnostic import Diagnostic, DiagnosticError

    names = ("--target", "--exclude", "--replace", "--allow-delete")
    found = [name for name, values in zip(names, given, strict=True) if values] + ["--no-delete"] * no_delete
    if found:
        message = f"{', '.join(found)}: a saved plan is applied as it is"
        raise DiagnosticError(Diagnostic("GC619", message, hint="give these to gcsync plan --out FILE"))
