"""What the destinations of an object would get of an event, as the `x-delivers` of its kind's schema says.

    "x-delivers": {"method": "POST", "body": "event", "each": "destinations", "host": "url", "headers": "headers"}

    method   how an event gets there, in a word
    body     `event`: the event itself; `envelope`: as EventBridge wraps a topic's event; `topic body`: its body alone
    each     the attribute with the destination, or with a list of them; without it the object itself is one
    host     a URL of which the host alone is shown
    parts    instead of host: the values that name the destination
    headers  a mapping of headers, of which the names are shown
    source   for an envelope: the attribute with the end of the partner event source's name
    flat     an attribute of the destination, and the value with which only what is no list or mapping is handed over
    delay    an attribute with how many seconds it waits

Nothing sensitive comes out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from gcsync.model.trace import NO_BODY, Delivery, Event
from gcsync.model.value import SECRET_TEXT, Secret, Value
from gcsync.schema.files import read_schema
from gcsync.schema.flow import NOT_KNOWN, host_of

ORGANIZATION: Final = "<organization id>"
"""Stands for what only the organization tells."""


def deliveries(kind: str, attributes: Mapping[str, Value], event: Event, template: str | None) -> tuple[Delivery, ...]:
    """What each destination would get. `template` is the topic that selected the event, with its placeholders."""
    rule = read_schema(kind)["x-delivers"]
    return tuple(_deliveries(rule, attributes, event, template))


def _deliveries(
    rule: Mapping[str, Any], attributes: Mapping[str, Value], event: Event, template: str | None
) -> Iterator[Delivery]:
    found = attributes.get(rule["each"]) if "each" in rule else attributes
    for one in found if isinstance(found, list | tuple) else (found,):
        inner: Mapping[str, Value] = one if isinstance(one, Mapping) else {}
        body = _body(rule, attributes, inner, event, template)
        note = f"after {attributes[rule['delay']]} s" if attributes.get(rule.get("delay", "")) is not None else ""
        yield Delivery(rule["method"], _destination(rule, one), _headers(rule, inner), body, note)


def _destination(rule: Mapping[str, Any], one: Value) -> str:
    if not isinstance(one, Mapping):
        return _text(one)
    if "host" in rule:
        return host_of(one.get(rule["host"]))
    return " ".join(_text(one.get(name)) for name in rule["parts"])


def _headers(rule: Mapping[str, Any], one: Mapping[str, Value]) -> tuple[str, ...]:
    if "headers" not in rule:
        return ()
    declared = one.get(rule["headers"])
    if declared is not None and not isinstance(declared, Mapping):
        return ("Content-Type", _text(declared))
    names = {"content-type": "Content-Type"} | {name.lower(): name for name in declared or {}}
    return tuple(sorted(names.values(), key=str.lower))


def _body(
    rule: Mapping[str, Any],
    attributes: Mapping[str, Value],
    one: Mapping[str, Value],
    event: Event,
    template: str | None,
) -> Value:
    match rule["body"]:
        case "event":
            return _as_event(event)
        case "envelope":
            return _as_envelope(attributes, rule["source"], event, template)
    name, flat = rule["flat"]
    if one.get(name) == flat and isinstance(event.body, Mapping):
        return {key: value for key, value in event.body.items() if not isinstance(value, list | Mapping)}
    return event.body


def _as_event(event: Event) -> Value:
    if "detail-type" not in event.payload:
        return event.payload
    found = {"id": event.id, "eventType": event.type, "data": event.payload.get("detail")}
    return {name: value for name, value in found.items() if value is not None}


def _as_envelope(attributes: Mapping[str, Value], suffix: str, event: Event, template: str | None) -> Value:
    """GENESYS's own example events: `detail-type` is the template, `detail.topicName` the topic with its ids."""
    if "detail-type" in event.payload:
        detail = event.payload.get("detail")
    else:
        detail = {"topicName": event.topic} | ({} if event.body is NO_BODY else {"eventBody": event.body})
    source = f"aws.partner/genesys.com/cloud/{ORGANIZATION}/{_text(attributes.get(suffix))}"
    return {"detail-type": template or event.topic, "source": source, "detail": detail}


def _text(value: Value) -> str:
    if isinstance(value, Secret):
        return SECRET_TEXT
    return value if isinstance(value, str) else NOT_KNOWN
