from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gcsync.kinds import kinds_by_name
from gcsync.kinds.eventbridge_source import EventBridgeSource
from gcsync.model.failure import ChangedSince, Denied, NoSuchKind, NotCarriedOut, OutcomeUnknown, RemoteError
from gcsync.model.marker import UnusableMarker
from gcsync.model.resource import RemoteObject, RemoteStatus
from tests.contract.public_api import CONTEXT, INTEGRATIONS, TYPE
from tests.kinds.sources import DECLARED, MARKER, PROPERTIES, config, wire
from tests.kinds.talking import Talk
from tests.remote.answering import Answer, converse, error

SOURCE = EventBridgeSource()


def read(raw: dict[str, Any]) -> RemoteObject:
    found = SOURCE.read(converse([Answer(200, raw)]).session, "id-1")
    assert found is not None
    return found


def made(talk: Talk, **attributes: Any) -> RemoteObject:
    """A source that gcsync made, with nothing said since."""
    created = SOURCE.create(talk.session, {**DECLARED, **attributes}, MARKER)
    talk.forget()
    return created


def the_only(talk: Talk) -> RemoteObject:
    (found,) = SOURCE.list(talk.session).objects
    return found


class TestReading:
    def test_the_registry_knows_it(self) -> None:
        assert isinstance(kinds_by_name()["eventbridge_source"], EventBridgeSource)

    def test_it_is_read_under_the_names_of_the_schema(self) -> None:
        raw = wire()
        assert read(raw) == RemoteObject(
            kind="eventbridge_source",
            id="id-1",
            name="main",
            attributes=DECLARED,
            marker=MARKER,
            version=3,
            raw={
                "integration": {name: value for name, value in raw.items() if name != "config"},
                "config": raw["config"]["current"],
            },
            status=RemoteStatus(settled=True, text="ACTIVE"),
        )

    def test_what_is_null_or_lacking_is_absent(self) -> None:
        bare = {"name": "main", "version": 1, "properties": {"awsAccountId": None}, "notes": None}
        found = read(wire(bare, reportedState=None))
        assert (found.attributes, found.marker, found.status) == ({"name": "main", "enabled": True}, None, None)

    def test_the_sentinel_for_empty_notes_is_no_text(self) -> None:
        assert read(wire(config(notes="node_dynamodb_empty_string"))).attributes["notes"] == ""

    @pytest.mark.parametrize(
        ("state", "enabled"), [("ENABLED", True), ("DISABLED", False), ("RESTORED", False), (None, False)]
    )
    def test_it_is_enabled_where_it_is_meant_to_be(self, state: str | None, enabled: bool) -> None:
        assert read(wire(intendedState=state)).attributes["enabled"] is enabled

    def test_one_that_is_being_deleted_is_gone(self) -> None:
        assert SOURCE.read(converse([Answer(200, wire(intendedState="DELETED"))]).session, "id-1") is None
        assert SOURCE.read(converse([error(404)]).session, "id-1") is None

    def test_an_edited_marker_is_known_as_such(self) -> None:
        assert isinstance(read(wire(config(notes=MARKER.render().replace("dev", "prod")))).marker, UnusableMarker)

    def test_an_integration_of_another_type_is_refused(self) -> None:
        with pytest.raises(RemoteError) as caught:
            read(wire(integrationType={"id": "purecloud-data-actions"}))
        assert caught.value.diagnostic.code == "GC343"

    @pytest.mark.parametrize(
        ("reported", "status"),
        [
            ({"code": "ACTIVE"}, RemoteStatus(settled=True, text="ACTIVE")),
            ({"code": "INACTIVE"}, RemoteStatus(settled=False, text="INACTIVE")),
            ({"code": "ACTIVATING"}, RemoteStatus(settled=False, text="ACTIVATING")),
            ({"code": "SLEEPING"}, RemoteStatus(settled=True, text="SLEEPING")),
            ({"code": "ERROR"}, RemoteStatus(settled=True, failed=True, text="ERROR")),
            (
                {"code": "ERROR", "detail": {"message": "No such account"}},
                RemoteStatus(settled=True, failed=True, text="ERROR: No such account"),
            ),
            (
                {"code": "ERROR", "detail": {"messageWithParams": "No {what}", "messageParams": {"what": "account"}}},
                RemoteStatus(settled=True, failed=True, text="ERROR: No account"),
            ),
        ],
    )
    def test_what_the_api_reports_is_followed(self, reported: dict[str, Any], status: RemoteStatus) -> None:
        assert read(wire(reportedState=reported)).status == status

    def test_one_that_is_to_be_off_settles_when_it_is_inactive(self) -> None:
        settled = [
            read(wire(intendedState="DISABLED", reportedState={"code": code})).status.settled  # type: ignore[union-attr]
            for code in ("INACTIVE", "DEACTIVATING", "ACTIVE")
        ]
        assert settled == [True, False, False]

    @pytest.mark.parametrize(
        ("raw", "problem"),
        [
            (wire(config(name=7)), "its name is a number, not a text"),
            (wire(config(version="3")), "its version is a text, not a whole number"),
            (wire(config(notes=[])), "its notes is a list, not a text"),
            (wire(config(properties=[])), "its properties is a list, not an object"),
            (wire(config(properties={"awsAccountId": 12})), "its awsAccountId is a number, not a text"),
            (wire(config(properties={"eventFilter": "a"})), "its eventFilter are not a list of texts"),
            (wire(reportedState="ACTIVE"), "its reportedState is a text, not an object"),
        ],
    )
    def test_a_field_of_another_type_is_an_error_that_names_the_object(self, raw: Any, problem: str) -> None:
        with pytest.raises(RemoteError) as caught:
            read(raw)
        found = caught.value.diagnostic
        assert (found.code, found.message) == ("GC329", f"EventBridge source 'id-1': {problem}")

    @pytest.mark.parametrize("object_id", ["", "..", "a/b", "a?b", "é"])
    def test_an_id_that_would_lead_elsewhere_is_never_sent(self, object_id: str) -> None:
        talk = converse([])
        with pytest.raises(RemoteError):
            SOURCE.read(talk.session, object_id)
        assert talk.server.lines == []


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
CONFIGS = st.fixed_dictionaries({"version": JSON, "properties": JSON}, optional=dict.fromkeys(("name", "notes"), JSON))


