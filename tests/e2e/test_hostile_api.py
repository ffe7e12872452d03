"""An organization full of objects whose names are written for terminals and shells: nothing of that has an effect."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest

from gcsync.emulator import EmulatorSettings, RunningEmulator, start
from tests.e2e.workplace import LONGEST_SECONDS, Hand, Workplace, credentials_for

NAMES = (
    "\x1b[2J\x1b]0;owned\x07\x1b]8;;https://evil.example\x1b\\\\link",
    "safe\r\nPlan: 0 to create",
    "\u202egnp.elif\u2066 right to left",
    "\x9b31m one byte of C1",
    "zero\u200bwidth\ufeff",
    "../../etc/passwd",
    "-rf $(touch owned) `touch owned` ; touch owned",
    "%s %n {0} ${var.key}",
    "a" * 200,
)
JOURNAL = r"\.gcsync/journal-[0-9TZ.]{19,20}-contact-center-[0-9a-f]{6}\.jsonl"
HIDDEN = ("Cc", "Cf", "Co", "Cs")
LINES = (
    "plan",
    "plan --format json",
    "apply --auto-approve",
    "drift",
    "list",
    "list --format json",
    "export",
    "export --output exported.yaml",
    "validate exported.yaml",
    "doctor",
    "doctor --format json",
    "topics",
    "destroy --auto-approve",
)


@pytest.fixture
def hostile(tmp_path: Path) -> Iterator[RunningEmulator]:
    with start(EmulatorSettings(database=tmp_path / "hostile.db", organization=f"Ltd {NAMES[0]}{NAMES[2]}")) as running:
        yield running


def test_no_name_has_an_effect_on_a_terminal_or_in_the_folder(offline: Workplace, hostile: RunningEmulator) -> None:
    hand = Hand(hostile.url)
    for name in NAMES:
        hand.create(name)
        hand.change(name, description=f"{name}\n[gcsync9:later]" if name == NAMES[1] else name)
    work = Workplace(offline.folder, offline.environ | credentials_for(hostile.url))
    work.stack("conversations")
    program = "import json, sys; from gcsync.cli.main import run; [run(line) for line in json.loads(sys.stdin.read())]"
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=work.folder,
        env=work.environ,
        input=json.dumps([[*line.split(), "-vv"] for line in LINES]),
        capture_output=True,
        encoding="utf-8",
        timeout=2 * LONGEST_SECONDS,
    )
    shown = done.stdout + done.stderr
    assert r"\x1b[2J" in shown
    odd = [line for line in shown.split("\n") if any(unicodedata.category(c) in HIDDEN for c in line)]
    assert odd == []
    assert "\nPlan: 0 to create\n" not in shown.replace("\r", "\n")
    assert "internal error" not in shown
    found = {path.relative_to(work.folder).as_posix() for path in work.folder.rglob("*") if path.is_file()}
    found = {name for name in found if re.fullmatch(JOURNAL, name) is None}
    assert found <= {"stacks/contact-center.yaml", "exported.yaml", ".gcsync/.gitignore"}
