"""Fixtures that more than one folder of tests needs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from gcsync.emulator import RunningEmulator


@pytest.fixture
def emulator(tmp_path: Path) -> Iterator[RunningEmulator]:
    """A Genesys Cloud of its own for one test."""
    from gcsync.emulator import EmulatorSettings, start

    with start(EmulatorSettings(database=tmp_path / "emulator.db")) as running:
        yield running
