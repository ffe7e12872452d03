"""docs/commands.md, written from the commands themselves: `python -m gcsync.cli.reference > docs/commands.md`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from gcsync.cli.exit_codes import MEANINGS

_LEAD = """\
# Commands

Written by `python -m gcsync.cli.reference`; a test fails when it is stale. Each command's `--help` says the same.

`-v`, `--no-color`, `--emulator` and `--emulator-db` are taken by every command, before its name or after it. stdout
carries the result and nothing else; progress, warnings and errors go to stderr."""


def render_reference() -> str:
    """The page: every command with its arguments and options, then the exit codes."""
    import typer.main

    from gcsync.cli.app import app

    sections = [_LEAD, *_sections(typer.main.get_command(app), "gcsync"), _exit_codes()]
    return "\n\n".join(sections) + "\n"


def _sections(command: Any, path: str) -> Iterator[str]:
    commands = getattr(command, "commands", None)
    if commands is None:
        yield _section(command, path)
        return
    if path == "gcsync":
        yield _section(command, path)
    for name, inner in commands.items():
        yield from _sections(inner, f"{path} {name}")


def _section(command: Any, path: str) -> str:
    parameters = [p for p in command.params if p.name not in _EVERYWHERE or path == "gcsync"]
    rows = [f"| {_usage(p)} | {_cell(p.help or '')}{_extra(p)} |" for p in parameters]
    table = "\n".join(["| | |", "|---|---|", *rows])
    return "\n\n".join([f"## {path}", " ".join((command.help or "").split()), table])


_EVERYWHERE = ("verbose", "no_color", "emulator", "emulator_db")


def _usage(parameter: Any) -> str:
    metavar = parameter.metavar or ""
    if parameter.param_type_name == "argument":
        shown = metavar.strip("[]")
        return f"`[{shown}{'...' if parameter.nargs == -1 else ''}]`"
    value = "" if getattr(parameter, "is_flag", False) or getattr(parameter, "count", False) else metavar
    names = ", ".join(f"`{name}`" for name in (*parameter.opts, *parameter.secondary_opts))
    return f"{names} `{_cell(value)}`" if value else names


def _extra(parameter: Any) -> str:
    notes = [f"environment variable `{parameter.envvar}`"] if getattr(parameter, "envvar", None) else []
    default = parameter.default
    if default not in (None, False, True, 0) and not callable(default):
        notes.append(f"default `{default}`")
    return f" ({'; '.join(notes)})" if notes else ""


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _exit_codes() -> str:
    rows = [f"| {code.value} | {meaning} |" for code, meaning in MEANINGS.items()]
    return "\n".join(["## Exit codes", "", "| | |", "|---|---|", *rows])


if __name__ == "__main__":
    from gcsync.cli import output

    output.result(render_reference())
