"""An API that repeats what it hears: in front of an emulator, it answers with errors that hold the whole request."""

from __future__ import annotations

import base64
import http.client
import json
import re
import threading
import urllib.parse
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.e2e.workplace import LONGEST_SECONDS

WAYS: dict[str, Callable[[str], str]] = {
    "as it came": str,
    "inside JSON": lambda text: json.dumps(json.dumps(text)),
    "percent-encoded": lambda text: urllib.parse.quote(text, safe=""),
    "in Base64": lambda text: base64.b64encode(text.encode()).decode(),
    "in lines": lambda text: "\n".join(text[start : start + 7] for start in range(0, len(text), 7)),
    "coloured": lambda text: "\x1b[31m".join(text[start : start + 5] for start in range(0, len(text), 5)),
}
"""How a server may repeat a text."""


@dataclass
class Mood:
    """What goes wrong: requests whose `METHOD path` matches `hits` get one of `statuses` in turn (0: dropped).

    The request is repeated in every one of `WAYS` in turn, beginning with every part of it. `holds` is what the API
    knows besides, and repeats as well. With `hang` there is no answer before `let_go`.
    """

    hits: str = "(?!)"
    statuses: tuple[int, ...] = (400,)
    holds: str = ""
    hang: bool = False
    asked: threading.Event = field(default_factory=threading.Event)
    let_go: threading.Event = field(default_factory=threading.Event)
    answered: int = 0

    def next(self, parts: list[str]) -> tuple[int, str]:
        """The status and the text of the next wrong answer."""
        number, self.answered = self.answered, self.answered + 1
        ways = list(WAYS.values())
        first = number // len(ways) % len(parts)
        text = "; ".join([*parts[first:], *parts[:first]])
        return self.statuses[number // len(ways) % len(self.statuses)], ways[number % len(ways)](text)


class _Handler(BaseHTTPRequestHandler):
    mood: Mood
    token: str
    port: int
    own: str
    protocol_version = "HTTP/1.1"

    def _serve(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if re.search(self.mood.hits, f"{self.command} {self.path}"):
            self._go_wrong(body)
        elif self.path == "/oauth/token":
            self._answer(200, {"Content-Type": "application/json"}, json.dumps({"access_token": self.token}).encode())
        else:
            self._pass_on(body)

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def do_PUT(self) -> None:
        self._serve()

    def do_DELETE(self) -> None:
        self._serve()

    def _go_wrong(self, body: bytes) -> None:
        self.mood.asked.set()
        if self.mood.hang:
            self.mood.let_go.wait(LONGEST_SECONDS)
        parts = secretive_parts(body.decode(), self.headers.get("Authorization", ""))
        status, whole = self.mood.next([*parts, *([self.mood.holds] if self.mood.holds else [])])
        if not status or self.mood.hang:
            self.close_connection = True
            return
        answer = {"message": whole, "code": "bad.request", "contextId": whole[:40], "errors": [{"message": whole}]}
        headers = {"Content-Type": "application/json", "ININ-Correlation-Id": "c-1"}
        self._answer(status, headers, json.dumps(answer).encode())

    def _pass_on(self, body: bytes) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=LONGEST_SECONDS)
        headers = {name: value for name, value in self.headers.items() if name.lower() != "authorization"}
        connection.request(self.command, self.path, body, headers | {"Authorization": f"Bearer {self.own}"})
        answer = connection.getresponse()
        self._answer(answer.status, {"Content-Type": "application/json"}, answer.read())
        connection.close()

    def _answer(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if status != 204:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if status != 204:
            self.wfile.write(body)

    def log_message(self, *arguments: object) -> None:
        pass


@contextmanager
def repeating(emulator: str, token: str) -> Iterator[tuple[str, Mood]]:
    """The URL of the API and its mood. The login gives out `token`, for which the emulator gets one of its own."""
    mood = Mood()
    port = int(emulator.rsplit(":", 1)[1])

    class Handler(_Handler):
        pass

    Handler.mood, Handler.token, Handler.port, Handler.own = mood, token, port, _own_token(port)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.block_on_close = False
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", mood
    finally:
        mood.let_go.set()
        server.shutdown()
        thread.join()
        server.server_close()


def secretive_parts(body: str, authorization: str) -> list[str]:
    """The request in the order in which an error would quote it: each header and URL, the token, then all of it."""
    found = re.findall(r'"(?:url|[Xx]-[A-Za-z-]+)": "((?:[^"\\]|\\.)*)"', body)
    return [*found, authorization, body]


def _own_token(port: int) -> str:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=LONGEST_SECONDS)
    basic = base64.b64encode(b"hand:hand").decode()
    headers = {"Authorization": f"Basic {basic}", "Content-Type": "application/x-www-form-urlencoded"}
    connection.request("POST", "/oauth/token", "grant_type=client_credentials", headers)
    token = str(json.loads(connection.getresponse().read())["access_token"])
    connection.close()
    return token
