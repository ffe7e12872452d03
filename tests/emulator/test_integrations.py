from __future__ import annotations

import pytest

PATH = "/api/v2/integrations"
TYPE = "amazon-eventbridge-source"
CREATED = "2027-01-15T08:00:00.000Z"


def behave(client, **fields):
    assert client.send("PATCH", "/emulator/behaviour", json=fields).status_code == 200


def current(client, identifier):
    return client.send("GET", f"{PATH}/{identifier}/config/current").json()


def state(client, identifier):
    return client.send("GET", f"{PATH}/{identifier}").json()["reportedState"]["code"]


def nested(answer):
    """The field and the code of each error inside the error."""
    assert answer.status_code == 400
    return [(error["details"][0]["fieldName"], error["code"]) for error in answer.json()["errors"]]


def test_an_integration_begins_disabled_with_an_empty_configuration(client):
    made = client.integrate("first")
    assert made == {
        "id": made["id"],
        "name": "first",
        "integrationType": {"id": TYPE, "name": "Amazon EventBridge Source", "selfUri": f"{PATH}/types/{TYPE}"},
        "notes": "",
        "intendedState": "DISABLED",
        "reportedState": {
            "code": "INACTIVE",
            "effective": "Inactive",
            "detail": {
                "localizableMessageCode": "integration.inactive",
                "message": "The integration is inactive.",
                "messageWithParams": "The integration is inactive.",
                "messageParams": {},
            },
            "lastUpdated": CREATED,
        },
        "attributes": {},
        "selfUri": f"{PATH}/{made['id']}",
    }
    configuration = current(client, made["id"])
    assert configuration == {
        "id": configuration["id"],
        "name": "first",
        "version": 1,
        "properties": {},
        "advanced": {},
        "notes": "",
        "credentials": {},
        "selfUri": f"{PATH}/{made['id']}/config/current",
    }


def test_names_are_not_unique(client):
    assert client.integrate("same")["id"] != client.integrate("same")["id"]


def test_a_configuration_is_replaced_as_a_whole_and_its_version_counted(client, properties):
    made = client.integrate()
    first = client.configure(made["id"], name="new", notes="managed", properties=properties(custom=[1])).json()
    assert (first["name"], first["notes"], first["version"]) == ("new", "managed", 2)
    assert first["properties"] == properties(custom=[1])
    second = client.configure(made["id"], 2, credentials={"basic": {"id": "c"}}, advanced={"a": 1}).json()
    assert (
        second
        == current(client, made["id"])
        == {
            **first,
            "name": "source",
            "notes": "",
            "version": 3,
            "properties": properties(),
            "advanced": {"a": 1},
            "credentials": {"basic": {"id": "c"}},
        }
    )


def test_what_was_read_can_be_sent_back(client):
    made = client.integrate()
    client.configure(made["id"])
    read = current(client, made["id"])
    answer = client.send("PUT", f"{PATH}/{made['id']}/config/current", json=read)
    assert answer.json() == {**read, "version": 3}


def test_name_and_notes_of_an_integration_are_those_of_its_configuration(client):
    made = client.integrate("before")
    client.configure(made["id"], name="after", notes="n")
    read = client.send("GET", made["selfUri"]).json()
    assert (read["name"], read["notes"]) == ("after", "n")


@pytest.mark.parametrize(("status", "code"), [(409, "general.conflict"), (400, "bad.request")])
def test_another_version_is_a_mismatch_that_changes_nothing(client, status, code):
    behave(client, mismatch_status=status)
    made = client.integrate()
    answer = client.configure(made["id"], 2)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert "does not match the current version" in answer.json()["message"]
    assert current(client, made["id"])["version"] == 1


@pytest.mark.parametrize("missing", ["name", "version", "properties", "advanced", "notes", "credentials"])
def test_all_six_fields_of_a_configuration_are_required(client, configuration, missing):
    made = client.integrate()
    body = {**configuration(), "version": 1}
    del body[missing]
    answer = client.send("PUT", f"{PATH}/{made['id']}/config/current", json=body)
    assert (answer.status_code, missing in answer.json()["message"]) == (400, True)


