"""Stack files that must be read, each with what must come of it in a `.expect.json` beside it.

`inputs` there is what the command line and the environment give; a secret is written as `{"secret": true}`, what only
an apply tells as `{"reference": ...}` or with its text as `{"parts": [...]}`; settings and lifecycles that are as by
default are left out.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from gcsync import stack
from gcsync.model.address import Address
from gcsync.model.diagnostic import Diagnostic, Place
from gcsync.model.resource import DEFAULT_LIFECYCLE, Resource, Safety, Stack
from gcsync.model.value import Reference, Secret, Value, replace_leaves
from gcsync.stack import Inputs

GOOD = Path(__file__).parent / "good"
NAMES = sorted(path.name.removesuffix(".expect.json") for path in GOOD.glob("*.expect.json"))


def read_expected(name: str) -> dict[str, Any]:
    expected: dict[str, Any] = json.loads((GOOD / f"{name}.expect.json").read_text(encoding="utf-8"))
    return expected


def arguments(name: str) -> tuple[list[str], Inputs, Path]:
    given = read_expected(name).get("inputs", {})
    inputs = Inputs(
        environment=given.get("environment"),
        variables=tuple(given.get("variables", ())),
        variable_files=tuple(given.get("variable_files", ())),
        environ=given.get("environ", {}),
    )
    if (GOOD / name).is_dir():
        return ["stack.yaml"], inputs, GOOD / name
    return [f"{name}.yaml"], inputs, GOOD


def load(name: str) -> Stack:
    paths, inputs, folder = arguments(name)
    (loaded,) = stack.load(paths, inputs, folder=folder)
    return loaded


def plain(loaded: Stack) -> dict[str, Any]:
    """The stack as the `.expect.json` files write it."""
    settings: dict[str, Any] = {
        "stack": loaded.name,
        "environment": loaded.environment,
        "region": loaded.region,
        "organization": loaded.organization,
        "credentials": loaded.credentials,
        "lock": loaded.lock,
        "safety": asdict(loaded.safety) if loaded.safety != Safety() else None,
        "moved": {str(old): str(new) for old, new in loaded.moved.items()},
        "removed": {str(address): removal.destroy for address, removal in loaded.removed.items()},
        "warnings": [brief(warning) for warning in loaded.warnings],
    }
    resources = {str(address): plain_resource(resource) for address, resource in loaded.resources.items()}
    return {name: value for name, value in settings.items() if value} | {"resources": resources}


def plain_resource(resource: Resource) -> dict[str, Any]:
    found: dict[str, Any] = {"attributes": replace_leaves(resource.attributes, plain_leaf)}
    if resource.lifecycle != DEFAULT_LIFECYCLE:
        found["lifecycle"] = asdict(resource.lifecycle) | {"ignore_changes": [*resource.lifecycle.ignore_changes]}
    if resource.dependencies:
        found["dependencies"] = sorted(map(str, resource.dependencies))
    return found


def plain_leaf(leaf: Value) -> Value:
    if isinstance(leaf, Secret):
        inner = plain_leaf(leaf.reveal())
        return {"secret": inner if isinstance(leaf.reveal(), Reference) else True}
    if not isinstance(leaf, Reference):
        return leaf
    parts = [part if isinstance(part, str) else plain_leaf(part) for part in leaf.parts]
    return {"parts": parts} if parts else {"reference": f"{leaf.address}.{leaf.attribute}"}


def brief(diagnostic: Diagnostic) -> str:
    assert diagnostic.place is not None
    return f"{diagnostic.code} {diagnostic.place.line}:{diagnostic.place.column} {diagnostic.path}"


@pytest.mark.parametrize("name", NAMES)
def test_is_read_as_expected(name: str) -> None:
    assert plain(load(name)) == read_expected(name)["expected"]


@pytest.mark.parametrize("name", NAMES)
def test_is_valid_without_any_inputs(name: str) -> None:
    paths, _, folder = arguments(name)
    found = stack.validate(paths, Inputs(), folder=folder)
    assert [brief(diagnostic) for diagnostic in found] == read_expected(name)["expected"].get("warnings", [])


@pytest.mark.parametrize("name", NAMES)
def test_every_resource_is_under_its_own_address_and_bears_every_default(name: str) -> None:
    for address, resource in load(name).resources.items():
        assert resource.address == address
        assert {"name", "enabled"} <= set(resource.attributes)


def test_every_stack_file_has_an_expectation() -> None:
    beside = {path.stem for path in GOOD.glob("*.yaml")} | {path.name for path in GOOD.iterdir() if path.is_dir()}
    assert beside == set(NAMES)
    assert len(NAMES) >= 15


def locate(name: str, key: str) -> Mapping[tuple[str | int, ...], Place | None]:
    resource = load(name).resources[Address("stream", key)]
    paths = [(), ("description",), ("event_types", 1), ("destinations", 0, "url"), ("destinations", 0, "headers", "X")]
    return {path: resource.locate(path) for path in paths}


def starts(places: Mapping[tuple[str | int, ...], Place | None]) -> list[str]:
    return [str(place) for place in places.values()]


def test_locates_what_is_declared_and_else_what_is_nearest_around_it() -> None:
    assert starts(locate("seed", "conversations")) == [
        "seed.yaml:9:3",
        "seed.yaml:11:18",
        "seed.yaml:15:9",
        "seed.yaml:19:14",
        "seed.yaml:18:9",
    ]


def test_locates_what_an_alias_stands_for_where_it_is_written() -> None:
    assert starts(locate("anchors", "copy")) == [
        "anchors.yaml:9:3",
        "anchors.yaml:9:3",
        "anchors.yaml:7:34",
        "anchors.yaml:3:38",
        "anchors.yaml:3:15",
    ]


def test_locates_what_a_part_declares_in_the_part() -> None:
    place = load("include").resources[Address("stream", "agents")].locate(("event_types", 0))
    assert str(place) == "streams/agents.yaml:4:19"


def test_a_secret_does_not_show_however_the_stack_is_printed() -> None:
    shown = repr(load("sensitive"))
    assert "k3y" not in shown
    assert "t0ken" not in shown
