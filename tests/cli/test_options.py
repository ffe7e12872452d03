"""The options of the whole program, before the command's name and after it."""

from __future__ import annotations

from pathlib import Path

import pytest
import typer

from gcsync.cli import options
from gcsync.cli.options import Common


def seen_by_a_command(*arguments: str) -> tuple[Common, str]:
    """What a command function is called with, through the real application's callback."""
    from gcsync.cli.app import _root

    seen: list[tuple[Common, str]] = []
    app = typer.Typer(add_completion=False)
    app.callback()(_root)

    def show(common: Common, name: str = "nobody") -> int:
        seen.append((common, name))
        return 0

    app.command("show")(options.command(show))
    app.command("other")(options.command(show))
    app(args=list(arguments), standalone_mode=False)
    return seen[0]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("show", Common()),
        ("--no-color show", Common(no_color=True)),
        ("show --no-color", Common(no_color=True)),
        ("--emulator show", Common(emulator=True)),
        ("show --emulator", Common(emulator=True)),
        ("--emulator-db a.db show", Common(emulator_db=Path("a.db"))),
        ("--emulator-db a.db show --emulator-db b.db", Common(emulator_db=Path("b.db"))),
    ],
)
def test_they_stand_on_either_side(line: str, expected: Common) -> None:
    assert seen_by_a_command(*line.split()) == (expected, "nobody")


@pytest.mark.parametrize(("line", "verbose"), [("-v show", 1), ("show -vv", 2), ("-v show --verbose", 2)])
def test_each_v_tells_more(line: str, verbose: int, monkeypatch: pytest.MonkeyPatch) -> None:
    levels: list[int] = []
    monkeypatch.setattr("gcsync.cli.logs.configure", levels.append)
    assert seen_by_a_command(*line.split())[0].verbose == verbose
    assert levels == [verbose]


def test_a_commands_own_options_reach_it() -> None:
    assert seen_by_a_command("show", "--name", "somebody") == (Common(), "somebody")
