"""A request and its answer as plain values: handlers are functions from one to the other and know no server."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeAlias


@dataclass(frozen=True, slots=True)
class Call:
    """A request. Header names are in lower case; `query` keeps repetitions; `parameters` come from the path."""

    method: str
    path: str
    parameters: Mapping[str, str] = field(default_factory=dict)
    query: tuple[tuple[str, str], ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Answer:
    """`body` is JSON; None sends no body at all."""

    status: int = 200
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)

    def encoded(self) -> bytes:
        return b"" if self.body is None else json.dumps(self.body, ensure_ascii=False).encode()


Handler: TypeAlias = Callable[[Call], Answer]


class Refusal(Exception):
    """An answer of 4xx or 5xx with the error body of Genesys Cloud (SDK 269, models/error_body.py:52).

    `errors` holds error bodies inside this one, for a request that is wrong in several ways.
    """

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        details: Sequence[Mapping[str, str]] = (),
        errors: Sequence[Mapping[str, Any]] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.details = [dict(detail) for detail in details]
        self.errors = [dict(error) for error in errors]
        self.headers = dict(headers or {})

    def answer(self, context_id: str) -> Answer:
        body = {
            "message": self.message,
            "code": self.code,
            "status": self.status,
            "contextId": context_id,
            "details": self.details,
            "errors": self.errors,
        }
        return Answer(self.status, body, self.headers)


def read_json(call: Call) -> Any:
    """The body as JSON, by the letter: application/json, UTF-8, no NaN, no key twice. Raises Refusal (400, 415)."""
    media_type = call.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/json":
        raise Refusal(415, "unsupported.media.type", "The request body must be sent as application/json.")
    try:
        text = call.body.decode("utf-8")
        value = json.loads(text, parse_constant=_no_constant, object_pairs_hook=_no_repetition)
        # A lone surrogate is legal in JSON's escapes and can be neither stored nor sent.
        json.dumps(value, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        reason = "it is nested too deeply" if isinstance(error, RecursionError) else str(error)
        raise Refusal(400, "invalid.json", f"The request body is not valid JSON: {reason}.") from None
    return value


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not a JSON value")


def _no_repetition(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice in one object")
    return found


def iso(seconds: float) -> str:
    """Seconds since 1970 as the API writes times: UTC, milliseconds."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
