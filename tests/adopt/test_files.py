from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

import pytest

from gcsync.adopt.files import replace_text, write_new
from gcsync.model.diagnostic import DiagnosticError


def fine(_: Path) -> None:
    pass


def full(*_: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def test_a_new_file_is_written_whole(tmp_path: Path) -> None:
    write_new(tmp_path / "a.yaml", "é\n")
    assert (tmp_path / "a.yaml").read_bytes() == "é\n".encode()
    assert os.listdir(tmp_path) == ["a.yaml"]


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").symlink_to("nowhere")
    with pytest.raises(DiagnosticError, match="GC621"):
        write_new(tmp_path / "a.yaml", "x")
    assert os.listdir(tmp_path) == ["a.yaml"]


@pytest.mark.parametrize("broken", ["fsync", "fchmod"])
def test_on_a_full_disk_no_half_file_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broken: str) -> None:
    monkeypatch.setattr(os, broken, full)
    with pytest.raises(OSError, match="No space"):
        write_new(tmp_path / "a.yaml", "x")
    assert os.listdir(tmp_path) == []


def test_a_replaced_file_keeps_its_mode_and_its_mark_and_a_link_stays_one(tmp_path: Path) -> None:
    real, link = tmp_path / "real.yaml", tmp_path / "link.yaml"
    real.write_bytes(b"\xef\xbb\xbfold\r\n")
    real.chmod(0o640)
    link.symlink_to(real)
    replace_text(link, real.read_bytes(), "new\r\n", fine)
    assert real.read_bytes() == b"\xef\xbb\xbfnew\r\n"
    assert (stat.S_IMODE(real.stat().st_mode), link.is_symlink()) == (0o640, True)
    assert sorted(os.listdir(tmp_path)) == ["link.yaml", "real.yaml"]


def test_a_check_finds_what_stands_beside_the_link(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    real, link, seen = tmp_path / "real/a.yaml", tmp_path / "a.yaml", []
    real.write_text("old")
    link.symlink_to(real)
    replace_text(link, b"old", "new", lambda path: seen.append((path.parent, path.read_text())))
    assert (seen, real.read_text(), link.is_symlink()) == ([(tmp_path, "new")], "new", True)
    assert sorted(os.listdir(tmp_path)) == ["a.yaml", "real"]


def refuse(path: Path) -> None:
    raise DiagnosticError(())


@pytest.mark.parametrize("check", [refuse, full])
def test_what_the_check_refuses_changes_nothing(tmp_path: Path, check: object) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("old")
    with pytest.raises((DiagnosticError, OSError)):
        replace_text(path, b"old", "new", check)  # type: ignore[arg-type]
    assert (path.read_text(), os.listdir(tmp_path)) == ("old", ["a.yaml"])


def test_a_file_that_changed_meanwhile_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("another's")
    with pytest.raises(DiagnosticError, match="GC630"):
        replace_text(path, b"old", "new", fine)
    assert (path.read_text(), os.listdir(tmp_path)) == ("another's", ["a.yaml"])
