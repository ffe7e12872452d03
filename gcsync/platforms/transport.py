"""One request, one answer, to one host. What is to be the same in a test comes in: time, chance, the adapter.

The adapter of requests is spoken to directly: a `requests.Session` follows redirects to other hosts, keeps cookies and
reads ~/.netrc, none of which may happen to a token.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import requests
from requests.adapters import BaseAdapter, HTTPAdapter
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError

CONNECT_SECONDS: Final = 10.0
READ_SECONDS: Final = 60.0
LONGEST_SECONDS: Final = 120.0
"""For the whole body of an answer: a server that sends a byte now and then holds nobody up."""
_CHUNK: Final = 64 * 1024


@dataclass(frozen=True, slots=True)
class Surroundings:
    """All that a client needs of the world. `verify` and `proxies` are as requests takes them.

    `clean` takes secrets and control characters out of text that a server sent; `notify` hears of every wait.
    """

    clean: Callable[[object], str]
    notify: Callable[[str], None] = lambda _: None
    sleep: Callable[[float], None] = time.sleep
    random: Callable[[], float] = random.random
    clock: Callable[[], float] = time.time
    adapter: BaseAdapter = field(default_factory=HTTPAdapter)
    verify: bool | str = True
    proxies: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer, read to its end; `headers` are looked up in any case."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)


class NoReply(Exception):
    """Internal to gcsync.platforms: no answer came, or none that can be read; the text says why.

    `sent` says whether the request may have been carried out, `final` whether asking again is of no use.
    """

    def __init__(self, detail: str, *, sent: bool = True, final: bool = False) -> None:
        super().__init__(detail)
        self.sent = sent
        self.final = final


def exchange(request: requests.PreparedRequest, surroundings: Surroundings, largest: int) -> Reply:
    """Send a request once. An answer of more than `largest` bytes is none. Raises NoReply."""
    try:
        response = surroundings.adapter.send(
            request,
            stream=True,
            timeout=(CONNECT_SECONDS, READ_SECONDS),
            verify=surroundings.verify,
            proxies=surroundings.proxies,
        )
        try:
            return Reply(response.status_code, response.headers, _read(response, largest))
        finally:
            response.close()
    except (requests.RequestException, HTTPError, OSError) as error:
        raise _no_reply(error) from None


def _read(response: requests.Response, largest: int) -> bytes:
    ends = time.monotonic() + LONGEST_SECONDS
    found = bytearray()
    for chunk in response.iter_content(_CHUNK):
        found += chunk
        if len(found) > largest:
            raise NoReply(f"its answer is larger than {largest // 1024 // 1024} MiB", final=True)
        if time.monotonic() > ends:
            raise NoReply(f"its answer was not complete after {LONGEST_SECONDS:.0f} s", final=True)
    return bytes(found)


def _no_reply(error: Exception) -> NoReply:
    """Why, in words that quote nothing: what the libraries say may hold the URL of a proxy with its password."""
    if isinstance(error, requests.exceptions.SSLError):
        return NoReply("its certificate is not trusted, or it speaks no TLS", sent=False, final=True)
    if isinstance(error, requests.exceptions.ProxyError):
        return NoReply("the proxy to it cannot be used", sent=False)
    if isinstance(error, requests.ConnectTimeout) or _holds(error, NewConnectionError, ConnectTimeoutError):
        return NoReply("no connection", sent=False)
    if isinstance(error, requests.exceptions.InvalidSchema | requests.exceptions.InvalidURL):
        return NoReply("the proxy to it cannot be used", sent=False, final=True)
    if isinstance(error, requests.Timeout):
        return NoReply(f"no answer within {READ_SECONDS:.0f} s")
    return NoReply("connection dropped")


def _holds(error: BaseException, *kinds: type[BaseException]) -> bool:
    """Whether an exception wraps one of these: requests and urllib3 hide the cause in different places."""
    waiting: list[Any] = [error]
    seen: list[BaseException] = []
    while waiting:
        current = waiting.pop()
        if not isinstance(current, BaseException) or current in seen:
            continue
        if isinstance(current, kinds):
            return True
        seen.append(current)
        waiting += [current.__cause__, current.__context__, getattr(current, "reason", None), *current.args]
    return False
