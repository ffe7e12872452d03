"""A Genesys Cloud written from the OpenAPI document and the contract alone; it shares nothing with gcsync.emulator.

It refuses whatever the document does not allow, and a `Manner` makes it differ where servers do: an organization
whose objects carry no version, whose descriptions come back trimmed, whose pages are shorter than asked for.
"""

from __future__ import annotations

import base64
import copy
import json
import random
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.contract import document

Json = dict[str, Any]
CLIENT = ("client-one", "a-secret-of-one")
TOKEN = "a-token-of-the-strict-server"
_WRITABLE = ("name", "description", "enabled", "destinations", "eventTypes")
_COMPUTED = ("id", "version", "dateCreated", "dateModified", "selfUri")


@dataclass(frozen=True)
class Manner:
    """Where this organization goes its own way. `describe` is what it makes of a description that it is given."""

    versions: bool = True
    unknown_fields: Json = field(default_factory=dict)
    unknown_in_destinations: Json = field(default_factory=dict)
    shuffled: bool = False
    masked: bool = False
    largest_page: int = 100
    left_out_of_pages: frozenset[str] = frozenset()
    describe: Callable[[str], str] = str


class Refused(Exception):
    """A request that is answered with an error."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code


class Organization:
    """Event streams in memory. What starts with `api_` is the wire; the rest is the hand of an administrator."""

    def __init__(self, manner: Manner) -> None:
        self.manner = manner
        self.kept: dict[str, Json] = {}
        self.requests: list[tuple[str, str]] = []
        self.lock = threading.RLock()
        self._random = random.Random(20)
        self._made = 0

    # The hand.

    def streams(self) -> list[Json]:
        return copy.deepcopy(list(self.kept.values()))

    def stream(self, name: str) -> Json:
        return next(stream for stream in self.streams() if stream["name"] == name)

    def create(self, name: str, url: str = "https://by-hand.example.com/", **more: Any) -> Json:
        body = {"name": name, "enabled": True, "destinations": [{"protocol": "https", "url": url}]}
        return self.api_create(body | {"eventTypes": ["conversation:start"]} | more)

    def change(self, stream_name: str, **changes: Any) -> None:
        self._keep(self.stream(stream_name) | changes)

    def delete(self, name: str) -> None:
        del self.kept[self.stream(name)["id"]]

    # The wire.

    def api_list(self, query: str) -> Json:
        parameters = parse_qs(query, keep_blank_values=True)
        self._refuse_if(document.query_problems(parameters))
        size = min(document.query_value(parameters, "pageSize"), self.manner.largest_page)
        number = document.query_value(parameters, "pageNumber")
        streams = list(self.kept.values())
        count = -(-len(streams) // size)
        page: Json = {
            "entities": [self._shown(stream) for stream in streams[(number - 1) * size : number * size]],
            "pageSize": size,
            "pageNumber": number,
            "pageCount": count,
            "total": len(streams),
        }
        if number < count:
            page["nextUri"] = f"{document.LISTING}?pageSize={size}&pageNumber={number + 1}"
        return {name: value for name, value in page.items() if name not in self.manner.left_out_of_pages}

    def api_read(self, stream_id: str) -> Json:
        return self._shown(self._find(stream_id))

    def api_create(self, body: Any) -> Json:
        self._refuse_if(document.problems("EventStreamBody", body))
        self._refuse_if([f"{name} is not the client's to set" for name in _COMPUTED if name in body])
        self._refuse_twins(body["name"], None)
        self._made += 1
        stream_id = f"es-{self._made:04}"
        destinations = [entry | self.manner.unknown_in_destinations for entry in body["destinations"]]
        stream = {
            "id": stream_id,
            **{name: body[name] for name in _WRITABLE if name in body},
            "enabled": body.get("enabled", True),
            "destinations": destinations,
            "dateCreated": self._now(),
            "selfUri": f"{document.LISTING}/{stream_id}",
            **self.manner.unknown_fields,
        }
        self._keep(stream)
        return self.api_read(stream_id)

    def api_replace(self, stream_id: str, body: Any) -> Json:
        """PUT replaces: what the body does not hold is gone afterwards, unknown fields too."""
        before = self._find(stream_id)
        open_destinations = bool(self.manner.unknown_in_destinations)
        self._refuse_if(document.problems("EventStreamReplacement", body, open_destinations=open_destinations))
        foreign = body.keys() - {*_WRITABLE, *_COMPUTED, *self.manner.unknown_fields}
        self._refuse_if([f"there is no field {name}" for name in sorted(foreign)])
        self._refuse_if([f"{name} cannot be changed" for name in ("id",) if body.get(name, stream_id) != stream_id])
        self._refuse_if(["these objects have no version"] if "version" in body and not self.manner.versions else [])
        if self.manner.versions and body.get("version") != before["version"]:
            raise Refused(409, "version.mismatch", f"the version is {before['version']}, not {body.get('version')}")
        self._refuse_twins(body["name"], stream_id)
        after = {name: before[name] for name in _COMPUTED if name in before}
        after |= {name: value for name, value in body.items() if name not in _COMPUTED}
        after.setdefault("enabled", True)
        self._keep(after)
        return self.api_read(stream_id)

    def api_delete(self, stream_id: str) -> None:
        self._find(stream_id)
        del self.kept[stream_id]

    def _find(self, stream_id: str) -> Json:
        if stream_id not in self.kept:
            raise Refused(404, "not.found", f"there is no event stream {stream_id}")
        return self.kept[stream_id]

    def _refuse_if(self, found: list[str]) -> None:
        if found:
            raise Refused(400, "bad.request", "; ".join(found))

    def _refuse_twins(self, name: str, own_id: str | None) -> None:
        """A name is unique whatever its case."""
        if any(other["name"].lower() == name.lower() and key != own_id for key, other in self.kept.items()):
            raise Refused(409, "event.stream.exists", f"there is an event stream {name} already")

    def _keep(self, stream: Json) -> None:
        """Store an object as this organization does, with a new date and version."""
        kept = copy.deepcopy(stream) | {"dateModified": self._now()}
        before = self.kept.get(kept["id"], {})
        if "description" in kept and kept["description"] != before.get("description"):
            kept["description"] = self.manner.describe(kept["description"])
        if self.manner.versions:
            kept["version"] = before.get("version", 0) + 1
        self.kept[kept["id"]] = kept

    def _shown(self, stream: Json) -> Json:
        shown = copy.deepcopy(stream)
        if self.manner.shuffled:
            self._random.shuffle(shown.get("eventTypes", []))
        if self.manner.masked:
            for entry in shown["destinations"]:
                entry |= {"headers": dict.fromkeys(entry["headers"], "***")} if "headers" in entry else {}
        return shown

    def _now(self) -> str:
        """A time of its own for every write."""
        moment = datetime(2030, 1, 1, tzinfo=UTC) + timedelta(seconds=len(self.requests), milliseconds=self._made)
        return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


@contextmanager
def serve(organization: Organization) -> Iterator[str]:
    """The organization over HTTP, token and `/organizations/me` included, at the URL that is yielded."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Bound", (_Handler,), {"organization": organization}))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    """HTTP to the organization and back."""

    protocol_version = "HTTP/1.1"
    organization: Organization

    def _handle(self) -> None:
        content = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        with self.organization.lock:
            self.organization.requests.append((self.command, self.path))
            try:
                status, answer = self._route(content)
            except Refused as refused:
                status, answer = refused.status, self._error(refused)
        body = b"" if answer is None else json.dumps(answer).encode()
        self.send_response(status)
        if body:
            self.send_header("Content-Type", "application/json")
        if status != 204:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = _handle  # noqa: N815 - the names that http.server calls

    def _error(self, refused: Refused) -> Json:
        context = f"context-{len(self.organization.requests)}"
        error = {"message": str(refused), "code": refused.code, "status": refused.status, "contextId": context}
        return error | {"details": [], "errors": []}

    def _route(self, content: bytes) -> tuple[int, Json | None]:
        parts = urlsplit(self.path)
        if (self.command, parts.path) == ("POST", "/oauth/token"):
            return 200, self._token(content)
        if self.headers.get("Authorization") != f"Bearer {TOKEN}":
            raise Refused(401, "bad.credentials", "this is not the token that was given out")
        known = parts.path.startswith((document.LISTING, document.ORGANIZATION_PATH))
        if known and parts.query and (self.command, parts.path) != ("GET", document.LISTING):
            raise Refused(400, "bad.request", "only the listing takes parameters")
        if (self.command, parts.path) == ("GET", document.ORGANIZATION_PATH):
            return 200, {"id": "6b7d5f3e-0000-4000-8000-000000000002", "name": "Strict Ltd"}
        if parts.path == document.LISTING:
            return self._collection(parts.query, content)
        folder, _, stream_id = parts.path.rpartition("/")
        if folder == document.LISTING and stream_id:
            return self._object(stream_id, content)
        raise Refused(404, "not.found", "there is no such path")

    def _token(self, content: bytes) -> Json:
        expected = base64.b64encode(":".join(CLIENT).encode()).decode()
        if self.headers.get("Authorization") != f"Basic {expected}":
            raise Refused(401, "invalid_client", "this client is not known")
        form = self.headers.get("Content-Type", "").partition(";")[0] == "application/x-www-form-urlencoded"
        if not form or parse_qs(content.decode()) != {"grant_type": ["client_credentials"]}:
            raise Refused(400, "invalid_request", "grant_type is not client_credentials")
        return {"access_token": TOKEN, "token_type": "bearer", "expires_in": 86400}

    def _collection(self, query: str, content: bytes) -> tuple[int, Json | None]:
        if self.command == "GET":
            return 200, self.organization.api_list(query)
        if self.command == "POST":
            return 200, self.organization.api_create(self._json(content))
        raise Refused(405, "method.not.allowed", f"{self.command} is not for a listing")

    def _object(self, stream_id: str, content: bytes) -> tuple[int, Json | None]:
        if self.command == "PUT":
            return 200, self.organization.api_replace(stream_id, self._json(content))
        if content:
            raise Refused(400, "bad.request", f"{self.command} takes no body")
        if self.command == "GET":
            return 200, self.organization.api_read(stream_id)
        if self.command == "DELETE":
            self.organization.api_delete(stream_id)
            return 204, None
        raise Refused(405, "method.not.allowed", f"{self.command} is not for an event stream")

    def _json(self, content: bytes) -> Any:
        if self.headers.get("Content-Type", "").partition(";")[0] != "application/json":
            raise Refused(415, "unsupported.media.type", "the body must be application/json")
        try:
            return json.loads(content)
        except ValueError as error:
            raise Refused(400, "bad.request", f"the body is not JSON: {error}") from None

    def log_message(self, *arguments: object) -> None:
        pass
