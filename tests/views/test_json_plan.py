from __future__ import annotations

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from gcsync.model.address import Address
from gcsync.model.drift import DriftReport
from gcsync.model.plan import Action, Change, Plan, Reason
from gcsync.model.value import Secret
from gcsync.schema.files import read_schema
from gcsync.views.json_configuration import PROVIDER
from gcsync.views.json_drift import drift_document, render_json_drift
from gcsync.views.json_plan import plan_document, render_json_plan
from tests.views.factories import attributes, change, create, delete, keep, plan, target, update
from tests.views.scenes import CANARY, NO_TRIGGERS, drift_report, full_plan, small_plans

SCHEMA = Draft202012Validator(read_schema("plan"))
SECURE = [{"protocol": "https", "url": "https://a", "headers": {"X-Api-Key": Secret(CANARY), "X-Tenant": "blue"}}]
SHOWN = [{"protocol": "https", "url": "https://a", "headers": {"X-Tenant": "blue"}}]
MARKS = {"destinations": [{"headers": {"X-Api-Key": True}}]}


def only_change(found: Change) -> Any:
    """The resource change of a plan with this one change."""
    document = plan_document([plan(found)])
    SCHEMA.validate(document)
    return document["resource_changes"][0]


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(read_schema("plan"))


@pytest.mark.parametrize("plans", [[full_plan()], list(small_plans()), [plan()], []])
def test_every_document_is_on_one_line_of_ascii_and_keeps_to_the_schema(plans: list[Plan]) -> None:
    text = render_json_plan(plans)
    assert (text.count("\n"), text.isascii(), CANARY in text) == (1, True, False)
    SCHEMA.validate(json.loads(text))


def test_the_whole_document_of_a_create() -> None:
    identity = {
        "address": "stream.conversations",
        "mode": "managed",
        "type": "genesyscloud_event_stream",
        "name": "conversations",
        "provider_name": PROVIDER,
    }
    values = attributes(destinations=SHOWN)
    counts = {"create": 1, "update": 0, "replace": 0, "delete": 0, "adopt": 0, "unchanged": 0}
    organization = {"id": target().organization.id, "name": "Example Ltd"}
    block = {"protocol": {"constant_value": "https"}, "url": {"constant_value": "https://a"}}
    assert plan_document([plan(create(destinations=SECURE))]) == {
        "format_version": "1.2",
        "terraform_version": "1.9.8",
        "planned_values": {
            "root_module": {
                "resources": [identity | {"schema_version": 0, "values": values, "sensitive_values": MARKS}],
            }
        },
        "resource_drift": [],
        "resource_changes": [
            identity
            | {
                "change": {
                    "actions": ["create"],
                    "before": None,
                    "after": values,
                    "after_unknown": {"id": True},
                    "before_sensitive": False,
                    "after_sensitive": MARKS,
                },
                "gcsync": {
                    "stack": "contact-center",
                    "action": "create",
                    "object_name": "aws-eventbridge-stream",
                    "attributes": [],
                },
            }
        ],
        "configuration": {
            "provider_config": {"genesyscloud": {"name": "genesyscloud", "full_name": PROVIDER}},
            "root_module": {
                "resources": [
                    {
                        "address": "stream.conversations",
                        "mode": "managed",
                        "type": "genesyscloud_event_stream",
                        "name": "conversations",
                        "provider_config_key": "genesyscloud",
                        "expressions": {
                            "name": {"constant_value": "aws-eventbridge-stream"},
                            "description": {"constant_value": "Conversations"},
                            "enabled": {"constant_value": True},
                            "event_types": {"constant_value": ["conversation:end", "conversation:start"]},
                            "destinations": [block | {"headers": {"constant_value": {"X-Tenant": "blue"}}}],
                        },
                        "schema_version": 0,
                    }
                ]
            },
        },
        "applyable": True,
        "errored": False,
        "gcsync": {
            "summary": counts,
            "organization": organization,
            "stacks": [
                {
                    "stack": "contact-center",
                    "owner": "contact-center",
                    "file": "stacks/prod.yaml",
                    "environment": None,
                    "organization": organization,
                    "region": "us-east-1",
                    "summary": counts,
                    "applyable": True,
                    "errored": False,
                    "left_out": [],
                }
            ],
            "diagnostics": [],
            "refusals": [],
            "not_checked": [],
        },
    }


SAME, OTHER = attributes(), attributes(enabled=False)


@pytest.mark.parametrize(
    ("found", "actions"),
    [
        (keep(), ["no-op"]),
        (create(), ["create"]),
        (update({}, {"enabled": False}), ["update"]),
        (change(Action.REPLACE, before=SAME, after=OTHER), ["delete", "create"]),
        (delete(), ["delete"]),
        (change(Action.ADOPT, before=SAME, after=SAME), ["no-op"]),
        (change(Action.ADOPT, before=SAME, after=OTHER), ["update"]),
        (change(Action.MOVE, before=SAME, after=SAME, previous_address=Address("stream", "a")), ["no-op"]),
        (change(Action.MOVE, before=SAME, after=OTHER, previous_address=Address("stream", "a")), ["update"]),
        (change(Action.RELEASE, before=SAME), ["update"]),
        (change(Action.UPDATE, before=SAME, after=SAME, upgrades_marker=True), ["update"]),
    ],
)
def test_actions_are_terraforms(found: Change, actions: list[str]) -> None:
    assert only_change(found)["change"]["actions"] == actions


