"""The Containerfile's instructions, and what its RUN lines do, done here without a container engine."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.house.source import ROOT

FILE = ROOT / "Containerfile"


@dataclass(frozen=True)
class Instruction:
    """One instruction of a stage; the stage's name is empty for the last one, which is the image."""

    stage: str
    name: str
    value: str


def instructions() -> Iterator[Instruction]:
    """In their order, with continued lines joined."""
    text = re.sub(r"^#.*\n", "", FILE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    stage = ""
    for line in text.replace("\\\n", " ").splitlines():
        if line.strip():
            name, _, value = line.strip().partition(" ")
            if name == "FROM":
                stage = value.partition(" AS ")[2]
            yield Instruction(stage, name, " ".join(value.split()))


def of_stage(stage: str, name: str) -> list[str]:
    """The values of the instructions of one name."""
    return [one.value for one in instructions() if (one.stage, one.name) == (stage, name)]


def runs(stage: str) -> list[str]:
    return of_stage(stage, "RUN")


def do(command: str, folder: Path, root: Path) -> str:
    """Run the command of a RUN line with the image's folders below `root`; what it printed."""
    for place in ("build", "wheels", "gcsync", "source"):
        command = re.sub(rf"(?<![\w.-])/{place}\b", f"{root}/{place}", command)
    done = subprocess.run(
        ["sh", "-e", "-c", command],
        cwd=folder,
        env={**os.environ, "PIP_NO_INPUT": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        timeout=900,
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}"
    return done.stdout
