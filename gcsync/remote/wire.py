"""One request and one answer as values, and the ways in which there is no answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Final, TypeAlias
from urllib.parse import urlencode

from gcsync.model.value import Value

# POSTs that only read: the token's, and the audit query. The read-only transport lets these through and no other.
TOKEN_PATH: Final = "/oauth/token"  # noqa: S105 - a path
READING_POSTS: Final = frozenset({("login", TOKEN_PATH), ("api", "/api/v2/audits/query/realtime")})


class Target(Enum):
    """What a path names, and so what is lacking when it answers 404."""

    OBJECT = "an object"
    LISTING = "a whole kind"
    HOST = "what every organization has"


Params: TypeAlias = Mapping[str, str | int | Sequence[str]]
"""A query. A list repeats its key (`expand=a&expand=b`), as the public OpenAPI says of every list in a query."""


@dataclass(frozen=True, slots=True)
class Call:
    """A request before it has a host and a token. `body` is JSON-like and may hold secrets, or form text already.

    `scope` is the OAuth scope that it takes; `target` is what its path names. A call that is `prompt` follows a read
    of the same object: it is sent at once or not at all, and never again by itself, since no lock guards it.
    """

    method: str
    path: str
    host: str = "api"
    params: Params = field(default_factory=dict)
    body: Value = field(default=None, repr=False)
    scope: str = ""
    target: Target = Target.OBJECT
    permission: str = ""
    prompt: bool = False

    @property
    def reads(self) -> bool:
        """Whether it changes nothing, so that it may be repeated as often as one likes."""
        return self.method == "GET" or (self.method == "POST" and (self.host, self.path) in READING_POSTS)

    @property
    def idempotent(self) -> bool:
        return self.reads or self.method in ("PUT", "PATCH", "DELETE")

    @property
    def target_path(self) -> str:
        """The path with its query, as it goes over the wire."""
        return f"{self.path}?{urlencode(self.params, doseq=True)}" if self.params else self.path

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer, read to its end. `headers` are looked up in any case.

    `uncertain` says that an earlier try of the same write went without an answer, so that it may have been done.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    uncertain: bool = False

    @property
    def content_type(self) -> str:
        return self.headers.get("Content-Type", "").split(";", 1)[0].strip().lower()

    @property
    def succeeded(self) -> bool:
        return 200 <= self.status < 300


class Trouble(Enum):
    """Why there is no answer. The value is what a wait for it says."""

    NEVER_SENT = "no connection"
    DROPPED = "connection dropped"
    UNTRUSTED = "TLS"
    TOO_LARGE = "answer too large"
    UNUSABLE = "unusable setting"


class NoReply(Exception):
    """Internal to gcsync.remote: no answer came. `detail` is for a person, without secrets."""

    def __init__(self, trouble: Trouble, detail: str, hint: str = "") -> None:
        super().__init__(detail)
        self.trouble = trouble
        self.detail = detail
        self.hint = hint


JsonObject = dict[str, Any]
