"""GitLab's component as a pipeline has it: its inputs put in, and its jobs run with what GitLab would set."""

from __future__ import annotations

import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tests.house.source import ROOT
from tests.pipelines.workflows import LONGEST_SECONDS, install

FILE = ROOT / "templates/gcsync.yml"
_INPUT = re.compile(r"\$\[\[ inputs\.([\w-]+) \]\]")


def spec() -> dict[str, Any]:
    """What the component says of its inputs."""
    return dict(yaml.safe_load(FILE.read_text(encoding="utf-8").partition("\n---\n")[0])["spec"]["inputs"])


def text(**inputs: str) -> str:
    """The jobs, in YAML, with these inputs and the defaults of the others."""
    values = {name: described.get("default") for name, described in spec().items()}
    values |= {name.replace("_", "-"): value for name, value in inputs.items()}
    assert None not in values.values(), "an input without default is missing"
    return _INPUT.sub(lambda found: str(values[found[1]]), FILE.read_text(encoding="utf-8").partition("\n---\n")[2])


def jobs(**inputs: str) -> dict[str, Any]:
    return dict(yaml.safe_load(text(**inputs)))


@dataclass(frozen=True)
class Ended:
    """A job that has ended; `code` is its exit code."""

    code: int
    log: str


def run(job: dict[str, Any], folder: Path, environ: dict[str, str]) -> Ended:
    """Run the script of a job in a checkout, line after line in one shell, as a runner does."""
    install(folder / ".tools/bin")
    path = f"{folder}/.tools/bin:{os.environ['PATH']}"
    variables = {name: str(value) for name, value in job.get("variables", {}).items()}
    done = subprocess.run(
        ["sh", "-e", "-c", "\n".join(job["script"])],
        cwd=folder,
        env={**environ, "CI": "true", "GITLAB_CI": "true", **variables, "PATH": path},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        timeout=LONGEST_SECONDS,
    )
    return Ended(done.returncode, done.stdout)
