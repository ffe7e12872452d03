"""Every answer of the event streams API holds against the OpenAPI document, read here without the emulator's code."""

from __future__ import annotations

import json
from importlib.resources import files

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from gcsync.emulator.exchange import Refusal
from gcsync.emulator.specification import platform, specification

DOCUMENT = json.loads(files("gcsync.emulator").joinpath("eventstreams-openapi.json").read_text("utf-8"))
PATH = "/api/v2/eventstreams"
ONE = f"{PATH}/{{eventStreamId}}"


def assert_described(answer, path, method):
    """The answer's status is one the document names (or an error), and its body has the schema given there."""
    responses = DOCUMENT["paths"][path][method]["responses"]
    response = responses.get(str(answer.status_code), responses["default"])
    assert str(answer.status_code) in responses or answer.status_code >= 400
    if "$ref" in response:
        response = DOCUMENT["components"]["responses"]["Error"]
    if "content" not in response:
        assert answer.content == b""
        return
    assert answer.headers["Content-Type"] == "application/json"
    schema = {**response["content"]["application/json"]["schema"], "components": DOCUMENT["components"]}
    Draft202012Validator(schema, format_checker=FormatChecker()).validate(answer.json())


def full(stream):
    destination = {"protocol": "https", "url": "https://e.example.com", "headers": {"X-Api-Key": "k"}}
    return stream(description="d", enabled=False, eventTypes=["a"], destinations=[destination])


def test_every_operation_of_the_document_answers_as_described(client, stream):
    created = client.send("POST", PATH, json=full(stream))
    uri = created.json()["selfUri"]
    answers = {
        ("post", PATH): created,
        ("get", PATH): client.send("GET", PATH),
        ("get", ONE): client.send("GET", uri),
        ("put", ONE): client.send("PUT", uri, json=stream(extra=[1])),
        ("delete", ONE): client.send("DELETE", uri),
    }
    assert [answer.status_code for answer in answers.values()] == [200, 200, 200, 200, 204]
    described = {
        (method, path) for path, item in DOCUMENT["paths"].items() for method in item if method != "parameters"
    }
    assert set(answers) == described
    for (method, path), answer in answers.items():
        assert_described(answer, path, method)


def test_pages_in_the_middle_are_as_described(client):
    for name in "abc":
        client.create(name=name)
    assert_described(client.send("GET", f"{PATH}?pageSize=1&pageNumber=2"), PATH, "get")


@pytest.mark.parametrize(
    ("method", "path", "options", "status"),
    [
        ("GET", f"{PATH}?pageSize=0", {}, 400),
        ("POST", PATH, {"json": {}}, 400),
        (
            "POST",
            PATH,
            {"json": {"name": "a", "destinations": [{"protocol": "https", "url": "https://10.0.0.1"}]}},
            400,
        ),
        ("POST", PATH, {"data": b"{}"}, 415),
        ("GET", PATH, {"headers": {"Authorization": "Bearer x"}}, 401),
        ("GET", f"{PATH}/x", {}, 404),
        ("DELETE", f"{PATH}/x", {}, 404),
    ],
)
def test_errors_are_as_described(client, method, path, options, status):
    answer = client.send(method, path, **options)
    assert answer.status_code == status
    assert_described(answer, PATH, "get")
    assert set(answer.json()) == {"message", "code", "status", "contextId", "details", "errors"}


def test_refusals_for_rights_rate_and_faults_are_as_described(run):
    client = run(scopes=("event:stream:write",), rate_limit=1, faults=("502:1",))
    answers = [client.send("GET", PATH) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [502, 403, 429]
    for answer in answers:
        assert_described(answer, PATH, "get")


def test_defaults_are_the_documents():
    assert specification().query("listEventStreams", ()) == {"pageSize": 25, "pageNumber": 1}


def test_every_wrong_field_is_listed():
    with pytest.raises(Refusal) as caught:
        specification().check_body("createEventStream", {"name": "", "destinations": [], "enabled": 1})
    assert [detail["fieldName"] for detail in caught.value.details] == ["destinations", "enabled", "name"]


def test_the_platforms_requests_allow_no_field_that_is_not_described():
    with pytest.raises(Refusal) as caught:
        platform().check_body("patchIntegration", {"intendedState": "ENABLED", "config": {"now": {}}, "state": 1})
    assert "state" in caught.value.message
    assert [detail["fieldName"] for detail in caught.value.details] == ["", "config"]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ((("ids", "a,b"), ("ids", "c")), {"ids": ["a", "b", "c"]}),
        ((("ids", ""),), {"ids": []}),
        ((("reportedState", "active"),), {"reportedState": "ACTIVE"}),
    ],
)
def test_lists_and_words_of_a_query_may_be_spelled_as_clients_do(given, expected):
    assert platform().query("getIntegrations", given) == {"pageSize": 25, "pageNumber": 1, **expected}


@pytest.mark.parametrize(("text", "value"), [("true", True), ("false", False)])
def test_a_boolean_of_a_query_is_a_word(text, value):
    query = platform().query("getNotificationsAvailabletopics", (("includePreview", text),))
    assert query == {"includePreview": value}
