"""Events of gateways as requests, and answers as gateways want them."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gcsync.receiver.aws_lambda.gateway import NoRequest, Response, read_request
from tests.receiver.aws_lambda.events import DOORS, Asked, function_url, http_api, load_balancer, rest_api

ASKED = Asked(b'{"a": "\xc3\xbc"}', headers=((b"content-type", b"application/json"), (b"x-api-key", b"k")))


@pytest.mark.parametrize("kind", DOORS)
def test_a_request_is_what_was_sent_whatever_the_gateway(kind: str) -> None:
    found = read_request(DOORS[kind](ASKED))
    assert (found.method, found.path, found.peer, found.body) == ("POST", "/genesys-events", "192.0.2.1", ASKED.body)
    assert set(ASKED.headers) <= set(found.headers)
    assert found.legacy == (kind in ("REST API", "load balancer"))


@pytest.mark.parametrize(
    ("raw", "stage", "base", "path"),
    [
        ("/genesys-events", "$default", "", "/genesys-events"),
        ("/prod/genesys-events", "prod", "", "/genesys-events"),
        ("/genesys-events", "prod", "", "/genesys-events"),
        ("/genesys-events", "genesys-events", "", "/genesys-events"),
        ("/production/genesys-events", "prod", "", "/production/genesys-events"),
        ("/hooks/genesys-events", "$default", "hooks", "/genesys-events"),
        ("/hooks/genesys-events", "$default", "/hooks/", "/genesys-events"),
        ("/genesys%2Devents", "$default", "", "/genesys-events"),
        ("/$default/genesys-events", "$default", "", "/$default/genesys-events"),
        ("", "$default", "", "/"),
    ],
)
def test_the_path_is_without_stage_and_base_path(raw: str, stage: str, base: str, path: str) -> None:
    event = function_url(ASKED, stage) | {"rawPath": raw}
    assert read_request(event, base).path == path


def test_cookies_are_one_header_and_duplicates_are_joined_or_several() -> None:
    assert (b"cookie", b"a=1; b=2") in read_request(http_api(ASKED)).headers
    twice = Asked(headers=((b"x-api-key", b"a"), (b"x-api-key", b"b")))
    assert (b"x-api-key", b"a,b") in read_request(function_url(twice)).headers
    assert [value for name, value in read_request(rest_api(twice)).headers if name == b"x-api-key"] == [b"a", b"b"]


def test_behind_a_load_balancer_the_peer_is_the_one_that_it_saw() -> None:
    assert read_request(load_balancer(ASKED)).peer == "192.0.2.1"
    without = load_balancer(ASKED)
    del without["headers"]["x-forwarded-for"]
    assert read_request(without).peer == ""


def test_what_is_missing_is_empty() -> None:
    event = function_url(ASKED)
    for name in ("headers", "body", "isBase64Encoded", "rawQueryString"):
        event.pop(name)
    found = read_request(event)
    assert (found.headers, found.body, found.query) == ([], b"", "")


@pytest.mark.parametrize(
    "event",
    [
        {},
        None,
        [],
        {"Records": [{"body": "canary"}]},
        {"requestContext": {}},
        {"requestContext": {"http": {}}},
        {"httpMethod": "POST", "path": "/"},
        function_url(ASKED) | {"isBase64Encoded": True, "body": "canary!"},
    ],
)
def test_anything_else_is_no_request_and_not_quoted(event: Any) -> None:
    with pytest.raises(NoRequest) as raised:
        read_request(event)
    assert "canary" not in str(raised.value)


@given(st.binary(max_size=200), st.booleans())
def test_a_body_arrives_as_it_was_sent(body: bytes, packed: bool) -> None:
    for door in DOORS.values():
        assert read_request(door(Asked(body, packed=packed))).body == body


@given(st.binary(max_size=200))
def test_an_answer_is_told_as_it_is(body: bytes) -> None:
    result = Response(200, [(b"content-type", b"text/plain")], body).result(legacy=False)
    told = base64.b64decode(result["body"]) if result["isBase64Encoded"] else result["body"].encode()
    assert told == body


def test_an_answer_has_the_form_of_its_gateway_and_nothing_of_a_connection() -> None:
    response = Response(503, [(b"retry-after", b"1"), (b"connection", b"close")], b"{}")
    plain = {"statusCode": 503, "headers": {"retry-after": "1"}, "body": "{}", "isBase64Encoded": False}
    assert response.result(legacy=False) == plain
    assert response.result(legacy=True) == plain | {"multiValueHeaders": {"retry-after": ["1"]}}
