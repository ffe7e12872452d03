"""A command loads what it uses, and no more: `gcsync --version` is about as quick as importing typer."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.house.source import ROOT

HEAVY = (
    "boto3",
    "click",
    "cryptography",
    "deepdiff",
    "fastjsonschema",
    "filelock",
    "jsonschema",
    "opentelemetry",
    "platformdirs",
    "pyarrow",
    "redis",
    "requests",
    "rich",
    "ruamel",
    "sqlite3",
    "starlette",
    "tenacity",
    "urllib3",
    "uvicorn",
    "yaml",
)

LOADED = """\
import contextlib, io, json, sys
from gcsync.cli.main import run
with contextlib.redirect_stdout(io.StringIO()):
    code = run(sys.argv[1:])
print(json.dumps([code, sorted({name.partition(".")[0] for name in sys.modules})]))
"""


@pytest.mark.parametrize(
    "line", ["--version", "--help", "plan --help", "-v --version", "emulator serve --help", "receiver serve --help"]
)
def test_what_needs_no_library_loads_none(line: str) -> None:
    code, loaded = run(line)
    assert (code, set(loaded) & set(HEAVY)) == (0, set())


def test_the_version_alone_loads_not_even_typer() -> None:
    assert "typer" not in run("--version")[1]


@pytest.mark.parametrize("line", ["explain GC104", "schema stream"])
def test_what_only_prints_a_file_needs_no_network(line: str) -> None:
    assert set(run(line)[1]) & {"requests", "urllib3", "starlette", "uvicorn", "deepdiff"} == set()


def test_validate_needs_no_network() -> None:
    _, loaded = run("validate stacks")
    assert set(loaded) & {"requests", "urllib3", "starlette", "uvicorn", "deepdiff", "rich"} == set()


def test_a_graph_needs_no_network() -> None:
    _, loaded = run("graph stacks")
    assert set(loaded) & {"requests", "urllib3", "starlette", "uvicorn", "deepdiff"} == set()


def run(line: str) -> tuple[int, list[str]]:
    command = [sys.executable, "-c", LOADED, *line.split()]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8", check=True)
    code, loaded = json.loads(done.stdout)
    return code, loaded
