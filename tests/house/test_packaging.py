"""The wheel holds what gcsync reads at run time, and gcsync imports what the wheel asks for."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
import zipfile
from importlib.metadata import distribution, packages_distributions
from pathlib import Path

import pytest

from tests.house.source import ROOT, parsed, python_files

DISTRIBUTIONS = packages_distributions()


def declared() -> set[str]:
    """What every installation has, and what the extras for users add."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = [extra for name, extra in project["optional-dependencies"].items() if "test" not in name and name != "all"]
    entries = [*project["dependencies"], *(entry for extra in extras for entry in extra)]
    return {re.split(r"[^A-Za-z0-9._-]", entry)[0].lower() for entry in entries}


def imported() -> set[str]:
    """The distributions that gcsync imports from, anywhere in its code."""
    modules: set[str] = set()
    for path in python_files("gcsync"):
        for node in ast.walk(parsed(path)):
            if isinstance(node, ast.Import):
                modules |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                modules.add(node.module)
                if len(DISTRIBUTIONS.get(node.module.partition(".")[0], ())) > 1:
                    modules |= {f"{node.module}.{alias.name}" for alias in node.names}
    ours = sys.stdlib_module_names | {"gcsync"}
    foreign = {module for module in modules if module.partition(".")[0] not in ours}
    return {name for module in foreign for name in distributions_of(module)}


def distributions_of(module: str) -> set[str]:
    """One, or of a name that several distributions share the one that has the module; none for what is no module."""
    sharing = set(DISTRIBUTIONS[module.partition(".")[0]])
    if len(sharing) > 1:
        path = module.replace(".", "/")
        files = {f"{path}.py", f"{path}/__init__.py"}
        sharing = {name for name in sharing if files & {file.as_posix() for file in distribution(name).files or ()}}
    return {name.lower() for name in sharing}


def test_every_import_is_a_declared_dependency() -> None:
    assert imported() - declared() == set()


def test_every_declared_dependency_is_imported() -> None:
    assert declared() - imported() == set()


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    from hatchling.builders.wheel import WheelBuilder

    folder = tmp_path_factory.mktemp("wheel")
    (built,) = WheelBuilder(str(ROOT)).build(directory=str(folder), versions=["standard"])
    with zipfile.ZipFile(Path(built)) as archive:
        return set(archive.namelist())


def test_the_wheel_holds_the_schemas(wheel: set[str]) -> None:
    schemas = {f"gcsync/schema/files/{path.name}" for path in (ROOT / "schemas").glob("*.json")}
    assert schemas
    assert schemas - wheel == set()


def test_the_wheel_holds_every_file_of_the_package(wheel: set[str]) -> None:
    suffixes = (".py", ".toml", ".json", ".typed", ".html", ".css", ".js", ".txt")
    files = {str(p.relative_to(ROOT)) for p in (ROOT / "gcsync").rglob("*") if p.suffix in suffixes}
    assert {
        "gcsync/explanations/GC1.toml",
        "gcsync/views/page/page.html",
        "gcsync/receiver/packaging/lambda.txt",
    } <= files
    assert files - wheel == set()


def test_the_wheel_holds_nothing_else(wheel: set[str]) -> None:
    assert {name for name in wheel if not name.startswith("gcsync/") and ".dist-info/" not in name} == set()
