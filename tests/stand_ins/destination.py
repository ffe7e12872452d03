"""A real HTTP server on the loopback interface that takes events, as badly as a test wants it to."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

EVENT_MOODS = ("ok", "500", "404", "302", "drop before", "drop after", "cut")
HANDSHAKE_MOODS = ("echo", "extra field", "other case", "other token", "html", "500", "drop before", "cut")


@dataclass
class Destination:
    """What came, and what is still to go wrong: a mood per request, `ok` and `echo` when there are none left.

    `ledger` are the ids of events that were handled, each once, as a receiver has them that knows which it had.
    """

    events: list[str] = field(default_factory=list)
    handshakes: list[str] = field(default_factory=list)
    received: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    asked: list[bytes] = field(default_factory=list)
    ledger: list[str] = field(default_factory=list)
    url: str = ""
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def ids(self) -> list[str]:
        """Of every request with an event, in the order in which they came."""
        return [json.loads(body)["id"] for _, body in self.received]

    def take(self, headers: dict[str, str], body: bytes) -> tuple[str, Any]:
        """The mood, and the answer of 200 if there is to be one."""
        given = json.loads(body)
        with self.lock:
            if "verification_token" in given:
                self.asked.append(body)
                mood = self.handshakes.pop(0) if self.handshakes else "echo"
                return mood, _echo(mood, given["verification_token"])
            mood = self.events.pop(0) if self.events else "ok"
            self.received.append((headers, body))
            if mood in ("ok", "drop after", "cut") and given["id"] not in self.ledger:
                self.ledger.append(given["id"])
        return mood, {"status": "success", "event_id": given["id"]}


def _echo(mood: str, token: str) -> Any:
    other = {
        "extra field": {"verification_token": token, "status": "ok"},
        "other case": {"Verification_Token": token},
        "other token": {"verification_token": f"{token} "},
        "html": "<html></html>",
    }
    return other.get(mood, {"verification_token": token})


def _handler(destination: Destination) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            mood, answer = destination.take({name.lower(): value for name, value in self.headers.items()}, body)
            self.close_connection = True
            if mood.startswith("drop"):
                return
            text = (answer if isinstance(answer, str) else json.dumps(answer)).encode()
            self.send_response(int(mood) if mood.isdecimal() else 200)
            self.send_header("Content-Length", str(len(text) + (100 if mood == "cut" else 0)))
            if mood == "302":
                self.send_header("Location", "/elsewhere")
            self.end_headers()
            self.wfile.write(text)

        def do_GET(self) -> None:
            """Where a sender ends that follows a redirect."""
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nothing."""

    return Handler


@contextmanager
def destination() -> Iterator[Destination]:
    """A destination that answers until the context ends."""
    found = Destination()
    with ThreadingHTTPServer(("127.0.0.1", 0), _handler(found)) as server:
        server.daemon_threads = True
        found.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield found
        finally:
            server.shutdown()
            thread.join()
