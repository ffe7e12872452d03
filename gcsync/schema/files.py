"""Where the JSON Schemas are: inside the installed package, or in `schemas/` of a checkout."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

_INSTALLED = Path(__file__).parent / "files"
_CHECKOUT = Path(__file__).parents[2] / "schemas"


def schema_folder() -> Path:
    return _INSTALLED if _INSTALLED.is_dir() else _CHECKOUT


@cache
def read_schema(name: str) -> dict[str, Any]:
    """The schema `name` (`stream`, `stack.settings`) as plain data; never to be changed by the caller."""
    data: dict[str, Any] = json.loads((schema_folder() / f"{name}.schema.json").read_text(encoding="utf-8"))
    return data
