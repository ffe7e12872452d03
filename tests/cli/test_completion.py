"""What Tab offers, asked as a shell asks: through the real program."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

STACK = """\
version: 1
stack: contact-center
environments: {dev: {}, prod: {}}
streams:
  calls: {event_types: [conversation:start], destinations: [{protocol: https, url: 'https://events.example.com'}]}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "stacks").mkdir()
    (tmp_path / "stacks" / "prod.yaml").write_text(STACK, encoding="utf-8")
    return tmp_path


def offered(folder: Path, line: str) -> list[str]:
    """What is offered for the last word of a line."""
    words = line.split(" ")
    environ = {"_GCSYNC_COMPLETE": "complete_bash", "COMP_WORDS": line, "COMP_CWORD": str(len(words) - 1)}
    ran = subprocess.run(
        [sys.executable, "-W", "error", "-m", "gcsync"],
        cwd=folder,
        env={**os.environ, **environ},
        capture_output=True,
        encoding="utf-8",
    )
    assert (ran.returncode, ran.stderr) == (0, "")
    return ran.stdout.split()


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("gcsync va", ["validate"]),
        ("gcsync plan --env ", ["dev", "prod"]),
        ("gcsync plan --env p", ["prod"]),
        ("gcsync apply --env prod --target ", ["stream.calls"]),
        ("gcsync plan stacks/prod.yaml --exclude stream.", ["stream.calls"]),
        ("gcsync apply --allow-delete trigger.", []),
        ("gcsync explain GC104", ["GC104"]),
        ("gcsync drift --format pro", ["prometheus"]),
        ("gcsync accept --attribute en", ["enabled"]),
        ("gcsync export --kind ev", ["eventbridge_source"]),
        ("gcsync schema ba", ["baseline"]),
    ],
)
def test_what_is_offered(folder: Path, line: str, expected: list[str]) -> None:
    assert offered(folder, line) == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("gcsync plan other --env ", ["test"]),
        ("gcsync plan other/stack.yaml --env t", ["test"]),
        ("gcsync plan other stacks --env test --target ", []),
        ("gcsync apply other --env test --target s", ["stream.agents"]),
    ],
)
def test_paths_before_the_word_count(folder: Path, line: str, expected: list[str]) -> None:
    (folder / "other").mkdir()
    text = STACK.replace("contact-center", "other").replace("dev: {}, prod", "test").replace("calls:", "agents:")
    (folder / "other" / "stack.yaml").write_text(text, encoding="utf-8")
    assert offered(folder, line) == expected


@pytest.mark.parametrize("text", ["{", "streams: 1", "environments: [a]", "\x00", ""], ids=str.__repr__)
def test_a_broken_stack_offers_nothing_and_says_nothing(folder: Path, text: str) -> None:
    (folder / "stacks" / "prod.yaml").write_text(text, encoding="utf-8")
    assert offered(folder, "gcsync plan --env ") == []
    assert offered(folder, "gcsync plan --target ") == []


def test_bash_takes_the_script(folder: Path) -> None:
    bash = shutil.which("bash")
    assert bash is not None
    (folder / "gcsync").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m gcsync "$@"\n', encoding="utf-8")
    (folder / "gcsync").chmod(0o755)
    script = """
    eval "$(_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION=1 gcsync --show-completion bash)"
    COMP_WORDS=(gcsync plan --env d) COMP_CWORD=3
    _gcsync_completion gcsync
    echo "${COMPREPLY[@]}"
    """
    path = f"{folder}{os.pathsep}{os.environ['PATH']}"
    ran = subprocess.run(
        [bash, "-c", script], cwd=folder, env={**os.environ, "PATH": path}, capture_output=True, encoding="utf-8"
    )
    assert (ran.stdout, ran.stderr) == ("dev\n", "")
