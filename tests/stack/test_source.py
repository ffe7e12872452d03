from __future__ import annotations

from pathlib import Path

import pytest

from gcsync.stack.source import display_name


@pytest.mark.parametrize(
    ("path", "folder", "shown"),
    [
        ("/data/events/stacks/prod.yaml", "/data/events", "stacks/prod.yaml"),
        ("/data/events/stacks/prod.yaml", "/data/events/infra/ci", "../../stacks/prod.yaml"),
        ("/etc/gcsync/prod.yaml", "/data", "/etc/gcsync/prod.yaml"),
        ("stacks/prod.yaml", "elsewhere", "stacks/prod.yaml"),
    ],
)
def test_a_file_is_named_from_the_folder_and_not_from_the_root(path: str, folder: str, shown: str) -> None:
    assert display_name(Path(path), Path(folder)) == shown
