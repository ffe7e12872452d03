from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from gcsync.locks import FileLock, Lock, Subject, open_remote
from tests.locks import cloud

Opener = Callable[[Subject], Lock]


@pytest.fixture
def aws_environment(aws: str, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    return cloud.enter(monkeypatch, aws)


@pytest.fixture(params=["file", "s3", "dynamodb"])
def setting(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where the lock is, as `lock:` names it; a folder for a file lock."""
    if request.param == "file":
        return str(tmp_path / "locks")
    request.getfixturevalue("aws_environment")
    place = {"s3": cloud.BUCKET, "dynamodb": cloud.TABLE}[request.param]
    return f"{request.param}://{place}/{tmp_path.name}"


@pytest.fixture
def open_lock(setting: str) -> Opener:
    """Opens a lock as a run of its own would."""
    return lambda subject: opened(setting, subject)


def opened(setting: str, subject: Subject) -> Lock:
    import os

    if "://" in setting:
        return open_remote(setting, subject, os.environ)
    return FileLock(Path(setting), subject, host="build-7", sleep=growing_pauses())


def growing_pauses() -> Callable[[float], None]:
    """Each twice as long as the one before, up to ten seconds: whoever holds a lock may be slow to write its name."""
    import itertools
    import time

    counted = itertools.count()
    return lambda seconds: time.sleep(seconds * 2 ** min(next(counted), 9))
