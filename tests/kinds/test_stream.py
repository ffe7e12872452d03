from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gcsync.kinds import kinds_by_name
from gcsync.kinds.stream import Stream
from gcsync.model.address import Address
from gcsync.model.failure import Denied, NameTaken, NoSuchKind, NotCarriedOut, OutcomeUnknown, RemoteError
from gcsync.model.marker import Marker, UnusableMarker
from gcsync.model.resource import Listing, RemoteObject
from gcsync.model.value import UNREADABLE, Secret
from tests.remote.answering import Answer, converse, error

PATH = "/api/v2/eventstreams"
URL = "https://events.example.com/genesys-events"
MARKER = Marker("contact-center@dev", Address("stream", "conversations"), ("abc", "..."))
STREAM = Stream()
A, B, C = ({"protocol": "https", "url": f"https://{name}.example.com"} for name in "abc")


def wire(**fields: Any) -> dict[str, Any]:
    """An event stream as the API returns it."""
    return {
        "id": "id-1",
        "name": "calls",
        "description": f"For analytics\n\n{MARKER.render()}",
        "enabled": True,
        "destinations": [{"protocol": "https", "url": URL, "headers": {"X-Api-Key": "key-1"}}],
        "eventTypes": ["conversation:start", "conversation:end"],
        "version": 3,
        "dateCreated": "2026-11-23T12:00:00.000Z",
        "dateModified": "2026-11-23T12:00:00.000Z",
        "selfUri": f"{PATH}/id-1",
        **fields,
    }


def read(raw: dict[str, Any]) -> RemoteObject:
    found = STREAM.read(converse([Answer(200, raw)]).session, "id-1")
    assert found is not None
    return found


def sent(raw: dict[str, Any], attributes: dict[str, Any], marker: Marker | None = MARKER) -> dict[str, Any]:
    """What an update of the object `raw` sends."""
    remote = read(raw)
    talk = converse([Answer(200, raw)])
    STREAM.update(talk.session, remote, attributes, marker)
    assert talk.server.asked == [f"PUT {PATH}/id-1"]
    body: dict[str, Any] = json.loads(str(talk.server.requests[-1].body))
    return body


def test_the_registry_knows_it() -> None:
    assert isinstance(kinds_by_name()["stream"], Stream)
    assert [name for name, kind in kinds_by_name().items() if name != kind.name] == []


def test_it_is_read_under_the_names_of_the_schema() -> None:
    raw = wire()
    assert read(raw) == RemoteObject(
        kind="stream",
        id="id-1",
        name="calls",
        attributes={
            "name": "calls",
            "description": "For analytics",
            "enabled": True,
            "event_types": ["conversation:start", "conversation:end"],
            "destinations": [{"protocol": "https", "url": URL, "headers": {"X-Api-Key": "key-1"}}],
        },
        marker=MARKER,
        version=3,
        modified=raw["dateModified"],
        raw=raw,
    )


def test_what_is_null_or_lacking_is_absent() -> None:
    nulls = {"id": "id-1", "name": "calls", "description": None, "eventTypes": None, "version": None, "enabled": None}
    lacking = {"id": "id-1", "name": "calls"}
    destinations = [{"protocol": "https", "url": URL}]
    for raw in (nulls, lacking):
        found = read({**raw, "destinations": [{**destinations[0], "headers": None}]})
        assert found.attributes == {"name": "calls", "enabled": True, "destinations": destinations}
        assert (found.marker, found.version) == (None, None)
    assert read(lacking).attributes["destinations"] == []


@pytest.mark.parametrize(
    ("value", "read_as"), [(None, UNREADABLE), ("***", UNREADABLE), ("**", "**"), ("", ""), ("a***", "a***")]
)
def test_a_header_that_comes_back_masked_is_unreadable(value: str | None, read_as: object) -> None:
    raw = wire(destinations=[{"protocol": "https", "url": URL, "headers": {"X-Api-Key": value}}])
    assert read(raw).attributes["destinations"][0]["headers"] == {"X-Api-Key": read_as}


