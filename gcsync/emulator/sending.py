"""Requests to destinations. Nothing leaves unless the emulator was told where it may go.

A route (`--deliver-map https://events.example.com=http://127.0.0.1:8080`) sends what is for one origin to another;
plain http is for loopback only, and over https the certificate is checked for the declared host. Without a route an
event goes to its https URL only with `--deliver-https`. The variables that name an authority of one's own are heeded.
"""

from __future__ import annotations

import ipaddress
import json
import ssl
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import SplitResult, urlsplit, urlunsplit

from gcsync.emulator.delivery import Destination

if TYPE_CHECKING:
    from requests.adapters import HTTPAdapter

CONNECT_SECONDS: Final = 5.0
ANSWER_SECONDS: Final = 10.0
LARGEST_ANSWER: Final = 64 * 1024
_PORTS: Final = {"https": 443, "http": 80}
_BUNDLE_VARIABLES: Final = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE")
"""In the order in which requests and gcsync's own client read them."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back: `status` None where no whole answer did, and `problem` then says why."""

    status: int | None
    body: bytes = b""
    problem: str = ""

    @property
    def taken(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


def origin_of(url: str) -> str:
    """Scheme, host and port of a URL, in one spelling. Raises ValueError."""
    parts = urlsplit(url)
    if parts.scheme not in _PORTS or not parts.hostname:
        raise ValueError("an origin is https://HOST or http://HOST, with a port where it has one")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname.rstrip(".")
    return f"{parts.scheme}://{host}:{parts.port or _PORTS[parts.scheme]}"


def parse_route(text: str) -> tuple[str, str]:
    """Read `ORIGIN=ORIGIN`, as `--deliver-map` takes it. Raises ValueError that says what is wrong."""
    left, equals, right = text.partition("=")
    if not equals:
        raise ValueError("it is not ORIGIN=ORIGIN")
    for one in (left, right):
        parts = urlsplit(one)
        if parts.path not in ("", "/") or parts.query or parts.fragment or "@" in parts.netloc:
            raise ValueError("an origin has a scheme, a host and a port, and nothing else")
    if urlsplit(left).scheme != "https":
        raise ValueError("destinations are https only")
    target = origin_of(right)
    if target.startswith("http:") and not _is_loopback(urlsplit(target).hostname or ""):
        raise ValueError("plain http goes to loopback only")
    return origin_of(left), target


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def trusted_bundle(environ: Mapping[str, str]) -> str | None:
    """The file or folder of authorities that the environment names; None for those that requests brings along.

    Raises ValueError where it holds no certificates: each delivery would fail as if the other end were to blame.
    """
    for variable in _BUNDLE_VARIABLES:
        if path := environ.get(variable, ""):
            is_folder = Path(path).is_dir()
            try:
                trusted = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
                trusted.load_verify_locations(cafile=None if is_folder else path, capath=path if is_folder else None)
            except (OSError, ValueError):
                raise ValueError(f"{variable}: {path} cannot be read as a file of certificates") from None
            return path
    return None


class Sender:
    """Posts to destinations by its routes. `bundle` is a file or folder of authorities that it trusts instead.

    `now` gives seconds that only grow, those of a real clock.
    """

    def __init__(
        self,
        routes: Mapping[str, str],
        *,
        anywhere: bool,
        bundle: str | None = None,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._routes = routes
        self._anywhere = anywhere
        self._bundle = bundle
        self._now = now

    def refusal(self, url: str) -> str | None:
        """Why nothing may be sent to the URL, or None."""
        origin = origin_of(url)
        if origin in self._routes or self._anywhere:
            return None
        shown = origin.removesuffix(f":{_PORTS['https']}")
        return f"the emulator was not told to send there: --deliver-map {shown}=http://127.0.0.1:PORT"

    def post(self, destination: Destination, body: bytes) -> Reply:
        """One request over a connection of its own. Never raises for what the other end does."""
        import requests

        with requests.Session() as session:
            url, host = self._target(destination.url)
            # Not from ~/.netrc: what the request carries is what the stream declares.
            session.trust_env = False
            session.proxies = dict(requests.utils.get_environ_proxies(url)) if host is None else {}
            session.verify = self._bundle or True
            if host is not None:
                session.mount("https://", _adapter(urlsplit(destination.url).hostname or ""))
            headers = _headers(destination.headers, host)
            ends = self._now() + CONNECT_SECONDS + ANSWER_SECONDS
            try:
                answer = session.post(
                    url,
                    data=body,
                    headers=headers,
                    timeout=(CONNECT_SECONDS, ANSWER_SECONDS),
                    allow_redirects=False,
                    stream=True,
                )
                with answer:
                    return Reply(answer.status_code, self._read(answer, ends))
            except (requests.RequestException, ValueError) as error:
                return Reply(None, problem=_problem(error))

    def _read(self, answer: Any, ends: float) -> bytes:
        """The body, up to a limit. Raises what requests does: for one that is cut, and for one that never ends."""
        import requests

        found = b""
        # The limit of requests begins anew with every byte.
        for byte in answer.iter_content(1):
            found += byte
            if self._now() > ends:
                raise requests.ReadTimeout
            if len(found) > LARGEST_ANSWER:
                break
        return found

    def _target(self, url: str) -> tuple[str, str | None]:
        """Where the request really goes, and the Host that it names where that is elsewhere."""
        parts = urlsplit(url)
        route = self._routes.get(origin_of(url))
        if route is None:
            return url, None
        user, at, host = parts.netloc.rpartition("@")
        there = urlsplit(route)
        moved = SplitResult(there.scheme, f"{user}{at}{there.netloc}", parts.path or "/", parts.query, "")
        return urlunsplit(moved), host


def _adapter(host: str) -> HTTPAdapter:
    """One that asks for the certificate of `host`, and checks it, wherever it connects to."""
    from requests.adapters import HTTPAdapter

    class NamedAdapter(HTTPAdapter):
        def init_poolmanager(self, *arguments: Any, **named: Any) -> None:
            super().init_poolmanager(*arguments, **named, server_hostname=host, assert_hostname=host)

    return NamedAdapter()


def handshake_body(token: str) -> bytes:
    """What a destination is asked with before the first event."""
    return json.dumps({"verification_token": token}).encode()


def handshake_problem(reply: Reply, token: str) -> str | None:
    """Why the answer to a handshake is not as the seed document demands: the token alone, exactly. None if it is."""
    if reply.status is None:
        return reply.problem
    if not reply.taken:
        return f"answered {reply.status}"
    try:
        found = json.loads(reply.body)
    except (ValueError, RecursionError):
        return "the answer is not JSON"
    if found == {"verification_token": token}:
        return None
    if isinstance(found, dict) and found.get("verification_token") == token:
        return "the answer has other fields beside verification_token"
    return "the answer does not hold the verification_token as it was sent"


def _headers(declared: Sequence[tuple[str, str]], host: str | None) -> dict[str, Any]:
    """The declared headers with those that every request has; what frames the request is not theirs to say."""
    framing = ("content-length", "transfer-encoding", "connection", "host")
    kept = {name: value for name, value in declared if name.lower() not in framing}
    named = {name.lower() for name in kept}
    usual = {"Content-Type": "application/json", "User-Agent": "gcsync-emulator"}
    found = {name: value for name, value in usual.items() if name.lower() not in named} | kept
    return {**found, "Connection": "close", **({} if host is None else {"Host": host})}


def _problem(error: Exception) -> str:
    """Why there was no answer, in words that hold nothing of the URL or the headers."""
    import requests

    if isinstance(error, requests.Timeout):
        return "no answer in time"
    if isinstance(error, requests.exceptions.SSLError):
        return "TLS failed"
    if isinstance(error, requests.exceptions.ChunkedEncodingError | requests.exceptions.ContentDecodingError):
        return "the answer was cut"
    if isinstance(error, requests.ConnectionError):
        return "no connection, or it was dropped"
    return "the request cannot be sent as it is declared"
