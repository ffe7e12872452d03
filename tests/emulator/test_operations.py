"""What each operation of the platform API needs, and that every one of the document is served as described."""

from __future__ import annotations

import pytest

from tests.emulator.platform_document import DOCUMENT

OPERATIONS = {
    found["operationId"]: (method.upper(), path.format(integrationId="x", typeId="x", triggerId="x"), found)
    for path, item in DOCUMENT["paths"].items()
    for method, found in item.items()
}
OPEN = ("organization", "tokens", "audit")
"""Tags of operations that no scope is known for."""
GUARDED = [name for name, (_, _, found) in OPERATIONS.items() if found["tags"][0] not in OPEN]
SCOPE = {"integrations": "integrations", "process_automation": "process-automation", "notifications": "notifications"}


def send(client, name):
    method, path, _ = OPERATIONS[name]
    return client.send(method, path, json={})


def test_every_operation_of_the_document_is_served_as_described(client, trigger):
    made, other = client.integrate(), client.trigger().json()
    client.configure(made["id"])
    client.intend(made["id"], "ENABLED")
    for uri in (made["selfUri"], f"{made['selfUri']}/config/current", other["selfUri"]):
        assert client.send("GET", uri).status_code == 200
    client.send("PUT", other["selfUri"], json=trigger(version=1))
    for path in ("integrations", "processautomation/triggers", "processautomation/triggers/topics"):
        client.send("GET", f"/api/v2/{path}")
    paths = ["integrations/types/amazon-eventbridge-source", "notifications/availabletopics"]
    for path in [*paths, "organizations/me", "tokens/me"]:
        assert client.send("GET", f"/api/v2/{path}").status_code == 200
    for uri in (made["selfUri"], other["selfUri"]):
        client.send("DELETE", uri)
    assert client.audits()
    assert client.send("GET", "/api/v2/audits/query/realtime/servicemapping").status_code == 200
    assert client.seen == set(OPERATIONS)


@pytest.mark.parametrize("name", GUARDED)
def test_a_missing_scope_is_named(client, name):
    client.send("PUT", "/emulator/scopes", json={"scopes": ["event:stream:read"]})
    client.log_in()
    answer = send(client, name)
    scope = SCOPE[OPERATIONS[name][2]["tags"][0]]
    assert (answer.status_code, answer.json()["code"]) == (403, "missing.scope")
    assert scope in [detail["fieldName"] for detail in answer.json()["details"]]
    assert scope in answer.json()["message"]


@pytest.mark.parametrize("name", GUARDED)
def test_a_readonly_scope_lets_read_and_nothing_else(client, name):
    method, _, found = OPERATIONS[name]
    readonly = SCOPE[found["tags"][0]].replace("notifications", "")
    client.send("PUT", "/emulator/scopes", json={"scopes": [f"{readonly}:readonly"] if readonly else ["notifications"]})
    client.log_in()
    assert (send(client, name).status_code == 403) == (method != "GET")


@pytest.mark.parametrize("name", [name for name in OPERATIONS if OPERATIONS[name][2]["x-permissions"]])
def test_a_missing_permission_is_named(client, name):
    permissions = OPERATIONS[name][2]["x-permissions"]
    client.send("PATCH", "/emulator/behaviour", json={"denied_permissions": permissions})
    answer = send(client, name)
    assert (answer.status_code, answer.json()["code"]) == (403, "missing.any.permissions")
    assert f"[{', '.join(permissions)}]" in answer.json()["message"]


def test_one_of_several_permissions_is_enough(client):
    client.send("PATCH", "/emulator/behaviour", json={"denied_permissions": ["processautomation:trigger:view"]})
    assert send(client, "getProcessautomationTriggers").status_code == 200


@pytest.mark.parametrize("name", ["getOrganizationsMe", "getTokensMe"])
def test_who_one_is_needs_no_scope(client, name):
    client.send("PUT", "/emulator/scopes", json={"scopes": []})
    client.log_in()
    assert send(client, name).status_code == 200


@pytest.mark.parametrize("name", [name for name in GUARDED if "requestBody" in OPERATIONS[name][2]])
def test_a_body_must_be_json(client, name):
    method, path, _ = OPERATIONS[name]
    assert client.send(method, path).status_code == 415
    assert client.send(method, path, data="{", headers={"Content-Type": "application/json"}).status_code == 400
