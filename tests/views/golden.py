"""Whole outputs that tests compare with: one file each in `golden/`, read by people before it is kept."""

from __future__ import annotations

from pathlib import Path

_FOLDER = Path(__file__).parent / "golden"


def golden(name: str, suffix: str = "txt") -> str:
    """The text of `golden/<name>.<suffix>`."""
    return (_FOLDER / f"{name}.{suffix}").read_text(encoding="utf-8")
