"""Bytecode: used instead of the source, the same each time, and left out where it cannot be made."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from gcsync.receiver.packaging.bytecode import compiled

HERE = f"{sys.version_info.major}.{sys.version_info.minor}"
TAG = f"cpython-{sys.version_info.major}{sys.version_info.minor}"
FILES = {
    "own/__init__.py": b"NAMES = {'a', 'b', 'c'}\n",
    "own/deep/part.py": b"def where():\n    return where.__code__.co_filename\n",
    "broken.py": b"def (\n",
    "data.json": b"{}",
}


def test_each_module_has_its_bytecode_at_its_place_whatever_the_process() -> None:
    found = compiled(FILES, HERE)
    assert sorted(found) == [f"own/__pycache__/__init__.{TAG}.pyc", f"own/deep/__pycache__/part.{TAG}.pyc"]
    assert compiled(dict(reversed(FILES.items())), HERE) == found


def test_it_is_what_runs_and_it_names_lambdas_place(tmp_path: Path) -> None:
    made = compiled(FILES, HERE)
    assert b"/var/task/own/deep/part.py" in made[f"own/deep/__pycache__/part.{TAG}.pyc"]
    sources = {name: b"1 / 0\n" for name in FILES if name.endswith(".py")}
    for name, content in (made | sources).items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(content)
    code = f"import sys; sys.path.insert(0, {str(tmp_path)!r}); import own.deep.part as p; print(p.where())"
    told = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True, timeout=600)
    assert told.stdout.endswith("/own/deep/part.py\n")


def test_without_a_python_of_that_version_there_is_none() -> None:
    assert compiled(FILES, "3.99") == {}
