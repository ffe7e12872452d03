"""Any course of requests leaves the emulator as a dictionary that follows the same rules."""

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

PATH = "/api/v2/eventstreams"

names = st.builds(lambda letter, upper: letter.upper() if upper else letter, st.sampled_from("abcd"), st.booleans())
fields = st.fixed_dictionaries(
    {"name": names, "destinations": st.just([{"protocol": "https", "url": "https://e.example.com/"}])},
    optional={
        "description": st.text(max_size=20),
        "enabled": st.booleans(),
        "eventTypes": st.lists(st.text(min_size=1, max_size=5), max_size=3),
    },
)
which = st.integers(0, 3)


class Organization(RuleBasedStateMachine):
    """`streams` is the model: id to the object without what only the server knows."""

    client = None

    @initialize()
    def empty(self):
        self.client.send("DELETE", "/emulator/streams")
        self.streams = {}

    def pick(self, number):
        return list(self.streams)[number % len(self.streams)]

    def taken(self, body, but=None):
        return any(body["name"].lower() == other["name"].lower() for key, other in self.streams.items() if key != but)

    def expect(self, answer, status, code):
        assert (answer.status_code, answer.json()["code"]) == (status, code)

    def keep(self, body, answer, version):
        entity = answer.json()
        self.streams[entity["id"]] = {"enabled": True, "eventTypes": [], **body, "version": version}

    @rule(body=fields)
    def create(self, body):
        answer = self.client.send("POST", PATH, json=body)
        if self.taken(body):
            self.expect(answer, 409, "event.stream.exists")
        else:
            self.keep(body, answer, 1)

    @precondition(lambda self: self.streams)
    @rule(body=fields, number=which, version_off_by=st.sampled_from([None, 0, 0, 1, -1]), extra=st.booleans())
    def replace(self, body, number, version_off_by, extra):
        key = self.pick(number)
        body = {**body, "custom": 1} if extra else body
        current = self.streams[key]["version"]
        version = {} if version_off_by is None else {"version": current + version_off_by}
        answer = self.client.send("PUT", f"{PATH}/{key}", json={**body, **version})
        if version_off_by:
            self.expect(answer, 409, "version.mismatch")
        elif self.taken(body, but=key):
            self.expect(answer, 409, "event.stream.exists")
        else:
            self.keep(body, answer, current + 1)

    @precondition(lambda self: self.streams)
    @rule(number=which)
    def delete(self, number):
        key = self.pick(number)
        assert self.client.send("DELETE", f"{PATH}/{key}").status_code == 204
        del self.streams[key]
        self.expect(self.client.send("GET", f"{PATH}/{key}"), 404, "not.found")

    @rule(size=st.integers(1, 3))
    def read_all_pages(self, size):
        uri, found = f"{PATH}?pageSize={size}", []
        while uri:
            page = self.client.send("GET", uri).json()
            assert (page["total"], page["pageCount"]) == (len(self.streams), -(-len(self.streams) // size))
            found += [entity["id"] for entity in page["entities"]]
            uri = page.get("nextUri")
        assert found == list(self.streams)

    @invariant()
    def nothing_else_is_there(self):
        entities = self.client.send("GET", PATH).json()["entities"]
        own = ("id", "dateCreated", "dateModified", "selfUri")
        shown = {entity["id"]: {k: v for k, v in entity.items() if k not in own} for entity in entities}
        assert shown == self.streams


def test_any_course_of_requests_ends_as_the_model_does(client):
    class Here(Organization):
        pass

    Here.client = client
    run_state_machine_as_test(
        Here,
        settings=settings(
            max_examples=count(40), stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
