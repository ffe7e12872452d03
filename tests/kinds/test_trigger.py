from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gcsync.engine.fingerprint import Fingerprints
from gcsync.engine.three_way import Comparison
from gcsync.kinds import kinds_by_name
from gcsync.kinds.trigger import Trigger
from gcsync.model.address import Address
from gcsync.model.failure import ChangedSince, Denied, NoSuchKind, NotCarriedOut, OutcomeUnknown, RemoteError
from gcsync.model.marker import Marker
from gcsync.model.resource import RemoteObject
from gcsync.schema.semantics import kind_schema
from tests.contract.public_api import TRIGGERS
from tests.kinds.talking import Talk
from tests.remote.answering import Answer, converse, error

TRIGGER = Trigger()
MARKER = Marker("contact-center@dev", Address("trigger", "survey"), ("abc", "..."))
WORKFLOW = "0f4b0d30-5e0c-4c5c-8a9e-3d8e4a4b7c11"
TOPIC = "v2.detail.events.conversation.{id}.customer.end"
DECLARED: dict[str, Any] = {
    "name": "survey",
    "description": "Asks how it was",
    "enabled": True,
    "topic": TOPIC,
    "target": {"type": "Workflow", "id": WORKFLOW, "data_format": "Json"},
    "match_criteria": [
        {"json_path": "mediaType", "operator": "Equal", "value": "VOICE"},
        {"json_path": "queueId", "operator": "In", "values": ["a", 5]},
    ],
    "event_ttl_seconds": 60,
}
BODY: dict[str, Any] = {
    "name": "survey",
    "description": f"Asks how it was\n\n{MARKER.render()}",
    "enabled": True,
    "topicName": TOPIC,
    "target": {"type": "Workflow", "id": WORKFLOW, "workflowTargetSettings": {"dataFormat": "Json"}},
    "matchCriteria": [
        {"jsonPath": "mediaType", "operator": "Equal", "value": "VOICE"},
        {"jsonPath": "queueId", "operator": "In", "values": ["a", 5]},
    ],
    "eventTTLSeconds": 60,
}
UNPUBLISHED = "Workflow 0f4b is not published yet"


def wire(**fields: Any) -> dict[str, Any]:
    """A trigger as the API returns it."""
    return {**BODY, "id": "id-1", "version": 3, "selfUri": f"{TRIGGERS}/id-1", **fields}


def read(raw: dict[str, Any]) -> RemoteObject:
    found = TRIGGER.read(converse([Answer(200, raw)]).session, "id-1")
    assert found is not None
    return found


def sent(raw: dict[str, Any], attributes: dict[str, Any], marker: Marker | None = MARKER) -> dict[str, Any]:
    """What an update of the object `raw` sends."""
    talk = Talk()
    talk.api.triggers["id-1"] = raw
    TRIGGER.update(talk.session, read(raw), attributes, marker)
    (body,) = talk.bodies("PUT")
    return dict(body)


