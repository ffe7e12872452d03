"""`gcsync verify`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from gcsync.cli import options, output
from gcsync.cli.annotations import annotator
from gcsync.cli.options import Common, VerifyFormat

if TYPE_CHECKING:
    from gcsync.model.check import Check


@options.command
def verify(
    common: Common,
    paths: options.Paths = None,
    environment: options.Environment = None,
    variables: options.Variables = None,
    variable_files: options.VariableFiles = None,
    targets: options.Targets = None,
    excludes: options.Excludes = None,
    allow_private: options.AllowPrivate = False,
    connect_to: Annotated[
        list[str] | None,
        typer.Option(
            "--connect-to",
            metavar="HOST=ADDRESS:PORT",
            help="Connect to this address in place of a host of the stack, as before a change of DNS; repeatable.",
        ),
    ] = None,
    timeout: Annotated[
        int,
        typer.Option("--timeout", min=1, max=300, metavar="SECONDS", help="How long an endpoint may take to answer."),
    ] = 10,
    output_format: options.VerifyOutputFormat = VerifyFormat.TEXT,
) -> int:
    """Prove that events can arrive, from object to handshake. Writes nothing."""
    from gcsync.cli.choices import choose
    from gcsync.cli.verification import look, read_routes, verdict
    from gcsync.cli.walk import announce_to, grouped, load_stacks

    routes = read_routes(connect_to)
    stacks = load_stacks(paths, options.inputs(environment, variables, variable_files))
    stream = sys.stdout if output_format is VerifyFormat.TEXT else sys.stderr
    with grouped(stacks, common) as groups:
        seen = look(groups, announce_to(stream), choose(targets, excludes), common)
        checks = seen.examine(allow_private=allow_private, seconds=timeout, no_color=common.no_color, routes=routes)
    _show(checks, common, output_format)
    annotator.checks(checks)
    return verdict(checks, read_all=seen.read_all)


def _show(checks: Sequence[Check], common: Common, output_format: VerifyFormat) -> None:
    if output_format is VerifyFormat.JSON:
        from gcsync.views.json_verify import render_json_verify

        output.result(render_json_verify(checks))
    elif output_format is VerifyFormat.JUNIT:
        from datetime import UTC, datetime

        from gcsync.views.junit_verify import render_junit_verify

        output.result(render_junit_verify(checks, now=datetime.now(UTC)))
    else:
        from gcsync.views.text_verify import render_verify

        output.result(render_verify(checks, output.style_of(sys.stdout, no_color=common.no_color)))
