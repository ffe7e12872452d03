"""A large stack, and a server process that answers with pre-rendered pages of the same streams, markers and all."""

from __future__ import annotations

import json
import multiprocessing
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from gcsync.engine import Options, Refreshed, compute
from gcsync.model.marker import join
from gcsync.model.plan import Change, Target
from gcsync.model.resource import Listing, Organization
from gcsync.model.value import reveal
from gcsync.stack import Inputs, load

PAGE = 100
EMPTY_PAGE = json.dumps({"entities": [], "pageSize": PAGE, "pageNumber": 1, "pageCount": 1, "total": 0}).encode()
ORGANIZATION = {"id": "00000000-0000-4000-8000-000000000001", "name": "Example Ltd"}


def stack_text(count: int) -> str:
    """A stack file of `count` streams, ten lines each."""
    streams = "".join(
        f"""\
  stream_{number}:
    name: stream number {number}
    description: Conversations of team {number}
    enabled: true
    event_types: [conversation:start, conversation:end, user:state:change]
    destinations:
      - protocol: https
        url: https://events.example.com/genesys/{number}
        headers: {{X-Team: 't{number}'}}
"""
        for number in range(count)
    )
    return f"version: 1\nstack: bench\nstreams:\n{streams}"


def pages_for(file: Path) -> list[bytes]:
    """The listing of an organization in which that stack file has been applied."""
    (stack,) = load([str(file)], Inputs(), folder=file.parent)
    target = Target(Organization(**ORGANIZATION), "us-east-1", "bench")
    plan = compute(stack, Refreshed({"stream": Listing(())}), target, Options(), fingerprint_key=None)
    objects = [_wire(number, change) for number, change in enumerate(plan.changes)]
    chunks = [objects[start : start + PAGE] for start in range(0, len(objects), PAGE)]
    return [
        json.dumps(
            {
                "entities": chunk,
                "pageSize": PAGE,
                "pageNumber": number,
                "pageCount": len(chunks),
                "total": len(objects),
            }
        ).encode()
        for number, chunk in enumerate(chunks, start=1)
    ]


def _wire(number: int, change: Change) -> dict[str, Any]:
    if change.desired is None:
        raise TypeError("a create has a desired resource")
    values = reveal(change.desired.attributes)
    return {
        "id": f"00000000-0000-4000-9000-{number:012}",
        "name": values["name"],
        "description": join(values["description"], change.marker),
        "enabled": values["enabled"],
        "destinations": values["destinations"],
        "eventTypes": values["event_types"],
        "version": 1,
        "dateCreated": "2026-11-23T00:00:00.000Z",
        "dateModified": "2026-11-23T00:00:00.000Z",
        "selfUri": f"/api/v2/eventstreams/00000000-0000-4000-9000-{number:012}",
    }


@contextmanager
def serving(pages: list[bytes]) -> Iterator[tuple[str, Connection]]:
    """Serve the pages from a process of its own: its URL, and a pipe that tells the count of requests when asked."""
    mine, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("fork").Process(target=_serve, args=(pages, theirs), daemon=True)
    process.start()
    try:
        yield f"http://127.0.0.1:{mine.recv()}", mine
    finally:
        process.terminate()
        process.join()


def _serve(pages: list[bytes], pipe: Connection) -> None:
    requests: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self._answer(json.dumps({"access_token": "bench", "expires_in": 86400}).encode())

        def do_GET(self) -> None:
            url = urlsplit(self.path)
            if url.path.endswith("/organizations/me"):
                self._answer(json.dumps(ORGANIZATION).encode())
            elif not url.path.endswith("/eventstreams"):
                self._answer(EMPTY_PAGE)
            else:
                self._answer(pages[int(parse_qs(url.query)["pageNumber"][0]) - 1])

        def _answer(self, body: bytes) -> None:
            requests.append(self.path)
            head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
            self.wfile.write(head.encode() + body)

        def log_message(self, *arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    import threading

    threading.Thread(target=server.serve_forever, daemon=True).start()
    pipe.send(server.server_port)
    while pipe.recv() == "count":
        pipe.send(len(requests))
        requests.clear()
