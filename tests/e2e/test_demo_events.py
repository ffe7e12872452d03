"""`make demo-events`: from an empty folder to an event in the receiver's store, and docs/getting-events.md with it."""

from __future__ import annotations

import re
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.workplace import Inside, clean_environment
from tests.house.source import ROOT

COMMANDS = """\
validate
apply
emulator emit
verify
receiver serve
verify
receiver serve
verify
drift
verify
apply
trace
validate
trace
apply
emulator emit
emulator emit
receiver stats
"""


@pytest.mark.full
def test_the_demo_goes_from_an_empty_folder_to_an_event_in_the_store() -> None:
    words = [sys.executable, str(ROOT / "stacks/demo_events.py")]
    done = subprocess.run(words, env=clean_environment(), capture_output=True, encoding="utf-8", timeout=600)
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    ran = [re.match(r"\$ gcsync ((?:emulator |receiver )?[a-z]+)", line) for line in lines]
    assert "".join(f"{match[1]}\n" for match in ran if match) == COMMANDS
    assert lines[-1].startswith("It all went as it should: ")
    page = (ROOT / "docs/getting-events.md").read_text(encoding="utf-8")
    shown = [line for block in re.findall(r"```console\n(.*?)```", page, re.DOTALL) for line in block.splitlines()]
    for line in shown:
        pattern = ".*".join(re.escape(part) for part in line.split("…"))
        assert any(re.fullmatch(pattern, one) for one in lines), line


def test_its_stack_is_valid_and_its_tests_refuse_a_star(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What needs no receiver, in this process."""
    monkeypatch.syspath_prepend(str(ROOT / "stacks"))
    import demo
    import demo_events

    def gcsync(self: Any, *arguments: str, expect: str, code: int = 0) -> None:
        ran = Inside(self.folder, dict(self.environ)).gcsync(*arguments)
        assert (ran.code, expect in ran.out + ran.err) == (code, True), ran.out + ran.err

    monkeypatch.setattr(demo.Demo, "gcsync", gcsync)
    with ExitStack() as running:
        walk = demo_events.Walk(tmp_path, running)
        walk.begin()
        walk.nothing_listens()
        walk.filtered_out()