@given(st.fixed_dictionaries({}, optional=dict.fromkeys(("name", "reportedState", "selfUri"), JSON)), CONFIGS)
def test_no_integration_of_a_server_ends_in_anything_but_an_object_or_an_error(
    raw: dict[str, Any], configuration: dict[str, Any]
) -> None:
    try:
        found = [read({**wire(configuration), **raw}).kind]
    except RemoteError as failure:
        found = [d.code for d in failure.diagnostics]
    assert found in (["eventbridge_source"], ["GC329"])


class TestListing:
    def test_it_takes_one_request(self) -> None:
        talk = Talk()
        created = made(talk)
        listing = SOURCE.list(talk.session)
        assert ([o.id for o in listing.objects], listing.pages) == ([created.id], 1)
        assert talk.asked == [
            f"GET {INTEGRATIONS}?pageSize=100&pageNumber=1&integrationType={TYPE}&expand=config.current",
        ]

    def test_integrations_of_other_types_and_deleted_ones_are_left_out(self) -> None:
        talk = Talk()
        for number, change in enumerate(({"integrationType": {"id": "webhook"}}, {"intendedState": "DELETED"})):
            created = made(talk, suffix=f"s{number}")
            talk.api.integrations[created.id].update(change)
        assert SOURCE.list(talk.session).objects == ()

    def test_a_server_that_does_not_embed_the_configuration_is_asked_for_it(self) -> None:
        talk = Talk()
        created = made(talk)
        talk.api.embeds = False
        assert the_only(talk).attributes == DECLARED
        assert talk.asked[-1] == f"GET {INTEGRATIONS}/{created.id}/config/current"

    def test_one_that_is_deleted_meanwhile_is_left_out(self) -> None:
        talk = Talk()
        made(talk)
        talk.api.embeds = False
        talk.api.refuse("GET", "config/current", 404)
        assert SOURCE.list(talk.session).objects == ()

    def test_the_type_says_how_many_there_may_be(self) -> None:
        talk = Talk()
        assert SOURCE.capacity(talk.session) == 5
        assert talk.asked == [f"GET {INTEGRATIONS}/types/{TYPE}"]

    def test_a_type_without_a_limit_has_none(self) -> None:
        talk = Talk()
        del talk.api.types[TYPE]["maxInstances"]
        assert SOURCE.capacity(talk.session) is None

    def test_an_organization_without_the_type(self) -> None:
        talk = Talk()
        talk.api.types.clear()
        with pytest.raises(NoSuchKind) as caught:
            SOURCE.capacity(talk.session)
        found = caught.value.diagnostic
        assert (found.code, found.message) == (
            "GC340",
            f"the organization has no integration type {TYPE} (contextId {CONTEXT})",
        )

    def test_a_client_without_the_permission_is_told_what_it_lacks_and_where_it_is_granted(self) -> None:
        with pytest.raises(Denied) as caught:
            SOURCE.list(converse(lambda _: error(403)).session)
        for word in ("integrations:readonly", "integrations:integration:view", "> OAuth", "> Roles / Permissions"):
            assert word in caught.value.diagnostic.hint

    def test_a_page_that_repeats_is_an_error(self) -> None:
        page = {"entities": [wire()], "pageCount": 2, "total": 2}
        answers = [Answer(200, page), Answer(200, page)]
        with pytest.raises(RemoteError) as caught:
            SOURCE.list(converse(answers).session)
        assert caught.value.diagnostic.code == "GC325"


