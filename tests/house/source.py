"""The project's own files, as the tests of its house rules see them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TypeAlias

ROOT = Path(__file__).parents[2]
_LEFT_OUT = {".venv", "node_modules", "__pycache__", ".git", ".hypothesis", ".gcsync", "dist", "build", "out"}
_TEXT = {".py", ".toml", ".md", ".yaml", ".yml", ".json", ".txt", ".cfg", ".sh", ""}

Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef


def python_files(*folders: str) -> list[Path]:
    return sorted(
        path
        for folder in folders
        for path in (ROOT / folder).rglob("*.py")
        if not _LEFT_OUT.intersection(path.relative_to(ROOT).parts)
    )


def text_files() -> Iterator[Path]:
    """Every text file that is a part of the project."""
    for path in sorted(ROOT.rglob("*")):
        parts = path.relative_to(ROOT).parts
        hidden = any(part.startswith(".") and part not in (".ci", ".gitignore") for part in parts)
        if path.is_file() and path.suffix in _TEXT and not hidden and not _LEFT_OUT.intersection(parts):
            yield path


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
