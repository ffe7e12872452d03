"""The integration types that the emulator's organization has."""

from __future__ import annotations

from typing import Any

EVENTBRIDGE = "amazon-eventbridge-source"
"""The id as in the AWS EventBridge module, main.tf:3."""

INTEGRATION_TYPES = {
    EVENTBRIDGE: "Amazon EventBridge Source",
    "embedded-client-app": "Custom Client Application",
    "purecloud-data-actions": "Genesys Cloud Data Actions",
}
"""Names by id; the second id is that of the example in CX as Code, docs/resources/integration.md."""

PATH = "/api/v2/integrations/types"


def reference(type_id: str) -> dict[str, Any]:
    """What an integration says of its type."""
    return {"id": type_id, "name": INTEGRATION_TYPES[type_id], "selfUri": f"{PATH}/{type_id}"}


def described(type_id: str, max_instances: int | None) -> dict[str, Any]:
    """What `GET /api/v2/integrations/types/{typeId}` answers (SDK 269 models/integration_type.py)."""
    limit = {"maxInstances": max_instances} if type_id == EVENTBRIDGE and max_instances is not None else {}
    return {
        **reference(type_id),
        "description": f"{INTEGRATION_TYPES[type_id]}, emulated",
        "provider": "clientapps" if type_id == "embedded-client-app" else "bridge",
        "category": "integrations",
        "configPropertiesSchemaUri": f"{PATH}/{type_id}/configschemas/properties",
        "configAdvancedSchemaUri": f"{PATH}/{type_id}/configschemas/advanced",
        "credentials": {},
        "nonInstallable": False,
        **limit,
    }