class TestCreating:
    def test_it_takes_three_writes(self) -> None:
        talk = Talk()
        created = SOURCE.create(talk.session, DECLARED, MARKER)
        path = f"{INTEGRATIONS}/{created.id}"
        assert talk.writes == [f"POST {INTEGRATIONS}", f"PUT {path}/config/current", f"PATCH {path}"]
        assert talk.bodies("POST") == [{"name": f"main {MARKER.render()}", "integrationType": {"id": TYPE}}]
        assert talk.bodies("PUT") == [{name: value for name, value in config(version=1).items() if name != "id"}]
        assert talk.bodies("PATCH") == [{"intendedState": "ENABLED"}]

    def test_what_is_created_is_what_is_there(self) -> None:
        talk = Talk()
        created = SOURCE.create(talk.session, DECLARED, MARKER)
        assert (created.attributes, created.marker, created.half_made) == (DECLARED, MARKER, False)
        assert the_only(talk) == created

    def test_one_that_is_off_is_not_switched(self) -> None:
        talk = Talk()
        created = SOURCE.create(talk.session, {**DECLARED, "enabled": False}, MARKER)
        assert (created.attributes["enabled"], talk.bodies("PATCH")) == (False, [])

    def test_without_topics_the_filter_is_empty(self) -> None:
        talk = Talk()
        SOURCE.create(talk.session, {name: value for name, value in DECLARED.items() if name != "topics"}, MARKER)
        assert talk.bodies("PUT")[0]["properties"]["eventFilter"] == []

    @pytest.mark.parametrize("name", ["x" * 256, "x" * 200 + " " * 56, "a b"])
    def test_the_first_name_holds_the_whole_marker_in_256_characters(self, name: str) -> None:
        talk = Talk()
        talk.api.refuse("PUT", "config/current", 400)
        with pytest.raises(RemoteError):
            SOURCE.create(talk.session, {**DECLARED, "name": name}, MARKER)
        (body,) = talk.bodies("POST")
        assert len(body["name"]) <= 256
        assert the_only(talk).marker == MARKER
        assert name.startswith(the_only(talk).name)

    @pytest.mark.parametrize(
        ("method", "end"), [("GET", "config/current"), ("PUT", "config/current"), ("PATCH", "000000000001")]
    )
    def test_whatever_fails_the_next_update_goes_on_and_there_is_one_integration(self, method: str, end: str) -> None:
        talk = Talk()
        for _ in range(2):  # once more with a new token
            talk.api.refuse(method, end, 403)
        with pytest.raises(Denied) as caught:
            SOURCE.create(talk.session, DECLARED, MARKER)
        assert "half made: the next apply goes on with it" in caught.value.diagnostic.hint
        assert caught.value.left_behind is not None
        assert caught.value.left_behind.id == the_only(talk).id
        half = the_only(talk)
        assert (half.marker, half.name, half.half_made) == (MARKER, "main", method != "PATCH")
        finished = SOURCE.update(talk.session, half, DECLARED, MARKER)
        assert (finished.attributes, finished.half_made) == (DECLARED, False)
        assert len(talk.bodies("POST")) == 1
        assert the_only(talk) == finished

    def test_an_integration_that_has_the_marker_while_its_configuration_has_none_yet_is_half_made(self) -> None:
        bare = {"name": "main", "version": 1, "properties": {}}
        found = read(wire(bare, name=f"main {MARKER.render()}"))
        assert (found.name, found.marker, found.half_made) == ("main", MARKER, True)

    def test_the_name_of_a_configured_integration_may_be_an_old_one(self) -> None:
        found = read(wire(config(notes=""), name=f"main {MARKER.render()}"))
        assert (found.marker, found.half_made) == (None, False)

    @pytest.mark.parametrize("status", [500, 502, 408])
    def test_a_lost_answer_to_the_first_write_leaves_the_outcome_open(self, status: int) -> None:
        talk = Talk()
        talk.api.lose("POST", INTEGRATIONS, status)
        with pytest.raises(OutcomeUnknown):
            SOURCE.create(talk.session, DECLARED, MARKER)
        assert (len(talk.bodies("POST")), the_only(talk).half_made) == (1, True)

    @pytest.mark.parametrize("body", [b"", {}, {"id": 7}])
    def test_an_answer_that_is_no_integration_leaves_the_outcome_open(self, body: object) -> None:
        with pytest.raises(OutcomeUnknown):
            SOURCE.create(converse([Answer(200, body)]).session, DECLARED, MARKER)

    @pytest.mark.parametrize(("method", "end"), [("PUT", "config/current"), ("PATCH", "000000000001")])
    @pytest.mark.parametrize("status", [500, 408, 200])
    def test_a_lost_answer_to_a_later_write_is_looked_up(self, method: str, end: str, status: int) -> None:
        talk = Talk()
        talk.api.lose(method, end, status)
        assert SOURCE.create(talk.session, DECLARED, MARKER).attributes == DECLARED
        assert len(talk.bodies("POST")) == 1

    @pytest.mark.parametrize(("method", "end"), [("PUT", "config/current"), ("PATCH", "000000000001")])
    def test_a_later_write_that_was_not_done_is_not_taken_for_the_creates_own_outcome(
        self, method: str, end: str
    ) -> None:
        talk = Talk()
        talk.api.refuse(method, end, 500)
        with pytest.raises(RemoteError) as caught:
            SOURCE.create(talk.session, DECLARED, MARKER)
        assert (type(caught.value), caught.value.diagnostic.code) == (RemoteError, "GC326")

    def test_a_conflict_is_not_about_the_name(self) -> None:
        with pytest.raises(RemoteError) as caught:
            SOURCE.create(converse([error(409)]).session, DECLARED, MARKER)
        assert (type(caught.value), caught.value.diagnostic.code) == (RemoteError, "GC315")

    @pytest.mark.parametrize("status", [400, 409])
    def test_a_suffix_that_another_integration_has_is_named_with_it(self, status: int) -> None:
        talk = Talk()
        first = made(talk)
        talk.api.refuse("PUT", "config/current", status)
        with pytest.raises(RemoteError) as caught:
            SOURCE.create(talk.session, {**DECLARED, "name": "other"}, MARKER)
        found = caught.value.diagnostic
        assert (found.code, found.message) == (
            "GC341",
            f'the suffix "prod" of account 012345678901 in eu-west-1 is in use by "main" ({first.id})',
        )

    def test_an_integration_is_never_in_its_own_way(self) -> None:
        talk = Talk()
        talk.api.lose("PUT", "config/current", 409)
        with pytest.raises(ChangedSince) as caught:
            SOURCE.create(talk.session, DECLARED, MARKER)
        assert caught.value.diagnostic.code == "GC342"

    def test_nested_errors_are_told(self) -> None:
        talk = Talk()
        talk.api.refuse("PUT", "config/current", 400, "Not valid", errors=[{"message": "no account", "errors": []}])
        with pytest.raises(RemoteError) as caught:
            SOURCE.create(talk.session, DECLARED, MARKER)
        assert (caught.value.diagnostic.code, "Not valid; no account" in caught.value.diagnostic.message) == (
            "GC311",
            True,
        )


