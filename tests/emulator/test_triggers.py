from __future__ import annotations

import pytest

PATH = "/api/v2/processautomation/triggers"
OPERATORS = ["GreaterThanOrEqual", "LessThanOrEqual", "Equal", "NotEqual", "LessThan", "GreaterThan"]
OPERATORS += ["NotIn", "In", "Contains", "All", "Exists", "Size"]


def criterion(**fields):
    found = {"jsonPath": "$.mediaType", "operator": "Equal", "value": "VOICE", **fields}
    return {name: value for name, value in found.items() if value is not ...}


def replacement(trigger, **fields):
    return trigger(version=1, **fields)


def names(client, query):
    return [entity["name"] for entity in client.send("GET", f"{PATH}?{query}").json()["entities"]]


def test_a_trigger_is_what_was_sent_with_an_id_and_a_version(client, trigger):
    sent = trigger(description="d", eventTTLSeconds=60, matchCriteria=[criterion()])
    answer = client.send("POST", PATH, json=sent)
    made = answer.json()
    assert made == {"id": made["id"], **sent, "version": 1, "selfUri": f"{PATH}/{made['id']}"}
    assert client.send("GET", made["selfUri"]).json() == made


def test_what_was_not_sent_is_not_returned(client, trigger):
    made = client.trigger().json()
    assert set(made) == {*trigger(), "id", "version", "selfUri"}


@pytest.mark.parametrize("operator", OPERATORS)
def test_there_are_twelve_operators(client, operator):
    criteria = [criterion(operator=operator), criterion(operator=operator, value=..., values=["a", 1, True])]
    assert client.trigger(matchCriteria=criteria).json()["matchCriteria"] == criteria


def test_the_unset_one_of_value_and_values_may_be_null(client):
    made = client.trigger(matchCriteria=[criterion(values=None), criterion(value=None, values=[])]).json()
    assert made["matchCriteria"] == [criterion(), criterion(value=..., values=[])]


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"matchCriteria": [criterion(values=["a"])]}, "matchCriteria[0]"),
        ({"matchCriteria": [criterion(value=...)]}, "matchCriteria[0]"),
        ({"matchCriteria": [criterion(value=None, values=None)]}, "matchCriteria[0]"),
        ({"matchCriteria": [criterion(), criterion(operator=...)]}, "matchCriteria[1].operator"),
        ({"matchCriteria": [criterion(jsonPath=...)]}, "matchCriteria[0].jsonPath"),
        ({"matchCriteria": [criterion(operator="Like")]}, "matchCriteria[0].operator"),
        ({"matchCriteria": [criterion(values="a")]}, "matchCriteria[0].values"),
        ({"matchCriteria": [criterion(extra=1)]}, "matchCriteria[0]"),
        ({"eventTTLSeconds": 60, "delayBySeconds": 60}, "delayBySeconds"),
        ({"eventTTLSeconds": 9}, "eventTTLSeconds"),
        ({"delayBySeconds": 59}, "delayBySeconds"),
        ({"delayBySeconds": 901}, "delayBySeconds"),
        ({"name": ""}, "name"),
        ({"name": "x" * 257}, "name"),
        ({"description": "x" * 513}, "description"),
        ({"topicName": ""}, "topicName"),
        ({"topicName": "x" * 257}, "topicName"),
        ({"target": {"type": "Workflow"}}, "target.id"),
        ({"target": {"id": "flow-1"}}, "target.type"),
        ({"target": {"type": "Script", "id": "flow-1"}}, "target.type"),
        ({"enabled": "yes"}, "enabled"),
        ({"enabled": None}, ""),
        ({"target": None}, ""),
        ({"version": 1}, ""),
    ],
)
def test_what_breaks_the_rules_is_refused_by_field(client, fields, field):
    answer = client.trigger(**fields)
    assert answer.status_code == 400
    assert [detail["fieldName"] for detail in answer.json()["details"]] == [field]
    assert names(client, "") == []


def test_the_limits_themselves_are_allowed(client):
    assert client.trigger(name="x" * 256, description="x" * 512, eventTTLSeconds=10).status_code == 200
    assert [client.trigger(delayBySeconds=seconds).status_code for seconds in (60, 900)] == [200, 200]


def test_put_replaces_and_counts_the_version(client, trigger):
    made = client.trigger(description="d", eventTTLSeconds=60, matchCriteria=[criterion()]).json()
    answer = client.send("PUT", made["selfUri"], json=replacement(trigger, name="new", enabled=False))
    expected = {**trigger(name="new", enabled=False), "id": made["id"], "version": 2, "selfUri": made["selfUri"]}
    assert answer.json() == client.send("GET", made["selfUri"]).json() == expected


def test_the_topic_cannot_change(client, trigger):
    made = client.trigger().json()
    answer = client.send("PUT", made["selfUri"], json=replacement(trigger, topicName="v2.users.{id}.activity"))
    assert (answer.status_code, answer.json()["details"][0]["fieldName"]) == (400, "topicName")
    assert client.send("GET", made["selfUri"]).json() == made


