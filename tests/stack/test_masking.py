"""Lines of a file as they may be shown: whatever is wrong, and wherever, no secret is in them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from gcsync.model.diagnostic import Diagnostic
from gcsync.stack import Inputs, validate

HEAD = "version: 1\nstack: a\n"
STREAM = """\
streams:
  a:
    event_types: [x]
    destinations:
      - protocol: https
        url: https://example.com
"""


def diagnose(folder: Path, text: str, **inputs: Any) -> tuple[Diagnostic, ...]:
    (folder / "a.yaml").write_text(HEAD + text, encoding="utf-8")
    return validate(["a.yaml"], Inputs(**inputs), folder=folder)


def lines(folder: Path, text: str) -> list[str | None]:
    return [diagnostic.source_line for diagnostic in diagnose(folder, text)]


def test_a_secret_behind_the_place_is_masked(tmp_path: Path) -> None:
    text = STREAM.replace("url: https://example.com", "{prot: https, headers: {X-Api-Key: s3cret}}").replace(
        "- protocol: https\n        ", "- "
    )
    assert set(lines(tmp_path, text)) == {"      - {prot: https, headers: {X-Api-Key: (sensitive value)}}"}


def test_what_stands_before_the_place_keeps_its_width_so_that_a_caret_still_points_at_it(tmp_path: Path) -> None:
    found = diagnose(tmp_path, STREAM + "        headers: {X-Api-Key: '${var.key}', X-Team: abc, X-Pin: 12}\n")
    line = next(d.source_line for d in found if d.path.endswith("X-Pin"))
    assert line == "        headers: {X-Api-Key: '${var.key}', X-Team: ************(sensitive value)}"
    place = next(d.place for d in found if d.path.endswith("X-Pin"))
    assert place is not None
    assert line[place.column - 1 :].startswith("(sensitive value)}")


@pytest.mark.parametrize(
    "text",
    [
        STREAM + "        headers: {X-Api-Key: s3cret, X-Api-Key: s3cret}\n",
        STREAM + "        headers: {X-Api-Key: !own s3cret}\n",
        STREAM + "        headers: {X-Api-Key: [s3cret]}\n",
        STREAM + "        headers: [X-Api-Key s3cret]\n",
        STREAM + "        headers: X-Api-Key s3cret\n",
        STREAM + "        headers: {X-Api-Key: 's3cret\n",
        STREAM + "        headers: {X-Api-Key: s3cret\n",
        STREAM + "        header: {X-Api-Key: s3cret}\n",
        STREAM + "    headers: {X-Team: s3cret}\n",
        STREAM + "        headers: {X-Api-Key: 'a\n          s3cret', X-Pin: 1}\n",
        STREAM.replace("https://example.com", "http://user:s3cret@example.com"),
        STREAM.replace("https://example.com", "http://example.com?key=s3cret"),
        STREAM.replace("https://example.com", "[https://user:s3cret@example.com]"),
        STREAM + "    name: [https://user:s3cret@example.com]\n",
        STREAM + "client_secret: s3cret\n",
        STREAM + "variables: {pin: {type: number, sensitive: true, default: s3cret}}\n",
        STREAM + "variables: {pin: {sensitive: true, pattern: '^[0-9]+$', default: s3cret}}\n",
        STREAM + "variables: {token: s3cret}\n",
        STREAM + "variables: {token: {value: s3cret}}\n",
        STREAM + "variables: {pin: {sensitive: true}}\nenvironments: {dev: {variables: {pin: [s3cret]}}}\n",
        STREAM + "variables: {token: {sensitive: yes, default: s3cret}}\n",
    ],
)
def test_no_secret_is_in_any_part_of_any_diagnostic(tmp_path: Path, text: str) -> None:
    found = diagnose(tmp_path, text)
    assert found
    assert "s3cret" not in repr(found)


@pytest.mark.parametrize(
    "inputs",
    [
        {"variables": ("key=s3cret",)},
        {"variables": ("kee=s3cret",)},
        {"variables": ("s3cret",)},
        {"variables": ("on=s3cret",)},
        {"variable_files": ("vars.yaml",)},
    ],
)
def test_nor_is_one_from_the_command_line(tmp_path: Path, inputs: dict[str, tuple[str, ...]]) -> None:
    (tmp_path / "vars.yaml").write_text("on: [s3cret]\nkey: s3cret\nother_key: s3cret\n")
    text = """\
variables:
  key: {sensitive: true, pattern: '^http'}
  on: {type: boolean, sensitive: true}
streams:
  a: {event_types: ['${var.key}'], enabled: '${var.on}', destinations: [{protocol: https, url: '${var.key}'}]}
"""
    found = diagnose(tmp_path, text, **inputs)
    assert found
    assert "s3cret" not in repr(found)


def test_expressions_are_shown(tmp_path: Path) -> None:
    line = "        headers: {X-Api-Key: '${var.nope}'}"
    assert lines(tmp_path, f"{STREAM}{line}\n") == [line]
