"""An EventBridge source as a stack declares it, and as the API returns it."""

from __future__ import annotations

from typing import Any

from gcsync.model.address import Address
from gcsync.model.marker import Marker
from tests.contract.public_api import INTEGRATIONS, TYPE

MARKER = Marker("contact-center@dev", Address("eventbridge_source", "main"), ("abc", "..."))
DECLARED: dict[str, Any] = {
    "name": "main",
    "notes": "For analytics",
    "enabled": True,
    "aws_account_id": "012345678901",
    "aws_region": "eu-west-1",
    "suffix": "prod",
    "topics": ["v2.detail.events.conversation.{id}.customer.start", "v2.users.{id}.presence"],
}
PROPERTIES = {
    "awsAccountId": "012345678901",
    "awsAccountRegion": "eu-west-1",
    "eventSourceSuffix": "prod",
    "eventFilter": DECLARED["topics"],
}


def config(**fields: Any) -> dict[str, Any]:
    return {
        "id": "config-1",
        "name": "main",
        "version": 3,
        "properties": PROPERTIES,
        "advanced": {},
        "notes": f"For analytics\n\n{MARKER.render()}",
        "credentials": {},
        **fields,
    }


def wire(configuration: dict[str, Any] | None = None, **fields: Any) -> dict[str, Any]:
    """An integration as the API returns it with its configuration."""
    return {
        "id": "id-1",
        "name": "main",
        "integrationType": {"id": TYPE},
        "intendedState": "ENABLED",
        "reportedState": {"code": "ACTIVE"},
        "selfUri": f"{INTEGRATIONS}/id-1",
        "config": {"current": configuration or config()},
        **fields,
    }