def test_another_version_is_a_conflict_that_changes_nothing(client, trigger):
    made = client.trigger().json()
    answer = client.send("PUT", made["selfUri"], json=trigger(version=2, name="new"))
    assert (answer.status_code, answer.json()["code"]) == (409, "general.conflict")
    assert client.send("GET", made["selfUri"]).json() == made


def test_a_version_is_required_in_a_put(client, trigger):
    assert client.send("PUT", client.trigger().json()["selfUri"], json=trigger()).status_code == 400


def test_a_replacement_follows_the_rules_too(client, trigger):
    made = client.trigger().json()
    body = replacement(trigger, matchCriteria=[criterion(value=...)])
    assert client.send("PUT", made["selfUri"], json=body).status_code == 400


def test_a_workflow_is_unpublished_for_as_many_writes_as_asked(client, trigger):
    client.send("PATCH", "/emulator/behaviour", json={"unpublished_workflows": {"flow-1": 2}})
    assert client.trigger(enabled="yes").status_code == 400
    answers = [client.trigger() for _ in range(3)]
    assert [answer.status_code for answer in answers] == [400, 400, 200]
    assert answers[0].json()["message"] == "The workflow flow-1 is not published yet."
    client.send("PATCH", "/emulator/behaviour", json={"unpublished_workflows": {"flow-1": 1}})
    statuses = [client.send("PUT", answers[2].json()["selfUri"], json=replacement(trigger)).status_code for _ in "ab"]
    assert statuses == [400, 200]


def test_a_withdrawn_topic_is_refused(client, trigger):
    client.send("PATCH", "/emulator/behaviour", json={"withdrawn_topics": [trigger()["topicName"]]})
    answer = client.trigger()
    assert (answer.status_code, answer.json()["details"][0]["fieldName"]) == (400, "topicName")


def test_delete_answers_without_a_body(client):
    made = client.trigger().json()
    answer = client.send("DELETE", made["selfUri"])
    assert (answer.status_code, answer.content) == (204, b"")


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_a_trigger_that_is_not_there_is_not_found(client, trigger, method):
    answer = client.send(method, f"{PATH}/none", json=replacement(trigger))
    assert (answer.status_code, answer.json()["code"]) == (404, "not.found")


def test_a_listing_is_followed_by_its_cursor_both_ways(client):
    for name in "abc":
        client.trigger(name=name)
    first = client.send("GET", f"{PATH}?pageSize=2").json()
    second = client.send("GET", first["nextUri"]).json()
    assert [entity["name"] for entity in first["entities"] + second["entities"]] == ["a", "b", "c"]
    assert ("previousUri" in first, "nextUri" in second) == (False, False)
    assert client.send("GET", second["previousUri"]).json()["entities"] == first["entities"]


def test_a_cursor_outlives_the_trigger_it_points_to(client):
    made = [client.trigger(name=name).json() for name in "abc"]
    page = client.send("GET", f"{PATH}?pageSize=1").json()
    client.send("DELETE", made[0]["selfUri"])
    assert client.send("GET", page["nextUri"]).json()["entities"] == [made[1]]


def test_a_listing_can_be_filtered_and_its_pages_keep_the_filter(client):
    client.trigger(name="a", enabled=False)
    client.trigger(name="b", delayBySeconds=60)
    client.trigger(name="c", topicName="v2.users.{id}.activity")
    assert [names(client, "enabled=false"), names(client, "enabled=true")] == [["a"], ["b", "c"]]
    assert [names(client, "hasDelayBy=true"), names(client, "hasDelayBy=false")] == [["b"], ["a", "c"]]
    assert names(client, "topicName=v2.users.{id}.activity") == ["c"]
    assert names(client, "topicName=v2.x,v2.users.{id}.activity") == ["c"]
    page = client.send("GET", f"{PATH}?enabled=true&pageSize=1").json()
    assert "enabled=true" in page["nextUri"]


@pytest.mark.parametrize(
    "query", ["pageSize=0", "pageSize=201", "pageSize=x", "after=x", "enabled=yes", "pageNumber=1"]
)
def test_a_listing_refuses_what_it_does_not_know(client, query):
    assert client.send("GET", f"{PATH}?{query}").status_code == 400


def test_a_page_leads_back_to_the_first_on_request(client):
    client.send("PATCH", "/emulator/behaviour", json={"repeat_pages": True})
    for name in "abc":
        client.trigger(name=name)
    first = client.send("GET", f"{PATH}?pageSize=2").json()
    second = client.send("GET", first["nextUri"]).json()
    assert (second["entities"], second["nextUri"]) == (first["entities"], first["nextUri"])


def test_the_topics_of_triggers_are_those_that_start_processes(client):
    found, uri = [], f"{PATH}/topics?pageSize=7"
    while uri:
        page = client.send("GET", uri).json()
        found += page["entities"]
        uri = page.get("nextUri")
    assert found == client.send("GET", f"{PATH}/topics").json()["entities"]
    assert ("v2.detail.events.conversation.{id}.customer.end" in found, len(found)) == (True, 15)


def test_the_path_has_two_spellings(client):
    made = client.trigger().json()
    other = "/api/v2/processAutomation/triggers"
    assert client.send("GET", f"{other}/{made['id']}").json() == made
    assert client.send("GET", other).json()["entities"] == [made]
