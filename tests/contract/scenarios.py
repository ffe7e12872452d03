"""What gcsync says on the wire, as small conversations: recorded by `record.py`, played back by the tests.

Each takes a session and returns what a caller gets: values, or the failure that was raised.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gcsync.kinds.stream import Stream
from gcsync.model.address import Address
from gcsync.model.failure import RemoteError
from gcsync.model.marker import Marker
from gcsync.model.value import Secret
from gcsync.remote.session import GenesysSession
from tests.contract.stand_in import Organization

STREAM = Stream()
MARKER = Marker("contact-center", Address("stream", "conversations"), ("abc", "def"))
DECLARED: dict[str, Any] = {
    "name": "aws-eventbridge-stream",
    "description": "Conversations and agent states for analytics",
    "enabled": True,
    "event_types": ["conversation:start", "conversation:end", "user:state:change"],
    "destinations": [
        {
            "protocol": "https",
            "url": "https://events.example.com/genesys-events",
            "headers": {"X-Api-Key": Secret("recorded-key")},
        }
    ],
}

Scenario = Callable[[GenesysSession], Any]


def failure(action: Callable[[], object]) -> tuple[str, str, int | None, str, str]:
    """What was raised: its class, diagnostic code, status, the API's code and contextId."""
    try:
        action()
    except RemoteError as error:
        return (type(error).__name__, error.diagnostic.code, error.status, error.code, error.context_id)
    raise AssertionError("nothing was raised")


def organization(session: GenesysSession) -> Any:
    return session.check_organization("Example Ltd")


def refused_client(session: GenesysSession) -> Any:
    return failure(session.organization)


def rate_limited(session: GenesysSession) -> Any:
    return session.organization().name


def lifecycle(session: GenesysSession) -> Any:
    """Create, read, list, update with and without the marker, delete, and read what is gone."""
    before = STREAM.list(session).objects
    created = STREAM.create(session, DECLARED, MARKER)
    read = STREAM.read(session, created.id)
    listed = STREAM.list(session).objects
    updated = STREAM.update(session, created, {**DECLARED, "name": "renamed", "event_types": ["*"]}, MARKER)
    released = STREAM.update(session, updated, {}, None)
    STREAM.delete(session, released)
    gone = STREAM.read(session, released.id)
    STREAM.delete(session, released)
    return [before, created, read, listed, updated, released, gone]


def pages(session: GenesysSession) -> Any:
    listing = STREAM.list(session)
    return [len(listing.objects), listing.objects[100].name, listing.moved, listing.pages]


def conflicts(session: GenesysSession) -> Any:
    """A name that is taken, a version that is old, a destination that nobody can resolve."""
    created = STREAM.create(session, DECLARED, MARKER)
    STREAM.update(session, created, {"enabled": False}, MARKER)
    private = {**DECLARED, "name": "b", "destinations": [{"protocol": "https", "url": "https://bus.internal/in"}]}
    return [
        failure(lambda: STREAM.create(session, {**DECLARED, "name": "AWS-EventBridge-Stream"}, MARKER)),
        failure(lambda: STREAM.update(session, created, {"enabled": True}, MARKER)),
        failure(lambda: STREAM.create(session, private, MARKER)),
    ]


def forbidden(session: GenesysSession) -> Any:
    return [
        len(STREAM.list(session).objects),
        failure(lambda: STREAM.create(session, DECLARED, MARKER)),
    ]


def no_such_api(session: GenesysSession) -> Any:
    return failure(lambda: STREAM.list(session))


def _with_streams(there: Organization) -> None:
    there.streams = {
        f"id-{n}": {"id": f"id-{n}", "name": f"s{n}", "enabled": True, "destinations": []} for n in range(101)
    }


def _nothing(there: Organization) -> None:
    pass


PREPARED: dict[Scenario, Callable[[Organization], None]] = {
    organization: _nothing,
    refused_client: lambda there: setattr(there, "accepts_client", False),
    rate_limited: lambda there: there.refusals.append((429, "too.many.requests", "Slow down.", {"Retry-After": "2"})),
    lifecycle: _nothing,
    pages: _with_streams,
    conflicts: _nothing,
    forbidden: lambda there: there.scopes.discard("write"),
    no_such_api: lambda there: setattr(there, "has_streams", False),
}
"""How the organization stands before each scenario."""

OF_THE_SESSION: tuple[Scenario, ...] = (organization, refused_client, rate_limited)
OF_STREAMS: tuple[Scenario, ...] = (lifecycle, pages, conflicts, forbidden, no_such_api)