def test_a_marker_that_was_edited_is_known_as_such() -> None:
    found = read(wire(description=f"x {MARKER.render()}".replace("dev", "prod")))
    assert isinstance(found.marker, UnusableMarker)


@pytest.mark.parametrize(
    ("field", "problem"),
    [
        ({"name": None}, "its name is lacking, not a text"),
        ({"name": 7}, "its name is a number, not a text"),
        ({"description": ["word-1"]}, "its description is a list, not a text"),
        ({"enabled": "word-1"}, "its enabled is a text, not true or false"),
        ({"version": "word-1"}, "its version is a text, not a whole number"),
        ({"version": True}, "its version is true or false, not a whole number"),
        ({"eventTypes": "word-1"}, "its eventTypes are not a list of texts"),
        ({"eventTypes": ["a", None]}, "its eventTypes are not a list of texts"),
        ({"destinations": {}}, "its destinations are an object, not a list"),
        ({"destinations": ["word-1"]}, "a destination is a text, not an object"),
        ({"destinations": [{"url": 7}]}, "the url of a destination is a number, not a text"),
        ({"destinations": [{"headers": ["word-1"]}]}, "the headers of a destination are a list, not an object"),
        ({"destinations": [{"headers": {"K": 7}}]}, "the header 'K' of a destination is a number, not a text"),
    ],
)
def test_a_field_of_another_type_is_an_error_that_names_the_object_and_no_value(
    field: dict[str, Any], problem: str
) -> None:
    page = {"entities": [wire(id="id-0"), wire(**field)], "pageCount": 1, "total": 2}
    with pytest.raises(RemoteError) as caught:
        STREAM.list(converse([Answer(200, page)]).session)
    found = caught.value.diagnostic
    assert (found.code, found.message) == ("GC329", f"event stream 'id-1': {problem}")


def test_all_of_them_are_listed() -> None:
    raws = [wire(id=f"id-{number}", name=f"calls-{number}") for number in range(3)]
    talk = converse([Answer(200, {"entities": raws, "pageSize": 100, "pageNumber": 1, "pageCount": 1, "total": 3})])
    found = STREAM.list(talk.session)
    assert found == Listing(tuple(map(read_again, raws)), moved=False, pages=1)
    assert talk.server.asked == [f"GET {PATH}?pageSize=100&pageNumber=1"]


def read_again(raw: dict[str, Any]) -> RemoteObject:
    return read(json.loads(json.dumps(raw)))


def test_a_listing_that_moved_says_so() -> None:
    talk = converse([Answer(200, {"entities": [wire()], "pageCount": 1, "total": 2})])
    assert STREAM.list(talk.session).moved


@pytest.mark.parametrize(("status", "failure"), [(404, NoSuchKind), (403, Denied)])
def test_an_organization_without_it_or_without_the_scope(status: int, failure: type[RemoteError]) -> None:
    with pytest.raises(failure) as caught:
        STREAM.list(converse(lambda _: error(status)).session)
    assert status != 403 or "event:stream:read" in caught.value.diagnostic.hint


def test_an_object_that_is_gone_reads_as_none() -> None:
    assert STREAM.read(converse([error(404)]).session, "id-1") is None


@pytest.mark.parametrize(
    ("attributes", "body"),
    [
        (
            {"name": "calls", "enabled": True, "destinations": [{"protocol": "https", "url": URL}]},
            {"name": "calls", "enabled": True, "destinations": [{"protocol": "https", "url": URL}]},
        ),
        ({"name": "calls", "event_types": []}, {"name": "calls", "eventTypes": []}),
    ],
)
def test_a_create_sends_the_declared_attributes_and_the_marker(
    attributes: dict[str, Any], body: dict[str, Any]
) -> None:
    talk = converse([Answer(200, wire())])
    STREAM.create(talk.session, attributes, MARKER)
    assert talk.server.asked == [f"POST {PATH}"]
    assert json.loads(str(talk.server.requests[-1].body)) == {**body, "description": MARKER.render()}


