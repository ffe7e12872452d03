"""A gateway before an emulator that kills the client at a chosen request: before it arrives, or when it was done."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

from tests.e2e.workplace import LONGEST_SECONDS


@dataclass
class Gateway:
    """`url` is what the client speaks to. `strike` is called once, at the boundary of number `at`.

    Boundary 2n is before the request of number n is passed on, 2n + 1 after its answer came and before it is handed on.
    Instead of a number, `aim` is asked whether to strike before the newest of the requests so far.
    `drops` says whether the request at which it strikes is lost, and with it whatever the client had sent besides and
    is not under way to the emulator: nothing of a dead client may arrive while the next one is at work.
    """

    url: str = ""
    at: int | None = None
    aim: Callable[[list[str]], bool] = lambda _: False
    strike: Callable[[], object] = lambda: None
    drops: bool = True
    requests: list[str] = field(default_factory=list)
    _under_way: int = 0
    _is_cut: bool = False
    _changed: threading.Condition = field(default_factory=threading.Condition)

    def begin(self, line: str) -> int:
        with self._changed:
            self._under_way += 1
            self.requests.append(line)
            number = len(self.requests) - 1
            if self.at is None and self.aim(self.requests):
                self.at, self.aim = 2 * number, lambda _: False
            return number

    def reach(self, boundary: int) -> bool:
        """Strike when this is the boundary; whether the request is lost."""
        with self._changed:
            if boundary == self.at:
                self.at = None
                self.strike()
                self._is_cut = self.drops
            return self._is_cut

    def end(self) -> None:
        with self._changed:
            self._under_way -= 1
            self._changed.notify_all()

    def settle(self) -> None:
        """Wait until nothing is under way to the emulator."""
        with self._changed:
            assert self._changed.wait_for(lambda: not self._under_way, LONGEST_SECONDS)


@contextmanager
def gateway(emulator_url: str) -> Iterator[Gateway]:
    """Passes everything on to an emulator, one connection for each request."""
    host = urlsplit(emulator_url).netloc
    passing = Gateway()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _handle(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            number = passing.begin(f"{self.command} {urlsplit(self.path).path}")
            try:
                self._pass_on(number, body)
            finally:
                passing.end()

        def _pass_on(self, number: int, body: bytes) -> None:
            if passing.reach(2 * number):
                self.close_connection = True
                return
            connection = http.client.HTTPConnection(host, timeout=LONGEST_SECONDS)
            connection.request(self.command, self.path, body or None, dict(self.headers))
            answer = connection.getresponse()
            content = answer.read()
            connection.close()
            passing.reach(2 * number + 1)
            self._hand_on(answer, content)

        def _hand_on(self, answer: http.client.HTTPResponse, content: bytes) -> None:
            self.send_response(answer.status)
            for name, value in answer.getheaders():
                if name.lower() not in ("transfer-encoding", "connection", "content-length", "date", "server"):
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *arguments: object) -> None:
            pass

    for method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
        setattr(Handler, f"do_{method}", Handler._handle)

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        block_on_close = False

        def handle_error(self, *arguments: object) -> None:
            """The client is dead: nobody is there to take the answer."""

    server = Server(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    passing.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield passing
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
