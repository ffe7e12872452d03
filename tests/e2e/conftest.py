from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.e2e.workplace import Hand, Inside, Workplace, clean_environment, credentials_for

if TYPE_CHECKING:
    from gcsync.emulator import RunningEmulator


@pytest.fixture
def offline(tmp_path: Path) -> Workplace:
    """A folder without any organization to speak to."""
    folder = tmp_path / "work"
    folder.mkdir()
    return Inside(folder, clean_environment())


@pytest.fixture
def work(offline: Workplace, emulator: RunningEmulator) -> Workplace:
    """A folder whose commands speak to an emulator of this test."""
    return Inside(offline.folder, offline.environ | credentials_for(emulator.url))


@pytest.fixture
def hand(emulator: RunningEmulator) -> Hand:
    return Hand(emulator.url)
