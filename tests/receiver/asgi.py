"""An application asked without a network, and what it is made of."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Coroutine, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from gcsync.receiver.application import PATH, Application
from gcsync.receiver.authentication import Authentication, Open
from gcsync.receiver.handling import Handling
from gcsync.receiver.interface import Claim, Event, Sink, SinkFailure, Store
from gcsync.receiver.limits import Limits
from gcsync.receiver.stores import open_store

JSON = ((b"content-type", b"application/json"),)
Result = TypeVar("Result")


@dataclass(frozen=True)
class Answered:
    status: int
    body: bytes
    headers: dict[str, str]

    @property
    def document(self) -> Any:
        return json.loads(self.body)


@dataclass
class Kept:
    """A sink that keeps what it gets, after `pause` seconds or once `gate` is set, and fails as often as `failures`."""

    events: list[Event] = field(default_factory=list)
    failures: int = 0
    pause: float = 0.0
    gate: asyncio.Event | None = None
    calls: int = 0

    async def handle(self, event: Event) -> None:
        self.calls += 1
        await (self.gate.wait() if self.gate else asyncio.sleep(self.pause))
        if self.failures:
            self.failures -= 1
            raise SinkFailure("told to fail")
        self.events.append(event)

    async def close(self) -> None:
        pass


async def ask(
    application: Application,
    body: bytes | Iterable[bytes] = b"",
    *,
    method: str = "POST",
    path: str = PATH,
    headers: Iterable[tuple[bytes, bytes]] = JSON,
    peer: str = "192.0.2.1",
) -> Answered:
    """One request; a body of several chunks is sent without a length."""
    chunks = [body] if isinstance(body, bytes) else list(body)
    messages = [{"type": "http.request", "body": chunk, "more_body": True} for chunk in chunks]
    messages[-1]["more_body"] = False
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        if messages:
            return messages.pop(0)
        return await asyncio.Event().wait() or {}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "scheme": "http",
        "http_version": "1.1",
        "server": ("127.0.0.1", 80),
        "headers": list(headers),
        "client": (peer, 1),
    }
    await application.asgi(scope, receive, send)
    told = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return Answered(sent[0]["status"], b"".join(message.get("body", b"") for message in sent[1:]), told)


def waited_for(store: Store) -> asyncio.Event:
    """Set once somebody asks how an id fares that another process has."""
    asked, state = asyncio.Event(), store.state

    async def asking(event_id: str) -> Claim | None:
        asked.set()
        return await state(event_id)

    store.state = asking  # type: ignore[method-assign]
    return asked


def run(coroutine: Coroutine[Any, Any, Result]) -> Result:
    return asyncio.run(coroutine)


@dataclass
class Receiver:
    """An application with a store in a file and a sink that keeps."""

    store: Store
    sink: Any
    application: Application
    handling: Handling

    async def event(self, event_id: str, **more: Any) -> Answered:
        body = {"id": event_id, "eventType": "conversation:start", "data": {}} | more
        return await ask(self.application, json.dumps(body).encode())


def receiver(
    folder: Path,
    sink: Sink | None = None,
    *,
    limits: Limits | None = None,
    authentication: Authentication | None = None,
    **how: Any,
) -> Receiver:
    clock = how.pop("clock", lambda: 1_800_000_000.0)
    store = how.pop("store", None) or open_store(f"sqlite:///{folder}/events.db", clock=clock)
    chosen = sink or Kept()
    open_metrics = how.pop("open_metrics", False)
    handling = Handling(store, chosen, how.pop("holder", "test"), **how)
    application = Application(
        store, handling, authentication or Open(), limits=limits or Limits(), open_metrics=open_metrics
    )
    return Receiver(store, chosen, application, handling)
