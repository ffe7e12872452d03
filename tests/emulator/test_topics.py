from __future__ import annotations

import pytest

from gcsync.emulator.topic_list import TOPICS

PATH = "/api/v2/notifications/availabletopics"
ACTIVITY = "v2.users.{id}.activity"


def topics(client, query=""):
    return {entity.pop("id"): entity for entity in client.send("GET", f"{PATH}?{query}").json()["entities"]}


def test_without_expand_a_topic_is_its_id(client):
    assert topics(client) == {topic.id: {} for topic in TOPICS}


def test_the_answer_is_not_paged(client):
    assert set(client.send("GET", PATH).json()) == {"entities"}


@pytest.mark.parametrize("query", ["expand=transports&expand=visibility", "expand=transports,visibility"])
def test_expand_adds_the_fields_asked_for_joined_or_repeated(client, query):
    expected = {"transports": ["EventBridge", "ProcessAutomation", "Websocket"], "visibility": "Public"}
    assert topics(client, query)[ACTIVITY] == expected


def test_every_field_can_be_asked_for(client):
    names = ["description", "enforced", "schema", "visibility", "transports"]
    names += ["publicApiTemplateUriPaths", "requiresPermissions", "permissionDetails", "topicParameters"]
    found = topics(client, f"expand={','.join(names)}")
    assert all(set(fields) == set(names) for fields in found.values())
    assert found[ACTIVITY]["requiresPermissions"] == ["analytics:userObservation:view"]
    assert found["v2.audits.entitytype.{id}.entityid.{id}"]["topicParameters"] == ["id", "id"]


def test_there_are_topics_with_without_and_with_all_transports(client):
    transports = [set(fields["transports"]) for fields in topics(client, "expand=transports").values()]
    assert {frozenset(found) for found in transports} >= {frozenset({"All"}), frozenset({"Websocket"})}


def test_preview_topics_can_be_left_out(client):
    assert set(topics(client)) - set(topics(client, "includePreview=false")) == {"v2.users.{id}.tokens"}


def test_a_topic_can_be_withdrawn_while_it_runs(client):
    client.send("PATCH", "/emulator/behaviour", json={"withdrawn_topics": [ACTIVITY]})
    assert ACTIVITY not in topics(client)
    assert ACTIVITY not in client.send("GET", "/api/v2/processautomation/triggers/topics").json()["entities"]


@pytest.mark.parametrize("query", ["expand=nothing", "includePreview=1", "pageSize=1"])
def test_it_refuses_what_it_does_not_know(client, query):
    assert client.send("GET", f"{PATH}?{query}").status_code == 400
