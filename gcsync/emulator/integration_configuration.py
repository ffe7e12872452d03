"""What the configuration of an EventBridge integration must be: 400 with an error inside the error for each mistake.

The four keys and their rules: AWS EventBridge module main.tf:6-11 and variables.tf, HELP p=228016. Which of them are
required is nowhere said; here the three that name the partner event source are. Other keys are kept as they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from gcsync.emulator.documents import Document
from gcsync.emulator.exchange import Refusal
from gcsync.emulator.integration_types import EVENTBRIDGE

_PATTERNS = {
    "awsAccountId": (re.compile(r"[0-9]{12}"), "must be 12 digits"),
    "awsAccountRegion": (re.compile(r"[a-z]{2,}(-[a-z]+)+-[0-9]{1,2}"), "must be an AWS region, such as us-east-1"),
    "eventSourceSuffix": (re.compile(r"[A-Za-z0-9._-]{1,64}"), "must be 1 to 64 of A-Z a-z 0-9 . - _"),
}
_SOURCE = ("awsAccountId", "awsAccountRegion", "eventSourceSuffix")


def check_configuration(
    type_id: str, sent: Mapping[str, Any], others: Sequence[Document], withdrawn: Sequence[str]
) -> None:
    """Raises Refusal (400) that holds every mistake; `others` are the other integrations of the organization."""
    problems = list(_problems(type_id, sent, others, withdrawn))
    if problems:
        message = "The configuration of the integration is not valid."
        raise Refusal(400, "bad.request", message, errors=problems)


def _problems(
    type_id: str, sent: Mapping[str, Any], others: Sequence[Document], withdrawn: Sequence[str]
) -> Iterator[dict[str, Any]]:
    shaped = True
    for name in ("properties", "advanced"):
        if not isinstance(sent[name], dict):
            shaped = False
            yield _error("invalid.value", name, f"{name} must be an object.")
    if shaped and type_id == EVENTBRIDGE:
        properties = sent["properties"]
        yield from _values(properties)
        yield from _topics(properties, withdrawn)
        yield from _taken(properties, others)


def _values(properties: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for name, (pattern, rule) in _PATTERNS.items():
        value = properties.get(name)
        if not isinstance(value, str) or not pattern.fullmatch(value):
            yield _error("invalid.value", f"properties.{name}", f"{name} {rule}.")


def _topics(properties: Mapping[str, Any], withdrawn: Sequence[str]) -> Iterator[dict[str, Any]]:
    # Topics that the emulator does not list are let pass: its list is far shorter than a real organization's.
    topics = properties.get("eventFilter", [])
    if not isinstance(topics, list) or not all(isinstance(topic, str) and topic for topic in topics):
        yield _error("invalid.value", "properties.eventFilter", "eventFilter must be a list of topics.")
        return
    for index, topic in enumerate(topics):
        if topic in withdrawn:
            yield _error("invalid.topic", f"properties.eventFilter[{index}]", f"The topic {topic} is not available.")


def _taken(properties: Mapping[str, Any], others: Sequence[Document]) -> Iterator[dict[str, Any]]:
    for other in others:
        if other.body["type"] == EVENTBRIDGE and _source(other.body["properties"]) == _source(properties):
            suffix = properties.get("eventSourceSuffix")
            message = f"The event source suffix {suffix} is already in use for this account and region."
            entity = {"entityId": other.id, "entityName": str(other.body["name"])}
            yield _error("duplicate.value", "properties.eventSourceSuffix", message, **entity) | entity


def _source(properties: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(properties.get(name) for name in _SOURCE)


def _error(code: str, field: str, message: str, **entity: str) -> dict[str, Any]:
    detail = {"errorCode": code, "fieldName": field, **entity}
    return {"message": message, "code": code, "status": 400, "details": [detail], "errors": []}
