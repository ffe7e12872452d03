"""A Genesys Cloud of a hundred lines, made for recording: it shares no code with gcsync or its emulator.

Event streams as `eventstreams-openapi.json` and the seed document describe them, the login, and the organization; what
it does not know it hands to `public_api.py`.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.contract.public_api import PublicApi

STREAMS = "/api/v2/eventstreams"
CONTEXT = "c0ffee00-0000-4000-8000-000000000001"


class Organization:
    """What the server knows. `refusals` are answered first, one to a request: (status, code, message, headers)."""

    def __init__(self) -> None:
        self.streams: dict[str, dict[str, Any]] = {}
        self.refusals: list[tuple[int, str, str, dict[str, str]]] = []
        self.scopes = {"read", "write", "delete"}
        self.has_streams = True
        self.accepts_client = True
        self.made = 0
        self.public = PublicApi()


class Refusal(Exception):
    def __init__(self, status: int, code: str, message: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.status, self.headers = status, headers or {}
        self.body = {
            "message": message,
            "code": code,
            "status": status,
            "contextId": CONTEXT,
            "details": [],
            "errors": [],
        }


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    organization: Organization

    def handle_any(self) -> None:
        length = int(self.headers.get("Content-Length", 0))
        received = self.rfile.read(length)
        url = urlsplit(self.path)
        try:
            if url.path == "/oauth/token":
                status, body, headers = self.log_in()
            else:
                status, body = self.api(url.path, parse_qs(url.query), json.loads(received or b"null"))
                headers = {"inin-ratelimit-count": "1", "inin-ratelimit-allowed": "300", "inin-ratelimit-reset": "60"}
        except Refusal as refusal:
            status, body, headers = refusal.status, refusal.body, refusal.headers
        self.answer(status, body, headers)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = handle_any  # noqa: N815 - the base class calls these

    def answer(self, status: int, body: Any, headers: dict[str, str]) -> None:
        payload = b"" if body is None else json.dumps(body).encode()
        self.send_response(status)
        for name, value in {**headers, "ININ-Correlation-Id": CONTEXT, "Content-Length": str(len(payload))}.items():
            self.send_header(name, value)
        if payload:
            self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(payload)

    def log_in(self) -> tuple[int, Any, dict[str, str]]:
        if not self.organization.accepts_client:
            return 401, {"error": "invalid_client", "description": "client not found: invalid_client"}, {}
        return 200, {"access_token": "recorded-token", "token_type": "bearer", "expires_in": 86400}, {}

    def api(self, path: str, query: dict[str, list[str]], body: Any) -> tuple[int, Any]:
        if self.organization.refusals:
            raise Refusal(*self.organization.refusals.pop(0))
        if path == "/api/v2/organizations/me":
            return 200, {"id": "6a8c1f6e-0000-4000-8000-000000000000", "name": "Example Ltd", "state": "active"}
        if not path.startswith(STREAMS):
            return self.organization.public.answer(self.command, self.path, body)
        if not self.organization.has_streams:
            raise Refusal(404, "not.found", "The requested resource was not found.")
        return self.event_streams(path.removeprefix(STREAMS).strip("/"), query, body)

    def event_streams(self, stream_id: str, query: dict[str, list[str]], body: Any) -> tuple[int, Any]:
        scope = {"GET": "read", "DELETE": "delete"}.get(self.command, "write")
        if scope not in self.organization.scopes:
            raise Refusal(403, "missing.permissions", f"Missing the scope event:stream:{scope}")
        if not stream_id:
            return (200, self.create(body)) if self.command == "POST" else (200, self.page(query))
        if stream_id not in self.organization.streams:
            raise Refusal(404, "not.found", "There is no such event stream.")
        if self.command == "DELETE":
            del self.organization.streams[stream_id]
            return 204, None
        return 200, self.replace(stream_id, body) if self.command == "PUT" else self.organization.streams[stream_id]

    def page(self, query: dict[str, list[str]]) -> dict[str, Any]:
        size, number = int(query["pageSize"][0]), int(query["pageNumber"][0])
        streams = list(self.organization.streams.values())
        count = -(-len(streams) // size)
        more = {"nextUri": f"{STREAMS}?pageSize={size}&pageNumber={number + 1}"} if number < count else {}
        entities = streams[(number - 1) * size : number * size]
        return {
            "entities": entities,
            "pageSize": size,
            "pageNumber": number,
            "pageCount": count,
            "total": len(streams),
            **more,
        }

    def create(self, body: dict[str, Any]) -> dict[str, Any]:
        self.organization.made += 1
        return self.store(f"5e7e0000-0000-4000-8000-{self.organization.made:012}", 1, body)

    def replace(self, stream_id: str, body: dict[str, Any]) -> dict[str, Any]:
        version = self.organization.streams[stream_id]["version"]
        if body.get("version", version) != version:
            message = f"Version {body['version']} does not match the current version {version}"
            raise Refusal(409, "version.mismatch", message)
        return self.store(stream_id, version + 1, body)

    def store(self, stream_id: str, version: int, body: dict[str, Any]) -> dict[str, Any]:
        streams = self.organization.streams
        if any(s["name"].lower() == body["name"].lower() for key, s in streams.items() if key != stream_id):
            raise Refusal(409, "event.stream.exists", "An event stream with this name already exists.")
        if any("internal" in destination["url"] for destination in body.get("destinations", [])):
            raise Refusal(400, "invalid.destination.url", "The host of the destination cannot be resolved.")
        streams[stream_id] = {
            "enabled": True,
            "eventTypes": [],
            **body,
            "id": stream_id,
            "version": version,
            "dateCreated": "2026-11-23T12:00:00.000Z",
            "dateModified": f"2026-11-23T12:00:{version:02}.000Z",
            "selfUri": f"{STREAMS}/{stream_id}",
        }
        return streams[stream_id]

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def standing_in(organization: Organization) -> Iterator[str]:
    """The URL of a server for this organization, for as long as the block lasts."""
    handler = type("Bound", (Handler,), {"organization": organization})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