class TestReading:
    def test_the_registry_knows_it(self) -> None:
        assert isinstance(kinds_by_name()["trigger"], Trigger)

    def test_it_is_read_under_the_names_of_the_schema(self) -> None:
        assert read(wire()) == RemoteObject("trigger", "id-1", "survey", DECLARED, MARKER, 3, wire())

    def test_what_is_null_or_lacking_is_absent(self) -> None:
        nulls = dict.fromkeys(wire()) | {"id": "id-1", "name": "survey"}
        for raw in (nulls, {"id": "id-1", "name": "survey"}):
            found = read(raw)
            assert (found.attributes, found.marker, found.version) == ({"name": "survey"}, None, None)

    @pytest.mark.parametrize(
        ("raw", "criterion"),
        [
            ({"value": "5", "values": None}, {"value": "5"}),
            ({"value": 5}, {"value": 5}),
            ({"value": False, "values": []}, {"value": False}),
            ({"value": None, "values": ["5"]}, {"values": ["5"]}),
            ({"value": None, "values": []}, {"values": []}),
        ],
    )
    def test_the_value_of_a_criterion_keeps_its_type_and_the_other_key_is_left_out(
        self, raw: dict[str, Any], criterion: dict[str, Any]
    ) -> None:
        found = read(wire(matchCriteria=[{"jsonPath": "a", "operator": "Equal", **raw}]))
        assert found.attributes["match_criteria"] == [{"json_path": "a", "operator": "Equal", **criterion}]

    @pytest.mark.parametrize(
        ("fields", "problem"),
        [
            ({"name": None}, "its name is lacking, not a text"),
            ({"description": 7}, "its description is a number, not a text"),
            ({"enabled": "yes"}, "its enabled is a text, not true or false"),
            ({"topicName": []}, "its topicName is a list, not a text"),
            ({"target": "id"}, "its target is a text, not an object"),
            ({"target": {"id": 7}}, "its id is a number, not a text"),
            ({"matchCriteria": {}}, "its matchCriteria are not a list of objects"),
            ({"matchCriteria": [{"values": "a"}]}, "the values of a criterion are not a list"),
            ({"eventTTLSeconds": 1.5}, "its eventTTLSeconds is a number, not a whole number"),
            ({"delayBySeconds": True}, "its delayBySeconds is true or false, not a whole number"),
        ],
    )
    def test_a_field_of_another_type_is_an_error_that_names_the_object(
        self, fields: dict[str, Any], problem: str
    ) -> None:
        with pytest.raises(RemoteError) as caught:
            read(wire(**fields))
        found = caught.value.diagnostic
        assert (found.code, found.message) == ("GC329", f"trigger 'id-1': {problem}")

    def test_an_object_that_is_gone_reads_as_none(self) -> None:
        assert TRIGGER.read(converse([error(404)]).session, "id-1") is None

    def test_all_of_them_are_listed_by_cursor(self) -> None:
        talk = Talk()
        talk.api.triggers = {f"id-{n}": wire(id=f"id-{n}") for n in range(401)}
        listing = TRIGGER.list(talk.session)
        assert ([o.id for o in listing.objects], listing.pages) == ([f"id-{n}" for n in range(401)], 3)
        assert talk.asked[1] == f"GET {TRIGGERS}?pageSize=200&after=200"

    @pytest.mark.parametrize(("status", "failure"), [(404, NoSuchKind), (403, Denied)])
    def test_an_organization_without_it_or_without_the_permission(
        self, status: int, failure: type[RemoteError]
    ) -> None:
        with pytest.raises(failure) as caught:
            TRIGGER.list(converse(lambda _: error(status)).session)
        hint = caught.value.diagnostic.hint
        assert status == 404 or ("process-automation:readonly" in hint and "processautomation:trigger:view" in hint)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(st.fixed_dictionaries({}, optional=dict.fromkeys(wire(), JSON)))
def test_no_trigger_of_a_server_ends_in_anything_but_an_object_or_an_error(raw: dict[str, Any]) -> None:
    try:
        found = [
            o.name for o in TRIGGER.list(converse([Answer(200, {"entities": [{**raw, "id": "1"}]})]).session).objects
        ]
    except RemoteError as failure:
        found = [d.code for d in failure.diagnostics]
    assert found in ([raw.get("name")], ["GC329"])


