"""Where events are delivered: the parts of a URL that a request is made of, and the headers that go along."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import quote, unquote, urlsplit

_PORTS: Final = {"https": 443, "http": 80}
_HEADER_NAME: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_NOT_IN_HEADERS: Final = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_HIDDEN: Final = "its host (sensitive value)"
_OURS: Final = frozenset({"host", "content-length", "transfer-encoding", "connection"})


class Unusable(Exception):
    """A URL or a header that no request can be made of. The message repeats nothing of it: it may be a secret."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """`target` is the path with its query. Two are equal when they are asked in the same way.

    With `sensitive` a person is not told of its host, nor of its addresses.
    """

    scheme: str
    host: str
    port: int
    target: str = field(repr=False)
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    sensitive: bool = field(default=False, compare=False)

    @property
    def place(self) -> str:
        """`events.example.com:8443`, without the port where it is the usual one: what the header Host says."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def shown(self) -> str:
        """How a person is told of it: no user information, no path."""
        return _HIDDEN if self.sensitive else self.place

    @property
    def shown_host(self) -> str:
        return _HIDDEN if self.sensitive else self.host

    def shown_address(self, address: str) -> str:
        return "one address" if self.sensitive else address

    @property
    def origin(self) -> str:
        """`https://events.example.com:8443/`: by it a proxy is chosen."""
        return f"{self.scheme}://{self.place}/"

    @property
    def secrets(self) -> tuple[str, ...]:
        """What an answer may repeat and nobody may see: values of headers, and the query."""
        query = self.target.partition("?")[2]
        return tuple(filter(None, [*(value for _, value in self.headers), query, unquote(query)]))


def read_endpoint(url: str, headers: Mapping[str, str], *, sensitive: bool = False) -> Endpoint:
    """The endpoint of a URL, whose host is not told where it is `sensitive`. Raises Unusable.

    User information in the URL goes as basic authentication, as every HTTP client sends it.
    """
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").encode("idna").decode("ascii"), parts.port
    except (ValueError, UnicodeError):
        raise Unusable("it cannot be read as a URL") from None
    if parts.scheme not in _PORTS or not host:
        raise Unusable("it must be an https:// URL")
    if not all(character.isprintable() and character not in ' \\"' for character in url):
        raise Unusable("it holds white space, a quotation mark, a backslash or a control character")
    target = quote((parts.path or "/") + (f"?{parts.query}" if parts.query else ""), safe="/?#[]@!$&'()*+,;=:%~-._")
    found = [*_basic(parts.username, parts.password, headers), *_checked(headers)]
    return Endpoint(parts.scheme, host, port or _PORTS[parts.scheme], target, tuple(found), sensitive)


def _basic(user: str | None, password: str | None, headers: Mapping[str, str]) -> list[tuple[str, str]]:
    if user is None or any(name.lower() == "authorization" for name in headers):
        return []
    pair = f"{unquote(user)}:{unquote(password or '')}"
    return [("Authorization", f"Basic {base64.b64encode(pair.encode()).decode()}")]


def _checked(headers: Mapping[str, str]) -> list[tuple[str, str]]:
    """The headers as they can be sent; those that make up the request itself are gcsync's own."""
    for name, value in headers.items():
        if not _HEADER_NAME.fullmatch(name):
            raise Unusable("the name of a header holds what no name may hold")
        if _NOT_IN_HEADERS.search(value) or any(ord(character) > 255 for character in value):
            raise Unusable(f"the value of the header {name} holds a line break or a letter that no header can carry")
    return [(name, value.strip()) for name, value in headers.items() if name.lower() not in _OURS]
