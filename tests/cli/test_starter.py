"""The first stack of somebody who has none."""

from __future__ import annotations

from pathlib import Path

from gcsync.cli.starter import STACK, write_starter
from gcsync.stack import Inputs, load, validate


def test_it_writes_a_stack_and_lets_git_ignore_the_local_folder(tmp_path: Path) -> None:
    lines = list(write_starter(tmp_path / "new"))
    assert (tmp_path / "new/stacks/event-stream.yaml").read_text(encoding="utf-8") == STACK
    assert (tmp_path / "new/.gitignore").read_text(encoding="utf-8") == ".gcsync/\n"
    assert lines[-1].splitlines()[-2:] == [
        "  gcsync validate",
        "  gcsync plan --emulator        (against an emulated organization; without --emulator against your own)",
    ]


def test_it_overwrites_nothing(tmp_path: Path) -> None:
    (tmp_path / "stacks").mkdir()
    (tmp_path / "stacks/event-stream.yaml").write_text("mine", encoding="utf-8")
    (tmp_path / ".gitignore").write_text("*.log", encoding="utf-8")
    list(write_starter(tmp_path))
    list(write_starter(tmp_path))
    assert (tmp_path / "stacks/event-stream.yaml").read_text(encoding="utf-8") == "mine"
    assert (tmp_path / ".gitignore").read_text(encoding="utf-8") == "*.log\n.gcsync/\n"


def test_what_it_writes_is_valid_and_loads_once_the_endpoint_is_set(tmp_path: Path) -> None:
    list(write_starter(tmp_path))
    assert validate((), Inputs(), folder=tmp_path) == ()
    environ = {"AWS_EVENTBRIDGE_ENDPOINT_URL": "https://events.example.com/genesys-events"}
    (stack,) = load((), Inputs(environ=environ), folder=tmp_path)
    assert [str(address) for address in stack.resources] == ["stream.conversations"]
