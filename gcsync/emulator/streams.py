"""`/api/v2/eventstreams`, as contract section 5 and the OpenAPI document beside this file have it.

Where they are silent, this is what the emulator does:

- a stream sent without `eventTypes` has `[]`, which means every event; without `enabled` it is enabled; without a
  `description` or a destination's `headers` it has none. PUT replaces: what it leaves out goes back to that;
- `id`, `version`, `dateCreated`, `dateModified` and `selfUri` in a POST are ignored; in a PUT the `id` must be the
  path's and `version`, where present, the current one;
- unknown fields are refused in a POST, kept and returned after a PUT;
- two names are one when they are equal after NFC and case folding; a listing is in the order of creation, and a page
  after the last is empty; an unknown query parameter is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from gcsync.emulator.access import require_scope
from gcsync.emulator.audits import STREAM, Audits, Written
from gcsync.emulator.destination import url_problem
from gcsync.emulator.exchange import Answer, Call, Refusal, iso, read_json
from gcsync.emulator.specification import specification
from gcsync.emulator.store import NameTaken, Store, StoredStream, Token, VersionMismatch

PATH = "/api/v2/eventstreams"
_SERVERS_OWN = ("id", "version", "dateCreated", "dateModified", "selfUri")


class Streams:
    """The five operations. With `versions` False the streams carry no version and none is compared."""

    def __init__(
        self, store: Store, audits: Audits, *, versions: bool, clock: Callable[[], float], new_id: Callable[[], str]
    ) -> None:
        self._store = store
        self._audits = audits
        self._versions = versions
        self._clock = clock
        self._new_id = new_id

    def list(self, call: Call, token: Token) -> Answer:
        require_scope(token, "event:stream:read")
        query = specification().query("listEventStreams", call.query)
        size, number = query["pageSize"], query["pageNumber"]
        found, total = self._store.streams((number - 1) * size, size)
        count = -(-total // size)
        page = {
            "entities": [self._entity(stream) for stream in found],
            "pageSize": size,
            "pageNumber": number,
            "pageCount": count,
            "total": total,
            "selfUri": _page_uri(size, number),
        }
        return Answer(200, page | ({"nextUri": _page_uri(size, number + 1)} if number < count else {}))

    def read(self, call: Call, token: Token) -> Answer:
        require_scope(token, "event:stream:read")
        specification().query("getEventStream", call.query)
        stream_id = call.parameters["id"]
        stream = self._store.stream(stream_id)
        if stream is None:
            raise _not_found(stream_id)
        return Answer(200, self._entity(stream))

    def create(self, call: Call, token: Token) -> Answer:
        require_scope(token, "event:stream:write")
        body = _checked_body("createEventStream", call)
        try:
            stream = self._store.create_stream(self._new_id(), _kept(body), self._now())
        except NameTaken as error:
            raise _name_taken(error.holder) from None
        self._audits.record(token, STREAM, _written(stream), None, stream.body)
        return Answer(200, self._entity(stream))

    def replace(self, call: Call, token: Token) -> Answer:
        require_scope(token, "event:stream:write")
        body = _checked_body("replaceEventStream", call)
        stream_id = call.parameters["id"]
        if body.get("id", stream_id) != stream_id:
            raise Refusal(400, "bad.request", "The id in the request body is not the id in the path.")
        expected = body.get("version") if self._versions else None
        before = self._store.stream(stream_id)
        try:
            stream = self._store.replace_stream(stream_id, _kept(body), self._now(), expected)
        except VersionMismatch as error:
            message = f"The version {expected} does not match the current version {error.current}."
            raise Refusal(409, "version.mismatch", message) from None
        except NameTaken as error:
            raise _name_taken(error.holder) from None
        if stream is None:
            raise _not_found(stream_id)
        self._audits.record(token, STREAM, _written(stream), before.body if before else {}, stream.body)
        return Answer(200, self._entity(stream))

    def delete(self, call: Call, token: Token) -> Answer:
        require_scope(token, "event:stream:delete")
        specification().query("deleteEventStream", call.query)
        stream = self._store.stream(call.parameters["id"])
        if not self._store.delete_stream(call.parameters["id"]):
            raise _not_found(call.parameters["id"])
        if stream is not None:
            self._audits.record(token, STREAM, _written(stream), stream.body, None)
        return Answer(204)

    def count(self) -> int:
        return self._store.streams(0, 0)[1]

    def clear(self) -> None:
        gone, _ = self._store.streams(0, self.count())
        self._store.delete_all_streams()
        for stream in gone:
            self._audits.record(None, STREAM, _written(stream), stream.body, None)

    def _entity(self, stream: StoredStream) -> dict[str, Any]:
        version = {"version": stream.version} if self._versions else {}
        times = {"dateCreated": stream.created, "dateModified": stream.modified}
        return {"id": stream.id, **stream.body, **version, **times, "selfUri": f"{PATH}/{stream.id}"}

    def _now(self) -> str:
        return iso(self._clock())


def _checked_body(operation: str, call: Call) -> dict[str, Any]:
    specification().query(operation, call.query)
    body: dict[str, Any] = read_json(call)
    specification().check_body(operation, body)
    for index, destination in enumerate(body["destinations"]):
        problem = url_problem(destination["url"])
        if problem is not None:
            raise _invalid_url(index, problem)
    return body


def _kept(body: Mapping[str, Any]) -> dict[str, Any]:
    sent = {name: value for name, value in body.items() if name not in _SERVERS_OWN}
    return {"enabled": True, "eventTypes": [], **sent}


def _written(stream: StoredStream) -> Written:
    return Written(stream.id, str(stream.body["name"]), f"{PATH}/{stream.id}")


def _page_uri(size: int, number: int) -> str:
    return f"{PATH}?pageSize={size}&pageNumber={number}"


def _not_found(stream_id: str) -> Refusal:
    return Refusal(404, "not.found", f"There is no event stream with the id {stream_id}.")


def _name_taken(holder: StoredStream) -> Refusal:
    detail = {
        "errorCode": "event.stream.exists",
        "fieldName": "name",
        "entityId": holder.id,
        "entityName": str(holder.body["name"]),
    }
    return Refusal(409, "event.stream.exists", "An event stream with this name exists already.", details=[detail])


def _invalid_url(index: int, problem: str) -> Refusal:
    field = f"destinations[{index}].url"
    message = f"Invalid Destination URL: {field}: {problem}. It must be https and publicly resolvable."
    detail = {"errorCode": "invalid.destination.url", "fieldName": field}
    return Refusal(400, "invalid.destination.url", message, details=[detail])
