"""The typer application: every command by its name, and the options that may stand before it."""

from __future__ import annotations

from functools import cache
from typing import Annotated, Any

import typer

from gcsync.cli import options, output, receiver
from gcsync.cli.accept import accept
from gcsync.cli.apply import apply
from gcsync.cli.comment import comment
from gcsync.cli.compare import compare
from gcsync.cli.destroy import destroy
from gcsync.cli.doctor import doctor
from gcsync.cli.drift import drift
from gcsync.cli.emulator import serve
from gcsync.cli.emulator_emit import emit
from gcsync.cli.exit_codes import ExitCode, explain_exit_codes
from gcsync.cli.explain import explain
from gcsync.cli.export import export
from gcsync.cli.format_files import format_files
from gcsync.cli.graph import graph
from gcsync.cli.import_object import import_object
from gcsync.cli.init import init
from gcsync.cli.list import list_owned
from gcsync.cli.main import version
from gcsync.cli.options import Common
from gcsync.cli.plan import plan
from gcsync.cli.receiver_package import package_lambda
from gcsync.cli.receiver_test import receiver_test
from gcsync.cli.schema import schema
from gcsync.cli.show_plan import show_plan
from gcsync.cli.topics import topics
from gcsync.cli.trace import trace
from gcsync.cli.unlock import unlock
from gcsync.cli.validate import validate
from gcsync.cli.verify import verify

_SETTINGS = {"help_option_names": ["-h", "--help"], "max_content_width": 110}

app = typer.Typer(
    name="gcsync",
    help="Genesys Cloud event streaming in Git: plan, apply and drift for YAML stack files, with no state file.",
    epilog=f"\b\nExit codes:\n{explain_exit_codes()}",
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings=_SETTINGS,
)
emulator = typer.Typer(
    help="Genesys Cloud on this machine, to try things and to test.", rich_markup_mode=None, context_settings=_SETTINGS
)
receiving = typer.Typer(
    help="The server that takes events, each once, and how to try one out.",
    rich_markup_mode=None,
    context_settings=_SETTINGS,
)
packaging = typer.Typer(help="The receiver as something to deploy.", rich_markup_mode=None, context_settings=_SETTINGS)

app.command("init")(init)
app.command("validate")(validate)
app.command("fmt")(format_files)
app.command("plan")(plan)
app.command("show")(show_plan)
app.command("apply")(apply)
app.command("destroy")(destroy)
app.command("drift")(drift)
app.command("verify")(verify)
app.command("accept")(accept)
app.command("comment")(comment)
app.command("graph")(graph)
app.command("export")(export)
app.command("import")(import_object)
app.command("list")(list_owned)
app.command("compare")(compare)
app.command("topics")(topics)
app.command("trace")(trace)
app.command("unlock")(unlock)
app.command("doctor")(doctor)
app.command("schema")(schema)
app.command("explain")(explain)
emulator.command("serve")(serve)
emulator.command("emit")(emit)
app.add_typer(emulator, name="emulator")
receiving.command("serve", context_settings=_SETTINGS | receiver.SETTINGS)(receiver.serve)
receiving.command("stats", context_settings=_SETTINGS | receiver.SETTINGS)(receiver.stats)
receiving.command("replay", context_settings=_SETTINGS | receiver.SETTINGS)(receiver.replay)
receiving.command("test")(receiver_test)
packaging.command("lambda")(package_lambda)
receiving.add_typer(packaging, name="package")
app.add_typer(receiving, name="receiver")


def _show_version(asked: bool) -> None:
    if asked:
        output.result(version())
        raise typer.Exit(ExitCode.DONE)


@app.callback()
def _root(
    context: typer.Context,
    verbose: options.Verbose = 0,
    no_color: options.NoColor = False,
    emulated: options.Emulator = False,
    emulator_db: options.EmulatorDb = None,
    _version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=_show_version, help="Print the version and end.")
    ] = False,
) -> None:
    context.obj = Common(verbose, no_color, emulated, emulator_db)


@cache
def command() -> Any:
    """The program as click runs it. What typer makes of the functions' signatures is made once in a process."""
    return typer.main.get_command(app)
