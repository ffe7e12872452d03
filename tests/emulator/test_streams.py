from __future__ import annotations

import json

import pytest

PATH = "/api/v2/eventstreams"
CREATED = "2027-01-15T08:00:00.000Z"


def test_a_stream_is_created_with_the_servers_defaults(client, stream):
    answer = client.send("POST", PATH, json=stream())
    body = answer.json()
    assert answer.status_code == 200
    assert body == {
        **stream(),
        "id": body["id"],
        "enabled": True,
        "eventTypes": [],
        "version": 1,
        "dateCreated": CREATED,
        "dateModified": CREATED,
        "selfUri": f"{PATH}/{body['id']}",
    }


def test_everything_sent_is_kept_as_it_is(client, stream):
    sent = stream(
        name=" Grüße ☎ ",
        description="  two\nlines\r\n[gcsync1:a:stream.b::AAAA] ",
        enabled=False,
        eventTypes=["b", "a", "b"],
        destinations=[{"protocol": "https", "url": "https://u:p@e.example.com/?k=v", "headers": {"X-Api-Key": "k"}}],
    )
    created = client.send("POST", PATH, json=sent).json()
    assert {name: created[name] for name in sent} == sent
    assert client.send("GET", f"{PATH}/{created['id']}").json() == created


def test_what_is_the_servers_own_is_ignored_in_a_post(client):
    body = client.create(id="mine", version=7, dateCreated="x", dateModified="x", selfUri="x")
    assert (body["id"] != "mine", body["version"], body["dateCreated"]) == (True, 1, CREATED)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"unknown": 1}, ""),
        ({"name": None}, ""),
        ({"name": ""}, "name"),
        ({"name": "x" * 257}, "name"),
        ({"name": 1}, "name"),
        ({"destinations": []}, "destinations"),
        ({"destinations": None}, ""),
        ({"enabled": "true"}, "enabled"),
        ({"eventTypes": "a"}, "eventTypes"),
        ({"eventTypes": [""]}, "eventTypes[0]"),
        ({"description": 1}, "description"),
        ({"destinations": [{"protocol": "http", "url": "https://a.example.com"}]}, "destinations[0].protocol"),
        ({"destinations": [{"protocol": "https", "url": "https://a.example.com", "x": 1}]}, "destinations[0]"),
        ({"destinations": [{"protocol": "https"}]}, "destinations[0]"),
    ],
)
def test_a_body_that_breaks_the_schema_is_refused(client, stream, changes, field):
    answer = client.send("POST", PATH, json=stream(**changes))
    assert answer.status_code == 400
    assert (answer.json()["code"], answer.json()["details"]) == (
        "bad.request",
        [{"errorCode": "bad.request", "fieldName": field}],
    )


def test_a_null_is_not_an_absent_field(client, stream):
    assert client.send("POST", PATH, json={**stream(), "description": None}).status_code == 400


@pytest.mark.parametrize("url", ["http://a.example.com", "https://localhost/", "https://10.0.0.1/", "ftp://a", ""])
@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_a_destination_must_be_https_and_look_public(client, stream, method, url):
    path = PATH if method == "POST" else f"{PATH}/{client.create()['id']}"
    answer = client.send(method, path, json=stream(name="other", destinations=[{"protocol": "https", "url": url}]))
    detail = {"errorCode": "invalid.destination.url", "fieldName": "destinations[0].url"}
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid.destination.url")
    assert answer.json()["details"] == [detail]


def test_a_refusal_repeats_no_url_or_header(client, stream):
    destination = {"protocol": "https", "url": "http://u:hidden@a", "headers": {"X": ["hidden"]}}
    assert "hidden" not in client.send("POST", PATH, json=stream(destinations=[destination])).text
    destination["url"] = "https://u:hidden@a"
    assert "hidden" not in client.send("POST", PATH, json=stream(destinations=[destination])).text


