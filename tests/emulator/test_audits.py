"""Who wrote what is kept, and told as the public API would tell it."""

from __future__ import annotations

import pytest

QUERY = "/api/v2/audits/query/realtime"


def brief(record):
    return record["serviceName"], record["entityType"], record["action"], record["entity"]["name"]


def test_every_write_leaves_a_record_and_no_read_does(client, stream, trigger):
    made, source, other = client.create(), client.integrate(), client.trigger().json()
    client.send("PUT", made["selfUri"], json=stream(enabled=False))
    client.configure(source["id"])
    client.intend(source["id"], "ENABLED")
    client.send("PUT", other["selfUri"], json=trigger(version=1, enabled=False))
    for uri in (made["selfUri"], source["selfUri"], other["selfUri"]):
        client.send("GET", uri)
        client.send("DELETE", uri)
    assert [brief(record) for record in client.audits()] == [
        ("EventStreams", "EventStream", "Create", "calls"),
        ("Integrations", "Integration", "Create", "source"),
        ("ProcessAutomation", "Trigger", "Create", "callback"),
        ("EventStreams", "EventStream", "Update", "calls"),
        ("Integrations", "Integration", "Update", "source"),
        ("Integrations", "Integration", "Update", "source"),
        ("ProcessAutomation", "Trigger", "Update", "callback"),
        ("EventStreams", "EventStream", "Delete", "calls"),
        ("Integrations", "Integration", "Delete", "source"),
        ("ProcessAutomation", "Trigger", "Delete", "callback"),
    ]


def test_a_write_that_is_refused_or_changes_nothing_leaves_none(client, trigger):
    made = client.trigger().json()
    client.send("PUT", made["selfUri"], json=trigger(version=7))
    client.send("PUT", made["selfUri"], json=trigger(version=1))
    client.trigger(topicName="")
    assert len(client.audits()) == 1


def test_what_a_client_does_is_the_clients(client):
    client.create()
    (record,) = client.audits()
    assert record["client"] == {"id": "a", "selfUri": "/api/v2/oauth/clients/a"}
    assert ("user" in record, record["level"], record["eventDate"]) == (False, "USER", "2027-01-15T08:00:00.000Z")


def test_what_a_person_does_is_the_persons(client, stream):
    made = client.create()
    client.sign_in("Jane Doe")
    client.send("PUT", made["selfUri"], json=stream(enabled=False))
    record = client.audits()[-1]
    assert (record["user"]["name"], record["client"]) == ("Jane Doe", {"id": ""})
    assert record["propertyChanges"] == [{"property": "enabled", "oldValues": ["true"], "newValues": ["false"]}]


def test_the_name_of_a_person_is_told_only_where_it_is_asked_for(client):
    client.sign_in("Jane Doe")
    client.create()
    (record,) = client.ask_audits("").json()["entities"]
    assert set(record["user"]) == {"id", "selfUri"}


def test_the_values_of_what_may_hold_a_secret_are_not_kept(client, stream):
    made = client.create()
    destinations = [{"protocol": "https", "url": "https://e.example.com", "headers": {"X-Key": "hidden-1"}}]
    client.send("PUT", made["selfUri"], json=stream(destinations=destinations))
    record = client.audits()[-1]
    assert record["propertyChanges"] == [{"property": "destinations", "oldValues": [], "newValues": []}]


def test_what_the_emulator_itself_clears_is_nobodys(client):
    client.create()
    client.send("DELETE", "/emulator/streams")
    record = client.audits()[-1]
    assert ("user" in record, "client" in record, record["level"]) == (False, False, "SYSTEM")
    assert brief(record) == ("EventStreams", "EventStream", "Delete", "calls")


def test_the_mapping_names_the_services_of_the_public_api(client):
    services = client.send("GET", f"{QUERY}/servicemapping").json()["services"]
    actions = ["Create", "Update", "Delete"]
    assert services == [
        {"name": "Integrations", "entities": [{"name": "Integration", "actions": actions}]},
        {"name": "ProcessAutomation", "entities": [{"name": "Trigger", "actions": actions}]},
    ]


@pytest.mark.parametrize(
    ("fields", "names"),
    [
        ({"serviceName": "Integrations"}, ["source"]),
        ({"filters": [{"property": "EntityType", "value": "Trigger"}]}, ["callback"]),
        ({"filters": [{"property": "Action", "value": "Delete"}]}, []),
        ({"filters": [{"property": "ClientId", "value": "a"}]}, ["calls", "source", "callback"]),
        ({"filters": [{"property": "UserId", "value": "a"}]}, []),
        ({"sort": [{"name": "Timestamp", "sortOrder": "descending"}]}, ["callback", "source", "calls"]),
        ({"pageSize": 2}, ["calls", "source"]),
        ({"pageSize": 2, "pageNumber": 2}, ["callback"]),
        ({"pageSize": 2, "pageNumber": 3}, []),
        ({"interval": "2027-01-15T08:00:01Z/2027-01-16"}, []),
    ],
)
def test_records_are_filtered_sorted_and_paged(client, fields, names):
    client.create()
    client.integrate()
    client.trigger()
    assert [record["entity"]["name"] for record in client.audits(**fields)] == names


def test_an_object_is_found_by_its_id_alone(client):
    made, _ = client.create(), client.create(name="other")
    filters = [{"property": "EntityId", "value": made["id"]}]
    page = client.ask_audits(filters=filters, pageSize=1).json()
    assert ([one["entity"]["name"] for one in page["entities"]], page["total"], page["pageCount"]) == (["calls"], 1, 1)


@pytest.mark.parametrize(
    "fields",
    [
        {"interval": None},
        {"interval": "yesterday"},
        {"interval": "2027-01-15T08:00:00Z"},
        {"interval": "2027-01-15T08:00:00Z/2027-01-15T07:00:00Z"},
        {"interval": "2026-12-31T08:00:00Z/2027-01-15T07:00:00Z"},
        {"serviceName": "EventStreams"},
        {"serviceName": "Integration"},
        {"filters": [{"property": "Name", "value": "a"}]},
        {"filters": [{"property": "EntityId"}]},
        {"sort": [{"name": "Name", "sortOrder": "descending"}]},
        {"pageSize": 501},
        {"pageSize": 0},
        {"pageNumber": 0},
        {"page_size": 5},
    ],
)
def test_a_question_that_is_not_as_described_is_refused(client, fields):
    assert client.ask_audits(**fields).status_code == 400


def test_an_unknown_expansion_is_refused(client):
    assert client.ask_audits("?expand=client").status_code == 400


@pytest.mark.parametrize("body", [{}, {"person": ""}, {"person": 1}, {"person": "a", "more": 1}, ["a"]])
def test_a_person_needs_a_name(client, body):
    assert client.send("POST", "/emulator/tokens", json=body).status_code == 400


def test_records_can_be_forgotten(client):
    client.create()
    assert client.send("DELETE", "/emulator/audits").status_code == 204
    assert client.audits() == []


def test_records_outlive_the_process(run):
    first = run()
    first.create()
    first.close()
    assert len(run().audits()) == 1