class TestCreating:
    def test_it_sends_what_is_declared_and_the_marker(self) -> None:
        talk = Talk()
        created = TRIGGER.create(talk.session, DECLARED, MARKER)
        assert (talk.asked, talk.bodies("POST")) == ([f"POST {TRIGGERS}"], [BODY])
        assert (created.attributes, created.marker) == (DECLARED, MARKER)

    def test_what_is_not_declared_is_not_sent(self) -> None:
        talk = Talk()
        target = {"type": "Workflow", "id": WORKFLOW}
        TRIGGER.create(talk.session, {"name": "a", "enabled": True, "topic": TOPIC, "target": target}, MARKER)
        bare = {"name": "a", "enabled": True, "topicName": TOPIC, "target": target, "description": MARKER.render()}
        assert talk.bodies("POST") == [bare]

    def test_a_workflow_that_is_not_published_yet_is_waited_for_and_the_waits_are_told(self) -> None:
        talk = Talk()
        for _ in range(3):
            talk.api.refuse("POST", TRIGGERS, 400, UNPUBLISHED)
        created = TRIGGER.create(talk.session, DECLARED, MARKER)
        assert (created.attributes, len(talk.api.triggers)) == (DECLARED, 1)
        assert list(map(str, talk.conversation.waits)) == [
            f"waiting {seconds} s (the workflow is not published yet, {number} of 5)"
            for number, seconds in ((2, 1), (3, 2), (4, 4))
        ]

    def test_it_is_not_waited_for_without_end(self) -> None:
        talk = Talk()
        for _ in range(5):
            talk.api.refuse("POST", TRIGGERS, 400, "No", errors=[{"message": "Flow has not been published yet."}])
        with pytest.raises(RemoteError) as caught:
            TRIGGER.create(talk.session, DECLARED, MARKER)
        assert (caught.value.diagnostic.code, talk.conversation.slept) == ("GC345", [1.0, 2.0, 4.0, 8.0])

    @pytest.mark.parametrize(
        ("status", "message", "code"),
        [
            (400, "The topic is unknown", "GC311"),
            (400, "already published", "GC311"),
            (409, UNPUBLISHED, "GC315"),
            (422, UNPUBLISHED, "GC330"),
        ],
    )
    def test_no_other_refusal_is_repeated(self, status: int, message: str, code: str) -> None:
        talk = Talk()
        talk.api.refuse("POST", TRIGGERS, status, message)
        with pytest.raises(RemoteError) as caught:
            TRIGGER.create(talk.session, DECLARED, MARKER)
        assert (caught.value.diagnostic.code, len(talk.asked)) == (code, 1)

    def test_a_lost_answer_leaves_the_outcome_open_and_is_never_sent_twice(self) -> None:
        talk = Talk()
        talk.api.lose("POST", TRIGGERS)
        with pytest.raises(OutcomeUnknown):
            TRIGGER.create(talk.session, DECLARED, MARKER)
        assert (len(talk.asked), TRIGGER.list(talk.session).objects[0].marker) == (1, MARKER)

    def test_a_conflict_is_not_about_the_name(self) -> None:
        with pytest.raises(RemoteError) as caught:
            TRIGGER.create(converse([error(409)]).session, DECLARED, MARKER)
        assert (type(caught.value), caught.value.diagnostic.code) == (RemoteError, "GC315")

    @pytest.mark.parametrize("body", [b"", {}, {"id": "id-1"}])
    def test_an_answer_that_is_no_trigger_leaves_the_outcome_open(self, body: object) -> None:
        with pytest.raises(OutcomeUnknown):
            TRIGGER.create(converse([Answer(200, body)]).session, DECLARED, MARKER)

    def test_an_end_of_the_run_while_waiting_is_no_new_try(self) -> None:
        import threading

        stop = threading.Event()

        def refuse(_: object) -> Answer:
            stop.set()
            return error(400, message=UNPUBLISHED)

        talk = converse(refuse, stop=stop)
        with pytest.raises(RemoteError) as caught:
            TRIGGER.create(talk.session, DECLARED, MARKER)
        assert (caught.value.diagnostic.code, len(talk.server.asked)) == ("GC328", 1)