@pytest.mark.parametrize(
    "fields", [{"notes": None}, {"name": ""}, {"name": 1}, {"credentials": {"a": "b"}}, {"unknown": 1}, {"id": "x"}]
)
def test_a_configuration_that_breaks_the_schema_is_refused(client, fields):
    assert client.configure(client.integrate()["id"], **fields).status_code == 400


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("awsAccountId", "12345678901"),
        ("awsAccountId", 123456789012),
        ("awsAccountId", "1234567890123"),
        ("awsAccountId", None),
        ("awsAccountRegion", "us_east_1"),
        ("awsAccountRegion", "Virginia"),
        ("awsAccountRegion", None),
        ("eventSourceSuffix", ""),
        ("eventSourceSuffix", "a/b"),
        ("eventSourceSuffix", "a\n"),
        ("eventSourceSuffix", "x" * 65),
        ("eventSourceSuffix", None),
        ("eventFilter", "v2.users.{id}.presence"),
        ("eventFilter", [1]),
    ],
)
def test_each_wrong_property_is_an_error_inside_the_error(client, properties, name, value):
    answer = client.configure(client.integrate()["id"], properties=properties(**{name: value}))
    assert nested(answer) == [(f"properties.{name}", "invalid.value")]


def test_all_that_is_wrong_is_told_at_once(client):
    answer = client.configure(client.integrate()["id"], properties={"awsAccountId": "1", "eventFilter": {}})
    assert [field for field, _ in nested(answer)] == [
        "properties.awsAccountId",
        "properties.awsAccountRegion",
        "properties.eventSourceSuffix",
        "properties.eventFilter",
    ]


@pytest.mark.parametrize("name", ["properties", "advanced"])
@pytest.mark.parametrize("value", [[], "", None, 1])
def test_properties_and_advanced_are_objects(client, name, value):
    assert nested(client.configure(client.integrate()["id"], **{name: value})) == [(name, "invalid.value")]


def test_a_suffix_in_use_by_another_integration_names_its_holder(client):
    holder, other = client.integrate("holder"), client.integrate()
    client.configure(holder["id"], name="holder")
    answer = client.configure(other["id"])
    assert nested(answer) == [("properties.eventSourceSuffix", "duplicate.value")]
    error = answer.json()["errors"][0]
    assert (error["entityId"], error["entityName"]) == (holder["id"], "holder")
    assert current(client, other["id"])["properties"] == {}


@pytest.mark.parametrize(
    "difference",
    [{"awsAccountId": "999999999999"}, {"awsAccountRegion": "eu-west-1"}, {"eventSourceSuffix": "Prod"}],
)
def test_another_account_region_or_suffix_is_another_source(client, properties, difference):
    client.configure(client.integrate()["id"])
    assert client.configure(client.integrate()["id"], properties=properties(**difference)).status_code == 200


def test_a_deleted_integration_frees_its_suffix(client):
    first = client.integrate()
    client.configure(first["id"])
    client.send("DELETE", first["selfUri"])
    assert client.configure(client.integrate()["id"]).status_code == 200


def test_a_withdrawn_topic_is_refused_and_one_that_is_not_listed_is_not(client, properties):
    behave(client, withdrawn_topics=["v2.gone"])
    made = client.integrate()
    answer = client.configure(made["id"], properties=properties(eventFilter=["v2.never.listed", "v2.gone"]))
    assert nested(answer) == [("properties.eventFilter[1]", "invalid.topic")]
    assert client.configure(made["id"], properties=properties(eventFilter=["v2.never.listed"])).status_code == 200


def test_empty_notes_read_back_as_the_sentinel_on_request(client):
    behave(client, notes_sentinel=True)
    made = client.integrate()
    assert made["notes"] == current(client, made["id"])["notes"] == "node_dynamodb_empty_string"
    assert client.configure(made["id"], notes="mine").json()["notes"] == "mine"


def test_topics_read_back_in_another_order_on_request(client, properties):
    made = client.integrate()
    client.configure(made["id"], properties=properties(eventFilter=["v2.a", "v2.b"]))
    behave(client, reverse_topics=True)
    assert current(client, made["id"])["properties"] == properties(eventFilter=["v2.b", "v2.a"])
    behave(client, reverse_topics=False)
    assert current(client, made["id"])["properties"] == properties(eventFilter=["v2.a", "v2.b"])


def test_an_integration_settles_after_a_while(client, clock):
    behave(client, activation_time=30)
    made = client.integrate()
    client.configure(made["id"])
    assert client.intend(made["id"], "ENABLED").json()["reportedState"]["code"] == "ACTIVATING"
    clock.now += 29
    assert state(client, made["id"]) == "ACTIVATING"
    clock.now += 1
    assert client.send("GET", made["selfUri"]).json()["reportedState"] == {
        "code": "ACTIVE",
        "effective": "Active",
        "detail": {
            "localizableMessageCode": "integration.active",
            "message": "The integration is active.",
            "messageWithParams": "The integration is active.",
            "messageParams": {},
        },
        "lastUpdated": "2027-01-15T08:00:30.000Z",
    }
    assert client.intend(made["id"], "DISABLED").json()["reportedState"]["code"] == "DEACTIVATING"
    clock.now += 30
    assert state(client, made["id"]) == "INACTIVE"


