"""The composed schemas: what the check and what an editor makes of the files in `schemas/`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from gcsync.schema.compose import kind_names, kind_schema, settings_schema, stack_schema
from gcsync.schema.files import schema_folder

STACK = """
version: 1
stack: contact-center
genesys: {region: eu-west-1}
variables: {endpoint: {type: string}}
environments: {dev: {credentials: DEV, variables: {endpoint: https://dev.example.com}}}
x-common: {anything: [1]}
streams:
  conversations:
    name: ${var.name}
    enabled: ${var.enabled}
    event_types: ${var.event_types}
    destinations:
      - {protocol: https, url: 'https://${var.host}/events', headers: {X-Api-Key: '${var.key}'}}
    lifecycle: {prevent_destroy: true, ignore_changes: [description]}
"""


def problems(document: Any) -> list[str]:
    """Where the editor's schema finds something wrong."""
    errors = Draft202012Validator(stack_schema()).iter_errors(document)
    return sorted("/".join(str(part) for part in error.absolute_path) for error in errors)


def stream(**attributes: Any) -> Any:
    document = yaml.safe_load(STACK)
    document["streams"]["conversations"].update(attributes)
    return document


def test_the_committed_schema_is_the_composed_one() -> None:
    committed = (schema_folder() / "stack.schema.json").read_text(encoding="utf-8")
    assert committed == json.dumps(stack_schema(), indent=2, ensure_ascii=False) + "\n"


@pytest.mark.parametrize("schema", [stack_schema(), settings_schema(), kind_schema("stream")], ids=lambda s: s["title"])
def test_is_a_schema_of_draft_2020_12(schema: Any) -> None:
    Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"


def test_an_editor_takes_an_expression_wherever_a_value_of_a_resource_stands() -> None:
    assert problems(yaml.safe_load(STACK)) == []


@pytest.mark.parametrize(
    ("attributes", "place"),
    [
        ({"enabled": "yes"}, "streams/conversations/enabled"),
        ({"event_type": []}, "streams/conversations"),
        ({"destinations": []}, "streams/conversations/destinations"),
        ({"lifecycle": {"ignore_changes": ["nmae"]}}, "streams/conversations/lifecycle/ignore_changes/0"),
        ({"lifecycle": {"adopt": "${var.x}"}}, "streams/conversations/lifecycle/adopt"),
    ],
)
def test_an_editor_marks_what_is_wrong(attributes: dict[str, Any], place: str) -> None:
    assert problems(stream(**attributes)) == [place]


def test_descriptions_and_defaults_are_kept_for_the_editor() -> None:
    enabled = stack_schema()["properties"]["streams"]["additionalProperties"]["properties"]["enabled"]
    assert (enabled["description"], enabled["default"]) == ("Whether events are sent.", True)


def test_an_editor_sees_none_of_our_own_annotations() -> None:
    assert [key for key in _keys(stack_schema()) if key.startswith("x-")] == []


def test_every_schema_with_a_kind_is_a_kind_and_has_its_section() -> None:
    kinds = [json.loads(path.read_text()).get("x-kind") for path in schema_folder().glob("*.schema.json")]
    assert list(kind_names()) == sorted(kind for kind in kinds if kind)
    sections = {kind_schema(kind)["x-stack-key"] for kind in kind_names()}
    assert sections <= stack_schema()["properties"].keys()


def test_a_kind_is_added_by_adding_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for path in schema_folder().glob("*.json"):
        (tmp_path / path.name).write_text(path.read_text())
    added = {**kind_schema("stream"), "x-kind": "queue", "x-stack-key": "queues"}
    (tmp_path / "queue.schema.json").write_text(json.dumps(added))
    monkeypatch.setattr("gcsync.schema.compose.schema_folder", lambda: tmp_path)
    monkeypatch.setattr(
        "gcsync.schema.compose.read_schema", lambda n: json.loads((tmp_path / f"{n}.schema.json").read_text())
    )
    assert kind_names.__wrapped__() == ("eventbridge_source", "queue", "stream", "trigger")


def test_the_names_that_may_be_ignored_are_the_attributes_of_the_kind() -> None:
    ignore_changes = kind_schema("stream")["properties"]["lifecycle"]["properties"]["ignore_changes"]
    assert ignore_changes["items"]["enum"] == ["description", "destinations", "enabled", "event_types", "name"]


def _keys(schema: Any) -> list[str]:
    if isinstance(schema, dict):
        return [*schema, *(key for inner in schema.values() for key in _keys(inner))]
    return [key for inner in schema for key in _keys(inner)] if isinstance(schema, list) else []
