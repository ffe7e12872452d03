"""Where values of variables come from, and whether they are as declared."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from gcsync.model.diagnostic import DiagnosticError
from gcsync.model.value import reveal
from gcsync.stack import Inputs, load

TEXT = """\
version: 1
stack: a
variables: {v: {type: %s, env: OWN, default: 1}}
environments: {dev: {variables: {v: 2}}, prod: {}}
streams:
  a: {event_types: [x], description: 'v=${var.v}', destinations: [{protocol: https, url: https://example.com}]}
"""
EVERYWHERE: dict[str, Any] = {
    "variables": ("v=6",),
    "variable_files": ("vars.yaml",),
    "environ": {"GCSYNC_VAR_v": "4", "OWN": "3"},
    "environment": "dev",
}


def read(folder: Path, kind: str = "number", **inputs: Any) -> str:
    (folder / "a.yaml").write_text(TEXT % kind, encoding="utf-8")
    (folder / "vars.yaml").write_text("v: 5\n", encoding="utf-8")
    (stack,) = load(["a.yaml"], Inputs(**inputs), folder=folder)
    (resource,) = stack.resources.values()
    return str(reveal(resource.attributes["description"]))


def errors(folder: Path, kind: str, value: str) -> list[str]:
    with pytest.raises(DiagnosticError) as raised:
        read(folder, kind, environment="dev", variables=(f"v={value}",))
    return [diagnostic.message for diagnostic in raised.value.diagnostics]


def test_each_source_goes_before_the_next(tmp_path: Path) -> None:
    inputs = {**EVERYWHERE, "environ": dict(EVERYWHERE["environ"])}
    found = [read(tmp_path, **inputs)]
    for name in ("variables", "variable_files"):
        del inputs[name]
        found.append(read(tmp_path, **inputs))
    for name in ("GCSYNC_VAR_v", "OWN"):
        del inputs["environ"][name]
        found.append(read(tmp_path, **inputs))
    found.append(read(tmp_path, environment="prod"))
    assert found == ["v=6", "v=5", "v=4", "v=3", "v=2", "v=1"]


def test_the_last_of_a_name_on_the_command_line_wins(tmp_path: Path) -> None:
    assert read(tmp_path, environment="dev", variables=("v=7", "v=8")) == "v=8"


@pytest.mark.parametrize(
    ("kind", "value", "message"),
    [
        ("number", "x", 'the variable "v" must be a number as JSON, got "x" from --var'),
        ("number", "NaN", 'the variable "v" must be a number as JSON, got "NaN" from --var'),
        ("number", "true", 'the variable "v" must be a number, got true from --var'),
        ("boolean", "1", 'the variable "v" must be true or false, got 1 from --var'),
        ("list", "{}", 'the variable "v" must be a list, got a mapping from --var'),
    ],
)
def test_a_value_from_the_command_line_is_read_as_its_type(tmp_path: Path, kind: str, value: str, message: str) -> None:
    assert message in errors(tmp_path, kind, value)


def test_text_is_taken_as_it_is(tmp_path: Path) -> None:
    text = TEXT.replace("default: 1", "default: x").replace("v: 2", "v: y") % "string"
    (tmp_path / "a.yaml").write_text(text, encoding="utf-8")
    (stack,) = load(["a.yaml"], Inputs("dev", ("v=007 = x",)), folder=tmp_path)
    (resource,) = stack.resources.values()
    assert resource.attributes["description"] == "v=007 = x"