def test_intending_what_is_intended_begins_nothing(client, clock):
    behave(client, activation_time=30)
    made = client.integrate()
    assert client.intend(made["id"], "DISABLED").json()["reportedState"]["code"] == "INACTIVE"
    client.configure(made["id"])
    client.intend(made["id"], "ENABLED")
    clock.now += 30
    assert client.intend(made["id"], "ENABLED").json()["reportedState"]["code"] == "ACTIVE"


def test_an_enabled_integration_activates_anew_when_it_is_configured(client, clock):
    behave(client, activation_time=30)
    made = client.integrate()
    client.intend(made["id"], "ENABLED")
    clock.now += 60
    client.configure(made["id"])
    assert state(client, made["id"]) == "ACTIVATING"


def test_an_account_that_fails_ends_in_an_error_that_says_so(client):
    behave(client, failing_accounts=["123456789012"])
    made = client.integrate()
    client.configure(made["id"])
    reported = client.intend(made["id"], "ENABLED").json()["reportedState"]
    assert (reported["code"], "123456789012" in reported["detail"]["message"]) == ("ERROR", True)
    assert client.intend(made["id"], "DISABLED").json()["reportedState"]["code"] == "INACTIVE"


def test_an_integration_that_was_never_configured_cannot_be_active(client):
    assert client.intend(client.integrate()["id"], "ENABLED").json()["reportedState"]["code"] == "ERROR"


@pytest.mark.parametrize("body", [{}, {"intendedState": "ON"}, {"intendedState": "DELETED"}, {"name": "x"}])
def test_a_patch_takes_the_two_states_only(client, body):
    assert client.send("PATCH", client.integrate()["selfUri"], json=body).status_code == 400


def test_a_patch_renames_nothing(client):
    made = client.integrate("kept")
    body = {**made, "name": "other", "intendedState": "DISABLED"}
    assert client.send("PATCH", made["selfUri"], json=body).json()["name"] == "kept"


def test_delete_hands_back_what_is_gone(client):
    made = client.integrate()
    assert client.send("DELETE", made["selfUri"]).json() == {**made, "intendedState": "DELETED"}
    assert client.send("GET", PATH).json()["total"] == 0


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", ""), ("DELETE", ""), ("GET", "/config/current"), ("PUT", "/config/current"), ("PATCH", "")],
)
def test_an_integration_that_is_not_there_is_not_found(client, configuration, method, path):
    body = {"intendedState": "ENABLED"} if method == "PATCH" else {**configuration(), "version": 1}
    answer = client.send(method, f"{PATH}/none{path}", json=body)
    assert (answer.status_code, answer.json()["code"]) == (404, "not.found")


def test_a_type_tells_how_many_there_may_be_and_no_more_are_made(client):
    behave(client, max_instances=1)
    assert client.send("GET", f"{PATH}/types/{TYPE}").json()["maxInstances"] == 1
    client.integrate(type_id="embedded-client-app")
    client.integrate()
    answer = client.send("POST", PATH, json={"name": "b", "integrationType": {"id": TYPE}})
    assert (answer.status_code, answer.json()["code"]) == (400, "max.instances.exceeded")
    assert client.integrate(type_id="embedded-client-app")["intendedState"] == "DISABLED"


def test_without_a_maximum_none_is_told(client):
    behave(client, max_instances=None)
    assert "maxInstances" not in client.send("GET", f"{PATH}/types/{TYPE}").json()
    assert "maxInstances" not in client.send("GET", f"{PATH}/types/embedded-client-app").json()


@pytest.mark.parametrize("type_id", [TYPE, "no-such-type"])
def test_a_type_that_the_organization_lacks_cannot_be_made_or_read(client, type_id):
    behave(client, lacking_types=[TYPE])
    answer = client.send("POST", PATH, json={"name": "a", "integrationType": {"id": type_id}})
    assert (answer.status_code, client.send("GET", f"{PATH}/types/{type_id}").status_code) == (400, 404)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"name": "a"},
        {"integrationType": {"id": TYPE}},
        {"name": "a", "integrationType": {}},
        {"name": "a", "integrationType": TYPE},
        {"name": "a", "integrationType": {"id": TYPE}, "notes": "n"},
        {"name": None, "integrationType": {"id": TYPE}},
    ],
)
def test_a_new_integration_needs_a_name_and_a_type_and_takes_nothing_else(client, body):
    assert client.send("POST", PATH, json=body).status_code == 400