class TestUpdating:
    def test_what_is_not_declared_survives_and_what_the_server_computes_is_left_out(self) -> None:
        raw = wire(priority=7, dateCreated="2026-11-23T12:00:00.000Z")
        assert sent(raw, {"name": "new"}) == {**BODY, "name": "new", "version": 3, "priority": 7}

    def test_an_attribute_that_is_none_is_taken_away(self) -> None:
        target = {"type": "Workflow", "id": WORKFLOW, "data_format": None}
        gone = {"target": target, "match_criteria": None, "event_ttl_seconds": None, "delay_by_seconds": 90}
        body = sent(wire(), gone | {"description": None})
        assert body["target"] == {"type": "Workflow", "id": WORKFLOW}
        assert (body["delayBySeconds"], body["description"]) == (90, MARKER.render())
        assert {"matchCriteria", "eventTTLSeconds"}.isdisjoint(body)

    def test_every_declared_attribute_is_laid_over_the_object(self) -> None:
        other = "0f4b0d30-5e0c-4c5c-8a9e-3d8e4a4b7c12"
        declared = {
            **DECLARED,
            "enabled": False,
            "target": {"type": "Workflow", "id": other},
            "match_criteria": [],
            "event_ttl_seconds": 10,
        }
        assert sent(wire(), declared) == {
            **BODY,
            "enabled": False,
            "target": {**BODY["target"], "id": other},
            "matchCriteria": [],
            "eventTTLSeconds": 10,
            "version": 3,
        }

    @pytest.mark.parametrize(
        ("there", "declared", "gone"),
        [
            ({}, {"delay_by_seconds": 60}, "eventTTLSeconds"),
            ({"delayBySeconds": 60, "eventTTLSeconds": None}, {"event_ttl_seconds": 10}, "delayBySeconds"),
        ],
    )
    def test_a_lifetime_and_a_delay_take_each_others_place(
        self, there: dict[str, Any], declared: dict[str, Any], gone: str
    ) -> None:
        assert gone not in sent(wire(**there), declared)

    @pytest.mark.parametrize(
        ("there", "declared", "result"),
        [
            ([{"value": "a", "x": 1}], {"values": ["a"]}, {"values": ["a"], "x": 1}),
            ([{"value": "a", "values": None}], {"value": 5}, {"value": 5}),
            ([{"operator": "Size", "value": 1, "x": 1}], {"value": 5}, {"value": 5}),
            (None, {"value": False}, {"value": False}),
        ],
    )
    def test_of_value_and_values_the_declared_one_is_sent(
        self, there: list[dict[str, Any]] | None, declared: dict[str, Any], result: dict[str, Any]
    ) -> None:
        known = {"jsonPath": "a", "operator": "Equal"}
        raw = wire(matchCriteria=there and [{**known, **criterion} for criterion in there])
        criteria = [{"json_path": "a", "operator": "Equal", **declared}]
        assert sent(raw, {"match_criteria": criteria})["matchCriteria"] == [{**known, **result}]

    def test_of_two_criteria_for_the_same_each_keeps_its_own_unknown_fields(self) -> None:
        known = {"jsonPath": "a", "operator": "NotEqual"}
        raw = wire(matchCriteria=[{**known, "value": "a", "x": 1}, {**known, "value": "b", "x": 2}])
        criteria = [{"json_path": "a", "operator": "NotEqual", "value": value} for value in "cd"]
        body = sent(raw, {"match_criteria": criteria})
        assert body["matchCriteria"] == [{**known, "value": "c", "x": 1}, {**known, "value": "d", "x": 2}]

    @pytest.mark.parametrize(
        ("raw", "attributes", "marker", "description"),
        [
            (wire(), {}, None, "Asks how it was"),
            (wire(description=None), {}, MARKER, MARKER.render()),
            (wire(), {"description": "New"}, MARKER, f"New\n\n{MARKER.render()}"),
            (wire(description="by hand"), {"enabled": False}, MARKER, f"by hand\n\n{MARKER.render()}"),
        ],
        ids=["release", "adopt without any", "other text", "adopt"],
    )
    def test_it_writes_the_text_with_the_marker_or_without(
        self, raw: dict[str, Any], attributes: dict[str, Any], marker: Marker | None, description: str
    ) -> None:
        assert sent(raw, attributes, marker)["description"] == description

    @pytest.mark.parametrize(
        ("status", "message"),
        [(409, "Conflict"), (408, "Timeout"), (400, "Version 3 does not match the current version 4")],
    )
    def test_a_version_that_moved_on_is_never_overwritten(self, status: int, message: str) -> None:
        talk = converse(lambda _: error(status, message=message))
        with pytest.raises(ChangedSince) as caught:
            TRIGGER.update(talk.session, read(wire()), {"enabled": False}, MARKER)
        assert (caught.value.diagnostic.code, len(talk.server.asked)) == ("GC314", 1)

    def test_another_refusal_is_told_as_it_came(self) -> None:
        nested = error(400, message="Not valid", errors=[{"message": "jsonPath: no such field"}])
        with pytest.raises(RemoteError) as caught:
            TRIGGER.update(converse([nested]).session, read(wire()), {"enabled": False}, MARKER)
        assert caught.value.diagnostic.message.endswith("Not valid; jsonPath: no such field (contextId ctx-1)")

    def test_a_lost_answer_leaves_the_outcome_open(self) -> None:
        with pytest.raises(OutcomeUnknown):
            TRIGGER.update(converse([error(500)]).session, read(wire()), {"enabled": False}, MARKER)


