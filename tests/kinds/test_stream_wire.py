"""Event streams on the wire: cassettes played back with recording off, and held against the API's description."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from gcsync.model.resource import RemoteObject
from tests.contract import scenarios
from tests.contract.scenarios import DECLARED, MARKER, OF_STREAMS, Scenario
from tests.contract.stand_in import CONTEXT
from tests.contract.tapes import cassette_of, tape

DESCRIPTION = Path(scenarios.__file__).with_name("eventstreams-openapi.json")
SENT = {"POST": "EventStreamBody", "PUT": "EventStreamReplacement"}
STREAMS = "/api/v2/eventstreams"


def play(scenario: Scenario) -> Any:
    """What the scenario comes to; it must say everything on its cassette and nothing else."""
    with tape(scenario, "none") as (session, cassette):
        outcome = scenario(session)
    assert cassette.all_played
    return outcome


def test_a_streams_whole_life() -> None:
    destination = {**DECLARED["destinations"][0], "headers": {"X-Api-Key": "recorded-key"}}
    before, created, read, listed, updated, released, gone = play(scenarios.lifecycle)
    assert (before, gone) == ((), None)
    assert created == RemoteObject(
        kind="stream",
        id=created.id,
        name="aws-eventbridge-stream",
        attributes={**DECLARED, "destinations": [destination]},
        marker=MARKER,
        version=1,
        raw=created.raw,
        modified=created.raw["dateModified"],
    )
    assert (read, listed) == (created, (created,))
    assert (updated.name, updated.attributes["event_types"], updated.marker) == ("renamed", ["*"], MARKER)
    assert (released.attributes, released.marker, released.version) == (updated.attributes, None, 3)


def test_a_listing_of_two_pages() -> None:
    assert play(scenarios.pages) == [101, "s100", False, 2]


def test_what_the_api_refuses() -> None:
    assert play(scenarios.conflicts) == [
        ("NameTaken", "GC313", 409, "event.stream.exists", CONTEXT),
        ("ChangedSince", "GC314", 409, "version.mismatch", CONTEXT),
        ("RemoteError", "GC312", 400, "invalid.destination.url", CONTEXT),
    ]


def test_a_client_that_may_read_only() -> None:
    assert play(scenarios.forbidden) == [0, ("Denied", "GC308", 403, "missing.permissions", CONTEXT)]


def test_an_organization_without_event_streams() -> None:
    assert play(scenarios.no_such_api) == ("NoSuchKind", "GC309", 404, "not.found", CONTEXT)


@pytest.mark.parametrize("scenario", OF_STREAMS, ids=lambda scenario: scenario.__name__)
def test_every_recorded_body_is_as_the_api_describes_it(scenario: Scenario) -> None:
    schemas = json.loads(DESCRIPTION.read_text(encoding="utf-8"))
    for name, body in recorded_bodies(scenario):
        schema = {"$ref": f"#/components/schemas/{name}", "components": schemas["components"]}
        jsonschema.validate(body, schema, cls=jsonschema.Draft202012Validator)


def recorded_bodies(scenario: Scenario) -> Iterator[tuple[str, Any]]:
    """Every JSON body of event streams on a cassette, with the name of its schema."""
    for said in yaml.safe_load(cassette_of(scenario).read_text(encoding="utf-8"))["interactions"]:
        request, response = said["request"], said["response"]
        if STREAMS not in request["uri"]:
            continue
        if request["body"]:
            yield (
                {"POST": "EventStreamBody", "PUT": "EventStreamReplacement"}[request["method"]],
                json.loads(request["body"]),
            )
        if response["body"]["string"]:
            yield answer_schema(request, response["status"]["code"]), json.loads(response["body"]["string"])


def answer_schema(request: dict[str, Any], status: int) -> str:
    if status >= 400:
        return "ErrorBody"
    return "EventStreamPage" if "pageNumber" in request["uri"] else "EventStream"
