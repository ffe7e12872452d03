"""A real HTTP server on the loopback interface for a platform that is played, with faults on request."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    query: dict[str, str]
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> dict[str, Any]:
        """Raises ValueError."""
        data = json.loads(self.body)
        if not isinstance(data, dict):
            raise ValueError("no object")
        return data


@dataclass
class Answer:
    status: int
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Fault:
    """What happens instead of the right answer to the next requests of a method whose path holds `path`.

    `drop`: nothing is done, no answer. `drop after`: it is done, no answer. `502 after`: it is done, and answered so.
    Else `answer` is given, and nothing is done.
    """

    kind: str = ""
    method: str = ""
    path: str = ""
    times: int = 1
    answer: Answer | None = None

    def fits(self, request: Request) -> bool:
        return self.times > 0 and self.method in ("", request.method) and self.path in request.path


RATE_LIMITED = Answer(
    403,
    {
        "message": "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.",
        "documentation_url": "https://docs.github.com/rest/overview/rate-limits-for-the-rest-api",
    },
    {"Retry-After": "0"},
)


class StandIn:
    """What a platform knows. A subclass answers; one request at a time, so that two at once are one after the other."""

    def __init__(self) -> None:
        self.url = ""
        self.faults: list[Fault] = []
        self.asked: list[str] = []
        self.lock = threading.Lock()

    def answer(self, request: Request) -> Answer:
        raise NotImplementedError

    def fail(
        self, kind: str = "", method: str = "", path: str = "", times: int = 1, answer: Answer | None = None
    ) -> None:
        self.faults.append(Fault(kind, method, path, times, answer))

    def writes(self) -> list[str]:
        """What was asked since the last call and is no reading."""
        found = [line for line in self.asked if not line.startswith("GET ")]
        self.asked.clear()
        return found

    def react(self, request: Request) -> Answer | None:
        """None for a connection that is dropped."""
        fault = next((one for one in self.faults if one.fits(request)), None)
        if fault is None:
            return self.answer(request)
        fault.times -= 1
        if fault.kind.endswith("after"):
            self.answer(request)
        return Answer(502, "<html>Bad Gateway</html>") if fault.kind.startswith("502") else fault.answer


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Headers and body leave together: a kernel may hold the second of two small packets back for 40 ms.
    wbufsize = 1 << 16
    disable_nagle_algorithm = True
    stand_in: StandIn

    def handle_any(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        parts = urlsplit(self.path)
        request = Request(self.command, parts.path, dict(parse_qsl(parts.query)), self.headers, body)
        with self.stand_in.lock:
            answer = self.stand_in.react(request)
            said = "dropped" if answer is None else answer.status
            self.stand_in.asked.append(f"{request.method} {request.path} {said}")
        if answer is None:
            self.close_connection = True
            self.connection.close()
            return
        self._write(answer)

    do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = handle_any  # noqa: N815

    def _write(self, answer: Answer) -> None:
        raw = isinstance(answer.body, str)
        body = b"" if answer.body is None else (answer.body if raw else json.dumps(answer.body)).encode()
        self.send_response(answer.status)
        self.send_header("Content-Type", "text/html" if raw else "application/json; charset=utf-8")
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if answer.status != 204:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        try:
            self.wfile.write(body)
        except OSError:
            self.close_connection = True

    def log_message(self, *_: Any) -> None:
        """Silent."""


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: Any) -> None:
        """Silent: a client may go away in the middle of an answer."""


@contextmanager
def serving(stand_in: StandIn) -> Iterator[None]:
    """Let it answer at its `url` until the block ends."""
    handler = type("BoundHandler", (Handler,), {"stand_in": stand_in})
    server = Server(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    stand_in.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def page_of(found: list[Any], request: Request, url: str, default: int) -> Answer:
    """A page of a listing, with the links that GitHub and GitLab give."""
    size = min(max(int(request.query.get("per_page", default)), 1), 100)
    page = max(int(request.query.get("page", 1)), 1)
    last = max(1, -(-len(found) // size))

    def link(number: int, rel: str) -> str:
        return f'<{url}?{urlencode({**request.query, "per_page": size, "page": number})}>; rel="{rel}"'

    links = [link(page - 1, "prev")] if page > 1 else []
    links += [link(page + 1, "next"), link(last, "last")] if page < last else []
    headers = {"Link": ", ".join(links)} if links else {}
    return Answer(200, found[(page - 1) * size : page * size], headers)


class Refusal(Exception):
    """Raised by a stand-in for an answer that is no success."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status)
        self.answer = answer
