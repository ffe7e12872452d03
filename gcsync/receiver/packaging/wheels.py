"""The pinned requirements as wheels for another kind of machine, fetched by pip, and what Lambda needs of each.

pip evaluates a requirement's markers for the Python that it runs on, not for the one asked for; so the files here have
none (ci/requirements.sh), and hold what any Python needs that Lambda has.
"""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path, PurePosixPath
from typing import Final

from gcsync.model.diagnostic import Diagnostic, DiagnosticError

_SECONDS: Final = 600
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_ADDRESS = re.compile(r"\b[a-z+]+://\S+")
_LEFT_OUT = frozenset({"RECORD", "INSTALLER", "REQUESTED", "direct_url.json"})
_SUFFIXES_LEFT_OUT = (".pyi", ".pyc", ".pyx", ".pxd", ".c", ".h")


def pinned(files: Iterable[Path]) -> str:
    """The requirements of several files as one: an entry that stands in two is the same in both."""
    entries: dict[str, str] = {}
    for path in files:
        for entry in re.split(r"\n(?=\S)", path.read_text(encoding="utf-8").strip()):
            entries[entry.partition("==")[0]] = entry
    return "".join(f"{entries[name]}\n" for name in sorted(entries))


def platforms(architecture: str, python: str) -> list[str]:
    """The tags of wheels that run there, the newest first.

    Lambda has Python 3.11 on Amazon Linux 2 (glibc 2.26), later ones on Amazon Linux 2023 (glibc 2.34).
    """
    newest = 26 if python == "3.11" else 34
    machine = {"arm64": "aarch64", "x86_64": "x86_64"}[architecture]
    return [f"manylinux_2_{minor}_{machine}" for minor in range(newest, 16, -1)] + [f"manylinux2014_{machine}"]


def unpacked(requirements: str, architecture: str, python: str, wheelhouse: Path | None) -> dict[str, bytes]:
    """The files of the wheels of these requirements. Raises DiagnosticError (GC864, GC865)."""
    if importlib.util.find_spec("pip") is None:
        hint = "install gcsync into an environment that has pip, with python -m venv for example"
        raise DiagnosticError(Diagnostic("GC864", "pip is not there, which fetches the wheels", hint=hint))
    with tempfile.TemporaryDirectory(prefix="gcsync-") as name:
        folder = Path(name)
        asked = folder / "requirements.txt"
        asked.write_text(requirements, encoding="utf-8")
        _fetch(asked, folder / "wheels", architecture, python, wheelhouse)
        found: dict[str, bytes] = {}
        for wheel in sorted((folder / "wheels").glob("*.whl")):
            found.update(_contents(wheel))
    return found


def _fetch(asked: Path, folder: Path, architecture: str, python: str, wheelhouse: Path | None) -> None:
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-input"]
    command += ["--no-deps", "--only-binary=:all:", "--require-hashes", "--requirement", str(asked)]
    command += ["--dest", str(folder), "--implementation", "cp", "--python-version", python]
    command += [word for tag in platforms(architecture, python) for word in ("--platform", tag)]
    if wheelhouse is not None:
        command += ["--no-index", "-f", str(wheelhouse)]
    _run(command, wheelhouse)


def _run(command: Sequence[str], wheelhouse: Path | None) -> None:
    hint = f"{wheelhouse} must hold every wheel; make wheelhouse fills one" if wheelhouse else ""
    how = {"encoding": "utf-8", "errors": "replace", "timeout": _SECONDS}
    try:
        subprocess.check_output(command, stderr=subprocess.STDOUT, **how)  # type: ignore[call-overload]  # noqa: S603
    except subprocess.TimeoutExpired:
        raise _failed(f"pip took longer than {_SECONDS} seconds", hint) from None
    except subprocess.CalledProcessError as error:
        raise _failed(_reason(error.output), hint) from None


def _failed(what: str, hint: str) -> DiagnosticError:
    hint = hint or "see that pip reaches an index: pip download starlette; without one, --wheelhouse FOLDER"
    return DiagnosticError(Diagnostic("GC865", f"the wheels cannot be had: {what}", path="--wheelhouse", hint=hint))


def _reason(text: str) -> str:
    """What pip says is wrong, without addresses: one may hold a password."""
    # Where somebody forces colours, pip heeds that.
    lines = _COLOUR.sub("", text).splitlines()
    told = [line.removeprefix("ERROR: ") for line in lines if line.startswith("ERROR: ")]
    reason = " ".join((told or ["pip failed"])[-1].split())
    if "DO NOT MATCH THE HASHES" in text:
        reason = "a wheel is not the one whose hash is pinned"
    return _ADDRESS.sub("(address)", reason)[:300]


def _contents(wheel: Path) -> Iterator[tuple[str, bytes]]:
    """Each file by its place below site-packages, without what only an installer or a compiler reads."""
    with zipfile.ZipFile(wheel) as archive:
        for entry in archive.infolist():
            place = _place(PurePosixPath(entry.filename))
            if place is not None and not entry.is_dir():
                yield place, archive.read(entry)


def _place(path: PurePosixPath) -> str | None:
    parts = path.parts
    if parts[0].endswith(".data"):
        if len(parts) < 3 or parts[1] not in ("purelib", "platlib"):
            return None
        parts = parts[2:]
    if parts[0].endswith(".dist-info") and parts[-1] in _LEFT_OUT:
        return None
    return None if parts[-1].endswith(_SUFFIXES_LEFT_OUT) else "/".join(parts)
