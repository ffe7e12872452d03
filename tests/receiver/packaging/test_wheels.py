"""The wheels: pinned, for the machine that is meant, and without what Lambda does not need."""

from __future__ import annotations

import base64
import hashlib
import importlib.util
import zipfile
from pathlib import Path

import pytest

from gcsync.model.diagnostic import DiagnosticError
from gcsync.receiver.packaging import wheels
from gcsync.receiver.packaging.lambda_package import _HOME

FILES = sorted((_HOME / "receiver/packaging").glob("*.txt"))
TAKEN = ["extra.py", "thing-1.0.dist-info/METADATA", "thing-1.0.dist-info/WHEEL", "thing/__init__.py"]


def wheel(folder: Path, tag: str, **files: str) -> str:
    """A wheel of the package `thing` whose code names its tag; its line of the requirements."""
    path = folder / f"thing-1.0-{tag}.whl"
    inside = {
        "thing/__init__.py": f"TAG = {tag!r}\n",
        "thing/__init__.pyi": "TAG: str\n",
        "thing-1.0.data/scripts/thing": "#!python\n",
        "thing-1.0.data/purelib/extra.py": "",
        "thing-1.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: thing\nVersion: 1.0\nRequires-Dist: other\n",
        "thing-1.0.dist-info/WHEEL": f"Wheel-Version: 1.0\nGenerator: t\nRoot-Is-Purelib: false\nTag: {tag}\n",
    }
    listed = [f"{name},sha256={digest(text)},{len(text)}" for name, text in inside.items()]
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in inside.items():
            archive.writestr(name, text)
        archive.writestr("thing-1.0.dist-info/RECORD", "\n".join([*listed, "thing-1.0.dist-info/RECORD,,"]))
    return f"--hash=sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}"


def digest(text: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()


def test_only_what_is_loaded_is_taken_out_of_a_wheel(tmp_path: Path) -> None:
    wheel(tmp_path, "py3-none-any")
    found = dict(wheels._contents(tmp_path / "thing-1.0-py3-none-any.whl"))
    assert found["thing/__init__.py"] == b"TAG = 'py3-none-any'\n"
    assert sorted(found) == TAKEN


@pytest.mark.full
def test_the_wheel_is_the_one_for_the_machine_that_is_meant(tmp_path: Path) -> None:
    """Without its dependencies, which are pinned beside it, and without what only an installer reads."""
    tags = [f"cp313-cp313-manylinux_2_28_{machine}" for machine in ("aarch64", "x86_64")]
    hashes = " ".join([wheel(tmp_path, tag) for tag in tags])
    found = wheels.unpacked(f"thing==1.0 {hashes}\n", "arm64", "3.13", tmp_path)
    assert found["thing/__init__.py"] == f"TAG = {tags[0]!r}\n".encode()
    assert sorted(found) == TAKEN


@pytest.mark.full
@pytest.mark.parametrize(
    ("tag", "said"),
    [
        ("cp313-cp313-manylinux_2_28_x86_64", "No matching distribution found for thing==1.0"),
        ("cp312-cp312-manylinux_2_28_aarch64", "No matching distribution found for thing==1.0"),
        ("cp313-cp313-manylinux_2_35_aarch64", "No matching distribution found for thing==1.0"),
        ("py3-none-any", "a wheel is not the one whose hash is pinned"),
    ],
)
def test_what_does_not_fit_is_refused(tmp_path: Path, tag: str, said: str) -> None:
    fits = wheel(tmp_path, tag)
    pinned = fits if "none" not in tag else f"--hash=sha256:{'0' * 64}"
    with pytest.raises(DiagnosticError) as raised:
        wheels.unpacked(f"thing==1.0 {pinned}\n", "arm64", "3.13", tmp_path)
    (told,) = raised.value.diagnostics
    assert (told.code, said in told.message) == ("GC865", True), told.message
    assert "make wheelhouse" in told.hint


def test_an_error_is_told_whatever_its_colours() -> None:
    assert (
        wheels._reason("\x1b[31mERROR: No matching distribution\x1b[0m\x1b[31m\n\x1b[0m") == "No matching distribution"
    )


def test_without_pip_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(DiagnosticError, match="GC864"):
        wheels.unpacked("", "arm64", "3.13", None)


def test_an_index_that_cannot_be_reached_is_told_without_its_address() -> None:
    told = wheels._reason(
        "ERROR: No matching\nERROR: Could not fetch https://user:canary@index.example.com/simple now\n"
    )
    assert told == "Could not fetch (address) now"
    assert wheels._reason("") == "pip failed"


def test_python_3_11_runs_on_the_older_system() -> None:
    assert wheels.platforms("x86_64", "3.11")[0] == "manylinux_2_26_x86_64"
    assert wheels.platforms("arm64", "3.12")[0] == "manylinux_2_34_aarch64"
    assert wheels.platforms("arm64", "3.12")[-2:] == ["manylinux_2_17_aarch64", "manylinux2014_aarch64"]


def test_an_entry_of_two_files_is_asked_for_once() -> None:
    joined = wheels.pinned(FILES)
    names = [line.partition("==")[0] for line in joined.splitlines() if "==" in line]
    assert names == sorted(set(names))
    assert {"starlette", "boto3", "redis", "urllib3"} <= set(names)
    assert joined.count("--hash=sha256:") > 3 * len(names)


@pytest.mark.parametrize("path", FILES, ids=[path.name for path in FILES])
def test_the_pins_have_no_markers(path: Path) -> None:
    assert FILES
    assert ";" not in path.read_text(encoding="utf-8")