@pytest.mark.parametrize(
    ("text", "description"),
    [
        ("For analytics", f"For analytics\n\n{MARKER.render()}"),
        ("", MARKER.render()),
        (Secret("For analytics"), f"For analytics\n\n{MARKER.render()}"),
    ],
)
def test_the_marker_follows_the_description(text: object, description: str) -> None:
    talk = converse([Answer(200, wire())])
    STREAM.create(talk.session, {"name": "calls", "description": text}, MARKER)
    assert json.loads(str(talk.server.requests[-1].body))["description"] == description


def test_what_is_created_is_what_the_server_answers() -> None:
    assert STREAM.create(converse([Answer(200, wire())]).session, {"name": "calls"}, MARKER) == read(wire())


@pytest.mark.parametrize("body", [b"", {}, {"id": "id-1"}, {"id": 7, "name": "calls"}])
def test_a_create_whose_answer_is_no_stream_has_an_unknown_outcome(body: object) -> None:
    with pytest.raises(OutcomeUnknown):
        STREAM.create(converse([Answer(200, body)]).session, {"name": "calls"}, MARKER)


def test_a_create_of_a_name_that_is_taken() -> None:
    with pytest.raises(NameTaken):
        STREAM.create(converse([error(409, "event.stream.exists")]).session, {"name": "calls"}, MARKER)


def test_an_update_keeps_what_is_not_declared_and_leaves_out_what_the_server_computes() -> None:
    raw = wire(retryPolicy={"hours": 24}, division={"id": "d-1"})
    kept = {name: raw[name] for name in ("enabled", "destinations", "eventTypes", "version", "retryPolicy", "division")}
    assert sent(raw, {"name": "new"}) == {**kept, "name": "new", "description": raw["description"]}


def test_an_update_lays_every_declared_attribute_over_the_object() -> None:
    attributes = {
        "name": "new",
        "description": "New",
        "enabled": False,
        "event_types": ["*"],
        "destinations": [{"protocol": "https", "url": "https://a.example.com", "headers": {"X-Api-Key": Secret("k")}}],
    }
    assert sent(wire(), attributes) == {
        "name": "new",
        "description": f"New\n\n{MARKER.render()}",
        "enabled": False,
        "eventTypes": ["*"],
        "destinations": [A | {"headers": {"X-Api-Key": "k"}}],
        "version": 3,
    }


def test_an_update_takes_away_what_is_none() -> None:
    body = sent(wire(), {"event_types": None, "description": None})
    assert ("eventTypes" in body, body["description"]) == (False, MARKER.render())


def test_an_object_without_a_version_is_updated_without_one() -> None:
    raw = {name: value for name, value in wire().items() if name != "version"}
    assert "version" not in sent(raw, {"enabled": False})


@pytest.mark.parametrize(
    ("raw", "attributes", "marker", "description"),
    [
        (wire(), {}, None, "For analytics"),
        (wire(description=MARKER.render()), {}, None, ""),
        (wire(), {"description": ""}, MARKER, MARKER.render()),
        (wire(description=None), {}, MARKER, MARKER.render()),
        (wire(description="by hand"), {"enabled": False}, MARKER, f"by hand\n\n{MARKER.render()}"),
        (wire(description=f"{MARKER.render()}\nadded"), {}, MARKER, f"added\n\n{MARKER.render()}"),
    ],
    ids=["release", "release of a bare marker", "empty", "adopt without any", "adopt", "text behind the marker"],
)
def test_an_update_writes_the_text_with_the_marker_or_without(
    raw: dict[str, Any], attributes: dict[str, Any], marker: Marker | None, description: str
) -> None:
    assert sent(raw, attributes, marker)["description"] == description


def test_a_release_adds_no_description_where_there_is_none() -> None:
    raw = {name: value for name, value in wire().items() if name != "description"}
    assert "description" not in sent(raw, {}, None)


