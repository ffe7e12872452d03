"""The options that commands share, each described once.

`-v`, `--no-color`, `--emulator` and `--emulator-db` belong to the whole program: they may stand before the command's
name or after it (docs/decisions/0006-common-options.md). `command` adds them to a command and hands them over as
one `Common`.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, get_type_hints

import typer

from gcsync.cli import completion
from gcsync.cli.interruption import Interrupted

if TYPE_CHECKING:
    from gcsync.stack import Inputs

DEFAULT_DATABASE = Path(".gcsync/emulator.db")


@dataclass(frozen=True, slots=True)
class Common:
    """The options of the whole program. `emulator` is on as soon as one of its two options is given."""

    verbose: int = 0
    no_color: bool = False
    emulator: bool = False
    emulator_db: Path | None = None

    @property
    def emulated(self) -> bool:
        return self.emulator or self.emulator_db is not None

    def joined(self, later: Common) -> Common:
        """Those before the command's name with those after it."""
        return Common(
            self.verbose + later.verbose,
            self.no_color or later.no_color,
            self.emulator or later.emulator,
            later.emulator_db or self.emulator_db,
        )


class Format(StrEnum):
    """The formats of a result."""

    TEXT = "text"
    JSON = "json"


class ValidateFormat(StrEnum):
    """The formats of what `validate` finds."""

    TEXT = "text"
    JSON = "json"
    SARIF = "sarif"
    JUNIT = "junit"


class PlanFormat(StrEnum):
    """The formats of a plan."""

    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"
    HTML = "html"
    GITLAB = "gitlab"


class DriftFormat(StrEnum):
    """The formats of a drift report."""

    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"
    HTML = "html"
    JUNIT = "junit"
    SARIF = "sarif"
    PROMETHEUS = "prometheus"


class VerifyFormat(StrEnum):
    """The formats of what `verify` finds."""

    TEXT = "text"
    JSON = "json"
    JUNIT = "junit"


Verbose = Annotated[
    int, typer.Option("--verbose", "-v", count=True, show_default=False, help="Tell more on stderr; -vv tells all.")
]
NoColor = Annotated[bool, typer.Option("--no-color", help="No colour, on a terminal either; as NO_COLOR does.")]
Emulator = Annotated[bool, typer.Option("--emulator", help="Speak to a Genesys Cloud emulated in this process.")]
EmulatorDb = Annotated[
    Path | None,
    typer.Option("--emulator-db", metavar="PATH", help="The emulator's SQLite file; .gcsync/emulator.db by default."),
]

