"""Which files a command means."""

from __future__ import annotations

from pathlib import Path

import pytest

from gcsync.stack.discover import Files, included, sections, stack_files
from gcsync.stack.report import Report


def files(folder: Path, *names: str) -> Files:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("version: 1\nstack: a\n", encoding="utf-8")
    return Files(folder, Report())


def found(folder: Path, paths: list[str], *names: str) -> list[str]:
    return [source.name for source in stack_files(paths, files(folder, *names))]


def test_a_folder_is_searched_through_and_hidden_ones_are_not(tmp_path: Path) -> None:
    names = ["b.yaml", "a/c.yml", "a/.d.yaml", ".git/e.yaml", "node_modules/f.yaml", "g.json", "h.txt"]
    assert found(tmp_path, ["."], *names) == ["b.yaml", "a/c.yml"]


def test_a_file_is_named_once_however_often_it_is_meant(tmp_path: Path) -> None:
    assert found(tmp_path, ["a/x.yaml", "a", "./a/x.yaml"], "a/x.yaml") == ["a/x.yaml"]


@pytest.mark.parametrize("path", ["nope.yaml", "nope\0.yaml", "empty"])
def test_what_is_not_there_is_told(tmp_path: Path, path: str) -> None:
    (tmp_path / "empty").mkdir()
    opened = files(tmp_path)
    assert stack_files([path], opened) == []
    assert [finding.code for finding in opened.report.findings] == ["GC119"]


@pytest.mark.parametrize(
    ("pattern", "parts", "codes"),
    [
        ("parts/*.yaml", ["parts/a.yaml", "parts/b.yaml"], []),
        ("**/b.yaml", ["parts/b.yaml"], []),
        ("nope/*.yaml", [], ["GC118"]),
        ("../*.yaml", [], ["GC118"]),
        ("/etc/*.yaml", [], ["GC118"]),
        ("stack.yaml", [], ["GC118"]),
    ],
)
def test_an_include_stays_below_its_stack_and_matches_something(
    tmp_path: Path, pattern: str, parts: list[str], codes: list[str]
) -> None:
    opened = files(tmp_path, "stack.yaml", "parts/b.yaml", "parts/a.yaml")
    stack = opened.open(tmp_path / "stack.yaml")
    assert [part.name for part in included(stack, [pattern], opened)] == parts
    assert [finding.code for finding in opened.report.findings] == codes


def test_the_sections_are_those_of_the_schemas() -> None:
    assert sections() == {"streams": "stream", "eventbridge_sources": "eventbridge_source", "triggers": "trigger"}
