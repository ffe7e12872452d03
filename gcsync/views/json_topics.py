"""`gcsync topics` as JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from gcsync.model.topic import Topic


def render_json_topics(topics: Sequence[Topic], *, shipped: bool) -> str:
    """`{"source": "organization"|"shipped", "topics": [{id, description, transports, permissions, ...}]}`, one line.

    What is not known (transports, permissions, triggers) is null.
    """
    source = "shipped" if shipped else "organization"
    return json.dumps({"source": source, "topics": [_object(topic) for topic in topics]}) + "\n"


def _object(topic: Topic) -> dict[str, Any]:
    return {
        "id": topic.id,
        "description": topic.description or None,
        "transports": topic.transports,
        "triggers": topic.triggers,
        "permissions": topic.permissions,
        "visibility": topic.visibility or None,
        "source": topic.source or None,
    }
