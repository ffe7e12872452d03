"""A server process that takes as long for every answer, and next to no processor time: what it holds is the client's.

A thread for each connection, plain sockets, answers made of the bytes that came. It keeps objects of the three kinds
that need no look inside, and notes when each request came and was answered.
"""

from __future__ import annotations

import json
import multiprocessing
import re
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from typing import Any

from bench.organization import ORGANIZATION

PAGE = 100
STREAMS, TRIGGERS = "/api/v2/eventstreams", "/api/v2/processautomation/triggers"
INTEGRATIONS = "/api/v2/integrations"
_SOURCE_TYPE = "amazon-eventbridge-source"
_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
_TOKEN = json.dumps({"access_token": "bench", "expires_in": 86400}).encode()


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request: when it had come and when its answer was sent, in seconds of the server's clock."""

    method: str
    path: str
    came: float
    answered: float


@dataclass
class Organization:
    """What was created, as bytes of JSON by path, in the order of creation; sources as values by id."""

    objects: dict[str, dict[str, bytes]] = field(default_factory=lambda: {STREAMS: {}, TRIGGERS: {}})
    sources: dict[str, dict[str, Any]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def answer(self, method: str, target: str, body: bytes) -> tuple[int, bytes]:
        """Status and body."""
        path, _, query = target.partition("?")
        if path == "/oauth/token":
            return 200, _TOKEN
        if path.endswith("/organizations/me"):
            return 200, json.dumps(ORGANIZATION).encode()
        if path.startswith(INTEGRATIONS):
            return self._integration(method, path, query, body)
        collection = next((name for name in self.objects if path.startswith(name)), None)
        if collection is None:
            return 404, b'{"status": 404, "code": "not.found", "message": "no such API"}'
        if method == "POST":
            return 200, self._create(collection, body)
        number = int(query.partition("pageNumber=")[2].partition("&")[0] or 1)
        return 200, self._page(path, list(self.objects[collection].values()), number)

    def _create(self, collection: str, body: bytes) -> bytes:
        with self._lock:
            object_id = f"00000000-0000-4000-9000-{len(self.objects[collection]):012}"
            stored = b'{"id": "%s", "version": 1, ' % object_id.encode() + body[1:]
            self.objects[collection][object_id] = stored
        return stored

    def _page(self, path: str, objects: list[bytes], number: int) -> bytes:
        """Numbered pages; those of the triggers name the next one instead and hold what fits into one answer."""
        if path == TRIGGERS:
            return b'{"entities": [%s]}' % b",".join(objects)
        pages = max(1, -(-len(objects) // PAGE))
        chunk = b",".join(objects[(number - 1) * PAGE : number * PAGE])
        numbers = b'"pageSize": %d, "pageNumber": %d, "pageCount": %d, "total": %d' % (
            PAGE,
            number,
            pages,
            len(objects),
        )
        return b'{"entities": [%s], %s}' % (chunk, numbers)

    def _integration(self, method: str, path: str, query: str, body: bytes) -> tuple[int, bytes]:
        """The three writes of a source: made, configured, enabled."""
        parts = path.removeprefix(INTEGRATIONS).strip("/").split("/")
        if parts[0] == "types":
            return 200, json.dumps({"id": _SOURCE_TYPE, "maxInstances": 100_000}).encode()
        if method == "POST":
            return 200, json.dumps(self._make(json.loads(body))).encode()
        if parts == [""]:
            number = int(query.partition("pageNumber=")[2].partition("&")[0] or 1)
            return 200, self._page(path, [json.dumps(found).encode() for found in self.sources.values()], number)
        source = self.sources[parts[0]]
        if parts[1:] == ["config", "current"]:
            current = source["config"]["current"]
            if method == "PUT":
                source["config"]["current"] = current = {**json.loads(body), "version": current["version"] + 1}
            return 200, json.dumps(current).encode()
        if method == "PATCH":
            state = json.loads(body)["intendedState"]
            code = "ACTIVE" if state == "ENABLED" else "INACTIVE"
            source.update({"intendedState": state, "reportedState": {"code": code}})
        return 200, json.dumps(source).encode()

    def _make(self, body: dict[str, Any]) -> dict[str, Any]:
        with self._lock:
            object_id = f"00000000-0000-4000-a000-{len(self.sources):012}"
            empty = {
                "name": body["name"],
                "version": 1,
                "properties": {},
                "advanced": {},
                "notes": "",
                "credentials": {},
            }
            made = {"id": object_id, "name": body["name"], "integrationType": {"id": _SOURCE_TYPE}}
            made |= {"intendedState": "DISABLED", "reportedState": {"code": "INACTIVE"}, "config": {"current": empty}}
            self.sources[object_id] = made
            return made


@contextmanager
def slow_server(latency: float) -> Iterator[tuple[str, Connection]]:
    """Its URL, and a pipe: for whatever is sent it returns the list of exchanges and forgets everything."""
    mine, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("fork").Process(target=_serve, args=(latency, theirs), daemon=True)
    process.start()
    try:
        yield f"http://127.0.0.1:{mine.recv()}", mine
    finally:
        process.terminate()
        process.join()


def _serve(latency: float, pipe: Connection) -> None:
    listener = socket.create_server(("127.0.0.1", 0), backlog=128)
    server = _Server(latency)
    threading.Thread(target=server.accept, args=(listener,), daemon=True).start()
    pipe.send(listener.getsockname()[1])
    while pipe.recv():
        pipe.send(server.exchanges)
        server.organization, server.exchanges = Organization(), []


@dataclass
class _Server:
    latency: float
    organization: Organization = field(default_factory=Organization)
    exchanges: list[Exchange] = field(default_factory=list)

    def accept(self, listener: socket.socket) -> None:
        while True:
            connection, _ = listener.accept()
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=self._talk, args=(connection,), daemon=True).start()

    def _talk(self, connection: socket.socket) -> None:
        buffer = b""
        while True:
            while b"\r\n\r\n" not in buffer:
                more = connection.recv(65536)
                if not more:
                    return
                buffer += more
            head, _, buffer = buffer.partition(b"\r\n\r\n")
            length = _LENGTH.search(head)
            wanted = int(length[1]) if length else 0
            while len(buffer) < wanted:
                buffer += connection.recv(65536)
            body, buffer = buffer[:wanted], buffer[wanted:]
            self._answer(connection, head, body)

    def _answer(self, connection: socket.socket, head: bytes, body: bytes) -> None:
        came = time.perf_counter()
        method, target, _ = head.split(b"\r\n", 1)[0].decode().split(" ", 2)
        status, answer = self.organization.answer(method, target, body)
        start = b"HTTP/1.1 %d OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % (
            status,
            len(answer),
        )
        time.sleep(max(0.0, self.latency - (time.perf_counter() - came)))
        self.exchanges.append(Exchange(method, target, came, time.perf_counter()))
        connection.sendall(start + answer)
