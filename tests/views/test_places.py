from __future__ import annotations

import pytest

from gcsync.views.places import relative_path, relative_uri


@pytest.mark.parametrize(
    ("file", "folder", "root", "expected"),
    [
        ("stacks/a.yaml", "", "", "stacks/a.yaml"),
        ("stacks/a.yaml", "/repo", "", "stacks/a.yaml"),
        ("stacks/a.yaml", "/repo/gcsync", "/repo", "gcsync/stacks/a.yaml"),
        ("/repo/shared/a.yaml", "/repo/gcsync", "", "../shared/a.yaml"),
        ("/repo/shared/a.yaml", "/repo/gcsync", "/repo", "shared/a.yaml"),
        ("./stacks/../a.yaml", "/repo", "", "a.yaml"),
    ],
)
def test_a_file_is_named_from_the_root(file: str, folder: str, root: str, expected: str) -> None:
    assert relative_path(file, folder, root) == expected


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        ("stacks/for sale.yaml", "stacks/for%20sale.yaml"),
        ("a:b.yaml", "a%3Ab.yaml"),
        ("50%#?.yaml", "50%25%23%3F.yaml"),
        ("日.yaml", "%E6%97%A5.yaml"),
        ("\ud800.yaml", "%ED%A0%80.yaml"),
    ],
)
def test_a_uri_holds_only_what_one_may(file: str, expected: str) -> None:
    assert relative_uri(file, "/repo") == expected
