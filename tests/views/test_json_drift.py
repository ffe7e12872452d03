from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker

from gcsync.model.drift import Blame, DriftReport
from gcsync.model.plan import Action, Reason
from gcsync.model.value import Secret
from gcsync.schema.files import read_schema
from gcsync.views.json_drift import blame_object, drift_document, render_json_drift
from tests.views.drift_scenes import JANE, told_report
from tests.views.factories import attributes, change, plan
from tests.views.scenes import CANARY, drift_report

SCHEMA = Draft202012Validator(read_schema("plan"), format_checker=FormatChecker())


def document(report: DriftReport) -> Any:
    found = json.loads(render_json_drift([report]))
    SCHEMA.validate(found)
    assert found == drift_document([report])
    return found


def items(report: DriftReport) -> dict[str, Any]:
    """What stands under `gcsync` of each drifted resource, by its address."""
    return {found["address"]: found["gcsync"] for found in document(report)["resource_drift"]}


def test_each_attribute_says_what_was_applied_what_is_declared_and_what_is_there() -> None:
    attribute = items(told_report())["stream.late"]["attributes"]
    assert attribute == [{"name": "enabled", "reason": "drift", "before": False, "after": True, "last_applied": True}]


def test_of_a_conflict_nobody_knows_what_was_applied() -> None:
    found = {one["name"]: one for one in items(told_report())["stream.conversations"]["attributes"]}
    assert "last_applied" not in found["enabled"]
    assert found["enabled"]["last_applied_unknown"] == "only its fingerprint is kept"
    assert found["description"]["last_applied"] == found["description"]["after"]


def test_a_secret_that_was_applied_is_absent() -> None:
    secret = [{"protocol": "https", "url": "https://a", "headers": {"X": Secret(CANARY)}}]
    before, after = attributes(destinations=[]), attributes(destinations=secret)
    report = DriftReport(plan(), drifted=(change(Action.UPDATE, before=before, after=after, reasons=Reason.DRIFT),))
    assert CANARY not in json.dumps(document(report))


def test_each_item_ends_with_the_two_commands_that_settle_it() -> None:
    commands = items(told_report())['stream.agents["emea"]']["commands"]
    tail = "stacks/prod.yaml --env dev --target 'stream.agents[\"emea\"]'"
    assert commands == {"apply": f"gcsync apply {tail}", "accept": f"gcsync accept {tail}"}


def test_who_it_was_stands_with_the_item_and_in_a_list() -> None:
    report = told_report()
    told = blame_object(JANE)
    assert told == {
        "known": True,
        "who": "Jane Doe",
        "client": "6c1e0f2a",
        "when": "2026-11-24T08:12:03Z",
        "action": "Update",
        "attributes": ["enabled", "eventTypes"],
    }
    assert items(report)["stream.conversations"]["blame"] == told
    listed = {found["address"]: found for found in document(report)["gcsync"]["blame"]}
    assert listed["stream.conversations"] == told | {"stack": "contact-center", "address": "stream.conversations"}
    assert listed['stream.agents["emea"]']["this_client"] is True
    assert document(report)["gcsync"]["missing"][0]["blame"]["known"] is False


def test_nobody_knows_is_told_with_the_reason() -> None:
    assert blame_object(Blame(why="no record")) == {"known": False, "why": "no record"}


def test_without_blame_there_is_none() -> None:
    found = document(drift_report())
    assert found["gcsync"]["blame"] == []
    assert all("blame" not in one["gcsync"] for one in found["resource_drift"])


def test_ages_are_marks_of_the_item() -> None:
    found = items(told_report())
    assert {address: one.get("overdue") for address, one in found.items()} == {
        "stream.late": True,
        "stream.conversations": None,
        'stream.agents["emea"]': None,
    }
    assert found['stream.agents["emea"]']["undated"] is True


def test_what_is_told_beside_drift() -> None:
    beside = document(told_report())["gcsync"]
    assert beside["known"] == [
        {
            "address": "stream.late",
            "attribute": "description",
            "reason": "until the migration is over",
            "expires": "2026-12-31",
            "file": "drift-baseline.yaml",
            "line": 3,
            "column": 15,
            "stack": "contact-center",
            "attributes": [{"name": "description", "reason": "drift", "before": "Kept", "after": "Old"}],
        }
    ]
    twin = {"stack": "contact-center", "address": 'stream.agents["emea"]', "id": "0f9a", "name": 'sha"dow'}
    assert beside["look_alikes"] == [twin]
    assert [found["code"] for found in beside["baseline"]] == ["GC726"]
    assert [found["address"] for found in beside["older"]] == ["stream.old", "stream.older"]


def test_what_is_known_without_a_place_has_none() -> None:
    report = told_report()
    (known,) = report.known
    placeless = replace(report, known=(replace(known, accepted=replace(known.accepted, place=None)),))
    assert "file" not in document(placeless)["gcsync"]["known"][0]
