"""An adapter that passes requests on and remembers what the answers' headers say."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from requests import PreparedRequest, Response
from requests.adapters import BaseAdapter, HTTPAdapter


@dataclass(frozen=True, slots=True)
class Heard:
    """The headers of one answer, and when it came by the local clock."""

    headers: Mapping[str, str]
    at: datetime


class Hearing(BaseAdapter):
    """Safe to use from several threads. `inner` is the seam for tests."""

    def __init__(self, now: Callable[[], datetime], inner: BaseAdapter | None = None) -> None:
        super().__init__()
        self._now = now
        self._inner = inner or HTTPAdapter()
        self._lock = threading.Lock()
        self._heard: list[Heard] = []

    def send(self, request: PreparedRequest, *arguments: Any, **options: Any) -> Response:
        response = self._inner.send(request, *arguments, **options)
        with self._lock:
            self._heard.append(Heard(response.headers, self._now()))
        return response

    def close(self) -> None:
        self._inner.close()

    def last(self, *names: str) -> Heard | None:
        """The latest answer that has all of these headers."""
        with self._lock:
            return next((one for one in reversed(self._heard) if all(name in one.headers for name in names)), None)