class TestUpdating:
    def test_what_is_not_declared_survives(self) -> None:
        talk = Talk()
        remote = made(talk)
        kept = {
            "advanced": {"batch": 10},
            "credentials": {"basic": {"id": "c-1"}},
            "retention": "4d",
            "properties": {**PROPERTIES, "partition": "aws"},
        }
        talk.api.configurations[remote.id].update(kept)
        SOURCE.update(talk.session, the_only(talk), {"name": "new"}, MARKER)
        assert talk.bodies("PUT") == [
            {**{n: v for n, v in config(version=2, name="new", **kept).items() if n != "id"}},
        ]

    def test_topics_in_another_order_are_the_same(self) -> None:
        talk = Talk()
        remote = made(talk)
        SOURCE.update(talk.session, remote, {"topics": DECLARED["topics"][::-1]}, MARKER)
        assert talk.asked == []

    def test_other_topics_and_notes_are_written_in_place(self) -> None:
        talk = Talk()
        updated = SOURCE.update(talk.session, made(talk), {"topics": ["v2.a"], "notes": "New"}, MARKER)
        assert (updated.attributes["topics"], updated.attributes["notes"], updated.version) == (["v2.a"], "New", 3)
        assert [line.split()[0] for line in talk.asked] == ["PUT"]

    def test_topics_and_notes_that_are_none_are_taken_away(self) -> None:
        talk = Talk()
        updated = SOURCE.update(talk.session, made(talk), {"topics": None, "notes": None}, MARKER)
        assert (updated.attributes["topics"], updated.attributes["notes"]) == ([], "")

    def test_the_state_alone_is_patched_after_a_look_at_the_version(self) -> None:
        talk = Talk()
        remote = made(talk)
        updated = SOURCE.update(talk.session, remote, {**DECLARED, "enabled": False}, MARKER)
        assert talk.asked == [
            f"GET {INTEGRATIONS}/{remote.id}/config/current",
            f"PATCH {INTEGRATIONS}/{remote.id}",
        ]
        assert (updated.attributes["enabled"], updated.status) == (
            False,
            RemoteStatus(settled=False, text="DEACTIVATING"),
        )

    def test_the_state_of_a_configuration_that_moved_on_is_not_touched(self) -> None:
        talk = Talk()
        remote = made(talk)
        talk.api.configurations[remote.id]["version"] = 9
        with pytest.raises(ChangedSince) as caught:
            SOURCE.update(talk.session, remote, {"enabled": False}, MARKER)
        assert (caught.value.diagnostic.code, talk.writes) == ("GC342", [])

    @pytest.mark.parametrize(
        ("status", "message", "code"),
        [
            (409, "Conflict", "GC342"),
            (408, "Timeout", "GC342"),
            (400, "Version 2 does not match the current version 3", "GC314"),
        ],
    )
    def test_a_version_that_moved_on_is_told_as_that_and_never_overwritten(
        self, status: int, message: str, code: str
    ) -> None:
        talk = Talk()
        remote = made(talk)
        talk.api.refuse("PUT", "config/current", status, message)
        with pytest.raises(ChangedSince) as caught:
            SOURCE.update(talk.session, remote, {"name": "new"}, MARKER)
        assert (caught.value.diagnostic.code, len(talk.bodies("PUT"))) == (code, 1)
        assert the_only(talk).name == "main"

    def test_another_refusal_is_told_as_it_came(self) -> None:
        talk = Talk()
        remote = made(talk)
        talk.api.refuse("PUT", "config/current", 400, "The topic is unknown")
        with pytest.raises(RemoteError) as caught:
            SOURCE.update(talk.session, remote, {"topics": ["v2.a"]}, MARKER)
        assert (caught.value.diagnostic.code, type(caught.value)) == ("GC311", RemoteError)
        assert "The topic is unknown" in caught.value.diagnostic.message

    def test_a_release_takes_the_marker_away(self) -> None:
        talk = Talk()
        released = SOURCE.update(talk.session, made(talk), {}, None)
        assert (released.attributes, released.marker) == (DECLARED, None)
        assert talk.api.configurations[released.id]["notes"] == "For analytics"

    def test_an_adoption_writes_the_marker_behind_the_notes(self) -> None:
        talk = Talk()
        adopted = made(talk)
        talk.api.configurations[adopted.id]["notes"] = "node_dynamodb_empty_string"
        adopted = SOURCE.update(talk.session, the_only(talk), {"aws_region": "eu-west-1"}, MARKER)
        assert (adopted.marker, talk.api.configurations[adopted.id]["notes"]) == (MARKER, MARKER.render())


