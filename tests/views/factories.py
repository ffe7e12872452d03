"""Small makers of plain values for the tests of the views."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gcsync.model.address import Address
from gcsync.model.plan import ABSENT, Action, AttributeChange, Change, Plan, Reason, Target
from gcsync.model.resource import Organization, RemoteObject
from gcsync.model.value import Value

STREAM_TYPE = "genesyscloud_event_stream"


def target(**overrides: Any) -> Target:
    values = {
        "organization": Organization("4b1c0d7e-0000-4000-8000-000000000001", "Example Ltd"),
        "region": "us-east-1",
        "client": "6c1e0f2a-1111-4222-8333-444455556666",
        "api_url": "https://api.mypurecloud.com",
    }
    return Target(**(values | overrides))


def plan(*changes: Change, **overrides: Any) -> Plan:
    """A plan of one stack; its changes sorted, as the engine sorts them."""
    values: dict[str, Any] = {
        "stack": "contact-center",
        "owner": "contact-center",
        "target": target(),
        "changes": tuple(sorted(changes, key=lambda found: found.address.sort_key())),
        "file": "stacks/prod.yaml",
    }
    return Plan(**(values | overrides))


def attributes(**overrides: Value) -> dict[str, Value]:
    values = {
        "name": "aws-eventbridge-stream",
        "description": "Conversations",
        "enabled": True,
        "event_types": ["conversation:end", "conversation:start"],
        "destinations": [{"protocol": "https", "url": "https://events.example.com/genesys-events"}],
    }
    return values | overrides


def change(
    action: Action,
    address: str = "stream.conversations",
    before: Mapping[str, Value] | None = None,
    after: Mapping[str, Value] | None = None,
    *,
    reasons: Mapping[str, Reason] | Reason = Reason.PENDING,
    **overrides: Any,
) -> Change:
    """A change from `before` to `after`; the attributes that differ are found here, by plain equality."""
    differing = tuple(
        AttributeChange(
            name,
            (before or {}).get(name, ABSENT),
            (after or {}).get(name, ABSENT),
            reasons if isinstance(reasons, Reason) else reasons.get(name, Reason.PENDING),
        )
        for name in sorted({*(before or {}), *(after or {})})
        if before is not None and after is not None and before.get(name, ABSENT) != after.get(name, ABSENT)
    )
    shown = after if after is not None else before or {}
    values: dict[str, Any] = {
        "address": Address.parse(address),
        "action": action,
        "resource_type": STREAM_TYPE,
        "name": str(shown.get("name", "")),
        "before": before,
        "after": after,
        "attributes": differing,
        "remote": None if before is None else remote(before),
    }
    return Change(**(values | overrides))


def remote(attributes: Mapping[str, Value], id_: str = "0f9a") -> RemoteObject:
    return RemoteObject("stream", id_, str(attributes.get("name", "")), attributes)


def create(address: str = "stream.conversations", **overrides: Value) -> Change:
    return change(Action.CREATE, address, None, attributes(**overrides))


def update(
    before: Mapping[str, Value], after: Mapping[str, Value], *, reasons: Any = Reason.PENDING, **overrides: Any
) -> Change:
    return change(Action.UPDATE, before=attributes(**before), after=attributes(**after), reasons=reasons, **overrides)


def delete(address: str = "stream.old", **overrides: Value) -> Change:
    return change(Action.DELETE, address, attributes(**overrides), None, explanation="no longer declared")


def keep(address: str = "stream.kept", **overrides: Value) -> Change:
    return change(Action.NO_OP, address, attributes(**overrides), attributes(**overrides))
