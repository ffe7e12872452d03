from __future__ import annotations

import pytest


def test_it_tells_what_it_is_without_a_token(run):
    client = run(organization="Example Dev", log_in=False)
    body = client.send("GET", "/emulator").json()
    organization = {"id": body["organization"]["id"], "name": "Example Dev"}
    assert body == {"emulator": "gcsync", "organization": organization, "streams": 0, "integrations": 0, "triggers": 0}


def test_faults_are_set_read_and_cleared_while_it_runs(client):
    answer = client.send("PUT", "/emulator/faults", json={"faults": ["503:2", "html:1"]})
    assert answer.json() == {"faults": [{"fault": "503:2", "left": 2}, {"fault": "html:1", "left": 1}]}
    assert client.send("GET", "/api/v2/eventstreams").status_code == 503
    assert client.send("GET", "/emulator/faults").json()["faults"][0] == {"fault": "503:2", "left": 1}
    assert client.send("DELETE", "/emulator/faults").status_code == 204
    assert client.send("GET", "/api/v2/eventstreams").status_code == 200


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("faults", {"faults": ["nonsense"]}),
        ("faults", {"faults": "503:1"}),
        ("faults", {"faults": [503]}),
        ("faults", {"fault": []}),
        ("faults", {"faults": [], "more": 1}),
        ("faults", ["503:1"]),
        ("scopes", {"scopes": ["event:stream:fly"]}),
    ],
)
def test_an_order_that_cannot_be_followed_is_refused(client, path, body):
    assert client.send("PUT", f"/emulator/{path}", json=body).status_code == 400


def test_the_next_tokens_scopes_can_be_changed_and_read(client):
    client.send("PUT", "/emulator/scopes", json={"scopes": []})
    assert client.send("GET", "/emulator/scopes").json() == {"scopes": []}


def test_it_remembers_the_requests_it_answered_but_not_those_for_itself(client):
    client.send("DELETE", "/emulator/requests")
    client.send("GET", "/api/v2/eventstreams?pageSize=1")
    client.send("GET", "/nowhere")
    assert client.send("GET", "/emulator/requests").json() == {
        "requests": [
            {"method": "GET", "path": "/api/v2/eventstreams", "status": 200},
            {"method": "GET", "path": "/nowhere", "status": 404},
        ]
    }


@pytest.mark.parametrize(("fault", "status"), [("503:1", 503), ("504-after:1", 504), ("empty:1", 200)])
def test_it_remembers_a_request_that_went_wrong_as_the_client_saw_it(client, fault, status):
    client.send("DELETE", "/emulator/requests")
    client.send("PUT", "/emulator/faults", json={"faults": [fault]})
    client.send("GET", "/api/v2/eventstreams/none")
    remembered = client.send("GET", "/emulator/requests").json()["requests"]
    assert remembered == [{"method": "GET", "path": "/api/v2/eventstreams/none", "status": status}]


def test_tokens_and_streams_can_be_taken_away(client):
    client.create()
    client.send("DELETE", "/emulator/streams")
    assert client.send("GET", "/emulator").json()["streams"] == 0
    client.send("DELETE", "/emulator/tokens")
    assert client.send("GET", "/api/v2/eventstreams").status_code == 401


def test_integrations_and_triggers_are_counted_and_taken_away(client):
    client.integrate(), client.trigger(), client.create()
    kinds = ("streams", "integrations", "triggers")
    assert [client.send("GET", "/emulator").json()[kind] for kind in kinds] == [1, 1, 1]
    for number, kind in enumerate(kinds, 1):
        assert client.send("DELETE", f"/emulator/{kind}").status_code == 204
        assert [client.send("GET", "/emulator").json()[kind] for kind in kinds] == [0] * number + [1] * (3 - number)


def test_the_behaviour_is_read_and_changed_while_it_runs(client):
    before = client.send("GET", "/emulator/behaviour").json()
    changed = client.send("PATCH", "/emulator/behaviour", json={"max_instances": 3, "withdrawn_topics": ["v2.a"]})
    assert changed.json() == {**before, "max_instances": 3, "withdrawn_topics": ["v2.a"]}
    assert client.send("GET", "/emulator/behaviour").json() == changed.json()


@pytest.mark.parametrize("body", [[], {"speed": 1}, {"max_instances": "3"}])
def test_a_behaviour_that_cannot_be_followed_is_refused(client, body):
    assert client.send("PATCH", "/emulator/behaviour", json=body).status_code == 400
