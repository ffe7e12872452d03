"""The Python files below ci/, as modules: they are scripts and belong to no package."""

from __future__ import annotations

import importlib.util
import sys
from functools import cache
from types import ModuleType

from tests.house.source import ROOT


@cache
def script(name: str) -> ModuleType:
    """Raises FileNotFoundError where there is no ci/NAME.py."""
    described = importlib.util.spec_from_file_location(name, ROOT / "ci" / f"{name}.py")
    assert described is not None
    assert described.loader is not None
    module = importlib.util.module_from_spec(described)
    sys.modules[name] = module
    described.loader.exec_module(module)
    return module
