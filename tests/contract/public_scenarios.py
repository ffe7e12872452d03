"""What gcsync says to the public API about integrations and triggers, as small conversations: see `scenarios.py`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from gcsync.kinds.eventbridge_source import EventBridgeSource
from gcsync.kinds.trigger import Trigger
from gcsync.model.address import Address
from gcsync.model.marker import Marker
from gcsync.remote.audits import AuditLog
from gcsync.remote.session import GenesysSession
from tests.contract.scenarios import Scenario, failure
from tests.contract.stand_in import Organization

SOURCE, TRIGGER = EventBridgeSource(), Trigger()
SOURCE_MARKER = Marker("contact-center", Address("eventbridge_source", "main"), ("abc", "def"))
TRIGGER_MARKER = Marker("contact-center", Address("trigger", "survey"), ("abc", "def"))
DECLARED_SOURCE: dict[str, Any] = {
    "name": "main",
    "notes": "For analytics",
    "enabled": True,
    "aws_account_id": "012345678901",
    "aws_region": "eu-west-1",
    "suffix": "prod",
    "topics": ["v2.detail.events.conversation.{id}.customer.start", "v2.users.{id}.presence"],
}
DECLARED_TRIGGER: dict[str, Any] = {
    "name": "survey",
    "description": "Asks how it was",
    "enabled": True,
    "topic": "v2.detail.events.conversation.{id}.customer.end",
    "target": {"type": "Workflow", "id": "0f4b0d30-5e0c-4c5c-8a9e-3d8e4a4b7c11", "data_format": "Json"},
    "match_criteria": [
        {"json_path": "mediaType", "operator": "Equal", "value": "VOICE"},
        {"json_path": "queueId", "operator": "In", "values": ["a", 5]},
    ],
    "event_ttl_seconds": 60,
}


def source_lifecycle(session: GenesysSession) -> Any:
    """Create, read, list, update, switch off, release, delete, and read what is gone."""
    before = SOURCE.list(session)
    created = SOURCE.create(session, DECLARED_SOURCE, SOURCE_MARKER)
    read = SOURCE.read(session, created.id)
    (listed,) = SOURCE.list(session).objects
    updated = SOURCE.update(session, created, {**DECLARED_SOURCE, "name": "renamed", "topics": []}, SOURCE_MARKER)
    off = SOURCE.update(session, updated, {"enabled": False}, SOURCE_MARKER)
    released = SOURCE.update(session, off, {}, None)
    SOURCE.delete(session, released)
    gone = SOURCE.read(session, released.id)
    SOURCE.delete(session, released)
    return [before, created, read, listed, updated, off, released, gone]


def source_half_made(session: GenesysSession) -> Any:
    """A create whose configuration is refused, and the update that goes on with it."""
    failed = failure(lambda: SOURCE.create(session, DECLARED_SOURCE, SOURCE_MARKER))
    (half,) = SOURCE.list(session).objects
    return [failed, half, SOURCE.update(session, half, DECLARED_SOURCE, SOURCE_MARKER)]


def source_conflicts(session: GenesysSession) -> Any:
    """A version that is old, and a suffix that is taken."""
    created = SOURCE.create(session, DECLARED_SOURCE, SOURCE_MARKER)
    SOURCE.update(session, created, {"notes": "New"}, SOURCE_MARKER)
    return [
        failure(lambda: SOURCE.update(session, created, {"notes": "Newer"}, SOURCE_MARKER)),
        failure(lambda: SOURCE.create(session, {**DECLARED_SOURCE, "name": "other"}, SOURCE_MARKER)),
    ]


def no_such_type(session: GenesysSession) -> Any:
    return failure(lambda: SOURCE.capacity(session))


def trigger_lifecycle(session: GenesysSession) -> Any:
    """Create after two waits for the workflow, read, update with and without the marker, delete."""
    created = TRIGGER.create(session, DECLARED_TRIGGER, TRIGGER_MARKER)
    read = TRIGGER.read(session, created.id)
    (listed,) = TRIGGER.list(session).objects
    delayed = {name: value for name, value in DECLARED_TRIGGER.items() if name != "event_ttl_seconds"}
    updated = TRIGGER.update(session, created, {**delayed, "delay_by_seconds": 60}, TRIGGER_MARKER)
    released = TRIGGER.update(session, updated, {}, None)
    stale = failure(lambda: TRIGGER.update(session, updated, {"enabled": False}, TRIGGER_MARKER))
    TRIGGER.delete(session, released)
    return [created, read, listed, updated, released, stale, TRIGGER.read(session, released.id)]


def trigger_pages(session: GenesysSession) -> Any:
    listing = TRIGGER.list(session)
    return [len(listing.objects), listing.objects[200].name, listing.moved, listing.pages]


AUDITED_UNTIL = datetime(2026, 11, 25, 12, tzinfo=UTC)
AUDITED = "0a4b0d30-5e0c-4c5c-8a9e-3d8e4a4b7c11"


def audit_trail(session: GenesysSession) -> Any:
    """The mapping, what happened to one trigger, all integrations in two pages."""
    log = AuditLog(session, AUDITED_UNTIL)
    services = log.services()
    one = log.of_object(AUDITED, "ProcessAutomation", "Trigger")
    pages = [log.of_kind("Integrations", "Integration", number) for number in (1, 2)]
    anything = log.of_object("unknown", None, None)
    return [services, one, pages, anything]


def _with_audits(there: Organization) -> None:
    """As a real answer is: a change in Genesys Cloud's own pages has an empty client, and much may be absent."""
    about = {"serviceName": "ProcessAutomation", "entityType": "Trigger", "entity": {"id": AUDITED, "name": "survey"}}
    person = {"id": "7e1c0000-0000-4000-8000-000000000001", "name": "Jane Doe", "selfUri": "/api/v2/users/7e1c0000"}
    changed = [{"property": "enabled", "oldValues": ["true"], "newValues": ["false"]}]
    there.public.audits = [
        about | {"eventDate": "2026-11-25T08:12:03.120Z", "action": "View", "status": "SUCCESS", "user": person},
        about
        | {
            "id": "a-1",
            "level": "USER",
            "eventDate": "2026-11-24T08:12:03.120Z",
            "action": "Update",
            "status": "SUCCESS",
            "user": person,
            "client": {"id": ""},
            "remoteIp": ["192.0.2.1"],
            "propertyChanges": changed,
        },
        about | {"eventDate": "2026-11-20T08:12:03.120Z", "action": "Create", "client": {"id": "client-of-ci"}},
        about | {"status": "FAILURE"},
        *({"serviceName": "Integrations", "entityType": "Integration", "action": f"Update{n}"} for n in range(101)),
    ]