def test_a_delete_forgives_that_the_object_is_gone_and_takes_its_own_permission() -> None:
    for answer in (Answer(204), error(404)):
        talk = converse([answer])
        TRIGGER.delete(talk.session, read(wire()))
        assert talk.server.asked == [f"DELETE {TRIGGERS}/id-1"]
    denied = converse(lambda _: error(403)).session
    with pytest.raises(NotCarriedOut):  # a new token is fetched, and the object to be read again
        TRIGGER.delete(denied, read(wire()))
    with pytest.raises(Denied) as caught:
        TRIGGER.delete(denied, read(wire()))
    assert "processautomation:trigger:delete" in caught.value.diagnostic.hint


def differing(declared: dict[str, Any], raw: dict[str, Any]) -> list[str]:
    """The attributes that a plan would show."""
    schema = kind_schema("trigger")
    comparison = Comparison(schema, Fingerprints(schema, "o", MARKER.address), {})
    return [change.name for change in comparison.compare(declared, read(raw).attributes)]


@pytest.mark.parametrize(
    ("declared", "there", "same"),
    [
        ({"value": "5"}, {"value": 5}, False),
        ({"value": True}, {"value": 1}, False),
        ({"value": 0}, {"value": False}, False),
        ({"values": [1]}, {"values": [True]}, False),
        ({"values": ["a", "b"]}, {"values": ["b", "a"]}, False),
        ({"value": "a"}, {"values": ["a"]}, False),
        ({"value": 5}, {"value": 5, "values": None}, True),
    ],
)
def test_values_of_criteria_are_compared_with_their_types(
    declared: dict[str, Any], there: dict[str, Any], same: bool
) -> None:
    criteria = [{"json_path": "a", "operator": "Equal", **declared}]
    raw = wire(matchCriteria=[{"jsonPath": "a", "operator": "Equal", **there}])
    assert differing({"match_criteria": criteria}, raw) == ([] if same else ["match_criteria"])


def test_the_order_of_criteria_means_something() -> None:
    assert differing({"match_criteria": DECLARED["match_criteria"][::-1]}, wire()) == ["match_criteria"]


def test_a_data_format_that_is_not_declared_is_no_difference() -> None:
    target = {"type": "Workflow", "id": WORKFLOW}
    assert differing({"target": target}, wire()) == []
    assert differing({"target": {**target, "data_format": "TopLevelPrimitives"}}, wire()) == ["target"]


def test_a_description_of_the_longest_kind_fits_with_the_longest_marker() -> None:
    slots = ("abc",) * len(kind_schema("trigger").attributes)
    longest = Marker("s" * 41 + "@" + "e" * 16, Address("trigger", "k" * 63, "e" * 25), slots, protected=True)
    assert len(str(longest.address)) == 100
    talk = Talk()
    created = TRIGGER.create(talk.session, {**DECLARED, "description": "x" * 310}, longest)
    assert created.marker == longest
