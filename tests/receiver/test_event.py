from __future__ import annotations

import gc
import hashlib
import json
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gcsync.receiver.event import MAX_DEPTH, Handshake, Problem, read
from gcsync.receiver.interface import Event
from tests.receiver.by_members import read_by_members

MOMENT = "2026-11-25T09:30:00.000Z"

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
layouts = st.sampled_from([{}, {"indent": 2}, {"separators": (",", ":")}, {"ensure_ascii": False}])


def told(body: bytes) -> Handshake | Event | Problem:
    return read(body, lambda: MOMENT)


def encoded(value: Any, layout: dict[str, Any]) -> bytes:
    return json.dumps(value, **layout).encode("utf-8", "surrogatepass")


@pytest.mark.parametrize("body", [b"", b"  \r\n\t", b"{}", b" { } ", b"[]", b"[ ]", b"null", b"\xef\xbb\xbf{}"])
def test_is_empty(body: bytes) -> None:
    assert told(body) is Problem.EMPTY


INVALID = {
    "no JSON": b"hello",
    "half of it": b'{"eventType": "x"',
    "two documents": b'{"eventType": "x"}{}',
    "a comma too many": b'{"eventType": "x",}',
    "a comma too few": b'{"eventType": "x" "id": "a"}',
    "no colon": b'{"eventType" "x"}',
    "a name without quotes": b'{eventType: "x"}',
    "single quotes": b"{'eventType': 'x'}",
    "a comment": b'{"eventType": "x"} // well',
    "not UTF-8": b'{"eventType": "\xff"}',
    "UTF-16": '{"eventType": "x"}'.encode("utf-16"),
    "NaN": b'{"eventType": "x", "data": NaN}',
    "Infinity": b'{"eventType": "x", "data": [-Infinity]}',
    "a number beyond all readers": b'{"eventType": "x", "data": 1e999}',
    "an integer of ten thousand digits": b'{"eventType": "x", "data": ' + b"9" * 10_000 + b"}",
    "neither": b'{"a": 1}',
    "a list of events": b'[{"eventType": "x"}]',
    "text": b'"eventType"',
    "zero": b"0",
    "false": b"false",
    "a type that is no text": b'{"eventType": 1, "id": "a"}',
    "a type without text": b'{"eventType": "", "id": "a"}',
    "the id twice": b'{"eventType": "x", "id": "a", "id": "b"}',
    "the id twice, once escaped": b'{"eventType": "x", "id": "a", "\\u0069d": "b"}',
    "the token twice": b'{"verification_token": "a", "verification_token": "b"}',
    "half a surrogate pair as id": b'{"eventType": "x", "id": "\\ud800"}',
    "half a surrogate pair as type": b'{"eventType": "\\udfff", "id": "a"}',
    "a tab inside text": b'{"eventType": "\t"}',
    "too deep": b'{"eventType": "x", "data": ' + b"[" * MAX_DEPTH + b"]" * MAX_DEPTH + b"}",
    "deeper than any stack": b'{"eventType": "x", "data": ' + b"[" * 500_000,
    "too deep beside a token": b'{"verification_token": "t", "data": ' + b"[" * 100 + b"]" * 100 + b"}",
}


@pytest.mark.parametrize("body", INVALID.values(), ids=INVALID)
def test_is_invalid(body: bytes) -> None:
    assert told(body) is Problem.INVALID


@pytest.mark.parametrize("text", ['"{[{["', '"\\\\"', '"\\\\\\"["', '"[\\"["', "[]", '{"[": "]"}'])
def test_brackets_inside_of_strings_make_nothing_deeper(text: str) -> None:
    depth = MAX_DEPTH - 2
    document = '{"eventType": "x", "data": ' + "[" * depth + ", ".join([text] * 40) + "]" * depth + "}"
    assert isinstance(told(document.encode()), Event)
    assert told(document.replace('"data": ', '"data": [[').replace("}", "]]}").encode()) is Problem.INVALID


def test_a_large_body_is_not_searched_for_garbage_while_it_is_read() -> None:
    phases: list[str] = []
    body = b'{"eventType": "x", "data": [' + b"[]," * 100_000 + b"1]}"
    gc.callbacks.append(lambda phase, _: phases.append(phase))
    try:
        found = told(body)
    finally:
        gc.callbacks.pop()
    assert isinstance(found, Event)
    # At its end it may be, once; there were hundreds.
    assert phases.count("start") <= 2
    assert gc.isenabled()


def test_a_document_as_deep_as_allowed_is_read() -> None:
    depth = MAX_DEPTH - 1
    assert isinstance(told(b'{"eventType": "x", "data": ' + b"[" * depth + b"]" * depth + b"}"), Event)


@pytest.mark.parametrize(
    "token",
    [
        '"abc123"',
        '""',
        '"A\\u0041\\/\\n"',
        '"grüße 😀"',
        '"\\ud83d\\ude00"',
        '"\\ud800"',
        "17",
        "1.50",
        "1E5",
        "null",
        "true",
        '[ 1,  "a" ]',
        '{"b": 1, "a":{}}',
    ],
)
@pytest.mark.parametrize(
    "body", ['{"verification_token": %s}', '{ "id":"a","eventType":"x", "verification_token"\n:%s }']
)
def test_a_token_is_echoed_as_it_stood_also_beside_an_event(token: str, body: str) -> None:
    assert told((body % token).encode()) == Handshake(token)


@given(st.dictionaries(st.text(), values, max_size=4), values, layouts)
def test_whatever_the_token_the_echo_is_the_same_value(others: dict[str, Any], token: Any, layout: Any) -> None:
    found = told(encoded(others | {"verification_token": token}, layout))
    assert isinstance(found, Handshake)
    assert json.loads(found.token) == token