Paths = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="PATH", show_default=False, help="Stack files or folders; stacks/ by default, else the current folder."
    ),
]
Environment = Annotated[
    str | None,
    typer.Option(
        "--env",
        envvar="GCSYNC_ENV",
        metavar="NAME",
        autocompletion=completion.environments,
        help="The environment of the stack.",
    ),
]
Environments = Annotated[
    list[str] | None,
    typer.Option(
        "--env",
        envvar="GCSYNC_ENV",
        metavar="NAME",
        autocompletion=completion.environments,
        help="The environment of the stack; repeatable, for several side by side.",
    ),
]
UnknownSecrets = Annotated[
    bool,
    typer.Option(
        "--unknown-secrets",
        help="Plan without the sensitive variables that have no value; to read, not to apply.",
    ),
]
Variables = Annotated[
    list[str] | None, typer.Option("--var", metavar="NAME=VALUE", help="The value of a variable; repeatable.")
]
VariableFiles = Annotated[
    list[str] | None,
    typer.Option("--var-file", metavar="FILE", help="A YAML or JSON map of variables; repeatable, the last one wins."),
]
Targets = Annotated[
    list[str] | None,
    typer.Option(
        "--target", metavar="GLOB", autocompletion=completion.addresses, help="Only these addresses; repeatable."
    ),
]
Excludes = Annotated[
    list[str] | None,
    typer.Option(
        "--exclude", metavar="GLOB", autocompletion=completion.addresses, help="All but these addresses; repeatable."
    ),
]
NoDelete = Annotated[bool, typer.Option("--no-delete", help="Delete nothing; what would go is told.")]
AllowDelete = Annotated[
    list[str] | None,
    typer.Option(
        "--allow-delete",
        metavar="ADDRESS",
        autocompletion=completion.addresses,
        help="Allow this one delete past the safety rules; repeatable.",
    ),
]
Replace = Annotated[
    list[str] | None,
    typer.Option(
        "--replace",
        metavar="ADDRESS",
        autocompletion=completion.addresses,
        help="Delete this object and make it anew; repeatable.",
    ),
]
Undo = Annotated[
    Path | None,
    typer.Option(
        "--undo", metavar="JOURNAL", help="Back to before the apply of this journal (.gcsync/journal-*.jsonl)."
    ),
]
Notify = Annotated[
    list[str] | None,
    typer.Option(
        "--notify",
        envvar="GCSYNC_NOTIFY",
        metavar="URL",
        help="Tell Slack, Teams, mail, … (apprise; extra notify) when the picture changes; repeatable.",
    ),
]
Confirm = Annotated[
    int,
    typer.Option("--confirm", min=1, max=1000, metavar="N", help="Notify of what was seen in N runs in a row."),
]
NotifyState = Annotated[
    Path | None,
    typer.Option(
        "--notify-state",
        metavar="FILE",
        help="Where it is remembered what was told; .gcsync/drift-told.json by default.",
    ),
]
Reconcile = Annotated[
    bool, typer.Option("--reconcile", help="Then write what drifted back, and nothing that merely waits to be applied.")
]
AutoApprove = Annotated[bool, typer.Option("--auto-approve", help="Ask no question.")]
Parallelism = Annotated[
    int, typer.Option("--parallelism", min=1, max=32, metavar="N", help="How many changes run at a time.")
]
LockTimeout = Annotated[
    int,
    typer.Option(
        "--lock-timeout", min=0, max=86400, metavar="SECONDS", help="How long to wait while another run holds the lock."
    ),
]
OutputFormat = Annotated[Format, typer.Option("--format", metavar="text|json", help="How the result is written.")]
ValidateOutputFormat = Annotated[
    ValidateFormat, typer.Option("--format", metavar="|".join(ValidateFormat), help="How the result is written.")
]
PlanOutputFormat = Annotated[
    PlanFormat, typer.Option("--format", metavar="|".join(PlanFormat), help="How the result is written.")
]
DriftOutputFormat = Annotated[
    DriftFormat, typer.Option("--format", metavar="|".join(DriftFormat), help="How the result is written.")
]

VerifyOutputFormat = Annotated[
    VerifyFormat, typer.Option("--format", metavar="|".join(VerifyFormat), help="How the result is written.")
]
AllowPrivate = Annotated[
    bool,
    typer.Option("--allow-private", help="Connect to private addresses too: for a run inside the private network."),
]


def command(function: Callable[..., int]) -> Callable[..., int]:
    """A command function that takes a `Common` first, as typer wants it: with the common options among its own."""
    hints = get_type_hints(function, include_extras=True)
    own = [
        parameter.replace(annotation=hints[parameter.name])
        for parameter in list(inspect.signature(function).parameters.values())[1:]
    ]

    @functools.wraps(function)
    def run(context: typer.Context, **given: Any) -> int:
        before = context.obj if isinstance(context.obj, Common) else Common()
        common = before.joined(Common(**{name: given.pop(name) for name in _COMMON}))
        if common.verbose:
            from gcsync.cli.logs import configure

            configure(common.verbose)
        try:
            return function(common, **given)
        except KeyboardInterrupt:
            raise Interrupted from None

    context = inspect.Parameter("context", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=typer.Context)
    parameters = [context, *(p.replace(kind=inspect.Parameter.KEYWORD_ONLY) for p in own), *_common_parameters()]
    signature = inspect.Signature(parameters, return_annotation=int)
    run.__signature__ = signature  # type: ignore[attr-defined]
    run.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    return run


def inputs(
    environment: str | None,
    variables: list[str] | None,
    variable_files: list[str] | None,
    *,
    unknown_secrets: bool = False,
) -> Inputs:
    """What the stack reader is given besides paths."""
    import os

    from gcsync.stack import Inputs

    texts, files = tuple(variables or ()), tuple(variable_files or ())
    return Inputs(environment or None, texts, files, dict(os.environ), unknown_secrets=unknown_secrets)


_COMMON: dict[str, tuple[Any, Any]] = {
    "verbose": (Verbose, 0),
    "no_color": (NoColor, False),
    "emulator": (Emulator, False),
    "emulator_db": (EmulatorDb, None),
}


def _common_parameters() -> list[inspect.Parameter]:
    return [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)
        for name, (annotation, default) in _COMMON.items()
    ]
