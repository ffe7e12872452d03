from __future__ import annotations

import json
from typing import Any

import pytest

from gcsync.adopt import compose, read_terraform
from gcsync.adopt.candidates import declarable
from gcsync.adopt.export import Head
from gcsync.model.diagnostic import DiagnosticError

WORKFLOW = "0f4b0d30-5e0c-4c5c-8a9e-3d8e4a4b7c11"
PROPERTIES = {
    "awsAccountId": "123456789012",
    "awsAccountRegion": "eu-west-1",
    "eventSourceSuffix": "calls",
    "eventFilter": ["v2.b", "v2.a"],
}


def resource(kind: str, name: str, values: Any, index: Any = None, module: str = "") -> dict[str, Any]:
    shown = "" if index is None else f"[{json.dumps(index)}]"
    address = f"{module}.{kind}.{name}{shown}".lstrip(".")
    found = {"address": address, "mode": "managed", "type": kind, "name": name, "values": values}
    return found if index is None else found | {"index": index}


def integration(name: str, suffix: str = "calls", index: Any = None, module: str = "", **values: Any) -> dict[str, Any]:
    properties = json.dumps({**PROPERTIES, "eventSourceSuffix": suffix})
    config = [{"name": "To AWS", "notes": "", "properties": properties, "advanced": "{}", "credentials": {}}]
    given = {"integration_type": "amazon-eventbridge-source", "intended_state": "ENABLED", "config": config, **values}
    return resource("genesyscloud_integration", name, given, index, module)


def trigger(name: str, **values: Any) -> dict[str, Any]:
    target = [{"type": "Workflow", "id": WORKFLOW, "workflow_target_settings": [{"data_format": "Json"}]}]
    criteria = json.dumps([{"jsonPath": "$.a", "operator": "Equal", "value": "5", "values": None}])
    given = {
        "name": "Start it",
        "description": None,
        "enabled": True,
        "topic_name": "v2.x",
        "target": target,
        "match_criteria": criteria,
        "event_ttl_seconds": 60,
        "delay_by_seconds": 0,
        **values,
    }
    return resource("genesyscloud_processautomation_trigger", name, given)


def state(*resources: Any, children: Any = ()) -> dict[str, Any]:
    return {"format_version": "1.0", "values": {"root_module": {"resources": [*resources], "child_modules": children}}}


def read(document: Any) -> Any:
    return read_terraform(json.dumps(document).encode(), "state.json")


def test_an_eventbridge_integration_is_a_source() -> None:
    (found,) = read(state(integration("calls"))).candidates
    assert (found.kind, found.identity, found.texts) == (
        "eventbridge_source",
        "genesyscloud_integration.calls",
        ("calls",),
    )
    assert found.attributes == {
        "aws_account_id": "123456789012",
        "aws_region": "eu-west-1",
        "suffix": "calls",
        "topics": ["v2.b", "v2.a"],
        "name": "To AWS",
        "enabled": True,
    }


def test_a_trigger_is_a_trigger() -> None:
    (found,) = read(state(trigger("start"))).candidates
    assert found.kind == "trigger"
    assert found.attributes == {
        "name": "Start it",
        "enabled": True,
        "topic": "v2.x",
        "target": {"type": "Workflow", "id": WORKFLOW, "data_format": "Json"},
        "match_criteria": [{"json_path": "$.a", "operator": "Equal", "value": "5"}],
        "event_ttl_seconds": 60,
    }


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize(
    "wrap",
    [
        lambda whole: whole,
        lambda whole: {"format_version": "1.2", "prior_state": whole, "planned_values": {"root_module": {}}},
        lambda whole: {"format_version": "1.2", "planned_values": whole["values"]},
    ],
)
def test_a_state_and_a_plan_of_any_encoding(wrap: Any, encoding: str) -> None:
    data = json.dumps(wrap(state(trigger("start")))).encode(encoding)
    assert len(read_terraform(data, "x").candidates) == 1


def test_keys_keep_their_names_with_indexes_and_modules_where_they_must() -> None:
    child = {
        "address": 'module.eu["x"]',
        "resources": [integration("one", "e", module='module.eu["x"]'), integration("calls", "f", 0, 'module.eu["x"]')],
    }
    found = read(
        state(
            integration("one", "a"),
            integration("calls", "b", 0),
            integration("calls", "c", "EMEA & co"),
            trigger("one"),
            children=[child],
        )
    )
    keys = compose(Head("x"), declarable(found.candidates).candidates).keys
    assert keys == {
        "genesyscloud_integration.one": "one",
        "genesyscloud_integration.calls[0]": "calls_0",
        'genesyscloud_integration.calls["EMEA & co"]': "calls_emea_co",
        "genesyscloud_processautomation_trigger.one": "one",
        'module.eu["x"].genesyscloud_integration.one': "eu_x_one",
        'module.eu["x"].genesyscloud_integration.calls[0]': "eu_x_calls_0",
    }


def test_removed_blocks_name_resources_whole() -> None:
    kept = integration("mixed", index="b", integration_type="custom-rest-actions")
    found = read(
        state(integration("calls", "b", 0), integration("calls", "c", 1), integration("mixed", index="a"), kept)
    )
    assert found.others == {"genesyscloud_integration (custom-rest-actions)": 1}
    assert found.removed_blocks(frozenset(one.identity for one in found.candidates)) == (
        "removed {\n  from = genesyscloud_integration.calls\n  lifecycle {\n    destroy = false\n  }\n}",
    )
    assert found.removed_blocks(frozenset({"genesyscloud_integration.calls[0]"})) == ()


def test_other_resources_are_counted_and_data_is_not() -> None:
    data = resource("genesyscloud_user", "me", {}) | {"mode": "data"}
    found = read(state(resource("aws_sqs_queue", "a", {}), resource("aws_sqs_queue", "b", None), data))
    assert (found.candidates, found.others) == ((), {"aws_sqs_queue": 2})


@pytest.mark.parametrize(
    ("broken", "problem"),
    [
        (integration("a", config=[]), "it has no `config`"),
        (integration("a", config=[{"properties": "{"}]), "its config.properties are no JSON"),
        (integration("a", config=[{"properties": "[]"}]), "its config.properties are no JSON object"),
        (trigger("a", target=None), "it has no `target`"),
        (trigger("a", match_criteria='{"a": 1}'), "its match_criteria are no JSON list"),
        (trigger("a", match_criteria="[1]"), "one of its match_criteria is no JSON object"),
    ],
)
def test_a_resource_that_cannot_be_read_is_told(broken: Any, problem: str) -> None:
    found = read(state(broken, trigger("fine")))
    assert [(one.code, one.message) for one in found.warnings] == [
        ("GC624", f"{broken['address']} is left out: {problem}")
    ]
    assert len(found.candidates) == 1


@pytest.mark.parametrize(
    "data", [b"", b"{", b"\xff\xfe\xfa", b"[]", b"1", b'{"version": 4, "resources": []}', b'{"values": 1}']
)
def test_what_is_no_json_of_terraform_is_refused(data: bytes) -> None:
    with pytest.raises(DiagnosticError) as raised:
        read_terraform(data, "state.json")
    assert [one.code for one in raised.value.diagnostics] == ["GC623"]


def test_a_state_of_nothing_is_one() -> None:
    assert read({"format_version": "1.0"}).candidates == ()
