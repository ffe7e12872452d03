"""What the command line can do is written down, and what is written down is so."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import typer.main
from typer.testing import CliRunner

from gcsync.cli.app import app
from gcsync.cli.exit_codes import MEANINGS, ExitCode
from gcsync.cli.reference import render_reference
from gcsync.explanations import codes
from tests.house.source import ROOT, python_files

PAGE = ROOT / "docs/commands.md"


def commands(command: Any = None, path: str = "gcsync") -> Iterator[tuple[str, Any]]:
    command = command or typer.main.get_command(app)
    yield path, command
    for name, inner in getattr(command, "commands", {}).items():
        yield from commands(inner, f"{path} {name}")


def test_the_page_of_commands_is_not_stale() -> None:
    hint = "write it anew: python -m gcsync.cli.reference > docs/commands.md"
    assert PAGE.read_text(encoding="utf-8") == render_reference(), hint


@pytest.mark.parametrize(("path", "command"), list(commands()))
def test_every_command_and_option_has_its_help_and_stands_in_the_documentation(path: str, command: Any) -> None:
    written = PAGE.read_text(encoding="utf-8") + (ROOT / "README.md").read_text(encoding="utf-8")
    assert command.help, path
    assert path in written
    for parameter in command.params:
        assert parameter.help or parameter.name == "help", f"{path} {parameter.opts}"
        for option in parameter.opts:
            assert option.startswith("-") is False or f"`{option}`" in written, f"{path} {option}"


def test_every_exit_code_has_its_meaning() -> None:
    assert list(MEANINGS) == list(ExitCode)


def test_every_code_that_can_be_shown_is_explained() -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in python_files("gcsync"))
    import re

    used = set(re.findall(r'"(GC[0-9]{3})"', text))
    assert used - set(codes()) == set()


def test_the_list_of_commands_cuts_no_line_off() -> None:
    listed = CliRunner().invoke(app, ["--help"], terminal_width=80).output.partition("Commands:")[2]
    assert listed
    assert "..." not in listed
