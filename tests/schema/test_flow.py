"""Where events come from and go to, by the schema alone; nothing sensitive comes out."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gcsync.model.address import Address
from gcsync.model.value import SECRET_TEXT, UNKNOWN, UNREADABLE, Reference, Secret
from gcsync.schema.compose import kind_names
from gcsync.schema.files import read_schema
from gcsync.schema.flow import NOT_DECLARED, NOT_KNOWN, flow_of, host_of


@pytest.mark.parametrize("kind", kind_names())
def test_every_kind_says_what_flows_through_it_in_attributes_that_it_has(kind: str) -> None:
    schema = read_schema(kind)
    rule = schema["x-flow"]
    target = schema["properties"][rule["to"]["each"]] if "each" in rule["to"] else schema
    names = target.get("items", target)["properties"]
    assert rule["from"] in schema["properties"]
    assert set(rule["to"].get("parts", [])) | ({rule["to"]["host"]} if "host" in rule["to"] else set()) <= set(names)


def test_a_stream_goes_from_its_event_types_to_the_hosts_of_its_urls() -> None:
    urls = ["https://b.example.com/x", "https://a.example.com:8443/y", "https://b.example.com/z"]
    flow = flow_of("stream", {"event_types": ["b", "a", "b"], "destinations": [{"url": url} for url in urls]})
    assert flow.events == ("b", "a")
    assert flow.targets == (("b.example.com", "URL"), ("a.example.com", "URL"))


def test_a_source_goes_to_its_aws_account_and_a_trigger_to_its_workflow() -> None:
    source = {"topics": ["t"], "aws_account_id": "123456789012", "aws_region": "eu-west-1", "suffix": "calls"}
    assert flow_of("eventbridge_source", source).targets == (
        ("123456789012", "eu-west-1", "calls", "AWS event source"),
    )
    trigger = flow_of("trigger", {"topic": "t", "target": {"type": "Workflow", "id": "4f9f"}})
    assert (trigger.events, trigger.targets) == (("t",), (("4f9f", "workflow"),))


def test_what_is_not_declared_or_not_known_is_said_to_be_so() -> None:
    assert flow_of("stream", {"destinations": [{"url": UNKNOWN}, UNKNOWN]}).events == (NOT_DECLARED,)
    assert flow_of("stream", {"event_types": UNKNOWN, "destinations": UNKNOWN}).targets == ((NOT_KNOWN, "URL"),)
    assert flow_of("stream", {"event_types": ["*"]}).events == ("* (every event)",)


@pytest.mark.parametrize("value", [UNKNOWN, UNREADABLE, None, 5, Reference(Address("stream", "a"), "id")])
def test_a_url_that_is_no_text_has_no_host(value: object) -> None:
    assert host_of(value) == NOT_KNOWN


@pytest.mark.parametrize(
    "url",
    [
        Secret("https://events.example.com/"),
        "https://user:pass/word@events.example.com/",
        "https://key?@events.example.com",
        "https:events.example.com",
        "https://[::1/",
        "not a URL",
        "https://a b/",
    ],
)
def test_a_url_whose_host_is_not_certain_is_sensitive(url: object) -> None:
    assert host_of(url) == SECRET_TEXT


@given(st.text(min_size=1), st.text(min_size=1), st.text())
def test_of_a_url_with_credentials_only_the_host_is_left(user: str, password: str, query: str) -> None:
    escaped = [quote(part.encode("utf-8", "surrogatepass"), safe="") for part in (user, password, query)]
    assert host_of("https://{}:{}@events.example.com:443/x?key={}#f".format(*escaped)) == "events.example.com"


@given(st.text(alphabet="a@:/?#[]\\. ", max_size=20))
def test_nothing_before_an_at_sign_is_ever_a_host(text: str) -> None:
    found = host_of(f"https://canary{text}@events.example.com/")
    assert "canary" not in found
