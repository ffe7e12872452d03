"""The pinned requirements are complete, hashed, true to pyproject.toml, and name no index."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from tests.house.source import ROOT, name

LAMBDA = sorted((ROOT / "gcsync/receiver/packaging").glob("lambda*.txt"))
FILES = [*sorted(ROOT.glob("requirements*.txt")), *LAMBDA]
PER_FILE = pytest.mark.parametrize("path", FILES, ids=[name(path) for path in FILES])
ENTRY = re.compile(r"([a-z0-9-]+)==([^ ;]+)(?: ; (.+))?")
HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}")


def pins(path: Path) -> dict[str, Version]:
    found = (ENTRY.match(line) for line in path.read_text(encoding="utf-8").splitlines())
    return {match[1]: Version(match[2]) for match in found if match}


def declared(*extras: str) -> list[Requirement]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    entries = list(project["project"]["dependencies"])
    for extra in extras:
        entries += project["project"]["optional-dependencies"][extra]
    return [Requirement(entry) for entry in entries]


@PER_FILE
def test_every_line_is_a_pin_or_its_hash(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").replace("\\\n", "").splitlines()
    for line in lines:
        pin, _, hashes = line.partition(" --hash=")
        assert ENTRY.fullmatch(pin.strip()), line
        assert all(HASH.fullmatch(one) for one in f"--hash={hashes}".split()), line
    assert lines


@PER_FILE
def test_no_address_is_in_it(path: Path) -> None:
    assert re.findall(r"https?:|file:|index|find-links|trusted", path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("file", "extras"),
    [
        ("requirements.txt", ()),
        ("requirements-aws.txt", ("aws",)),
        ("requirements-receiver.txt", ("receiver", "aws", "redis", "opentelemetry")),
    ],
    ids=["plain", "aws", "receiver"],
)
def test_the_pins_are_within_what_the_project_asks_for(file: str, extras: tuple[str, ...]) -> None:
    pinned = pins(ROOT / file)
    for wanted in declared(*extras):
        assert pinned[canonicalize_name(wanted.name)] in wanted.specifier, f"make requirements: {wanted}"


def test_the_build_has_what_the_project_builds_with() -> None:
    wanted = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["build-system"]["requires"]
    pinned = pins(ROOT / "requirements-build.txt")
    assert all(pinned[Requirement(one).name] in Requirement(one).specifier for one in wanted)


def test_one_package_has_one_version_in_all_files() -> None:
    seen: dict[str, Version] = {}
    for path in FILES:
        for package, version in pins(path).items():
            assert seen.setdefault(package, version) == version, package


@pytest.mark.full
def test_they_are_what_make_requirements_writes(tmp_path: Path) -> None:
    for path in FILES:
        copy = tmp_path / path.relative_to(ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text(path.read_text(encoding="utf-8"), encoding="utf-8")
    uv = Path(sys.executable).parent / "uv"
    command = ["env", f"UV={uv}", str(ROOT / "ci/requirements.sh"), str(tmp_path)]
    subprocess.run(command, check=True, timeout=900, capture_output=True)
    for path in FILES:
        assert (tmp_path / path.relative_to(ROOT)).read_text(encoding="utf-8") == path.read_text(encoding="utf-8")