def test_an_integration_of_another_type_is_there_on_request_once(run):
    for _ in "ab":
        listed = run(integrations=("embedded-client-app",)).send("GET", PATH).json()
        found = [(entity["name"], entity["integrationType"]["id"]) for entity in listed["entities"]]
        assert found == [("Custom Client Application 1", "embedded-client-app")]


def test_of_another_type_only_the_shape_of_its_configuration_is_known(client):
    made = client.integrate(type_id="embedded-client-app")
    assert client.configure(made["id"], properties={"url": "https://a.example.com"}).status_code == 200


@pytest.mark.parametrize("query", ["?expand=config.current", "?expand=config.current&expand=config.current"])
def test_the_configuration_is_embedded_when_asked_for(client, query):
    made = client.integrate()
    config = {"current": current(client, made["id"])}
    assert client.send("GET", f"{PATH}{query}").json()["entities"] == [{**made, "config": config}]
    assert client.send("GET", f"{made['selfUri']}{query}").json() == {**made, "config": config}
    assert client.send("GET", made["selfUri"]).json() == made


def test_a_listing_comes_in_pages_that_keep_what_was_asked(client):
    names = ["c", "a", "b"]
    for name in names:
        client.integrate(name)
    client.integrate("other", "embedded-client-app")
    asked = f"{PATH}?expand=config.current&integrationType={TYPE}"
    first = client.send("GET", f"{asked}&pageSize=2").json()
    second = client.send("GET", first["nextUri"]).json()
    entities = first.pop("entities") + second.pop("entities")
    assert [entity["config"]["current"]["name"] for entity in entities] == names
    one, two = (f"{asked}&pageSize=2&pageNumber={number}" for number in (1, 2))
    page = {"pageSize": 2, "total": 3, "pageCount": 2, "firstUri": one, "lastUri": two}
    assert first == {**page, "pageNumber": 1, "selfUri": one, "nextUri": two}
    assert second == {**page, "pageNumber": 2, "selfUri": two, "previousUri": one}


@pytest.mark.parametrize("query", ["ids={0},{1}", "ids={0}&ids={1}", "ids={0},{1},none"])
def test_ids_may_be_joined_or_repeated(client, query):
    made = [client.integrate()["id"] for _ in "abc"]
    listed = client.send("GET", f"{PATH}?{query.format(*made)}").json()
    assert [entity["id"] for entity in listed["entities"]] == made[:2]


def test_a_listing_can_be_filtered_by_state_and_credential_and_sorted(client, properties):
    first, second = client.integrate("b"), client.integrate("a")
    client.configure(first["id"], name="b", credentials={"basic": {"id": "c1"}})
    client.intend(first["id"], "ENABLED")

    def names(query):
        return [entity["name"] for entity in client.send("GET", f"{PATH}?{query}").json()["entities"]]

    assert [names("reportedState=active"), names("reportedState=INACTIVE")] == [["b"], ["a"]]
    assert [names("credentialId=c1"), names("credentialId=c2")] == [["b"], []]
    assert [names("sortBy=name"), names("")] == [["a", "b"], ["b", "a"]]
    assert second["name"] == "a"


@pytest.mark.parametrize(
    "query",
    [
        "pageSize=0",
        "pageSize=1000",
        "pageSize=x",
        "pageNumber=0",
        "pageSize=1&pageSize=2",
        "expand=everything",
        "expand=config.current,all",
        "reportedState=FINE",
        "sortBy=age",
        "nextPage=x",
        "ids=" + ",".join("x" * 101),
        "name=a",
    ],
)
def test_a_listing_refuses_what_it_does_not_know(client, query):
    assert client.send("GET", f"{PATH}?{query}").status_code == 400


def test_pages_repeat_on_request(client):
    behave(client, repeat_pages=True)
    made = [client.integrate()["id"] for _ in "abc"]
    pages = [client.send("GET", f"{PATH}?pageSize=2&pageNumber={number}").json() for number in (1, 2)]
    assert [[entity["id"] for entity in page["entities"]] for page in pages] == [made[:2], made[:2]]
    assert [page.get("nextUri") is None for page in pages] == [False, True]
