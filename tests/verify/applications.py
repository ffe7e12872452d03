"""Endpoints as users write them, as ASGI applications, served by uvicorn on 127.0.0.1."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import uvicorn

from tests.verify.endpoints import PATIENCE_SECONDS

Send = Callable[[dict[str, Any]], Awaitable[None]]
Receive = Callable[[], Awaitable[dict[str, Any]]]


@dataclass
class Application:
    """A careful endpoint; each switch makes it careless in one way."""

    secret: str = "k-1"
    crashes_on_bad_json: bool = False
    accepts_anything: bool = False
    asks_for_no_credential: bool = False
    refuses_what_it_knows: bool = False
    echoes: Callable[[Any], Any] = lambda token: {"verification_token": token}
    limit: int = 1024 * 1024
    seen: list[str] = field(default_factory=list)
    asked: list[dict[str, Any]] = field(default_factory=list)

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        body, more = b"", True
        while more and len(body) <= self.limit:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            body, more = body + message.get("body", b""), message.get("more_body", False)
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        self.asked.append(headers)
        status, answer = self.answer(scope["method"], headers, body)
        raw = json.dumps(answer).encode()
        start = {"type": "http.response.start", "status": status, "headers": [(b"content-type", b"application/json")]}
        await send(start)
        await send({"type": "http.response.body", "body": raw})

    def answer(self, method: str, headers: dict[str, str], body: bytes) -> tuple[int, Any]:
        if headers.get("x-api-key") != self.secret and not self.asks_for_no_credential:
            return 401, {}
        if method != "POST":
            return 405, {}
        if len(body) > self.limit:
            return 413, {}
        try:
            found = json.loads(body)
        except (ValueError, RecursionError):
            return 500 if self.crashes_on_bad_json else 200 if self.accepts_anything else 400, {}
        if isinstance(found, dict) and "verification_token" in found:
            return 200, self.echoes(found["verification_token"])
        if not isinstance(found, dict) or "eventType" not in found:
            return 200 if self.accepts_anything else 400, {}
        if found["id"] in self.seen and self.refuses_what_it_knows:
            return 409, {}
        self.seen.append(found["id"])
        return 200, {"status": "success"}


@contextmanager
def serving(application: Any) -> Iterator[str]:
    """The URL of the application."""
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(application, log_config=None, lifespan="off", timeout_graceful_shutdown=1, http="h11")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/genesys-events"
    finally:
        server.should_exit = True
        thread.join(PATIENCE_SECONDS)
        listener.close()
