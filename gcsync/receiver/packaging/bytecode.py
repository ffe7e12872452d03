"""Modules compiled beforehand: Lambda cannot write bytecode, and would compile everything anew at each cold start.

It takes a Python of the function's version: the one that gcsync runs on, or `python3.13` on PATH. The bytecode is never
checked against its source, whose time a zip does not keep; and it is made by a process of its own, with a fixed hash
seed, since what a process has interned shows in the bytes.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final

_SECONDS: Final = 300
_PLACE: Final = "/var/task"
"""Where Lambda unpacks a function: what tracebacks are to name."""


def compiled(files: Mapping[str, bytes], python: str) -> dict[str, bytes]:
    """The bytecode of the modules among these files, each at its place; empty without a Python of that version."""
    program = _program(python)
    if program is None:
        return {}
    with tempfile.TemporaryDirectory(prefix="gcsync-") as name:
        folder = Path(name).resolve()
        for path, content in files.items():
            if path.endswith(".py"):
                (folder / path).parent.mkdir(parents=True, exist_ok=True)
                (folder / path).write_bytes(content)
        command = [program, "-S", "-s", "-m", "compileall", "-q", "-j", "1", "-s", str(folder), "-p", _PLACE]
        command += ["--invalidation-mode", "unchecked-hash", str(folder)]
        # What cannot be compiled is left to Lambda, which tells of it when it is loaded.
        subprocess.run(  # noqa: S603
            command, env={"PYTHONHASHSEED": "0"}, capture_output=True, check=False, timeout=_SECONDS
        )
        return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*.pyc"))}


def _program(python: str) -> str | None:
    if python == f"{sys.version_info.major}.{sys.version_info.minor}":
        return sys.executable
    return shutil.which(f"python{python}")
