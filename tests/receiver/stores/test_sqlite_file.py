"""The check that an open store still bears its name: nothing is acknowledged into a file that was removed."""

import os
from pathlib import Path
from types import SimpleNamespace

import pytest

from gcsync.receiver.stores.sqlite_file import StoreFile
from tests.receiver.stores.every import Clock

HOUR = 3600


def opened(folder: Path, clock: Clock) -> StoreFile:
    """A store whose folder nobody has touched for an hour of that clock."""
    for name in ("events.db", "events.db-wal"):
        (folder / name).touch()
    changed_at(folder, clock.now - HOUR)
    file = StoreFile(folder / "events.db", clock)
    file.check()
    return file


def changed_at(folder: Path, moment: float) -> None:
    os.utime(folder, (moment, moment))


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The paths that the disk is asked for, in their order."""
    asked: list[str] = []
    real = os.stat

    def stat(path: str) -> os.stat_result:
        asked.append(path)
        return real(path)

    monkeypatch.setattr("gcsync.receiver.stores.sqlite_file.os", SimpleNamespace(stat=stat))
    return asked


def test_while_nothing_changes_in_its_folder_one_look_is_enough(tmp_path: Path, looks: list[str]) -> None:
    clock = Clock()
    file = opened(tmp_path, clock)
    looks.clear()
    for _ in range(3):
        file.check()
    assert looks == [str(tmp_path)] * 3


@pytest.mark.parametrize("gone", ["events.db", "events.db-wal", "."])
def test_a_removed_file_is_seen_at_the_next_look(tmp_path: Path, gone: str) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    file = opened(folder, Clock())
    (folder / gone).rename(tmp_path / "elsewhere")
    for _ in range(2):
        with pytest.raises(OSError, match="removed or replaced"):
            file.check()


def test_a_file_that_is_put_in_its_place_is_seen_at_the_next_look(tmp_path: Path) -> None:
    file = opened(tmp_path, Clock())
    (tmp_path / "another").touch()
    (tmp_path / "another").replace(tmp_path / "events.db")
    with pytest.raises(OSError, match="removed or replaced"):
        file.check()


def test_a_change_in_the_same_step_of_the_clock_is_seen_all_the_same(tmp_path: Path) -> None:
    clock = Clock()
    file = opened(tmp_path, clock)
    for moment in (clock.now, clock.now - 1, clock.now - 4, clock.now + HOUR):
        changed_at(tmp_path, moment)
        file.check()
        (tmp_path / "events.db").rename(tmp_path / "elsewhere")
        changed_at(tmp_path, moment)
        with pytest.raises(OSError, match="removed or replaced"):
            file.check()
        (tmp_path / "elsewhere").rename(tmp_path / "events.db")


@pytest.mark.parametrize("passed", [1.0, -HOUR])
def test_a_folder_that_tells_no_time_of_change_is_not_believed_for_long(tmp_path: Path, passed: float) -> None:
    clock = Clock()
    file = opened(tmp_path, clock)
    (tmp_path / "events.db").unlink()
    changed_at(tmp_path, clock.now - HOUR)
    file.check()
    clock.now += passed
    with pytest.raises(OSError, match="removed or replaced"):
        file.check()


def test_what_a_link_leads_to_is_looked_at_each_time(tmp_path: Path) -> None:
    clock = Clock()
    (tmp_path / "disk").mkdir()
    (tmp_path / "disk/events.db").touch()
    (tmp_path / "events.db").symlink_to(tmp_path / "disk/events.db")
    changed_at(tmp_path, clock.now - HOUR)
    file = StoreFile(tmp_path / "events.db", clock)
    file.check()
    (tmp_path / "disk/events.db").unlink()
    with pytest.raises(OSError, match="removed or replaced"):
        file.check()