class TestDeleting:
    def test_one_that_is_gone_is_forgiven(self) -> None:
        talk = Talk()
        remote = made(talk)
        SOURCE.delete(talk.session, remote)
        SOURCE.delete(talk.session, remote)
        assert (talk.asked, SOURCE.read(talk.session, remote.id)) == ([f"DELETE {INTEGRATIONS}/{remote.id}"] * 2, None)

    def test_it_takes_its_own_permission(self) -> None:
        denied = converse(lambda _: error(403)).session
        with pytest.raises(NotCarriedOut):  # a new token is fetched, and the object to be read again
            SOURCE.delete(denied, read(wire()))
        with pytest.raises(Denied) as caught:
            SOURCE.delete(denied, read(wire()))
        assert "integrations:integration:delete" in caught.value.diagnostic.hint


@given(st.text(max_size=20), st.text(max_size=20), st.lists(st.text(min_size=1, max_size=5), max_size=3, unique=True))
def test_reading_and_writing_back_changes_nothing(name: str, notes: str, topics: list[str]) -> None:
    raw = wire(config(name=f"x{name}", notes=notes, properties={**PROPERTIES, "eventFilter": topics}))
    remote = read(json.loads(json.dumps(raw)))
    if remote.marker is None and notes == notes.rstrip():
        assert SOURCE.update(converse([]).session, remote, remote.attributes, None).attributes == remote.attributes
