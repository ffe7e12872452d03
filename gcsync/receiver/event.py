"""A request's body, read: a handshake, an event, or what is wrong with it. No I/O.

A verification token is echoed in the very spelling in which it came, and an object that names its id twice is refused,
since two readers may take two ids from it. A plain event, which nearly all are, needs no look for either; whatever is
not plain gets a closer one. Both leave the reading to the decoder: no body makes Python count its members one by one.
"""

from __future__ import annotations

import contextlib
import gc
import hashlib
import json
import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import accumulate
from json.decoder import JSONDecoder
from typing import Any, Final

from gcsync.receiver.interface import Event

MAX_DEPTH: Final = 64
TOKEN: Final = "verification_token"  # noqa: S105 - the member's name

_STRING = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"', re.DOTALL)
# In any spelling. Behind a backslash, the quote would be one inside a string.
_NAMED_TOKEN = re.compile(
    r'(?<!\\)"' + "".join(rf"(?:{c}|\\u00(?i:{ord(c):02x}))" for c in TOKEN) + r'"[ \t\n\r]*:[ \t\n\r]*'
)
_STEPS = bytes.maketrans(b"{[}]", b"\x01\x01\xff\xff")
_NO_BRACKETS = bytes(set(range(256)) - set(b"{[}]"))
_LARGE = 64 * 1024
_SINGULAR = (TOKEN, "id", "eventType", "detail-type")


class Problem(StrEnum):
    """Why a body is neither; the value is what the sender is told."""

    EMPTY = "Empty payload"
    INVALID = "Invalid payload"


@dataclass(frozen=True, slots=True)
class Handshake:
    """`token` is the JSON text of the token, as it stood in the body."""

    token: str


class _Malformed(ValueError):
    """The text is not the JSON that is asked for."""


def read(body: bytes, now: Callable[[], str]) -> Handshake | Event | Problem:
    """What a body is. `now` gives the moment for `received_at`, and is asked only of an event. Raises nothing."""
    if len(body) > _LARGE:
        with _unsearched():
            return _read(body, now)
    return _read(body, now)


def _read(body: bytes, now: Callable[[], str]) -> Handshake | Event | Problem:
    plain = _plain(body)
    return _closely(body, now) if plain is None else _event(plain[1], plain[0], body, now)


def _closely(body: bytes, now: Callable[[], str]) -> Handshake | Event | Problem:
    """The same, whatever the body is like."""
    try:
        text = body.decode("utf-8-sig")
        payload, members = _document(text)
        if not payload:
            return Problem.EMPTY
        if _is_ambiguous(payload, members) or _depth(text) > MAX_DEPTH:
            return Problem.INVALID
        if TOKEN in payload:
            return Handshake(_token(text))
    except (ValueError, RecursionError):
        return Problem.INVALID
    return _event(payload, text, body, now)


def _plain(body: bytes) -> tuple[str, dict[str, Any]] | None:
    """The text and its object where one quick look shows that nothing about it needs a closer one."""
    try:
        text = body.decode()
        if TOKEN in text:
            return None
        payload = _PLAIN.decode(text)
    except (ValueError, RecursionError):
        return None
    if not payload or not isinstance(payload, dict) or TOKEN in payload:
        return None
    # As many levels as there are brackets, at most.
    if text.count("{") + text.count("[") > MAX_DEPTH and _depth(text) > MAX_DEPTH:
        return None
    return text, payload


def _event(payload: dict[str, Any], text: str, body: bytes, now: Callable[[], str]) -> Event | Problem:
    kind = payload.get("eventType", payload.get("detail-type"))
    if not isinstance(kind, str) or not kind:
        return Problem.INVALID
    event_id = _id(payload.get("id"), body)
    if not can_be_written(kind) or not can_be_written(event_id):
        return Problem.INVALID
    return Event(event_id, kind, now(), payload, one_line(text, payload))


def _id(given: Any, body: bytes) -> str:
    """The event's own id, a whole number as text, else a digest of the body."""
    if isinstance(given, str) and given:
        return given
    if isinstance(given, int) and not isinstance(given, bool):
        return str(given)
    return f"sha256:{hashlib.sha256(body).hexdigest()}"


def one_line(text: str, payload: Any) -> str:
    """JSON text as it came where it stands on one line, else written anew. U+2028 and its like stay inside strings."""
    stripped = text.strip(" \t\r\n")
    # JSON has no other control characters than these, and none inside strings.
    return json.dumps(payload) if "\n" in stripped or "\r" in stripped or "\t" in stripped else stripped


def can_be_written(text: str) -> bool:
    """Half a surrogate pair, which JSON can spell, has no form in UTF-8 and fits in no store."""
    return not any("\ud800" <= character <= "\udfff" for character in text) if not text.isascii() else True


def strictly(text: str) -> Any:
    """What a text of JSON says: no NaN, and no number beyond every reader. Raises ValueError, RecursionError."""
    return _DECODER.decode(text)


def _document(text: str) -> tuple[dict[str, Any], list[tuple[str, Any]]]:
    """The object, and its members as they were written; none for what is an empty payload. Raises ValueError."""
    outermost: list[tuple[str, Any]] = []

    def keep(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        # The outermost object ends last.
        nonlocal outermost
        outermost = pairs
        return dict(pairs)

    if not text.strip(" \t\r\n"):
        return {}, []
    decoder = JSONDecoder(parse_constant=_no_constant, parse_float=_number, object_pairs_hook=keep)
    payload = decoder.decode(text)
    if isinstance(payload, dict):
        return payload, outermost
    if payload is None or payload == []:
        return {}, []
    raise _Malformed


def _is_ambiguous(payload: dict[str, Any], members: list[tuple[str, Any]]) -> bool:
    """Whether a member that decides what the body is stands there twice."""
    if len(payload) == len(members):
        return False
    names = [name for name, _ in members]
    return any(names.count(name) > 1 for name in _SINGULAR)


def _token(text: str) -> str:
    """How the value of the outermost object's token is spelled, in a text that is known to be JSON.

    Places that look like the member are tried in turn; how deep one stands, the brackets between strings tell.
    """
    depth = seen = 0
    for found in _NAMED_TOKEN.finditer(text):
        between = _STRING.sub("", text[seen : found.start()])
        depth += between.count("{") + between.count("[") - between.count("}") - between.count("]")
        seen = found.start()
        if depth == 1:
            return text[found.end() : _DECODER.raw_decode(text, found.end())[1]]
    raise _Malformed


def _depth(text: str) -> int:
    """How many levels a text has that is known to be JSON. None of its members is looked at in Python."""
    # Without escaped quotes, every second piece between quotes stands outside of strings.
    outside = text.replace("\\\\", "").replace('\\"', "").split('"')[::2]
    steps = "".join(outside).encode().translate(_STEPS, _NO_BRACKETS)
    return max(accumulate(memoryview(steps).cast("b")), default=0)


@contextlib.contextmanager
def _unsearched() -> Iterator[None]:
    """Many small values are not searched for garbage again and again while they are made: that takes the most time."""
    before = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if before:
            gc.enable()


def _no_constant(text: str) -> Any:
    raise _Malformed(text)


def _number(text: str) -> float:
    value = float(text)
    if math.isinf(value):
        # No reader of JSON can hold it, and Python would write it as Infinity, which is no JSON.
        raise _Malformed(text)
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object whose names are all different; whether others matter is for a closer look to say."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _Malformed
    return found


_DECODER = JSONDecoder(parse_constant=_no_constant, parse_float=_number)
_PLAIN = JSONDecoder(parse_constant=_no_constant, parse_float=_number, object_pairs_hook=_object)
