"""The file lock: where it is, who may read it, and what a crash leaves."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import pytest

from gcsync.locks import FileLock, Holder, Subject, first_usable
from gcsync.model.diagnostic import DiagnosticError

SUBJECT = Subject("org-1", "contact-center@prod")
ADA = Holder("id-ada", "ada", "build-7", os.getpid(), command="apply")


def lock_in(folder: Path, **how: object) -> FileLock:
    return FileLock(folder, SUBJECT, host="build-7", **how)  # type: ignore[arg-type]


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_who_holds_it_stands_beside_it_for_the_user_alone(tmp_path: Path) -> None:
    folder = first_usable([tmp_path / "gcsync" / "locks"])
    lock = lock_in(folder)
    lock.acquire(ADA)
    note = folder / "org-1" / "contact-center@prod.json"
    written = {"id": "id-ada", "user": "ada", "host": "build-7", "pid": os.getpid(), "since": None, "command": "apply"}
    assert json.loads(note.read_text()) == written
    assert (mode(note), mode(note.with_suffix(".lock"))) == (0o600, 0o600)
    assert {mode(one) for one in (folder, folder / "org-1", folder.parent)} == {0o700}
    lock.release()
    assert not note.exists()


def test_the_note_of_a_crashed_run_names_nobody(tmp_path: Path) -> None:
    crashed = lock_in(tmp_path)
    crashed.acquire(ADA)
    note = tmp_path / "org-1" / "contact-center@prod.json"
    left = note.read_text()
    crashed.release()
    note.write_text(left)
    assert lock_in(tmp_path).look() is None
    holder = lock_in(tmp_path)
    holder.acquire(ADA)
    dead = {"is_alive": lambda pid: False}
    assert lock_in(tmp_path, **dead).acquire(Holder("id-bob")) == Holder("")
    holder.release()


def test_a_name_of_a_server_cannot_leave_the_folder(tmp_path: Path) -> None:
    lock = FileLock(tmp_path / "locks", Subject("../../outside", "a/b"), host="build-7")
    lock.acquire(ADA)
    inside = [path for path in tmp_path.rglob("*.lock") if path.is_relative_to(tmp_path / "locks")]
    assert len(inside) == len(list(tmp_path.rglob("*.lock"))) == 1
    lock.release()


def test_the_first_folder_that_can_be_used_is_taken(tmp_path: Path) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.write_text("")
    assert first_usable([in_the_way / "locks", tmp_path / "other" / "locks"]) == tmp_path / "other" / "locks"


def test_without_any_folder_it_is_said_what_to_set(tmp_path: Path) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.write_text("")
    with pytest.raises(DiagnosticError) as caught:
        first_usable([in_the_way / "locks"])
    (found,) = caught.value.diagnostics
    assert (found.code, "XDG_STATE_HOME" in found.hint) == ("GC641", True)


def test_a_link_that_somebody_put_there_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "gcsync-0").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(DiagnosticError, match="is a link"):
        first_usable([tmp_path / "gcsync-0" / "locks"])


def test_a_folder_that_others_may_write_is_closed_to_them(tmp_path: Path) -> None:
    folder = tmp_path / "gcsync" / "locks"
    folder.mkdir(parents=True)
    folder.chmod(0o777)
    assert mode(first_usable([folder])) == 0o700


def test_a_disk_that_takes_no_note_takes_no_lock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("tempfile.mkstemp", refuse)
    lock = lock_in(tmp_path)
    with pytest.raises(DiagnosticError, match="No space left"):
        lock.acquire(ADA)
    assert lock_in(tmp_path).look() is None
