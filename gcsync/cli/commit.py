"""Which commit a plan was made from: for whoever reads it, never a condition."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping

_VARIABLES = ("GITHUB_SHA", "CI_COMMIT_SHA")
_SECONDS = 5


def current_commit(environ: Mapping[str, str]) -> str | None:
    """The commit as the pipeline tells it, else as git does in the current folder; None where neither knows."""
    for name in _VARIABLES:
        if _is_commit(environ.get(name, "")):
            return environ[name]
    try:
        command = ["git", "rev-parse", "HEAD"]
        done = subprocess.run(command, capture_output=True, timeout=_SECONDS, check=True, text=True)  # noqa: S603
    except (OSError, subprocess.SubprocessError, UnicodeDecodeError):
        return None
    return done.stdout.strip() if _is_commit(done.stdout.strip()) else None


def _is_commit(text: str) -> bool:
    return len(text) in (40, 64) and all(letter in "0123456789abcdef" for letter in text)
