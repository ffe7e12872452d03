"""A server that answers as no Genesys Cloud should: whatever a test tells it to."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TypeAlias

Answer: TypeAlias = tuple[int, str, str]
"""Status, content type, body."""

JSON = "application/json"
TOKEN: Answer = (200, JSON, json.dumps({"access_token": "a-token-for-tests", "expires_in": 3600}))
EMPTY: Answer = (200, JSON, json.dumps({"entities": [], "pageSize": 100, "pageNumber": 1, "pageCount": 0, "total": 0}))
ORGANIZATION: Answer = (200, JSON, json.dumps({"id": "0f4c2e6a-0000-4000-8000-000000000001", "name": "Example Ltd"}))


@contextmanager
def serve(listing: Callable[[str], Answer], creating: Callable[[str], Answer] | None = None) -> Iterator[str]:
    """A Genesys Cloud in which all is well but the listing of streams and their creation, which a test answers."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            well = ORGANIZATION if self.path.startswith("/api/v2/organizations/me") else EMPTY
            self._answer(listing(self.path) if "eventstreams" in self.path else well)

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self._answer(creating(self.path) if creating and "eventstreams" in self.path else TOKEN)

        def _answer(self, answer: Answer) -> None:
            status, kind, text = answer
            body = text.encode()
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.block_on_close = False
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
