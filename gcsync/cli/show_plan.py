"""`gcsync show`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, TextIO

import typer

from gcsync.cli import options, output
from gcsync.cli.annotations import annotator
from gcsync.cli.exit_codes import ExitCode
from gcsync.cli.options import Common, PlanFormat

if TYPE_CHECKING:
    from gcsync.cli.plan_file import PlanFile
    from gcsync.model.plan import Plan


@options.command
def show_plan(
    common: Common,
    file: Annotated[str, typer.Argument(metavar="PLANFILE", help="What gcsync plan --out wrote.")],
    output_format: options.PlanOutputFormat = PlanFormat.TEXT,
) -> int:
    """Show a saved plan as it was shown when it was made. No credentials, no network."""
    from pathlib import Path

    from gcsync.cli.plan_file import read_plan_file
    from gcsync.cli.showing import show_plans

    saved = read_plan_file(Path(file))
    # The step that made the plan annotated it.
    annotator.silent = True
    plans = saved.plans()
    _announce(saved, plans, sys.stdout if output_format is PlanFormat.TEXT else sys.stderr)
    show_plans(plans, common, output_format)
    return ExitCode.ERROR if any(plan.errored for plan in plans) else ExitCode.DONE


def _announce(saved: PlanFile, plans: tuple[Plan, ...], stream: TextIO) -> None:
    from gcsync.views.text_plan import render_target
    from gcsync.views.text_saved import render_origin

    targets = dict.fromkeys(render_target(plan.target) for plan in plans)
    content = saved.content
    origin = render_origin(content["version"], content["created"], content.get("commit"), saved.applied)
    output.write("\n".join([*targets, origin]), stream)
