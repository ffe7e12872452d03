"""`strict_platform` over HTTP: the token, the organization, errors as the SDKs know them, and connections that drop."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.contract.strict_platform import Dropped, Json, Platform, Refused

CLIENT = ("client-one", "a-secret-of-one")
TOKEN = "a-token-of-the-strict-platform"
ORGANIZATION = {"id": "7c7d5f3e-0000-4000-8000-000000000003", "name": "Public Ltd", "version": 4, "state": "active"}


@contextmanager
def serve(platform: Platform) -> Iterator[str]:
    """The organization at the URL that is yielded."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Bound", (_Handler,), {"platform": platform}))
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
    protocol_version = "HTTP/1.1"
    platform: Platform

    def _handle(self) -> None:
        content = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.platform.before(self.command, urlsplit(self.path).path)
        with self.platform.lock:
            self.platform.requests.append((self.command, self.path))
            try:
                status, answer = self._route(content)
            except Refused as refused:
                status, answer = refused.status, self._error(refused)
            except Dropped:
                self.close_connection = True
                return
        body = b"" if answer is None else json.dumps(answer).encode()
        self.send_response(status)
        if body:
            self.send_header("Content-Type", "application/json")
        if status != 204:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _handle  # noqa: N815 - the names that http.server calls

    def _error(self, refused: Refused) -> Json:
        context = f"context-{len(self.platform.requests)}"
        nested = [{"message": text, "code": refused.code, "details": [], "errors": []} for text in refused.nested]
        error = {"message": str(refused), "code": refused.code, "status": refused.status, "contextId": context}
        return error | {"details": [], "errors": nested}

    def _route(self, content: bytes) -> tuple[int, Json | None]:
        parts = urlsplit(self.path)
        if (self.command, parts.path) == ("POST", "/oauth/token"):
            return 200, self._token(content)
        if self.headers.get("Authorization") != f"Bearer {TOKEN}":
            raise Refused(401, "this is not the token that was given out", "bad.credentials")
        query = parse_qs(parts.query, keep_blank_values=True)
        if query and self.command != "GET":
            raise Refused(400, "only a GET takes parameters")
        if (self.command, parts.path) == ("GET", "/api/v2/organizations/me"):
            return 200, ORGANIZATION
        return self.platform.answer(self.command, parts.path, query, self._json(content))

    def _token(self, content: bytes) -> Json:
        expected = base64.b64encode(":".join(CLIENT).encode()).decode()
        if self.headers.get("Authorization") != f"Basic {expected}":
            raise Refused(401, "this client is not known", "invalid_client")
        form = self.headers.get("Content-Type", "").partition(";")[0] == "application/x-www-form-urlencoded"
        if not form or parse_qs(content.decode()) != {"grant_type": ["client_credentials"]}:
            raise Refused(400, "grant_type is not client_credentials", "invalid_request")
        return {"access_token": TOKEN, "token_type": "bearer", "expires_in": 86400}

    def _json(self, content: bytes) -> Any:
        if not content:
            return None
        if self.headers.get("Content-Type", "").partition(";")[0] != "application/json":
            raise Refused(415, "the body must be application/json", "unsupported.media.type")
        try:
            return json.loads(content)
        except ValueError as error:
            raise Refused(400, f"the body is not JSON: {error}") from None

    def log_message(self, *arguments: object) -> None:
        pass
