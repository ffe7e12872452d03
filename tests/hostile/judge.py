"""What the OpenAPI document allows as an answer, and what a second reader of HTTP makes of the bytes that were sent."""

from __future__ import annotations

import json
import re
from collections.abc import Container, Sequence
from functools import cache
from typing import Any
from urllib.parse import unquote_to_bytes

import h11
import jsonschema

from gcsync.receiver.application import PATH
from gcsync.receiver.event import read
from gcsync.receiver.interface import Event
from tests.hostile.wire import Answer, Exchange
from tests.house.source import ROOT
from tests.receiver.serving import SECRET

DOCUMENT: dict[str, Any] = json.loads((ROOT / "schemas/receiver.openapi.json").read_text(encoding="utf-8"))
# Of another path and of another method: no operation of the document, so none of its answers.
_ELSEWHERE = {404: {"error": "Not found"}, 405: {"error": "Method not allowed"}}
# Before a request is complete, so that it cannot be told which operation it would have been.
_WITHOUT_A_BODY = (408, 431)
_SPACES = re.compile(rb"\A([!-~]+) +")


def complaints(given: Exchange, most: int) -> list[str]:
    """What is wrong with the answers to at most `most` requests."""
    said = [told for answer in given.answers for told in _of_one(answer)]
    if given.hung:
        said.append("the connection was neither answered nor ended")
    if given.rest:
        said.append(f"no answer at all: {given.rest[:40]!r}")
    if len(given.answers) > most:
        said.append(f"{len(given.answers)} answers to {most} requests")
    return said


def out_of_turn(given: Exchange, ids: Sequence[str | None], taken: Container[str]) -> list[str]:
    """Events that were taken, and answered with what is the answer to something else."""
    return [
        f"{event_id[:40]} was taken and answered {answer.status} {answer.body[:60]!r}"
        for event_id, answer in zip(ids, given.answers, strict=False)
        if event_id is not None and event_id in taken
        if answer.whole and answer.document != {"status": "success", "event_id": event_id}
    ]


def _of_one(answer: Answer) -> list[str]:
    if answer.status in _WITHOUT_A_BODY and not answer.body:
        return []
    if not answer.whole:
        # Cut by the end of the connection, or the answer to HEAD.
        return []
    for described in _described(answer.status):
        content = described.get("content", {}).get(answer.media_type)
        if content is not None and _is_valid(answer, content["schema"]):
            missing = set(described.get("headers", {})) - {"WWW-Authenticate"} - {n.title() for n in answer.headers}
            return [f"{answer.status} without {name}" for name in sorted(missing)]
    if answer.status in _ELSEWHERE and answer.document == _ELSEWHERE[answer.status]:
        return []
    return [f"{answer.status} {answer.media_type} is not declared: {answer.body[:60]!r}"]


def _described(status: int) -> list[dict[str, Any]]:
    operations = [operation for methods in DOCUMENT["paths"].values() for operation in methods.values()]
    return [operation["responses"][str(status)] for operation in operations if str(status) in operation["responses"]]


def _is_valid(answer: Answer, schema: dict[str, Any]) -> bool:
    try:
        value = answer.document if answer.media_type == "application/json" else answer.body.decode()
    except ValueError:
        return False
    return _validator(json.dumps(schema)).is_valid(value)


@cache
def _validator(schema: str) -> Any:
    return jsonschema.Draft202012Validator(json.loads(schema) | {"components": DOCUMENT["components"]})


def second_reading(data: bytes) -> tuple[int, list[str | None]]:
    """How many requests h11 begins to read, and for each whole one the id of the event that a receiver may take."""
    begun = 0
    ids: list[str | None] = []
    # Empty lines before a request are to be ignored (RFC 9112, section 2.2), which h11 leaves to others.
    while data := data.lstrip(b"\r\n"):
        begun += 1
        # More than one space in a request line may be taken for one (section 3), which h11 does not.
        data = _SPACES.sub(rb"\1 ", data)
        reader = h11.Connection(h11.SERVER, max_incomplete_event_size=1 << 22)
        reader.receive_data(data)
        try:
            request, body = _whole(reader)
        except h11.RemoteProtocolError:
            break
        if request is None:
            break
        ids.append(_event_in(request, body))
        if reader.their_state is h11.MUST_CLOSE:
            break
        data = reader.trailing_data[0]
    return begun, ids


def _whole(reader: h11.Connection) -> tuple[h11.Request | None, bytes]:
    request, body = reader.next_event(), b""
    if not isinstance(request, h11.Request):
        return None, b""
    while isinstance(part := reader.next_event(), h11.Data):
        body += bytes(part.data)
    return request if isinstance(part, h11.EndOfMessage) else None, body


def _event_in(request: h11.Request, body: bytes) -> str | None:
    keys = [value for name, value in request.headers if name == b"x-api-key"]
    target = unquote_to_bytes(request.target)
    if request.method != b"POST" or PATH.encode() not in target or keys != [SECRET.encode()]:
        return None
    found = read(body, lambda: "")
    return found.id if isinstance(found, Event) else None
