"""Requests to a platform's API: retries, redirects, pages, and what to say when it does not go well.

| what happened                                   | read, PUT, PATCH, DELETE | what makes something     |
|-------------------------------------------------|--------------------------|--------------------------|
| 429, 403 of a rate limit, no connection         | again                    | again                    |
| 500, 502, 503, 504, dropped, timed out          | again                    | `OutcomeUnknown`         |

Sources: GitHub, "Rate limits for the REST API" (403 or 429; `Retry-After`, else `x-ratelimit-reset` when nothing
remains); GitLab, "Rate limits" (429 with `Retry-After`) and "Pagination" (`Link`), as GitHub's.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

import requests
import tenacity

from gcsync import __version__
from gcsync.model.diagnostic import Diagnostic, DiagnosticError
from gcsync.model.failure import OutcomeUnknown
from gcsync.platforms.transport import NoReply, Reply, Surroundings, exchange

ATTEMPTS: Final = 5
CONNECT_ATTEMPTS: Final = 3
LONGEST_WAIT: Final = 300.0
"""Seconds. Who asks for more is told to a person instead: a job that sleeps for an hour helps nobody."""
LARGEST_OBJECT: Final = 8 * 1024 * 1024
LARGEST_PAGE: Final = 64 * 1024 * 1024
MOST_PAGES: Final = 200
_REDIRECTS: Final = 3

Json = dict[str, Any]
_log = logging.getLogger("gcsync.platforms")


@dataclass(frozen=True, slots=True)
class Call:
    """A request. `what` names for a person what it is about, `needs` the permission that it takes.

    A call that `makes` something is not repeated blindly. `url` replaces the API's own (GraphQL has another).
    """

    method: str
    path: str
    what: str
    needs: str = ""
    params: Mapping[str, str] = field(default_factory=dict)
    body: Json | None = field(default=None, repr=False)
    makes: bool = False
    url: str = ""


class Refusal(Exception):
    """Internal to gcsync.platforms: an answer that is no success, for `Dialect.explain`."""

    def __init__(self, call: Call, reply: Reply, message: str) -> None:
        super().__init__(message)
        self.call = call
        self.status = reply.status
        self.headers = reply.headers
        self.message = message


class Refused(DiagnosticError):
    """The platform said no: a refusal with its explanation. `status` is that of the answer."""

    def __init__(self, diagnostic: Diagnostic, status: int) -> None:
        super().__init__(diagnostic)
        self.status = status


@dataclass(frozen=True, slots=True)
class Dialect:
    """How one platform is spoken to: its name, headers (with the token), and what its refusals mean."""

    name: str
    headers: Mapping[str, str] = field(repr=False)
    explain: Callable[[Refusal], Diagnostic]


class _Again(Exception):
    """A try that may be repeated, `attempts` times; `after` is what the server asks to wait, in seconds."""

    def __init__(self, reason: str, *, carried_out: bool, after: float | None = None, attempts: int = ATTEMPTS) -> None:
        super().__init__(reason)
        self.attempts = attempts
        self.reason = reason
        self.carried_out = carried_out
        self.after = after


class Client:
    """Speaks to one host, and sends its token to no other."""

    def __init__(self, url: str, dialect: Dialect, surroundings: Surroundings) -> None:
        self._url = url.rstrip("/")
        self._dialect = dialect
        self._world = surroundings

    def get(self, call: Call) -> Json:
        """The object that the answer holds. Raises DiagnosticError, Refused, and OutcomeUnknown for what makes."""
        found = self._json(call, self._send(call, LARGEST_OBJECT))
        if not isinstance(found, dict):
            raise self.unusable(call, "holds no object")
        return found

    def do(self, call: Call) -> None:
        """The same where the answer does not matter."""
        self._send(call, LARGEST_OBJECT)

    def pages(self, call: Call) -> list[Json]:
        """Every object of a listing. Of a link to the next page only the query is taken, never the host."""
        found: list[Json] = []
        seen: set[str] = set()
        params = {**call.params, "per_page": "100"}
        while True:
            seen.add(urlencode(sorted(params.items())))
            page = Call(call.method, call.path, call.what, call.needs, params)
            reply = self._send(page, LARGEST_PAGE)
            found += self._objects(page, reply)
            following = _next(reply)
            if following is None:
                return found
            params = {**params, **following}
            if urlencode(sorted(params.items())) in seen or len(seen) >= MOST_PAGES:
                raise self.unusable(call, f"does not end after {len(seen)} pages")

    def unusable(self, call: Call, problem: str) -> DiagnosticError:
        """The error (GC707) for an answer that is not what the API promises."""
        hint = "is the API's URL right? A proxy or a login page may answer in its place"
        message = f"{self._dialect.name}: the answer for {call.what} {self._world.clean(problem)}"
        return DiagnosticError(Diagnostic("GC707", message, hint=hint))

    def _objects(self, call: Call, reply: Reply) -> list[Json]:
        page = self._json(call, reply)
        if not isinstance(page, list) or not all(isinstance(one, dict) for one in page):
            raise self.unusable(call, "is no list of objects")
        return page

    def _json(self, call: Call, reply: Reply) -> Any:
        try:
            return json.loads(reply.body)
        except (ValueError, RecursionError):
            raise self.unusable(call, "is no JSON") from None

    def _send(self, call: Call, largest: int) -> Reply:
        """A success. Raises DiagnosticError: Refused, OutcomeUnknown."""
        retrying = tenacity.Retrying(
            retry=tenacity.retry_if_exception(lambda error: isinstance(error, _Again) and _repeatable(call, error)),
            stop=lambda state: state.attempt_number >= _again(state).attempts,
            wait=self._seconds,
            sleep=self._world.sleep,
            before_sleep=self._announce,
            reraise=True,
        )
        try:
            return retrying(self._once, call, largest)
        except _Again as again:
            raise self._gave_up(call, again) from None
        except NoReply as error:
            raise self.unusable(call, f"cannot be used: {error}") from None
        except Refusal as refusal:
            raise Refused(self._dialect.explain(refusal), refusal.status) from None

    def _once(self, call: Call, largest: int) -> Reply:
        url = call.url or f"{self._url}{call.path}"
        url = f"{url}?{urlencode(call.params)}" if call.params else url
        for _ in range(_REDIRECTS + 1):
            reply = self._exchange(call, url, largest)
            _log.info("%s %s: %d", call.method, call.path or "GraphQL", reply.status)
            if reply.status not in (301, 302, 307, 308):
                return self._judged(call, reply)
            url = self._same_host(call, url, reply.headers.get("Location", ""))
        raise self.unusable(call, "leads from one redirect to another")

    def _exchange(self, call: Call, url: str, largest: int) -> Reply:
        headers = {"User-Agent": f"gcsync/{__version__}", "Accept": "application/json", **self._dialect.headers}
        try:
            request = requests.Request(call.method, url, headers=headers, json=call.body).prepare()
            return exchange(request, self._world, largest)
        except NoReply as error:
            if error.final:
                raise
            attempts = ATTEMPTS if error.sent else CONNECT_ATTEMPTS
            raise _Again(str(error), carried_out=error.sent, attempts=attempts) from None

    def _same_host(self, call: Call, url: str, location: str) -> str:
        """Where a redirect leads (a repository was renamed); only on the same host, since the token goes along."""
        there = urljoin(url, location)
        here, to = urlsplit(url), urlsplit(there)
        if not location or (here.scheme, here.netloc) != (to.scheme, to.netloc):
            raise self.unusable(call, f"leads to another host ({to.netloc[:100]}), which gcsync does not follow")
        return there

    def _judged(self, call: Call, reply: Reply) -> Reply:
        if 200 <= reply.status < 300:
            return reply
        refusal = Refusal(call, reply, self._world.clean(_message(reply)))
        if reply.status == 429 or (reply.status == 403 and is_rate_limit(refusal)):
            raise _Again(f"{reply.status}, rate limit", carried_out=False, after=self._asked(reply))
        if reply.status in (500, 502, 503, 504):
            raise _Again(str(reply.status), carried_out=True, after=self._asked(reply))
        raise refusal

    def _asked(self, reply: Reply) -> float | None:
        """The seconds that the server asks to wait, by a number or by the instant when its limit is reset."""
        after = _number(reply.headers.get("Retry-After", ""))
        if after is not None or reply.headers.get("x-ratelimit-remaining") != "0":
            return after
        reset = _number(reply.headers.get("x-ratelimit-reset", ""))
        return None if reset is None else max(0.0, reset - self._world.clock())

    def _seconds(self, state: tenacity.RetryCallState) -> float:
        """What the server asks for and a little more, so that a crowd does not return at once; else backoff."""
        again = _again(state)
        if again.after is not None:
            return again.after + self._world.random()
        return float(2 ** (state.attempt_number - 1)) * (0.5 + self._world.random() / 2)

    def _announce(self, state: tenacity.RetryCallState) -> None:
        seconds, again = state.upcoming_sleep, _again(state)
        tries = f"{state.attempt_number + 1} of {again.attempts}"
        self._world.notify(f"waiting {seconds:.0f} s ({self._dialect.name}: {again.reason}, {tries})")

    def _gave_up(self, call: Call, again: _Again) -> DiagnosticError:
        host = urlsplit(self._url).netloc
        said = f"{self._dialect.name} ({host}) does not answer for {call.what}: {again.reason}"
        if again.after is not None and again.after > LONGEST_WAIT:
            said += f"; it asks to wait {again.after:.0f} s"
        diagnostic = Diagnostic("GC706", said, hint="run the same command again later; it changes only what differs")
        return OutcomeUnknown(diagnostic) if call.makes and again.carried_out else DiagnosticError(diagnostic)


def is_rate_limit(refusal: Refusal) -> bool:
    """Whether a 403 is not about rights: GitHub says so by its headers, or in words."""
    headers, words = refusal.headers, refusal.message.lower()
    limited = "Retry-After" in headers or headers.get("x-ratelimit-remaining") == "0"
    return limited or "rate limit" in words or "abuse detection" in words


def _repeatable(call: Call, again: _Again) -> bool:
    if again.after is not None and again.after > LONGEST_WAIT:
        return False
    return not (call.makes and again.carried_out)


def _again(state: tenacity.RetryCallState) -> _Again:
    error = state.outcome.exception() if state.outcome is not None else None
    if not isinstance(error, _Again):
        raise TypeError("tenacity asks about a try that did not fail in a known way")
    return error


def _number(text: str) -> float | None:
    text = text.strip()
    return float(text) if text.isascii() and text.isdigit() and len(text) < 12 else None


def _next(reply: Reply) -> dict[str, str] | None:
    """The query of the link to the next page; None on the last one."""
    for link in requests.utils.parse_header_links(reply.headers.get("Link", "")):
        if link.get("rel") == "next":
            return dict(parse_qsl(urlsplit(link.get("url", "")).query)) or None
    return None


def _message(reply: Reply) -> str:
    """What the server says of its refusal. GitHub: `message`, `errors`; GitLab: `message` or `error`, of any type."""
    try:
        data = json.loads(reply.body[:100_000])
    except (ValueError, RecursionError):
        return ""
    if not isinstance(data, dict):
        return ""
    said = [data.get("message"), data.get("error"), data.get("error_description")]
    errors = data.get("errors")
    said += errors if isinstance(errors, list) else []
    texts = (one.get("message", one.get("code")) if isinstance(one, dict) and "code" in one else one for one in said)
    return "; ".join(one if isinstance(one, str) else json.dumps(one) for one in texts if one)
