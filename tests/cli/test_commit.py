"""Which commit a plan was made from."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from gcsync.cli.commit import current_commit

COMMIT = "31d97207c1aa" + "0" * 28


@pytest.mark.parametrize("name", ["GITHUB_SHA", "CI_COMMIT_SHA"])
def test_the_pipeline_knows_it(name: str) -> None:
    assert current_commit({name: COMMIT}) == COMMIT


def test_else_git_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    for command in ("init -q", "-c user.name=a -c user.email=a@example.com commit -q --allow-empty -m one"):
        subprocess.run(["git", *command.split()], check=True)
    head = subprocess.run(["git", "rev-parse", "HEAD"], check=True, capture_output=True, text=True).stdout.strip()
    assert current_commit({"GITHUB_SHA": "not a commit"}) == head


def test_without_either_nobody_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert current_commit({}) is None


def test_nor_where_there_is_no_git(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert current_commit({}) is None
