"""The zip for AWS Lambda: gcsync's receiver, what it needs, and the files of a `python:` sink.

Left out: the command line, the server and its loop, which Lambda has no use for, and boto3, which Lambda's Python has;
`Extra.AWS` takes the pinned one along.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import gcsync
from gcsync.model.diagnostic import Diagnostic, DiagnosticError
from gcsync.receiver.packaging import bytecode, wheels
from gcsync.receiver.packaging.archive import zipped
from gcsync.receiver.packaging.target import Extra, Target

HANDLER: Final = "gcsync.receiver.aws_lambda.handler.handler"
LIMIT: Final = 50 * 1024 * 1024
"""Bytes of a zip that is uploaded straight to Lambda, and of one that is unpacked: quotas of Lambda."""
UNPACKED_LIMIT: Final = 250 * 1024 * 1024
_HOME = Path(gcsync.__file__).parent
_OWN = ("__init__.py", "model", "receiver")
_OWN_LEFT_OUT = ("receiver/packaging", "receiver/server.py", "receiver/protocol.py")


@dataclass(frozen=True, slots=True)
class Package:
    """The zip; `unpacked` is in bytes. `bytecode` tells whether the modules are compiled."""

    content: bytes
    target: Target
    unpacked: int
    bytecode: bool

    @property
    def sha256(self) -> str:
        """In hexadecimal, as tools print it."""
        return hashlib.sha256(self.content).hexdigest()

    @property
    def code_sha256(self) -> str:
        """In base64, as Lambda shows it (CodeSha256)."""
        return base64.b64encode(hashlib.sha256(self.content).digest()).decode()

    def to_dict(self) -> dict[str, object]:
        """For machines."""
        return {
            "bytes": len(self.content),
            "unpacked_bytes": self.unpacked,
            "sha256": self.sha256,
            "code_sha256": self.code_sha256,
            "handler": HANDLER,
            "runtime": f"python{self.target.python}",
            "architecture": str(self.target.architecture),
            "bytecode": self.bytecode,
        }


def build(target: Target, *, extras: Sequence[Extra], added: Sequence[Path], wheelhouse: Path | None) -> Package:
    """The zip; the same input and Python give the same bytes. Raises DiagnosticError (GC864 to GC867)."""
    files = dict(_own())
    mine = [file for path in added for file in _added(path)]
    requirements = wheels.pinned(_requirements(extras))
    files |= wheels.unpacked(requirements, target.architecture, target.python, wheelhouse)
    for name, content in mine:
        if name in files:
            hint = "give it another name: a module of gcsync or of what it needs would be hidden"
            raise DiagnosticError(Diagnostic("GC866", f"{name} is in the zip already", path="--add", hint=hint))
        files[name] = content
    compiled = bytecode.compiled(files, target.python)
    files |= compiled
    return _bounded(Package(zipped(files), target, sum(map(len, files.values())), bool(compiled)))


def _requirements(extras: Sequence[Extra]) -> list[Path]:
    return [_HOME / "receiver/packaging" / f"{name}.txt" for name in ("lambda", *(f"lambda-{one}" for one in extras))]


def _own() -> Iterator[tuple[str, bytes]]:
    """Of gcsync what the function imports."""
    for part in _OWN:
        top = _HOME / part
        for path in [top] if top.is_file() else sorted(top.rglob("*.py")):
            inside = path.relative_to(_HOME).as_posix()
            if not inside.startswith(_OWN_LEFT_OUT):
                yield f"gcsync/{inside}", path.read_bytes()


def _added(path: Path) -> Iterator[tuple[str, bytes]]:
    """A file, or a folder with all that is below it, at the top of the zip. Raises DiagnosticError (GC866)."""
    if not path.exists():
        hint = "name the module of the python: sink, or the folder of its package"
        raise DiagnosticError(Diagnostic("GC866", f"there is no {path}", path="--add", hint=hint))
    top = path.resolve()
    found = [top] if top.is_file() else [file for file in sorted(top.rglob("*")) if file.is_file()]
    for file in found:
        inside = file.relative_to(top.parent)
        if "__pycache__" not in inside.parts and not any(part.startswith(".") for part in inside.parts):
            yield inside.as_posix(), file.read_bytes()


def _bounded(package: Package) -> Package:
    size = len(package.content)
    if size > LIMIT or package.unpacked > UNPACKED_LIMIT:
        most = f"Lambda takes {LIMIT:,} and {UNPACKED_LIMIT:,}"
        message = f"the zip has {size:,} bytes, {package.unpacked:,} unpacked; {most}"
        hint = "leave out an --extra, or put what is large into a layer"
        raise DiagnosticError(Diagnostic("GC867", message, path="--add", hint=hint))
    return package