@pytest.mark.parametrize(
    ("there", "declared", "result"),
    [
        ([A | {"x": 1}], [A], [A | {"x": 1}]),
        ([A | {"x": 1, "headers": {"K": "v"}}], [A], [A | {"x": 1}]),
        ([A | {"x": 1}, B | {"x": 2}], [B, A], [B | {"x": 2}, A | {"x": 1}]),
        ([A | {"x": 1}, B | {"x": 2}], [B], [B | {"x": 2}]),
        ([A | {"x": 1}, B | {"x": 2}], [C, B], [C | {"x": 1}, B | {"x": 2}]),
        ([A | {"x": 1}], [C, A], [C, A | {"x": 1}]),
        ([A | {"x": 1}, A | {"x": 2}], [A, A], [A | {"x": 1}, A | {"x": 2}]),
        ([A | {"x": 1}], [A, A], [A | {"x": 1}, A]),
        (None, [A], [A]),
    ],
)
def test_unknown_fields_of_a_destination_survive_where_it_is_the_same_one(
    there: list[Any] | None, declared: list[Any], result: list[Any]
) -> None:
    assert sent(wire(destinations=there), {"destinations": declared})["destinations"] == result


def test_a_header_that_was_never_returned_goes_back_as_it_came() -> None:
    there = [A | {"headers": {"K": "****", "L": None}}]
    declared = [A | {"headers": {"K": UNREADABLE, "L": UNREADABLE, "M": UNREADABLE, "N": "n"}}]
    result = [A | {"headers": {"K": "****", "L": None, "N": "n"}}]
    assert sent(wire(destinations=there), {"destinations": declared})["destinations"] == result


def test_a_delete_takes_its_scope_and_forgives_that_the_object_is_gone() -> None:
    remote = read(wire())
    for answer in (Answer(204), error(404)):
        talk = converse([answer])
        STREAM.delete(talk.session, remote)
        assert talk.server.asked == [f"DELETE {PATH}/id-1"]
    denied = converse(lambda _: error(403)).session
    with pytest.raises(NotCarriedOut):  # a new token is fetched, and the object to be read again
        STREAM.delete(denied, remote)
    with pytest.raises(Denied) as caught:
        STREAM.delete(denied, remote)
    assert "event:stream:delete" in caught.value.diagnostic.hint


@pytest.mark.parametrize("object_id", ["", ".", "..", "a/b", "a?b", "a#b", "a b", "a\n", "%2e%2e", "é"])
def test_an_id_that_would_lead_elsewhere_is_never_sent(object_id: str) -> None:
    talk = converse([])
    with pytest.raises(RemoteError) as caught:
        STREAM.read(talk.session, object_id)
    assert (talk.server.lines, caught.value.diagnostic.code) == ([], "GC329")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@settings(deadline=None)
@given(st.fixed_dictionaries({}, optional=dict.fromkeys(wire(), JSON)))
def test_no_object_of_a_server_ends_in_anything_but_an_object_or_an_error(raw: dict[str, Any]) -> None:
    page = {"entities": [{**raw, "id": "id-1"}], "pageCount": 1, "total": 1}
    try:
        found = [o.name for o in STREAM.list(converse([Answer(200, page)]).session).objects]
    except RemoteError as failure:
        found = [d.code for d in failure.diagnostics]
    assert found in ([raw.get("name")], ["GC329"])


@settings(deadline=None)
@given(st.dictionaries(st.text(max_size=5), st.text(max_size=5), max_size=3))
def test_reading_and_writing_back_changes_nothing(headers: dict[str, str]) -> None:
    headers = {name: value for name, value in headers.items() if value.strip("*") or not value}
    raw = wire(destinations=[A | {"headers": headers}] if headers else [A])
    computed = ("id", "selfUri", "dateCreated", "dateModified")
    assert sent(raw, dict(read(raw).attributes)) == {n: v for n, v in raw.items() if n not in computed}