def _without_the_type(there: Organization) -> None:
    there.public.types.clear()


def _refusing_the_configuration(there: Organization) -> None:
    there.public.refuse(
        "PUT", "config/current", 400, "Not valid", errors=[{"message": "no such account", "errors": []}]
    )


def _with_an_unpublished_workflow(there: Organization) -> None:
    for _ in range(2):
        there.public.refuse("POST", "/triggers", 400, "The workflow is not published yet")


def _with_triggers(there: Organization) -> None:
    target = {"type": "Workflow", "id": DECLARED_TRIGGER["target"]["id"]}
    there.public.triggers = {
        f"id-{n}": {"id": f"id-{n}", "name": f"t{n}", "topicName": "v2.a", "enabled": True, "target": target}
        for n in range(201)
    }


def _nothing(there: Organization) -> None:
    pass


PREPARED: dict[Scenario, Callable[[Organization], None]] = {
    source_lifecycle: _nothing,
    source_half_made: _refusing_the_configuration,
    source_conflicts: _nothing,
    no_such_type: _without_the_type,
    trigger_lifecycle: _with_an_unpublished_workflow,
    trigger_pages: _with_triggers,
    audit_trail: _with_audits,
}

OF_THE_PUBLIC_API: tuple[Scenario, ...] = tuple(PREPARED)
