"""A server without a network: a requests adapter that hands every request to a function of the test."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import requests
from requests.adapters import BaseAdapter
from requests.structures import CaseInsensitiveDict

from gcsync.model.value import Secret
from gcsync.remote.session import GenesysSession
from gcsync.remote.settings import Credentials, Endpoint
from gcsync.remote.wait import Wait

API = "https://api.mypurecloud.com"
LOGIN = "https://login.mypurecloud.com"
ENDPOINT = Endpoint("us-east-1", API, LOGIN)
CLIENT = Credentials("client-1", Secret("client-secret-1"))
TOKEN = {"access_token": "token-1", "token_type": "bearer", "expires_in": 86400}


@dataclass(frozen=True)
class Answer:
    """What the server says. `body` is JSON-like, or bytes sent as they are."""

    status: int = 200
    body: Any = b""
    headers: dict[str, str] = field(default_factory=dict)


class Answering(BaseAdapter):
    """Remembers every request. `handler` answers what is neither for a token nor taken by an earlier rule."""

    def __init__(self, handler: Callable[[requests.PreparedRequest], Answer]) -> None:
        super().__init__()
        self.handler = handler
        self.requests: list[requests.PreparedRequest] = []
        self.options: list[dict[str, Any]] = []

    def send(self, request: requests.PreparedRequest, **options: Any) -> requests.Response:
        self.requests.append(request)
        self.options.append(options)
        answer = self.handler(request)
        response = requests.Response()
        response.status_code, response.request, response.url = answer.status, request, str(request.url)
        body = answer.body if isinstance(answer.body, bytes) else json.dumps(answer.body).encode()
        response.headers = CaseInsensitiveDict({"Content-Type": "application/json"} | answer.headers)
        response.raw = io.BytesIO(body)
        return response

    def close(self) -> None:
        pass

    @property
    def lines(self) -> list[str]:
        """Each request as `GET /path?query`."""
        return [f"{r.method} {r.url.removeprefix(API).removeprefix(LOGIN)}" for r in self.requests]

    @property
    def asked(self) -> list[str]:
        """The requests other than those for a token."""
        return [line for line in self.lines if "/oauth/token" not in line]


@dataclass
class Conversation:
    """A session whose server is a function, and everything that was said and waited for."""

    session: GenesysSession
    server: Answering
    waits: list[Wait]
    slept: list[float]
    clock: list[float]


def converse(
    answers: Callable[[requests.PreparedRequest], Answer] | Iterable[Answer | Exception],
    *,
    credentials: Credentials = CLIENT,
    endpoint: Endpoint = ENDPOINT,
    read_only: bool = False,
    token: Callable[[], Answer] = lambda: Answer(200, TOKEN),
    **options: Any,
) -> Conversation:
    """A session that hears `answers` in turn (or from a function) and gets a token whenever it asks for one."""
    turns = None if callable(answers) else iter(answers)

    def handler(request: requests.PreparedRequest) -> Answer:
        if str(request.url).endswith("/oauth/token"):
            return token()
        said = answers(request) if turns is None else next(turns)  # type: ignore[operator]
        if isinstance(said, Exception):
            raise said
        return said

    server, waits, slept, clock = Answering(handler), [], [], [1000.0]

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        clock[0] += seconds

    session = GenesysSession(
        endpoint,
        credentials,
        read_only=read_only,
        adapter=server,
        notify=waits.append,
        sleep=sleep,
        random=lambda: 0.0,
        clock=lambda: clock[0],
        **options,
    )
    return Conversation(session, server, waits, slept, clock)


def page_number(request: requests.PreparedRequest) -> int:
    return int(dict(parse_qsl(urlsplit(str(request.url)).query))["pageNumber"])


def error(status: int, code: str = "", message: str = "", context_id: str = "ctx-1", **more: Any) -> Answer:
    """An error as the API words it."""
    return Answer(status, {"message": message, "code": code, "status": status, "contextId": context_id, **more})
