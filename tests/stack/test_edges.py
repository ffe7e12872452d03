"""What a stack may not reach: files outside its folder, by whatever way, and files that never end."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from gcsync.model.diagnostic import DiagnosticError
from gcsync.model.value import reveal
from gcsync.stack import Inputs, load

STACK = """\
version: 1
stack: contact-center
%s
streams:
  one:
    description: %s
    event_types: [conversation:start]
    destinations: [{protocol: https, url: https://events.example.com/a}]
"""


def findings(folder: Path, text: str) -> list[str]:
    """The codes of what is wrong, with what was read shown nowhere."""
    (folder / "stack.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(DiagnosticError) as caught:
        load(["stack.yaml"], Inputs(), folder=folder)
    assert "sesame" not in f"{caught.value.diagnostics}"
    return [found.code for found in caught.value.diagnostics]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A stack's folder with every way that could lead out of it."""
    inside = tmp_path / "inside"
    (inside / ".git").mkdir(parents=True)
    (inside / ".gcsync").mkdir()
    (tmp_path / "outside.txt").write_text("sesame")
    (tmp_path / "outside.yaml").write_text("streams: {sesame: 1}")
    for path in (inside / ".git/config", inside / ".gcsync/kept"):
        path.write_text("sesame")
    (inside / "link").symlink_to(tmp_path / "outside.txt")
    (inside / "link.yaml").symlink_to(tmp_path / "outside.yaml")
    (inside / "folder").symlink_to(tmp_path)
    (inside / "hidden").symlink_to(inside / ".git")
    (inside / "environment").symlink_to("/proc/self/environ")
    (inside / "endless").symlink_to("/dev/zero")
    (inside / "circle").symlink_to("circle")
    (inside / "large").write_bytes(b"a" * (1024 * 1024 + 1))
    os.mkfifo(inside / "pipe")
    os.mkfifo(inside / "pipe.yaml")
    return inside


WAYS = ("../outside.txt", "a/../../outside.txt", "/etc/hostname", "link", "folder/outside.txt", "folder/inside/link")
KEPT = (".git/config", "hidden/config", ".gcsync/kept")
ENDLESS = ("environment", "endless", "circle", "large", "pipe", ".", "")


@pytest.mark.parametrize("name", [*WAYS, *KEPT, *ENDLESS])
def test_a_file_outside_kept_by_git_or_without_end_is_not_read(folder: Path, name: str) -> None:
    assert findings(folder, STACK % ("", f"'${{file.{name}}}'")) == ["GC208"]


@pytest.mark.parametrize("pattern", ["../*.yaml", "/etc/*.yaml", "link.yaml", "folder/*.yaml", "pipe.yaml"])
def test_a_part_outside_or_without_end_is_not_read(folder: Path, pattern: str) -> None:
    assert findings(folder, STACK % (f"include: ['{pattern}']", "text"))[0] == "GC118"


def test_a_pipe_in_a_folder_of_stacks_holds_nobody_up(folder: Path) -> None:
    (folder / "link.yaml").unlink()
    (folder / "stack.yaml").write_text(STACK % ("", "text"), encoding="utf-8")
    assert [stack.name for stack in load(["."], Inputs(), folder=folder)] == ["contact-center"]


def test_a_file_inside_is_read_through_a_link(folder: Path) -> None:
    (folder / "text").write_text("hello")
    (folder / "inner").symlink_to("text")
    (folder / "stack.yaml").write_text(STACK % ("", "'${file.inner}'"), encoding="utf-8")
    (stack,) = load(["stack.yaml"], Inputs(), folder=folder)
    (resource,) = stack.resources.values()
    assert reveal(resource.attributes["description"]) == "hello"
