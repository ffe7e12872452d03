"""`/api/v2/audits/query/realtime` (SDK 269 apis/audit_api.py:455): who wrote what, of the last 14 days.

Every write is kept: by whom (the client, or the person whose token it came with), when, and which properties changed.
Where the sources are silent, this is what the emulator does:

- integrations are `Integrations`/`Integration` and triggers `ProcessAutomation`/`Trigger`, of which the service
  mapping tells; event streams, which the public API does not have, are `EventStreams`/`EventStream`, and the mapping
  does not name them: they are found by their ids alone;
- what a person does has a user and a client without an id, what a client does the client alone;
- an interval has a beginning and an end in ISO 8601, begins at most 14 days ago, and ends after it begins;
- a service that the mapping does not have is refused, as is a page of more than 500 records;
- the values of destinations and credentials are not kept, since secrets are in them.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from gcsync.emulator.exchange import Answer, iso
from gcsync.emulator.operations import Order, Work
from gcsync.emulator.specification import refuse_parameter
from gcsync.emulator.store import Store, Token

DAYS = 14
_LARGEST_PAGE = 500
_PAGE = 25
_CLOCKS_DIFFER = 60.0
"""Seconds by which a client's clock may be behind the emulator's before its 14 days are too many."""
_SECRET = ("destinations", "credentials")
_ACTIONS = ["Create", "Update", "Delete"]


@dataclass(frozen=True, slots=True)
class Subject:
    """What the audits call a kind of object. `mapped` says whether the service mapping names it."""

    service: str
    entity: str
    mapped: bool = True


INTEGRATION = Subject("Integrations", "Integration")
TRIGGER = Subject("ProcessAutomation", "Trigger")
STREAM = Subject("EventStreams", "EventStream", mapped=False)
_SUBJECTS = (INTEGRATION, TRIGGER, STREAM)


@dataclass(frozen=True, slots=True)
class Written:
    """The object that was written: `uri` is its own, `name` the one it had or was given."""

    id: str
    name: str
    uri: str


class Audits:
    """Keeps the records and answers questions about them."""

    def __init__(self, store: Store, clock: Callable[[], float], new_id: Callable[[], str]) -> None:
        self._store = store
        self._clock = clock
        self._new_id = new_id

    def works(self) -> dict[str, Work]:
        """By `operationId`."""
        return {"postAuditsQueryRealtime": self.query, "getAuditsQueryRealtimeServicemapping": self.mapping}

    def record(
        self,
        token: Token | None,
        subject: Subject,
        written: Written,
        before: Mapping[str, Any] | None,
        after: Mapping[str, Any] | None,
    ) -> None:
        """Keep a write; `before` or `after` is None for an object that came or went, `token` for the emulator itself.

        A write that changed nothing leaves no record.
        """
        changes = list(_changes(before or {}, after or {}))
        if before is not None and after is not None and not changes:
            return
        now = self._clock()
        body = {
            "id": self._new_id(),
            **_actor(token),
            "remoteIp": ["127.0.0.1"],
            "serviceName": subject.service,
            "level": "SYSTEM" if token is None else "USER",
            "eventDate": iso(now),
            "action": _ACTIONS[0] if before is None else _ACTIONS[2] if after is None else _ACTIONS[1],
            "entity": {"id": written.id, "name": written.name, "selfUri": written.uri},
            "entityType": subject.entity,
            "status": "SUCCESS",
            "propertyChanges": changes if before is not None and after is not None else [],
            "context": {},
            "entityChanges": [],
            "transactionInitiator": False,
        }
        self._store.add_audit(now, body)

    def mapping(self, _: Order) -> Answer:
        services = [
            {"name": one.service, "entities": [{"name": one.entity, "actions": _ACTIONS}]}
            for one in _SUBJECTS
            if one.mapped
        ]
        return Answer(200, {"services": services})

    def query(self, order: Order) -> Answer:
        asked = order.body
        begin, end = self._interval(asked["interval"])
        service = asked.get("serviceName")
        if service is not None and service not in [one.service for one in _SUBJECTS if one.mapped]:
            raise refuse_parameter("serviceName", f"The service {service} has no audits here; see the service mapping.")
        number, size = asked.get("pageNumber", 1), asked.get("pageSize", _PAGE)
        if number < 1 or not 1 <= size <= _LARGEST_PAGE:
            raise refuse_parameter("pageSize", f"Pages count from 1 and hold 1 to {_LARGEST_PAGE} records.")
        found = [body for body in self._store.audits(begin, end) if _fits(body, service, asked.get("filters", ()))]
        if any(sort["sortOrder"] == "descending" for sort in asked.get("sort", ())):
            found.reverse()
        expanded = "user" in order.query.get("expand", ())
        page = [_shown(body, expanded=expanded) for body in found[(number - 1) * size : number * size]]
        count = -(-len(found) // size)
        return Answer(
            200, {"entities": page, "pageSize": size, "pageNumber": number, "total": len(found), "pageCount": count}
        )

    def clear(self) -> None:
        self._store.forget_audits()

    def _interval(self, text: str) -> tuple[float, float]:
        """Seconds since 1970. Raises Refusal (400)."""
        first, slash, last = text.partition("/")
        try:
            begin, end = (_seconds(part) for part in (first, last))
        except ValueError:
            slash = ""
        if not slash:
            raise refuse_parameter("interval", f'"{text[:80]}" is not two times in ISO 8601 with a slash between them.')
        if end <= begin:
            raise refuse_parameter("interval", "The interval ends before it begins.")
        if begin < self._clock() - DAYS * 86400 - _CLOCKS_DIFFER:
            raise refuse_parameter("interval", f"The interval begins more than {DAYS} days ago.")
        return begin, end


def _seconds(text: str) -> float:
    moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)).timestamp()


def _actor(token: Token | None) -> dict[str, Any]:
    if token is None:
        return {}
    if token.person:
        identifier = str(uuid.uuid5(uuid.NAMESPACE_URL, f"urn:gcsync:emulator:person:{token.person}"))
        user = {"id": identifier, "name": token.person, "selfUri": f"/api/v2/users/{identifier}"}
        return {"user": user, "client": {"id": ""}}
    return {"client": {"id": token.client, "selfUri": f"/api/v2/oauth/clients/{token.client}"}}


def _changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for name in sorted({*before, *after}):
        old, new = before.get(name), after.get(name)
        if old != new:
            hidden = name in _SECRET
            yield {
                "property": name,
                "oldValues": [] if hidden or old is None else [json.dumps(old)],
                "newValues": [] if hidden or new is None else [json.dumps(new)],
            }


def _fits(body: Mapping[str, Any], service: str | None, filters: Any) -> bool:
    if service is not None and body["serviceName"] != service:
        return False
    known = {
        "UserId": body.get("user", {}).get("id"),
        "ClientId": body.get("client", {}).get("id"),
        "Action": body["action"],
        "EntityType": body["entityType"],
        "EntityId": body["entity"]["id"],
    }
    return all(known.get(one["property"]) == one["value"] for one in filters)


def _shown(body: Mapping[str, Any], *, expanded: bool) -> Mapping[str, Any]:
    """A record as it is answered: the name of its user only where that was asked for."""
    if expanded or "user" not in body:
        return body
    return {**body, "user": {name: value for name, value in body["user"].items() if name != "name"}}
