"""The verification handshake: was the token echoed exactly, and if not, what was answered instead.

Source: the seed document, section "EventBridge Verification Failed"; contract, section 7: 200 and
`{"verification_token": t}`, no other field, t as it came.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from gcsync.model.check import Check, CheckStatus
from gcsync.verify.wire import LONGEST_BODY, Answer, NoAnswer, Trouble

KEY: Final = "verification_token"
SLOW_SECONDS: Final = 3.0
"""An answer that takes longer is a warning: a sender gives up at some point that nobody has published."""

EXACTLY: Final = (
    'answer 200 with {"verification_token": …} and the token as it came: no other field, the key in its own case; '
    "look into the logs of the endpoint (Flask, Lambda), or run gcsync receiver there"
)
_CREDENTIAL: Final = (
    "compare the header that the stack declares, its name and its value, with what the endpoint expects"
)
_ERRORS: Final = (
    "look into the logs of the endpoint (CloudWatch, for Lambda or an API destination): events answered with 5xx are "
    "sent again"
)
_THROTTLED: Final = "raise the limit that throttles there, such as the rate of the EventBridge API destination"
_REDIRECT: Final = "declare the URL that it redirects to: neither the sender nor gcsync follows a redirect"
_PAGE: Final = "a page for people is in the way: a wrong path, a login, a proxy or the page of a load balancer"
_MUTUAL: Final = "take the credential from a header in its place: no sender of events has a certificate to show"
_PATH: Final = "compare the path of the URL with the route of the endpoint, which must take POST"
_FIREWALL: Final = (
    "let the sender in: the endpoint must be reachable from the internet, or from the addresses of Genesys Cloud "
    "where a firewall or a security group stands before it"
)
_LAMBDA: Final = "the gateway passes Lambda's envelope on: turn on its proxy integration (payload format 2.0)"
_STRIPPED: Final = (
    "something between drops the body of a POST: a proxy or gateway that follows a redirect, answers for an empty "
    "request, or passes another part of the event on; compare what reaches the endpoint with what was sent"
)
_QUICK: Final = "answer the handshake before any other work, and hand events to a queue"


def request_body(token: str, **more: Any) -> bytes:
    """The body of a handshake; `more` are fields beside the token."""
    return json.dumps({**more, KEY: token}).encode()


def judge(answer: Answer, token: str, clean: Callable[[str], str]) -> Check:
    """What the answer is. `clean` makes what the server said fit to be shown."""
    return _Judgement(answer, token, clean).check()


def unanswered(error: NoAnswer, seconds: float) -> Check:
    """The handshake that got no answer."""
    if error.trouble is Trouble.SLOW:
        return _fail(f"no answer within {seconds:g} s", _QUICK, "GC833")
    if error.trouble is Trouble.CUT:
        message = "the connection was cut before the answer was complete"
        return _fail(message, f"{_ERRORS}; a firewall may cut it too", "GC833")
    if error.trouble is Trouble.NO_CERTIFICATE:
        return _fail("it asks for a certificate of the client (mutual TLS)", _MUTUAL, "GC831")
    return _fail("what it answered is not HTTP", "is the port that of a web server?", "GC833")


def _fail(message: str, hint: str, code: str = "GC829") -> Check:
    return Check("handshake", CheckStatus.FAIL, message, hint, code)


@dataclass(frozen=True, slots=True)
class _Judgement:
    answer: Answer
    token: str
    clean: Callable[[str], str]

    def check(self) -> Check:
        refused = self._status()
        return refused or self._body()

    def _status(self) -> Check | None:
        """Whatever is no success, by its status."""
        status = self.answer.status
        if 200 <= status < 300:
            return None
        if 300 <= status < 400:
            return _fail(f"it redirects ({status}){self._where()}", _REDIRECT, "GC830")
        if status in (401, 403):
            hint = _CREDENTIAL if status == 401 else f"{_CREDENTIAL}; {_FIREWALL}"
            return _fail(f"it refuses the credential ({status})", hint, "GC831")
        if status == 429:
            return _fail("it throttles (429)", _THROTTLED, "GC832")
        if status in (404, 405):
            return _fail(f"there is nothing that takes a POST at this path ({status})", _PATH, "GC832")
        if status in (400, 411) and self._came_empty():
            return _fail(f"the body of the request did not reach it ({status})", _STRIPPED, "GC854")
        hint = _ERRORS if status >= 500 else EXACTLY
        return _fail(f"it answers {status}", hint, "GC832")

    def _came_empty(self) -> bool:
        """Whether the endpoint says that it got no body, as gcsync's receiver and the seed's do (`Empty payload`)."""
        said = self.answer.body[:1000].decode("utf-8", errors="replace").lower()
        return self.answer.status == 411 or "empty payload" in said

    def _where(self) -> str:
        """The host that a redirect leads to; its path may hold a secret."""
        try:
            parts = urlsplit(self.answer.headers.get("location", ""))
            place = f"{parts.scheme or 'https'}://{parts.hostname}"
            return f" to {self.clean(place)}" if parts.hostname else ""
        except ValueError:
            return ""

    def _body(self) -> Check:
        text = self.answer.body.decode("utf-8", errors="replace")
        if not text.strip():
            return _fail(f"it answers {self.answer.status} with an empty body", EXACTLY)
        encoding = self.answer.headers.get("content-encoding", "identity")
        if encoding.lower() not in ("", "identity"):
            return _fail(f"its answer is compressed ({self.clean(encoding)}), which was not asked for", EXACTLY)
        keys: list[str] = []

        def remember(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
            # Called for the outermost object last.
            keys[:] = [key for key, _ in pairs]
            return dict(pairs)

        try:
            found = json.loads(text, object_pairs_hook=remember)
        except (ValueError, RecursionError):
            return self._not_json(text)
        if not isinstance(found, dict):
            return self._no_object(found)
        return self._object(found, keys)

    def _not_json(self, text: str) -> Check:
        if self.answer.media_type == "text/html" or re.match(r"\s*<(!doctype|html)", text, re.IGNORECASE):
            return _fail("it answers with an HTML page", _PAGE)
        if len(self.answer.body) >= LONGEST_BODY:
            return _fail(f"its answer is longer than {LONGEST_BODY // 1024} KiB, of which no more was read", EXACTLY)
        if text.strip() == self.token:
            return _fail("it answers the bare token, not a JSON object", EXACTLY)
        if text.startswith("\ufeff"):
            return _fail("its answer begins with a byte order mark, which JSON does not allow", EXACTLY)
        said = self.answer.media_type
        return _fail(f"its answer is not JSON{f' ({self.clean(said)})' if said else ''}", EXACTLY)

    def _no_object(self, found: Any) -> Check:
        if found == self.token:
            return _fail("it answers the token as a JSON text, not an object", EXACTLY)
        if isinstance(found, str) and KEY in found:
            return _fail("it answers a JSON text that holds JSON: it is encoded twice", EXACTLY)
        return _fail(f"it answers {_kind(found)}, not a JSON object", EXACTLY)

    def _object(self, found: dict[str, Any], keys: list[str]) -> Check:
        if "statusCode" in found and "body" in found:
            return _fail("it answers Lambda's envelope (statusCode, body)", _LAMBDA)
        if KEY not in found:
            return self._no_key(found)
        if keys.count(KEY) > 1:
            return _fail(f"its answer holds {KEY} twice", EXACTLY)
        if problem := self._value(found[KEY]):
            return _fail(problem, EXACTLY)
        more = [self.clean(key[:40]) for key in found if key != KEY]
        if more:
            told = ", ".join(more[:3]) + (f" and {len(more) - 3} more" if len(more) > 3 else "")
            return _fail(f"its answer has {'another field' if len(more) == 1 else 'other fields'}: {told}", EXACTLY)
        return self._exact()

    def _no_key(self, found: dict[str, Any]) -> Check:
        alike = [key for key in found if re.sub(r"[-_ ]", "", key).lower() == KEY.replace("_", "")]
        if alike:
            return _fail(f"the key is {self.clean(alike[0])}, not {KEY}", EXACTLY)
        if self.token in found.values():
            key = next(key for key, value in found.items() if value == self.token)
            return _fail(f"the token is under {self.clean(key[:40])}, not under {KEY}", EXACTLY)
        inner = any(isinstance(value, dict) and KEY in value for value in found.values())
        where = ", but inside another object" if inner else ""
        return _fail(f"its answer has no {KEY}{where}: was it taken for an event?", EXACTLY)

    def _value(self, value: Any) -> str:
        """What is wrong with the value of the key; empty for nothing."""
        if value == self.token:
            return ""
        if not isinstance(value, str):
            return f"{KEY} is {_kind(value)}, not the text that was sent"
        if value.lower() == self.token.lower():
            return "the token comes back in another case"
        if value.strip().strip("\"'") == self.token:
            return "the token comes back with white space or quotation marks around it"
        if value and self.token.startswith(value):
            return f"the token comes back cut off, after {len(value)} of its {len(self.token)} characters"
        return "another token comes back than was sent"

    def _exact(self) -> Check:
        seconds = self.answer.seconds
        if self.answer.status != 200:
            message = f"the token is echoed exactly, but with {self.answer.status}, not 200"
            return Check("handshake", CheckStatus.WARN, message, EXACTLY, "GC829")
        if seconds > SLOW_SECONDS:
            message = f"the token is echoed exactly, but only after {seconds:.1f} s"
            return Check("handshake", CheckStatus.WARN, message, _QUICK, "GC833")
        if self.answer.media_type != "application/json":
            said = self.clean(self.answer.media_type) or "without a content type"
            message = f"the token is echoed exactly, but not as application/json ({said})"
            return Check("handshake", CheckStatus.WARN, message, EXACTLY, "GC829")
        return Check("handshake", CheckStatus.OK, f"the token is echoed exactly, in {seconds * 1000:.0f} ms")


def _kind(value: Any) -> str:
    """What a JSON value is, without what it holds."""
    names = {
        bool: "true or false",
        int: "a number",
        float: "a number",
        str: "a text",
        list: "a list",
        dict: "an object",
    }
    return names.get(type(value), "null")
