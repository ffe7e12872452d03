"""Files and functions stay short, and say what they are for."""

from __future__ import annotations

import ast
from statistics import median

from tests.house.source import functions, length, name, parsed, python_files

CODE = ("gcsync", "bench", "stacks", "ci")


def test_no_file_is_longer_than_500_lines() -> None:
    lines = {name(path): len(path.read_text(encoding="utf-8").splitlines()) for path in python_files(*CODE, "tests")}
    assert {file: count for file, count in lines.items() if count > 500} == {}


def test_no_function_is_longer_than_80_lines() -> None:
    found = {f"{name(path)}:{f.name}": length(f) for path in python_files(*CODE) for f in functions(path)}
    assert {function: count for function, count in found.items() if count > 80} == {}


def test_most_functions_are_short() -> None:
    assert median(length(function) for path in python_files("gcsync") for function in functions(path)) <= 12


def test_every_module_says_what_it_is() -> None:
    assert [name(path) for path in python_files("gcsync") if not ast.get_docstring(parsed(path))] == []


def test_what_a_package_offers_is_listed() -> None:
    wrong = {}
    for path in python_files("gcsync"):
        if path.name == "__init__.py" and (imported := _imported(parsed(path))):
            listed = _listed(parsed(path))
            if set(listed) != imported:
                wrong[name(path)] = set(listed) ^ imported
    assert wrong == {}


def test_only_the_command_line_prints() -> None:
    found = [
        f"{name(path)}:{node.lineno}"
        for path in python_files("gcsync")
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Name) and node.id == "print"
        if not name(path).startswith("gcsync/cli/")
    ]
    assert found == []


def test_only_the_command_line_writes_to_the_standard_streams() -> None:
    found = [
        f"{name(path)}:{node.lineno}"
        for path in python_files("gcsync")
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Attribute) and node.attr in ("stdout", "stderr", "stdin")
        if not name(path).startswith("gcsync/cli/")
    ]
    assert found == []


def _imported(module: ast.Module) -> set[str]:
    """The public names that a package takes from its own modules, at its top level."""
    imports = [node for node in module.body if isinstance(node, ast.ImportFrom)]
    ours = [node for node in imports if node.module and node.module.startswith("gcsync")]
    return {alias.asname or alias.name for node in ours for alias in node.names}


def _listed(module: ast.Module) -> list[str]:
    for node in module.body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
            return [str(entry) for entry in ast.literal_eval(node.value)]
    return []
