"""Where a saved plan comes from, as text."""

from __future__ import annotations

from gcsync.views.style import clean

_COMMIT_SHOWN = 12


def render_origin(version: str, created: str, commit: object, applied: str | None) -> str:
    """`Saved 2026-11-25T20:10:00Z by gcsync 0.1.0, commit 31d97207c1aa; applied 2026-11-25T20:30:00Z.`"""
    made = f"Saved {clean(created)} by gcsync {clean(version)}"
    at = f", commit {clean(commit)[:_COMMIT_SHOWN]}" if isinstance(commit, str) else ""
    end = f"; applied {clean(applied)}" if applied is not None else "; not applied yet"
    return f"{made}{at}{end}."
