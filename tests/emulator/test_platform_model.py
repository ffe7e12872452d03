"""Any course of requests leaves integrations and triggers as dictionaries that follow the same rules."""

from __future__ import annotations

import hypothesis.strategies as st
from hypothesis import HealthCheck, settings
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tests.examples import count

INTEGRATIONS = "/api/v2/integrations"
TRIGGERS = "/api/v2/processautomation/triggers"
TYPE = "amazon-eventbridge-source"
MAXIMUM = 4
SECONDS = 10

names = st.sampled_from(["a", "b", "c"])
which = st.integers(0, 5)
version_off_by = st.sampled_from([0, 0, 0, 1, -1])
properties = st.fixed_dictionaries(
    {
        "awsAccountId": st.sampled_from(["111111111111", "222222222222"]),
        "awsAccountRegion": st.just("us-east-1"),
        "eventSourceSuffix": st.sampled_from(["x", "y"]),
    },
    optional={"eventFilter": st.lists(st.sampled_from(["v2.b", "v2.a"]), max_size=2)},
)
configurations = st.fixed_dictionaries(
    {"name": names, "notes": st.sampled_from(["", "n"]), "properties": properties}
).map(lambda fields: {"advanced": {}, "credentials": {}, **fields})
triggers = st.fixed_dictionaries(
    {"name": names, "enabled": st.booleans(), "topicName": st.sampled_from(["v2.a", "v2.b"])},
    optional={"delayBySeconds": st.sampled_from([60, 900]), "description": st.text(max_size=5)},
).map(lambda fields: {"target": {"type": "Workflow", "id": "flow"}, **fields})