def test_an_adoption_names_the_object_it_imports() -> None:
    assert only_change(change(Action.ADOPT, before=SAME, after=SAME))["change"]["importing"] == {"id": "0f9a"}


def test_a_move_names_the_address_before_it() -> None:
    moved = change(Action.MOVE, before=SAME, after=SAME, previous_address=Address("stream", "old"))
    assert only_change(moved)["previous_address"] == "stream.old"


def test_a_released_object_stays_as_it_is_and_is_planned_for_no_more() -> None:
    document = plan_document([plan(change(Action.RELEASE, before=SAME))])
    assert document["resource_changes"][0]["change"]["after"] == SAME
    assert document["planned_values"]["root_module"]["resources"] == []
    assert document["configuration"]["root_module"]["resources"] == []


def test_a_replacement_says_what_forces_it() -> None:
    forced = change(Action.REPLACE, before=SAME, after=OTHER)
    asked = only_change(forced)
    assert ("replace_paths" in asked["change"], asked["action_reason"]) == (False, "replace_by_request")
    (attribute,) = forced.attributes
    attribute = type(attribute)("enabled", True, False, Reason.PENDING, forces_replacement=True)
    found = only_change(change(Action.REPLACE, before=SAME, after=OTHER, attributes=(attribute,)))
    assert found["change"]["replace_paths"] == [["enabled"]]
    assert found["action_reason"] == "replace_because_cannot_update"


def test_a_delete_says_why() -> None:
    assert only_change(delete())["action_reason"] == "delete_because_no_resource_config"


def test_an_attribute_says_its_reason_and_hides_its_secret() -> None:
    rotated = [SECURE[0] | {"headers": {"X-Api-Key": Secret(f"{CANARY}2"), "X-Tenant": "blue"}}]
    found = update({"destinations": SECURE}, {"destinations": rotated}, reasons=Reason.CONFLICT)
    assert only_change(found)["gcsync"]["attributes"] == [
        {
            "name": "destinations",
            "reason": "conflict",
            "before": SHOWN,
            "before_sensitive": MARKS["destinations"],
            "after": SHOWN,
            "after_sensitive": MARKS["destinations"],
        }
    ]


def test_instances_under_for_each_have_an_index_and_one_configuration() -> None:
    document = plan_document([plan(create('stream.a["x"]'), create('stream.a["y"]'))])
    SCHEMA.validate(document)
    assert [found["index"] for found in document["resource_changes"]] == ["x", "y"]
    assert [found["address"] for found in document["configuration"]["root_module"]["resources"]] == ["stream.a"]


def test_drift_goes_from_what_was_applied_to_what_is_there() -> None:
    found = update(
        {"description": "by hand", "enabled": False}, {"event_types": []}, reasons={"description": Reason.DRIFT}
    )
    (drift,) = plan_document([plan(found)])["resource_drift"]
    assert drift["change"]["before"] == attributes(enabled=False)
    assert drift["change"]["after"] == attributes(enabled=False, description="by hand")
    assert [attribute["name"] for attribute in drift["gcsync"]["attributes"]] == ["description"]


def test_of_a_conflict_nobody_knows_what_was_applied() -> None:
    found = update({"description": "by hand"}, {}, reasons=Reason.CONFLICT)
    (drift,) = plan_document([plan(found)])["resource_drift"]
    assert "description" not in drift["change"]["before"]


def test_the_drift_report_is_the_same_document_with_more_beside_it() -> None:
    document = drift_document([drift_report()])
    SCHEMA.validate(document)
    told = {
        name: [found["address"] for found in document["gcsync"][name]] for name in ("pending", "missing", "not_adopted")
    }
    assert told == {
        "pending": ["stream.conversations", "stream.legacy"],
        "missing": ["stream.agents"],
        "not_adopted": ["stream.adopted"],
    }
    assert [found["address"] for found in document["resource_drift"]] == ["stream.conversations"]
    assert document["gcsync"]["not_checked"][0] == {
        "kind": "trigger",
        "reason": NO_TRIGGERS.reason,
        "hint": NO_TRIGGERS.hint,
    }
    assert json.loads(render_json_drift([drift_report()])) == document
    assert CANARY not in render_json_drift([drift_report()])


def test_no_drift_is_a_document_too() -> None:
    document = drift_document([DriftReport(plan(keep()))])
    SCHEMA.validate(document)
    assert document["resource_drift"] == []


def test_a_refused_or_failed_plan_is_not_applyable() -> None:
    refused = plan_document([full_plan()])
    assert (refused["applyable"], refused["errored"]) == (False, False)
    assert refused["gcsync"]["refusals"][0]["code"] == "GC420"
    assert refused["gcsync"]["diagnostics"][0] == {
        "severity": "warning",
        "code": "GC410",
        "message": 'unmanaged stream "shadow" sends the same events to the same URL: they would arrive twice',
        "path": "stream.agents",
        "hint": "delete it, or declare the stream under its name to adopt it",
        "file": "stacks/prod.yaml",
        "line": 14,
        "column": 5,
    }


def test_a_release_may_give_values_back() -> None:
    given = change(Action.RELEASE, before=SAME, after=SAME | {"description": "before"})
    (found,) = plan_document([plan(given)])["resource_changes"]
    assert (found["change"]["actions"], found["change"]["after"]["description"]) == (["update"], "before")