GOOD = b'"name": "a", "destinations": [{"protocol": "https", "url": "https://a.example.com"}]'


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"\xff",
        b"[" * 100_000,
        b'{%b, "version": NaN}' % GOOD,
        b'{%b, "description": "\\ud800"}' % GOOD,
        b'{%b, "description": "b", "description": "c"}' % GOOD,
    ],
)
def test_a_body_that_is_not_json_by_the_letter_is_refused(client, body):
    answer = client.send("POST", PATH, data=body, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid.json")


@pytest.mark.parametrize("body", [[], None, "text", 1])
def test_a_body_that_is_no_object_is_refused(client, body):
    answer = client.send("POST", PATH, data=json.dumps(body), headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (400, "bad.request")


def test_a_body_must_say_that_it_is_json(client, stream):
    assert client.send("POST", PATH, data='{"name": "x"}').status_code == 415


@pytest.mark.parametrize("name", ["CALLS", "calls", "Calls"])
def test_a_name_is_taken_whatever_the_case(client, stream, name):
    holder = client.create(name="Calls")
    answer = client.send("POST", PATH, json=stream(name=name))
    assert (answer.status_code, answer.json()["code"]) == (409, "event.stream.exists")
    assert answer.json()["details"] == [
        {"errorCode": "event.stream.exists", "fieldName": "name", "entityId": holder["id"], "entityName": "Calls"}
    ]


def test_a_name_is_taken_however_its_accents_are_written(client, stream):
    client.create(name="caf\u00e9")
    assert client.send("POST", PATH, json=stream(name="CAFE\u0301")).status_code == 409


def test_put_replaces_and_counts_the_version(client, stream, clock):
    created = client.create(description="old", eventTypes=["a"], enabled=False)
    clock.now += 60
    answer = client.send("PUT", created["selfUri"], json=stream(name="new", version=1))
    replaced = {**created, "name": "new", "enabled": True, "eventTypes": [], "version": 2}
    del replaced["description"]
    assert (answer.status_code, answer.json()) == (200, {**replaced, "dateModified": "2027-01-15T08:01:00.000Z"})


def test_an_object_that_was_read_can_be_sent_back(client):
    created = client.create()
    assert client.send("PUT", created["selfUri"], json=created).json() == {**created, "version": 2}


def test_put_keeps_fields_that_nobody_knows(client, stream):
    created = client.create()
    client.send("PUT", created["selfUri"], json=stream(priority={"level": 3}))
    assert client.send("GET", created["selfUri"]).json()["priority"] == {"level": 3}


def test_another_version_is_refused_and_changes_nothing(client, stream):
    created = client.create()
    answer = client.send("PUT", created["selfUri"], json=stream(name="new", version=2))
    assert (answer.status_code, answer.json()["code"]) == (409, "version.mismatch")
    assert client.send("GET", created["selfUri"]).json() == created


def test_without_a_version_in_the_body_the_last_one_wins(client, stream):
    created = client.create()
    assert [client.send("PUT", created["selfUri"], json=stream()).json()["version"] for _ in "ab"] == [2, 3]


def test_a_stream_may_change_the_case_of_its_name_but_not_take_anothers(client, stream):
    first, _ = client.create(name="first"), client.create(name="second")
    assert client.send("PUT", first["selfUri"], json=stream(name="FIRST")).json()["name"] == "FIRST"
    assert client.send("PUT", first["selfUri"], json=stream(name="Second")).json()["code"] == "event.stream.exists"


def test_put_refuses_the_id_of_another(client, stream):
    created = client.create()
    assert client.send("PUT", created["selfUri"], json=stream(id="other")).status_code == 400


def test_without_versions_none_is_shown_and_none_compared(run, stream):
    client = run(versions=False)
    created = client.create()
    answer = client.send("PUT", created["selfUri"], json=stream(version=99))
    assert ("version" in created, "version" in answer.json(), answer.status_code) == (False, False, 200)


def test_delete_takes_the_stream_away_and_frees_its_name(client):
    created = client.create()
    answer = client.send("DELETE", created["selfUri"])
    assert (answer.status_code, answer.content) == (204, b"")
    assert client.send("GET", created["selfUri"]).status_code == 404
    assert client.create()["id"] != created["id"]


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_a_stream_that_is_not_there_is_not_found(client, stream, method):
    answer = client.send(method, f"{PATH}/none", json=stream())
    assert (answer.status_code, answer.json()["code"]) == (404, "not.found")


def test_a_listing_comes_in_pages_in_the_order_of_creation(client):
    names = ["c", "a", "b"]
    for name in names:
        client.create(name=name)
    first = client.send("GET", f"{PATH}?pageSize=2").json()
    second = client.send("GET", first["nextUri"]).json()
    assert [entity["name"] for entity in first.pop("entities") + second.pop("entities")] == names
    page = {"pageSize": 2, "pageCount": 2, "total": 3}
    one, two = f"{PATH}?pageSize=2&pageNumber=1", f"{PATH}?pageSize=2&pageNumber=2"
    assert first == {**page, "pageNumber": 1, "selfUri": one, "nextUri": two}
    assert second == {**page, "pageNumber": 2, "selfUri": two}


def test_an_empty_listing_has_no_pages(client):
    assert client.send("GET", PATH).json() == {
        "entities": [],
        "pageSize": 25,
        "pageNumber": 1,
        "pageCount": 0,
        "total": 0,
        "selfUri": f"{PATH}?pageSize=25&pageNumber=1",
    }


@pytest.mark.parametrize("number", [2, 10**17])
def test_a_page_after_the_last_is_empty(client, number):
    client.create()
    assert client.send("GET", f"{PATH}?pageNumber={number}").json()["entities"] == []


@pytest.mark.parametrize(
    "query",
    [
        "pageSize=0",
        "pageSize=101",
        "pageSize=",
        "pageSize=ten",
        "pageSize=1.0",
        "pageSize=-1",
        "pageSize=+1",
        "pageSize=" + "9" * 5000,
        "pageNumber=0",
        "pageNumber=x",
        "pageSize=1&pageSize=1",
        "name=calls",
    ],
)
def test_a_bad_page_is_refused(client, query):
    answer = client.send("GET", f"{PATH}?{query}")
    assert (answer.status_code, answer.json()["code"]) == (400, "bad.request")


@pytest.mark.parametrize("method", ["POST", "PUT", "GET", "DELETE"])
def test_only_a_listing_takes_parameters(client, stream, method):
    path = PATH if method == "POST" else client.create(name="other")["selfUri"]
    assert client.send(method, f"{path}?force=true", json=stream()).status_code == 400
