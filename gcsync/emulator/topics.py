"""`GET /api/v2/notifications/availabletopics` (SDK 269 apis/notifications_api.py:139), unpaged.

Without `expand` an entity is its id alone; the fields are those of SDK 269 models/available_topic.py:51.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gcsync.emulator.behaviour import LiveBehaviour
from gcsync.emulator.exchange import Answer
from gcsync.emulator.operations import Order, Work
from gcsync.emulator.topic_list import TOPICS, Topic


class AvailableTopics:
    """The topics that the organization offers, without those withdrawn."""

    def __init__(self, behaviour: LiveBehaviour) -> None:
        self._behaviour = behaviour

    def works(self) -> dict[str, Work]:
        """By `operationId`."""
        return {"getNotificationsAvailabletopics": self.list}

    def list(self, order: Order) -> Answer:
        expand = order.query.get("expand", ())
        entities = [
            {"id": topic.id, **{name: value for name, value in _fields(topic).items() if name in expand}}
            for topic in _offered(self._behaviour.now.withdrawn_topics)
            if order.query["includePreview"] or not topic.preview
        ]
        return Answer(200, {"entities": entities})


def trigger_topics(withdrawn: Sequence[str]) -> list[str]:
    """The topics that a trigger may have."""
    return [topic.id for topic in _offered(withdrawn) if "ProcessAutomation" in topic.transports]


def _offered(withdrawn: Sequence[str]) -> list[Topic]:
    return [topic for topic in TOPICS if topic.id not in withdrawn]


def _fields(topic: Topic) -> dict[str, Any]:
    permissions = list(topic.permissions)
    needs = [{"type": "requiresPermissions", "permissions": permissions, "enforced": True}] if permissions else []
    return {
        "description": topic.description,
        "enforced": True,
        "schema": {"type": "object", "properties": {}},
        "visibility": "Preview" if topic.preview else "Public",
        "transports": list(topic.transports),
        "publicApiTemplateUriPaths": [],
        "requiresPermissions": permissions,
        "permissionDetails": needs,
        "topicParameters": ["id"] * topic.id.count("{id}"),
    }
