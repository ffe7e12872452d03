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
    undo: options.Undo = None,
    auto_approve: options.AutoApprove = False,
    parallelism: options.Parallelism = 8,
    output_format: options.OutputFormat = Format.TEXT,
) -> int:
    """Plan, show the plan, ask, and do exactly that."""
    from gcsync.cli.choices import choose
    from gcsync.cli.execution import Execution
    from gcsync.cli.journal import Occasion
    from gcsync.cli.plan_file import refuse_plan_files
    from gcsync.cli.undo import load

    refuse_plan_files(paths)
    chosen = choose(targets, excludes, replace, allow_delete, no_delete=no_delete)
    stacks, chosen = load(paths, options.inputs(environment, variables, variable_files), chosen, undo)
    occasion = Occasion("apply", tuple(paths or ()))
    return Execution(common, chosen, auto_approve, parallelism, output_format, occasion).run(stacks)
