"""Two organizations behind one host, as two emulators: a client's token decides which of them it sees."""

from __future__ import annotations

import base64
import http.client
import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final
from urllib.parse import urlsplit

LONGEST_SECONDS: Final = 180
_LEFT_OUT: Final = ("transfer-encoding", "connection", "content-length", "date", "server")


@contextmanager
def one_host(backends: Mapping[str, str]) -> Iterator[str]:
    """The URL of a host that passes each client on to the emulator of its id; another client is answered 401."""
    places: dict[str, str] = {}

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _pass_on(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            scheme, _, credential = self.headers.get("Authorization", "").partition(" ")
            client = base64.b64decode(credential).decode().partition(":")[0] if scheme == "Basic" else ""
            place = backends.get(client) if client else places.get(credential)
            if place is None:
                self._answer(401, {"Content-Type": "application/json"}, b'{"error": "invalid_client"}')
                return
            connection = http.client.HTTPConnection(urlsplit(place).netloc, timeout=LONGEST_SECONDS)
            connection.request(self.command, self.path, body or None, dict(self.headers))
            answer = connection.getresponse()
            content = answer.read()
            connection.close()
            if client and answer.status == 200:
                places[json.loads(content)["access_token"]] = place
            self._answer(answer.status, dict(answer.getheaders()), content)

        def _answer(self, status: int, headers: Mapping[str, str], content: bytes) -> None:
            self.send_response(status)
            for name, value in headers.items():
                if name.lower() not in _LEFT_OUT:
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *arguments: object) -> None:
            pass

    for method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
        setattr(Handler, f"do_{method}", Handler._pass_on)
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
