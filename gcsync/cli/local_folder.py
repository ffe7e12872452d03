"""`.gcsync/`: what gcsync keeps beside a stack. It is never committed: the folder ignores itself."""

from __future__ import annotations

from pathlib import Path

FOLDER = Path(".gcsync")


def make_local_folder(folder: Path = FOLDER) -> Path:
    """The folder, made when it is not there, with a .gitignore that keeps all of it out of Git. Raises OSError."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    ignore = folder / ".gitignore"
    if not ignore.exists():
        ignore.write_text("*\n", encoding="utf-8")
    return folder
