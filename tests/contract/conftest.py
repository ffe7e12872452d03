from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.workplace import Inside, Workplace, clean_environment


@pytest.fixture
def work(tmp_path: Path) -> Workplace:
    """A user's folder, without any organization to speak to yet."""
    folder = tmp_path / "work"
    folder.mkdir()
    return Inside(folder, clean_environment())
