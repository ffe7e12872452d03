"""What SECURITY.md says of scopes and permissions is what the schemas say."""

from __future__ import annotations

import pytest

from gcsync.schema.compose import kind_names, kind_schema
from tests.house.source import ROOT


@pytest.mark.parametrize("kind", kind_names())
def test_the_least_permissions_are_those_of_the_schema(kind: str) -> None:
    text = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
    (row,) = [line for line in text.splitlines() if line.startswith(f"| `{kind}`")]
    for access in (kind_schema(kind)["x-access"][part] for part in ("read", "write")):
        for scope in access["scopes"]:
            assert f"`{scope}`" in row
        for permission in access["permissions"]:
            assert f"`{permission}`" in row or f"`:{permission.rpartition(':')[2]}`" in row
