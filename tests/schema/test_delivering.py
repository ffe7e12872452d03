"""What a destination would get of an event, with nothing sensitive in it."""

from __future__ import annotations

from typing import Any

import pytest

from gcsync.model.trace import NO_BODY, read_event
from gcsync.model.value import SECRET_TEXT, UNKNOWN, Secret
from gcsync.schema.compose import kind_names
from gcsync.schema.delivering import deliveries
from gcsync.schema.files import read_schema
from gcsync.schema.flow import NOT_KNOWN

PLAIN = {"id": "e-1", "eventType": "conversation:start", "data": {"x": 1}}
TOPIC = "v2.users.{id}.presence"
CONCRETE = "v2.users.1f0c.presence"
NOTICE = {"topicName": CONCRETE, "eventBody": {"a": 1, "b": [2], "c": {"d": 3}, "e": None}}


def sent(kind: str, event: dict[str, Any], **attributes: Any) -> Any:
    (found,) = deliveries(kind, attributes, read_event(event), TOPIC)
    return found


@pytest.mark.parametrize("kind", kind_names())
def test_every_kind_says_what_it_delivers_in_attributes_that_it_has(kind: str) -> None:
    schema = read_schema(kind)
    rule, properties = schema["x-delivers"], schema["properties"]
    inner = properties[rule["each"]] if "each" in rule else schema
    names = inner.get("items", inner)["properties"]
    used = [*rule.get("parts", []), *(rule[part] for part in ("host", "headers") if part in rule)]
    assert set(used + rule.get("flat", [])[:1]) <= set(names)
    assert {rule[part] for part in ("each", "source", "delay") if part in rule} <= set(properties)


def test_each_destination_of_a_stream_gets_the_event_as_it_is() -> None:
    urls = ["https://a.example.com/in", "https://b.example.com:8443/in?key=canary"]
    destinations = [{"url": urls[0], "headers": {"x-b": Secret("canary"), "X-A": "canary"}}, {"url": Secret(urls[1])}]
    found = deliveries("stream", {"destinations": destinations}, read_event(PLAIN), None)
    assert [(one.method, one.to, one.headers, one.body) for one in found] == [
        ("POST", "a.example.com", ("Content-Type", "X-A", "x-b"), PLAIN),
        ("POST", SECRET_TEXT, ("Content-Type",), PLAIN),
    ]
    assert "canary" not in repr(found)


def test_a_declared_content_type_is_the_only_one() -> None:
    headers = {"content-type": "application/cloudevents+json"}
    assert sent("stream", PLAIN, destinations=[{"url": "https://a.example.com", "headers": headers}]).headers == (
        "content-type",
    )


@pytest.mark.parametrize(("value", "shown"), [(UNKNOWN, NOT_KNOWN), (Secret("canary"), SECRET_TEXT), (None, NOT_KNOWN)])
def test_a_destination_that_is_not_known_is_said_to_be_so(value: Any, shown: str) -> None:
    assert sent("stream", PLAIN, destinations=value).to == shown
    assert sent("stream", PLAIN, destinations=[{"url": value, "headers": value}]).to == shown


def test_a_stream_sends_what_was_in_the_envelope() -> None:
    envelope = {"id": "e-1", "detail-type": "a:b", "source": "s", "detail": {"x": 1}}
    body = {"id": "e-1", "eventType": "a:b", "data": {"x": 1}}
    assert sent("stream", envelope, destinations=[{"url": "https://a.example.com"}]).body == body


def test_a_source_puts_the_event_into_an_envelope_of_its_partner_event_source() -> None:
    found = sent("eventbridge_source", NOTICE, aws_account_id="123456789012", aws_region="eu-west-1", suffix="prod")
    assert (found.method, found.to) == ("EventBridge", "123456789012 eu-west-1")
    assert found.body == {
        "detail-type": TOPIC,
        "source": "aws.partner/genesys.com/cloud/<organization id>/prod",
        "detail": {"topicName": CONCRETE, "eventBody": NOTICE["eventBody"]},
    }


def test_a_workflow_gets_the_body_or_only_what_is_flat_of_it() -> None:
    target = {"type": "Workflow", "id": "4f9f"}
    found = sent("trigger", NOTICE, target=target)
    assert (found.method, found.to, found.body, found.note) == ("workflow", "4f9f", NOTICE["eventBody"], "")
    flat = sent("trigger", NOTICE, target=target | {"data_format": "TopLevelPrimitives"}, delay_by_seconds=60)
    assert (flat.body, flat.note) == ({"a": 1, "e": None}, "after 60 s")
    assert sent("trigger", {"topicName": CONCRETE}, target=target).body is NO_BODY
