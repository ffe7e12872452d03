"""Answers that go wrong on request: `ACTION:COUNT[:METHOD][:PATHGLOB]`, each for the next COUNT matching requests.

    503          answers that status (400 to 599); the request is not carried out
    503-after    the same, but the request is carried out first
    drop-before  the connection is dropped, the request is not carried out
    drop-after   the connection is dropped, the request is carried out first
    html         a 200 with an HTML page, as a proxy in between would give; not carried out
    empty        a 200 without a body; carried out

Without a path glob a fault hits requests under /api/ only; `503:1:/oauth/*` hits the token request.
"""

from __future__ import annotations

import fnmatch
import re
import threading
from collections.abc import Iterable
from dataclasses import dataclass

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")
_ACTION = re.compile(r"(?P<status>[45][0-9]{2})(?P<after>-after)?|drop-before|drop-after|html|empty")
_COUNT = re.compile(r"[1-9][0-9]{0,8}")


@dataclass(frozen=True, slots=True)
class Fault:
    """`after` says whether the request is carried out before the answer goes wrong; `status` is None for a drop."""

    text: str
    count: int
    status: int | None
    after: bool = False
    html: bool = False
    method: str | None = None
    path: str = "/api/*"

    def hits(self, method: str, path: str) -> bool:
        return self.method in (None, method) and fnmatch.fnmatchcase(path, self.path)


class Faults:
    """The faults still to come, in the order given; the first that matches a request is used up by one."""

    def __init__(self, texts: Iterable[str] = ()) -> None:
        self._lock = threading.Lock()
        self._waiting: list[tuple[Fault, int]] = []
        self.replace(texts)

    def replace(self, texts: Iterable[str]) -> None:
        """Forget all faults and wait with these. Raises ValueError, and changes nothing then."""
        parsed = [parse_fault(text) for text in texts]
        with self._lock:
            self._waiting = [(fault, fault.count) for fault in parsed]

    def take(self, method: str, path: str) -> Fault | None:
        with self._lock:
            for index, (fault, left) in enumerate(self._waiting):
                if fault.hits(method, path):
                    self._waiting[index : index + 1] = [(fault, left - 1)] if left > 1 else []
                    return fault
        return None

    def describe(self) -> list[dict[str, object]]:
        return [{"fault": fault.text, "left": left} for fault, left in self._waiting]


def parse_fault(text: str) -> Fault:
    """Read one fault; raises ValueError that says what is wrong with it."""
    action, _, rest = text.partition(":")
    count, _, rest = rest.partition(":")
    match = _ACTION.fullmatch(action)
    if match is None:
        raise ValueError(
            f'"{text}" is no fault: it starts with a status from 400 to 599, drop-before, drop-after, html or empty'
        )
    if not _COUNT.fullmatch(count):
        raise ValueError(f'"{text}" is no fault: after "{action}:" comes how many requests it hits, a number from 1')
    method, path = _target(text, rest)
    status = None if action.startswith("drop") else int(match["status"] or 200)
    after = action in ("drop-after", "empty") or match["after"] is not None
    return Fault(text, int(count), status, after, action == "html", method, path)


def _target(text: str, rest: str) -> tuple[str | None, str]:
    method: str | None = None
    if rest and rest[0] not in "/*":
        method, _, rest = rest.partition(":")
        method = method.upper()
        if method not in METHODS:
            raise ValueError(
                f'"{text}" is no fault: "{method}" is neither a method nor a path (one starts with / or *)'
            )
    if rest and rest[0] not in "/*":
        raise ValueError(f'"{text}" is no fault: its path starts with / or *')
    return method, rest or "/api/*"