class Organization(RuleBasedStateMachine):
    """The model: by id an integration's configuration, intended state and when that changed; a trigger's body."""

    client = None
    clock = None

    @initialize()
    def empty(self):
        for kind in ("integrations", "triggers"):
            self.client.send("DELETE", f"/emulator/{kind}")
        behaviour = {"max_instances": MAXIMUM, "activation_time": SECONDS}
        self.client.send("PATCH", "/emulator/behaviour", json=behaviour)
        self.integrations = {}
        self.triggers = {}

    def expect(self, answer, status, code):
        assert (answer.status_code, answer.json()["code"]) == (status, code)

    def pick(self, objects, number):
        return list(objects)[number % len(objects)]

    def held(self, wanted, but):
        keys = ("awsAccountId", "awsAccountRegion", "eventSourceSuffix")
        return any(
            all(held["configuration"]["properties"].get(key) == wanted[key] for key in keys)
            for identifier, held in self.integrations.items()
            if identifier != but
        )

    @rule(seconds=st.integers(1, SECONDS))
    def wait(self, seconds):
        self.clock.now += seconds

    @rule(name=names)
    def integrate(self, name):
        answer = self.client.send("POST", INTEGRATIONS, json={"name": name, "integrationType": {"id": TYPE}})
        if len(self.integrations) == MAXIMUM:
            self.expect(answer, 400, "max.instances.exceeded")
            return
        empty = {"name": name, "version": 1, "properties": {}, "advanced": {}, "notes": "", "credentials": {}}
        self.integrations[answer.json()["id"]] = {"configuration": empty, "intended": "DISABLED", "moved": None}

    @precondition(lambda self: self.integrations)
    @rule(number=which, sent=configurations, off_by=version_off_by)
    def configure(self, number, sent, off_by):
        identifier = self.pick(self.integrations, number)
        held = self.integrations[identifier]
        version = held["configuration"]["version"]
        body = {**sent, "version": version + off_by}
        answer = self.client.send("PUT", f"{INTEGRATIONS}/{identifier}/config/current", json=body)
        if off_by:
            self.expect(answer, 409, "general.conflict")
        elif self.held(sent["properties"], identifier):
            self.expect(answer, 400, "bad.request")
        else:
            held["configuration"] = {**sent, "version": version + 1}
            held["moved"] = self.clock.now if held["intended"] == "ENABLED" else held["moved"]

    @precondition(lambda self: self.integrations)
    @rule(number=which, state=st.sampled_from(["ENABLED", "DISABLED"]))
    def intend(self, number, state):
        identifier = self.pick(self.integrations, number)
        held = self.integrations[identifier]
        body = {"intendedState": state}
        assert self.client.send("PATCH", f"{INTEGRATIONS}/{identifier}", json=body).status_code == 200
        if held["intended"] != state:
            held.update(intended=state, moved=self.clock.now)

    @precondition(lambda self: self.integrations)
    @rule(number=which)
    def disintegrate(self, number):
        identifier = self.pick(self.integrations, number)
        del self.integrations[identifier]
        assert self.client.send("DELETE", f"{INTEGRATIONS}/{identifier}").status_code == 200
        for method in ("GET", "DELETE"):
            self.expect(self.client.send(method, f"{INTEGRATIONS}/{identifier}"), 404, "not.found")

    @rule(body=triggers)
    def create(self, body):
        self.triggers[self.client.send("POST", TRIGGERS, json=body).json()["id"]] = {**body, "version": 1}

    @precondition(lambda self: self.triggers)
    @rule(number=which, body=triggers, off_by=version_off_by, keep=st.booleans())
    def replace(self, number, body, off_by, keep):
        identifier = self.pick(self.triggers, number)
        held = self.triggers[identifier]
        body = {**body, "topicName": held["topicName"]} if keep else body
        sent = {**body, "version": held["version"] + off_by}
        answer = self.client.send("PUT", f"{TRIGGERS}/{identifier}", json=sent)
        if off_by:
            self.expect(answer, 409, "general.conflict")
        elif body["topicName"] != held["topicName"]:
            self.expect(answer, 400, "bad.request")
        else:
            self.triggers[identifier] = {**body, "version": held["version"] + 1}

    @precondition(lambda self: self.triggers)
    @rule(number=which)
    def delete(self, number):
        identifier = self.pick(self.triggers, number)
        del self.triggers[identifier]
        assert self.client.send("DELETE", f"{TRIGGERS}/{identifier}").status_code == 204
        self.expect(self.client.send("GET", f"{TRIGGERS}/{identifier}"), 404, "not.found")

    def reported(self, held):
        moving = held["moved"] is not None and self.clock.now < held["moved"] + SECONDS
        if held["intended"] == "DISABLED":
            return "DEACTIVATING" if moving else "INACTIVE"
        settled = "ACTIVE" if held["configuration"]["properties"] else "ERROR"
        return "ACTIVATING" if moving else settled

    @invariant()
    def integrations_are_as_in_the_model(self):
        uri, shown = f"{INTEGRATIONS}?expand=config.current&pageSize=3", {}
        while uri:
            page = self.client.send("GET", uri).json()
            for entity in page["entities"]:
                configuration = {k: v for k, v in entity["config"]["current"].items() if k not in ("id", "selfUri")}
                shown[entity["id"]] = configuration, entity["intendedState"], entity["reportedState"]["code"]
            uri = page.get("nextUri")
        assert shown == {
            identifier: (held["configuration"], held["intended"], self.reported(held))
            for identifier, held in self.integrations.items()
        }

    @invariant()
    def triggers_are_as_in_the_model(self):
        uri, shown = f"{TRIGGERS}?pageSize=2", {}
        while uri:
            page = self.client.send("GET", uri).json()
            for entity in page["entities"]:
                shown[entity["id"]] = {k: v for k, v in entity.items() if k not in ("id", "selfUri")}
            uri = page.get("nextUri")
        assert shown == self.triggers


def test_any_course_of_requests_ends_as_the_model_does(client, clock):
    class Here(Organization):
        pass

    Here.client, Here.clock = client, clock
    run_state_machine_as_test(
        Here,
        settings=settings(
            max_examples=count(40), stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
