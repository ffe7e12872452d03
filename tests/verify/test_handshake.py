"""What is an exact echo, and each way to miss it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gcsync.model.check import CheckStatus
from gcsync.verify.handshake import judge, request_body
from gcsync.verify.wire import LONGEST_BODY, Answer
from tests.verify.endpoints import TOKEN


def judged(body: Any, status: int = 200, media_type: str = "application/json", seconds: float = 0.01) -> Any:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return judge(Answer(status, {"content-type": media_type}, raw, seconds), TOKEN, str)


def echo(**more: Any) -> dict[str, Any]:
    return {"verification_token": TOKEN} | more


def test_the_token_alone_is_exact() -> None:
    found = judged(echo(), media_type="application/json; charset=utf-8")
    assert (found.status, found.message) == (CheckStatus.OK, "the token is echoed exactly, in 10 ms")


def test_white_space_between_the_parts_of_json_does_not_matter() -> None:
    assert judged(json.dumps(echo(), indent=2).encode() + b"\r\n").status is CheckStatus.OK


NEAR_MISSES: list[tuple[Any, str]] = [
    (echo(status="success"), "its answer has another field: status"),
    (echo(a=1, b=2, c=3, d=4), "its answer has other fields: a, b, c and 1 more"),
    ({"Verification_Token": TOKEN}, "the key is Verification_Token, not verification_token"),
    ({"verificationToken": TOKEN}, "the key is verificationToken, not verification_token"),
    ({"verification-token": TOKEN}, "the key is verification-token, not verification_token"),
    ({"token": TOKEN}, "the token is under token, not under verification_token"),
    ({"data": echo()}, "its answer has no verification_token, but inside another object: was it taken for an event?"),
    ({"status": "success"}, "its answer has no verification_token: was it taken for an event?"),
    ({"verification_token": TOKEN.lower()}, "the token comes back in another case"),
    ({"verification_token": f" {TOKEN}\n"}, "the token comes back with white space or quotation marks around it"),
    ({"verification_token": TOKEN[:10]}, "the token comes back cut off, after 10 of its 33 characters"),
    ({"verification_token": "abc123"}, "another token comes back than was sent"),
    ({"verification_token": 123}, "verification_token is a number, not the text that was sent"),
    ({"verification_token": None}, "verification_token is null, not the text that was sent"),
    ({"verification_token": [TOKEN]}, "verification_token is a list, not the text that was sent"),
    ([echo()], "it answers a list, not a JSON object"),
    (TOKEN, "it answers the token as a JSON text, not an object"),
    (json.dumps(echo()), "it answers a JSON text that holds JSON: it is encoded twice"),
    (None, "it answers null, not a JSON object"),
    ({"statusCode": 200, "body": json.dumps(echo())}, "it answers Lambda's envelope (statusCode, body)"),
    (TOKEN.encode(), "it answers the bare token, not a JSON object"),
    (b"", "it answers 200 with an empty body"),
    (b"OK", "its answer is not JSON (application/json)"),
    (b"<!DOCTYPE html><title>Sign in</title>", "it answers with an HTML page"),
    (
        b"\xef\xbb\xbf" + json.dumps(echo()).encode(),
        "its answer begins with a byte order mark, which JSON does not allow",
    ),
    (
        b'{"verification_token": "x", "verification_token": "%s"}' % TOKEN.encode(),
        "its answer holds verification_token twice",
    ),
    (b"[" * 100_000, "its answer is not JSON (application/json)"),
    (
        json.dumps(echo(more="A" * 300_000)).encode()[:LONGEST_BODY],
        "its answer is longer than 256 KiB, of which no more was read",
    ),
]


@pytest.mark.parametrize(("body", "message"), NEAR_MISSES, ids=[message for _, message in NEAR_MISSES])
def test_a_near_miss_is_told_by_its_name(body: Any, message: str) -> None:
    found = judged(body)
    assert (found.status, found.code, found.message) == (CheckStatus.FAIL, "GC829", message)
    assert found.hint


@pytest.mark.parametrize(
    ("how", "message"),
    [
        ({"status": 201}, "the token is echoed exactly, but with 201, not 200"),
        ({"media_type": "text/plain"}, "the token is echoed exactly, but not as application/json (text/plain)"),
        # What Flask makes of a text.
        ({"media_type": "text/html"}, "the token is echoed exactly, but not as application/json (text/html)"),
        ({"seconds": 3.2}, "the token is echoed exactly, but only after 3.2 s"),
    ],
)
def test_what_is_exact_but_odd_is_a_warning(how: dict[str, Any], message: str) -> None:
    found = judged(echo(), **how)
    assert (found.status, found.message) == (CheckStatus.WARN, message)


@pytest.mark.parametrize("scheme", ["https:", ""])
def test_the_path_of_a_redirect_is_not_told(scheme: str) -> None:
    answer = Answer(301, {"location": f"{scheme}//user:pw@login.example.com/x?code=s3cret"}, b"")
    assert judge(answer, TOKEN, str).message == "it redirects (301) to https://login.example.com"


SCALARS = st.none() | st.booleans() | st.integers() | st.text(max_size=8)
JSON = st.lists(SCALARS, max_size=3) | st.dictionaries(st.text(max_size=8), SCALARS, max_size=3) | SCALARS


@given(JSON)
def test_nothing_but_the_echo_is_ever_ok(body: Any) -> None:
    assert (judged(body).status is CheckStatus.OK) == (body == echo())


@given(st.binary(max_size=200))
def test_no_answer_breaks_it(body: bytes) -> None:
    assert judged(body).status is CheckStatus.FAIL


@given(st.text())
def test_the_request_holds_the_token_as_it_is(token: str) -> None:
    assert json.loads(request_body(token, eventType="a")) == {"eventType": "a", "verification_token": token}
