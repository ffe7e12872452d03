"""The project's own files, as the tests of its house rules see them."""

from __future__ import annotations

import ast
import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TypeAlias

ROOT = Path(__file__).parents[2]
_LEFT_OUT = {".venv", "node_modules", "__pycache__", ".git", ".hypothesis", ".gcsync", "dist", "build", "out"}
_TEXT = {".py", ".toml", ".md", ".yaml", ".yml", ".json", ".txt", ".cfg", ".sh", ""}

Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef


def python_files(*folders: str) -> list[Path]:
    return sorted(path for folder in folders for path in _files(ROOT / folder) if path.suffix == ".py")


def _files(folder: Path) -> Iterator[Path]:
    """Every file below a folder that is a part of the project and not hidden."""
    for root, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if name not in _LEFT_OUT and (name[0] != "." or name == ".ci"))
        yield from (Path(root, name) for name in sorted(names) if name[0] != "." or name == ".gitignore")


def text_files() -> Iterator[Path]:
    """Every text file that is a part of the project."""
    yield from (path for path in _files(ROOT) if path.suffix in _TEXT and path.is_file())


@cache
def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace")


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def functions(path: Path) -> Iterator[Function]:
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def length(function: Function) -> int:
    """Lines from the `def` to the end, without the decorators."""
    assert function.end_lineno is not None
    return function.end_lineno - function.lineno + 1


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))
