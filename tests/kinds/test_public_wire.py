"""Sources and triggers on the wire: cassettes played back, and held against the public API's description."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.resources import files
from typing import Any
from urllib.parse import urlsplit

import jsonschema
import pytest
import yaml

from gcsync.model.audit import AuditPage, AuditRecord
from gcsync.model.resource import Listing, RemoteStatus
from tests.contract import public_scenarios as scenarios
from tests.contract.public_api import CONTEXT
from tests.contract.public_scenarios import DECLARED_SOURCE, DECLARED_TRIGGER, OF_THE_PUBLIC_API
from tests.contract.scenarios import Scenario
from tests.contract.tapes import cassette_of, tape


def play(scenario: Scenario) -> Any:
    """What the scenario comes to; it must say everything on its cassette and nothing else."""
    with tape(scenario, "none") as (session, cassette):
        outcome = scenario(session)
    assert cassette.all_played
    return outcome


def test_a_sources_whole_life() -> None:
    before, created, read, listed, updated, off, released, gone = play(scenarios.source_lifecycle)
    assert (before, gone) == (Listing((), pages=1), None)
    assert (created.attributes, created.marker, created.version) == (DECLARED_SOURCE, scenarios.SOURCE_MARKER, 2)
    assert (read, listed) == (created, created)
    assert (updated.name, updated.attributes["topics"], updated.version) == ("renamed", [], 3)
    assert (off.attributes["enabled"], off.status) == (False, RemoteStatus(settled=False, text="DEACTIVATING"))
    assert (released.marker, released.attributes["notes"]) == (None, "For analytics")


def test_a_create_that_was_interrupted_is_finished() -> None:
    failed, half, finished = play(scenarios.source_half_made)
    assert failed == ("RemoteError", "GC311", 400, "refused", CONTEXT)
    assert (half.half_made, half.name, half.marker) == (True, "main", scenarios.SOURCE_MARKER)
    assert (finished.id, finished.attributes, finished.half_made) == (half.id, DECLARED_SOURCE, False)


def test_what_the_api_refuses() -> None:
    assert play(scenarios.source_conflicts) == [
        ("ChangedSince", "GC314", 400, "bad.request", CONTEXT),
        ("RemoteError", "GC341", None, "", ""),
    ]


def test_an_organization_without_the_type() -> None:
    assert play(scenarios.no_such_type) == ("NoSuchKind", "GC340", 404, "not.found", CONTEXT)


def test_a_triggers_whole_life() -> None:
    created, read, listed, updated, released, stale, gone = play(scenarios.trigger_lifecycle)
    assert (created.attributes, created.marker, created.version) == (DECLARED_TRIGGER, scenarios.TRIGGER_MARKER, 1)
    assert (read, listed, gone) == (created, created, None)
    assert (updated.attributes["delay_by_seconds"], "event_ttl_seconds" in updated.attributes) == (60, False)
    assert (released.marker, released.attributes["description"]) == (None, "Asks how it was")
    assert stale == ("ChangedSince", "GC314", 409, "conflict", CONTEXT)


def test_a_listing_by_cursor() -> None:
    assert play(scenarios.trigger_pages) == [201, "t200", False, 2]


def test_audits_are_read_however_little_they_tell() -> None:
    services, one, (first, second), unheard_of = play(scenarios.audit_trail)
    assert services == {"Integrations": {"Integration"}, "ProcessAutomation": {"Trigger"}}
    viewed, updated, created, failed = one.records
    when = datetime(2026, 11, 24, 8, 12, 3, 120_000, UTC)
    about = {"entity": scenarios.AUDITED, "entity_name": "survey"}
    assert updated == AuditRecord(**about, who="Jane Doe", when=when, action="Update", properties=("enabled",))
    assert (viewed.action, created.who, created.client) == ("View", None, "client-of-ci")
    assert failed == AuditRecord(**about, failed=True)
    assert (len(first.records), first.more, len(second.records), second.more) == (100, True, 1, False)
    assert unheard_of == AuditPage()


DOCUMENT = json.loads(files("gcsync.emulator").joinpath("genesys-openapi.json").read_text("utf-8"))


@pytest.mark.parametrize("scenario", OF_THE_PUBLIC_API, ids=lambda scenario: scenario.__name__)
def test_every_recorded_body_is_as_the_api_describes_it(scenario: Scenario) -> None:
    for schema, body in recorded_bodies(scenario):
        whole = {**schema, "components": DOCUMENT["components"]}
        jsonschema.validate(body, whole, cls=jsonschema.Draft202012Validator)


def recorded_bodies(scenario: Scenario) -> Iterator[tuple[Any, Any]]:
    """Every JSON body on a cassette but those of the login, with its schema."""
    for said in yaml.safe_load(cassette_of(scenario).read_text(encoding="utf-8"))["interactions"]:
        request, response = said["request"], said["response"]
        if "/oauth/" in request["uri"]:
            continue
        operation = operation_of(request["method"], urlsplit(request["uri"]).path)
        if request["body"]:
            yield content(operation["requestBody"]), json.loads(request["body"])
        if response["body"]["string"]:
            name = "200" if response["status"]["code"] < 300 else "default"
            yield content(operation["responses"][name]), json.loads(response["body"]["string"])


def operation_of(method: str, path: str) -> Any:
    for template, operations in DOCUMENT["paths"].items():
        if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", template), path) and method.lower() in operations:
            return operations[method.lower()]
    raise AssertionError(f"the public API has no {method} {path}")


def content(part: dict[str, Any]) -> Any:
    for name in part.get("$ref", "#").split("/")[1:]:
        part = part[name] if name != "components" else DOCUMENT["components"]
    return part["content"]["application/json"]["schema"]
