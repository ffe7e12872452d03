"""Objects that exist without gcsync, as the kinds read them."""

from __future__ import annotations

from typing import Any

from gcsync.adopt import Candidate
from gcsync.model.address import Address
from gcsync.model.marker import Marker, UnusableMarker
from gcsync.model.resource import RemoteObject

URL = "https://events.example.com/genesys-events"


def stream(
    name: str, object_id: str = "", marker: Marker | UnusableMarker | None = None, **attributes: Any
) -> RemoteObject:
    """A stream; what is None is absent."""
    found = {"name": name, "enabled": True, "event_types": ["a"], "destinations": [destination()], **attributes}
    kept = {key: value for key, value in found.items() if value is not None}
    return RemoteObject("stream", object_id or f"id of {name}", name, kept, marker)


def destination(url: str = URL, **headers: Any) -> dict[str, Any]:
    return {"protocol": "https", "url": url, **({"headers": headers} if headers else {})}


def source(name: str, object_id: str = "", **attributes: Any) -> RemoteObject:
    place = {"aws_account_id": "123456789012", "aws_region": "eu-west-1", "suffix": "calls"}
    found = {"name": name, "notes": "", "enabled": True, "topics": ["v2.x"], **place, **attributes}
    return RemoteObject("eventbridge_source", object_id or f"id of {name}", name, found)


def trigger(name: str, object_id: str = "", **attributes: Any) -> RemoteObject:
    target = {"type": "Workflow", "id": "0f4b0d30-5e0c-4c5c-8a9e-3d8e4a4b7c11"}
    found = {"name": name, "enabled": True, "topic": "v2.x", "target": target, **attributes}
    return RemoteObject("trigger", object_id or f"id of {name}", name, found)


def marker(owner: str, address: str, *, protected: bool = False) -> Marker:
    return Marker(owner, Address.parse(address), protected=protected)


def candidate(remote: RemoteObject, *texts: str) -> Candidate:
    return Candidate(remote.kind, remote.id, remote.name, remote.attributes, texts or (remote.name,))
