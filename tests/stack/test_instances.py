"""for_each: which instances there are, and what each of them is."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gcsync.model.address import EACH_KEY_PATTERN
from gcsync.model.diagnostic import Diagnostic
from gcsync.model.resource import Stack
from gcsync.stack import Inputs, load, validate

TEXT = """\
version: 1
stack: a
variables: {v: {type: %s}}
streams:
  a:
    for_each: ${var.v}
    event_types: [x]
    destinations: [{protocol: https, url: 'https://example.com/${each.key}'}]
"""


def write(folder: Path, kind: str, text: str = TEXT) -> Path:
    (folder / "a.yaml").write_text(text % kind, encoding="utf-8")
    return folder


def read(folder: Path, value: str, kind: str = "list", text: str = TEXT) -> Stack:
    (stack,) = load(["a.yaml"], Inputs(variables=(f"v={value}",)), folder=write(folder, kind, text))
    return stack


def check(folder: Path, kind: str, text: str = TEXT) -> list[str]:
    found: tuple[Diagnostic, ...] = validate(["a.yaml"], Inputs(), folder=write(folder, kind, text))
    return [diagnostic.code for diagnostic in found]


def test_a_list_gives_one_for_each_text_and_a_mapping_one_for_each_key(tmp_path: Path) -> None:
    for kind, value in (("list", '["x", "y"]'), ("object", '{"x": 1, "y": {"z": null}}')):
        resources = read(tmp_path, value, kind).resources
        assert [str(address) for address in resources] == ['stream.a["x"]', 'stream.a["y"]']
        assert [resource.name for resource in resources.values()] == ["a-x", "a-y"]


@pytest.mark.parametrize(("kind", "value"), [("list", "[]"), ("object", "{}")])
def test_nothing_gives_none(tmp_path: Path, kind: str, value: str) -> None:
    assert read(tmp_path, value, kind).resources == {}


@pytest.mark.parametrize(("kind", "codes"), [("list", []), ("object", []), ("string", ["GC126"])])
def test_without_a_value_its_type_is_checked(tmp_path: Path, kind: str, codes: list[str]) -> None:
    assert check(tmp_path, kind) == codes


def test_without_a_value_the_body_is_checked_all_the_same(tmp_path: Path) -> None:
    assert check(tmp_path, "list", TEXT.replace("https://example", "http://example")) == []
    assert check(tmp_path, "list", TEXT + "    enabled: 5\n") == ["GC105"]
    assert check(tmp_path, "list", TEXT + "    enabled: ${each.key}\n") == ["GC105"]
    assert check(tmp_path, "list", TEXT + "    descriptoin: x\n") == ["GC107"]


def test_without_a_value_any_instance_may_be_meant(tmp_path: Path) -> None:
    moved = "moved: [{from: stream.old, to: 'stream.a[\"x\"]'}]\n"
    assert check(tmp_path, "list", TEXT + moved) == []
    other = '  b:\n    description: ${stream.a["x"].id}\n' + "".join(TEXT.splitlines(True)[-2:]).replace(
        "${each.key}", ""
    )
    assert check(tmp_path, "list", TEXT + other) == []


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], max_examples=30, deadline=None
)
@given(st.lists(st.from_regex(EACH_KEY_PATTERN, fullmatch=True), unique_by=str.casefold, max_size=5))
def test_every_key_that_fits_the_pattern_is_one(tmp_path: Path, keys: list[str]) -> None:
    import json

    assert [address.each for address in read(tmp_path, json.dumps(keys)).resources] == keys


def test_what_is_wrong_in_every_instance_is_told_once(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(TEXT.replace("https://example", "http://example") % "list", encoding="utf-8")
    inputs = Inputs(variables=('v=["x", "y", "z"]',))
    (found,) = validate(["a.yaml"], inputs, folder=tmp_path)
    assert (found.code, found.path) == ("GC104", 'streams.a["x"].destinations[0].url')