@given(st.dictionaries(st.text(), values, max_size=4), layouts)
def test_an_event_is_what_it_was(data: dict[str, Any], layout: dict[str, Any]) -> None:
    body = {"id": "e-1", "eventType": "conversation:start", "data": data}
    found = told(encoded(body, layout))
    assert isinstance(found, Event)
    assert (found.id, found.type, found.received_at) == ("e-1", "conversation:start", MOMENT)
    assert found.payload == body
    assert json.loads(found.text) == body
    assert "\n" not in found.text


@given(st.text() | st.binary().map(lambda data: data.decode("latin-1")))
def test_nothing_that_is_sent_raises(text: str) -> None:
    told(text.encode("utf-8", "replace"))


@given(values, layouts)
def test_reads_what_json_reads(value: Any, layout: dict[str, Any]) -> None:
    """Any value is empty or invalid as the contract says, or an object with neither token nor type."""
    body = encoded(value, layout)
    empty = value in ({}, [], None) and value is not False and value != 0
    if not isinstance(value, dict) or not {"verification_token", "eventType", "detail-type"} & set(value):
        assert told(body) is (Problem.EMPTY if empty else Problem.INVALID)


def test_an_envelope_of_eventbridge_is_an_event() -> None:
    body = {"version": "0", "id": "6a7e", "detail-type": "v2.users.x.presence", "source": "aws.partner", "detail": {}}
    found = told(json.dumps(body).encode())
    assert isinstance(found, Event)
    assert (found.id, found.type, found.payload) == ("6a7e", "v2.users.x.presence", body)


@pytest.mark.parametrize("more", ["", ', "id": ""', ', "id": null', ', "id": {"a": 1}', ', "id": true', ', "id": 1.5'])
def test_without_an_id_the_body_gives_one(more: str) -> None:
    body = b'{"eventType": "x"%s}' % more.encode()
    found = told(body)
    assert isinstance(found, Event)
    assert found.id == f"sha256:{hashlib.sha256(body).hexdigest()}"


def test_a_whole_number_is_an_id() -> None:
    found = told(b'{"eventType": "x", "id": 123456789012345678901234567890}')
    assert isinstance(found, Event)
    assert found.id == "123456789012345678901234567890"


def test_the_text_is_as_it_came_where_it_is_one_line() -> None:
    body = b' {"eventType":"x",  "data": 1.50, "u": "\xc3\xbc"}\n'
    found = told(body)
    assert isinstance(found, Event)
    assert found.text.encode() == body.strip()


def test_members_that_decide_nothing_may_come_twice() -> None:
    found = told(b'{"eventType": "x", "a": 1, "a": 2, "data": {"id": 1, "id": 2}}')
    assert isinstance(found, Event)
    assert found.payload["a"] == 2


def objects(members: list[tuple[str, str]]) -> str:
    return "{" + ",".join(f'"{name}": {value}' for name, value in members) + "}"


names = st.sampled_from(
    [
        "id",
        "eventType",
        "detail-type",
        "verification_token",
        "data",
        "\\u0069d",
        "eventTyp\\u0065",
        "",
        "verification\\u005Ftoken",
        '\\"verification_token',
        "x\\\\",
    ]
)
spelled = st.recursive(
    st.sampled_from(
        [
            "null",
            "true",
            "1",
            "1.5",
            "1e999",
            "NaN",
            "-0",
            '""',
            '"x"',
            '"\\ud800"',
            '"a\\nb"',
            '"\\\\"',
            '"\\"verification_token"',
            '"\t"',
            "[",
            "ü",
        ]
    ),
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda parts: f"[{', '.join(parts)}]")
        | st.lists(st.tuples(names, inner), max_size=3).map(objects)
        | st.tuples(inner, st.integers(0, MAX_DEPTH + 1)).map(lambda pair: "[" * pair[1] + pair[0] + "]" * pair[1])
    ),
    max_leaves=8,
)


@given(
    st.lists(st.tuples(names, spelled), max_size=5).map(objects),
    st.sampled_from(["", " ", "\n", "\ufeff", "x", "}"]),
    st.sampled_from(["", "\r\n", "{}", "\x00"]),
)
def test_what_is_read_in_one_go_is_what_it_is_member_by_member(body: str, before: str, after: str) -> None:
    text = (before + body + after).encode()
    assert told(text) == read_by_members(text, MOMENT)


@pytest.mark.parametrize("member", ['"a%d": 1', '"a%d": "\\""', '"a%d": [[], "verification_token"]'])
@pytest.mark.parametrize("last", ['"verification_token": "t"', '"id": 1, "id": 2', '"eventType": "x", "a": 1, "a": 2'])
def test_many_members_are_left_to_the_decoder(member: str, last: str) -> None:
    """A body of 1 MiB may hold more than a hundred thousand: none of them may cost a call."""

    def calls(count: int) -> int:
        body = ("{" + ", ".join([member % number for number in range(count)] + [last]) + "}").encode()
        number = 0

        def seen(frame: Any, kind: str, what: Any) -> None:
            nonlocal number
            number += kind in ("call", "c_call") and what is not isinstance

        before = sys.getprofile()
        sys.setprofile(seen)
        try:
            told(body)
        finally:
            sys.setprofile(before)
        return number

    calls(1)
    # The garbage collector may call a few, too.
    assert calls(3000) <= calls(30) + 300


def test_a_token_inside_other_members_is_none_of_the_bodys() -> None:
    inner = '{"verification_token": 1, "b": "} \\" \\\\", "c": [{"verification_token": 2}]}'
    assert told(f'{{"a": {inner}, "verification_token" : 1.50}}'.encode()) == Handshake("1.50")
    assert isinstance(told(f'{{"eventType": "x", "a": {inner}, "a": 1}}'.encode()), Event)
