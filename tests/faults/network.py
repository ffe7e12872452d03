"""The way to the organization: a requests adapter on which everything that a schedule says goes wrong."""

from __future__ import annotations

import io
import json
import threading
from collections import Counter
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import requests
from requests.adapters import BaseAdapter
from requests.structures import CaseInsensitiveDict

from tests.faults.api import Api, Request
from tests.faults.clock import Clock
from tests.faults.schedule import CRASHES, DONE_ALL_THE_SAME, Fault, Schedule

ROUND_TRIP = 0.04
READ_TIMEOUT = 60.0
_STATUSES = {Fault.E500_BEFORE: 500, Fault.E500_AFTER: 500}

Answer = tuple[int, Any, dict[str, str]]


class Crash(BaseException):
    """The process is gone; nothing that it sends from now on arrives."""


class Network(BaseAdapter):
    """One process's connection. `act` lets another writer do something; `tell` hears of everything, for a replay."""

    def __init__(
        self, api: Api, clock: Clock, schedule: Schedule | None, act: Callable[[str], str], tell: Callable[[str], None]
    ) -> None:
        super().__init__()
        self._api, self._clock, self._schedule, self._act, self._tell = api, clock, schedule, act, tell
        self._lock = threading.Lock()
        self._late: list[tuple[float, Request]] = []
        self._good: dict[str, float] = {}
        self._window = (0.0, 0)
        self.run = 0
        self.planning = True
        self.crashed = False
        self.requests = 0
        self.faults: Counter[str] = Counter()
        self.edits = 0

    def use(self, schedule: Schedule) -> None:
        """From now on everything goes wrong that the schedule says."""
        self._schedule = schedule

    def calm(self) -> None:
        """Nothing goes wrong any more; what was under way is carried out."""
        self._schedule, self.crashed = None, False
        for due, request in self._late:
            self._clock.now = max(self._clock.now, due)
            self._api.answer(request)
        self._late = []

    def close(self) -> None:
        pass

    def send(self, request: requests.PreparedRequest, **_: Any) -> requests.Response:
        with self._lock:
            status, body, headers = self._exchange(request)
        response = requests.Response()
        response.status_code, response.request, response.url = status, request, str(request.url)
        response.headers = CaseInsensitiveDict({"Content-Type": "application/json", **headers})
        response.raw = io.BytesIO(b"" if body is None else json.dumps(body).encode())
        return response

    def _exchange(self, sent: requests.PreparedRequest) -> Answer:
        if self.crashed:
            raise Crash
        self._clock.sleep(ROUND_TRIP / 2)
        self._carry_out_what_is_due()
        url = urlsplit(str(sent.url))
        if url.path == "/oauth/token":
            answer = self._log_in()
        else:
            self.requests += 1
            body = json.loads(sent.body) if sent.body else None
            query = dict(parse_qsl(url.query))
            request = Request(str(sent.method), url.path, query, body, self.run, self.requests, self.planning)
            answer = self._called(request, str(sent.headers.get("Authorization")))
        self._clock.sleep(ROUND_TRIP / 2)
        return answer

    def _called(self, request: Request, authorization: str) -> Answer:
        schedule = self._schedule
        if schedule is not None and schedule.someone_acts():
            self._note(f"          another writer: {self._act(request.path)}")
            self.edits += 1
        refused = self._refusal(authorization)
        if refused is not None:
            self._note(f"{self._name(request)} -> {refused[0]}")
            return refused
        fault = schedule.strike(request.number, writes=request.method != "GET") if schedule is not None else None
        if fault is None:
            status, body = self._api.answer(request)
            self._note(f"{self._name(request)} -> {status}")
            return status, body, self._count()
        self.faults[fault.value] += 1
        self._note(f"{self._name(request)} -> {fault.value}")
        return self._fail(fault, request)

    def _fail(self, fault: Fault, request: Request) -> Answer:
        if fault in CRASHES:
            self.crashed = True
            if fault is Fault.CRASH_AFTER:
                self._api.answer(request)
            raise Crash
        if fault is Fault.LATE:
            if request.method == "POST":
                self._late.append((self._clock.now + self._draw(0.0, 5.0), request))
            return 504, _error(504), {}
        status, body = self._api.answer(request) if fault in DONE_ALL_THE_SAME else (0, None)
        if fault is Fault.EMPTY:
            return (status, body, {}) if status != 200 else (200, None, {})
        if fault is Fault.TOKEN_ENDED:
            self._good.clear()
            return 401, _error(401), {}
        return self._answer_of(fault)

    def _answer_of(self, fault: Fault) -> Answer:
        """What is heard of a fault that the API itself knows nothing of."""
        if fault is Fault.UNREACHABLE:
            raise requests.ConnectTimeout("no connection")
        if fault in (Fault.RESET_BEFORE, Fault.RESET_AFTER):
            raise requests.ConnectionError("reset by peer")
        if fault in (Fault.SLOW_BEFORE, Fault.SLOW_AFTER):
            self._clock.sleep(READ_TIMEOUT)
            raise requests.ReadTimeout("slow")
        if fault is Fault.RATE_LIMITED:
            return 429, _error(429), {"Retry-After": str(int(self._draw(0, 8)))}
        if fault is Fault.RATE_LIMITED_SILENTLY:
            return 429, _error(429), {}
        status = 403 if fault is Fault.DENIED else _STATUSES.get(fault) or 502 + int(self._draw(0, 2.999))
        return status, _error(status), {}

    def _log_in(self) -> Answer:
        schedule = self._schedule
        fault = schedule.strike_login() if schedule is not None else None
        if fault is not None:
            self.faults[f"login: {fault.value}"] += 1
            self._note(f"          login -> {fault.value}")
            return self._answer_of(fault)
        seconds = schedule.token_seconds if schedule is not None else 86_400
        token = f"token-{len(self._good)}-{self._clock.now:.3f}"
        self._good[f"Bearer {token}"] = self._clock.now + seconds
        return 200, {"access_token": token, "token_type": "bearer", "expires_in": seconds}, {}

    def _refusal(self, authorization: str) -> Answer | None:
        """401 for a token that has ended, 429 where the schedule's own limit is used up."""
        if self._good.get(authorization, 0.0) < self._clock.now:
            return 401, _error(401), {}
        limit = self._schedule.limit if self._schedule is not None else None
        if limit is None:
            return None
        began, count = self._window
        if self._clock.now >= began + limit.seconds:
            began, count = self._clock.now, 0
        self._window = began, count + 1
        if count < limit.allowed:
            return None
        self.faults["429 of a real limit"] += 1
        wait = began + limit.seconds - self._clock.now
        return 429, _error(429), {**self._count(), "Retry-After": str(int(wait) + 1)}

    def _count(self) -> dict[str, str]:
        limit = self._schedule.limit if self._schedule is not None else None
        if limit is None:
            return {}
        began, count = self._window
        left = int(began + limit.seconds - self._clock.now) + 1
        told = {"count": min(count, limit.allowed), "allowed": limit.allowed, "reset": left}
        return {f"inin-ratelimit-{name}": str(value) for name, value in told.items()}

    def _carry_out_what_is_due(self) -> None:
        for due, request in [entry for entry in self._late if entry[0] <= self._clock.now]:
            self._late.remove((due, request))
            status, _ = self._api.answer(request)
            self._note(f"          carried out at last: {self._name(request)} -> {status}")

    def _draw(self, low: float, high: float) -> float:
        return self._schedule.random.uniform(low, high) if self._schedule is not None else low

    def _name(self, request: Request) -> str:
        return f"{request.number:4}  {self._clock.now:8.2f} s  {request.method} {request.path}"

    def _note(self, text: str) -> None:
        self._tell(text)


def _error(status: int) -> dict[str, Any]:
    return {"status": status, "code": "fault", "message": "a fault", "contextId": "context-1"}
