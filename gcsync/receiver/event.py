"""A request's body, read: a handshake, an event, or what is wrong with it. No I/O.

The members of the outermost object are read one by one, for two reasons: a verification token is echoed in the very
spelling in which it came, and an object that names its id twice is refused, since two readers may take two ids from it.
A plain event, which nearly all are, needs neither and is read in one go; whatever is not plain is left to the other.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from json.decoder import JSONDecoder
from typing import Any, Final

from gcsync.receiver.interface import Event

MAX_DEPTH: Final = 64
TOKEN: Final = "verification_token"  # noqa: S105 - the member's name

_SPACE = re.compile(r"[ \t\n\r]*")
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


@dataclass(frozen=True, slots=True)
class _Member:
    value: Any
    begin: int
    end: int


def read(body: bytes, now: Callable[[], str]) -> Handshake | Event | Problem:
    """What a body is. `now` gives the moment for `received_at`, and is asked only of an event. Raises nothing."""
    plain = _plain(body)
    return read_by_members(body, now) if plain is None else _event(plain[1], plain[0], body, now)


def read_by_members(body: bytes, now: Callable[[], str]) -> Handshake | Event | Problem:
    """The same, member by member: what `read` is held against."""
    try:
        text = body.decode("utf-8-sig")
        members = _document(text)
    except (ValueError, RecursionError):
        return Problem.INVALID
    if not members:
        return Problem.EMPTY
    if TOKEN in members:
        token = members[TOKEN]
        return Handshake(text[token.begin : token.end])
    return _event({name: member.value for name, member in members.items()}, text, body, now)


def _plain(body: bytes) -> tuple[str, dict[str, Any]] | None:
    """The text and its object where one quick look shows that nothing about it needs a closer one."""
    try:
        text = body.decode()
        payload = _PLAIN.decode(text)
    except (ValueError, RecursionError):
        return None
    if not payload or not isinstance(payload, dict) or TOKEN in payload:
        return None
    # As many levels as there are brackets, at most.
    if text.count("{") + text.count("[") > MAX_DEPTH and _is_deep(payload):
        return None
    return text, payload


def _event(payload: dict[str, Any], text: str, body: bytes, now: Callable[[], str]) -> Event | Problem:
    kind = payload.get("eventType", payload.get("detail-type"))
    if not isinstance(kind, str) or not kind:
        return Problem.INVALID
    event_id = _id(payload.get("id"), body)
    if not _can_be_written(kind) or not _can_be_written(event_id):
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


def _can_be_written(text: str) -> bool:
    """Half a surrogate pair, which JSON can spell, has no form in UTF-8 and fits in no store."""
    return not any("\ud800" <= character <= "\udfff" for character in text) if not text.isascii() else True


def _document(text: str) -> dict[str, _Member]:
    """The members of the object; empty for what is an empty payload. Raises ValueError or RecursionError."""
    position = _space(text, 0)
    if position == len(text):
        return {}
    if text[position] != "{":
        value, end = _value(text, position)
        if _space(text, end) != len(text) or not (value is None or value == []):
            raise _Malformed
        return {}
    members, position = _members(text, position + 1)
    if _space(text, position) != len(text):
        raise _Malformed
    return members


def _members(text: str, position: int) -> tuple[dict[str, _Member], int]:
    """The members from behind the opening brace on, and the place behind the closing one."""
    found: dict[str, _Member] = {}
    position = _space(text, position)
    if text[position : position + 1] == "}":
        return found, position + 1
    while True:
        name, colon = _name(text, position)
        begin = _space(text, colon)
        value, end = _value(text, begin)
        if name in found and name in _SINGULAR:
            raise _Malformed
        found[name] = _Member(value, begin, end)
        position = _space(text, end)
        sign = text[position : position + 1]
        if sign == "}":
            return found, position + 1
        if sign != ",":
            raise _Malformed
        position = _space(text, position + 1)


def _name(text: str, position: int) -> tuple[str, int]:
    """A member's name, and the place behind its colon."""
    if text[position : position + 1] != '"':
        raise _Malformed
    name, end = _DECODER.raw_decode(text, position)
    colon = _space(text, end)
    if text[colon : colon + 1] != ":":
        raise _Malformed
    return name, colon + 1


def _value(text: str, position: int) -> tuple[Any, int]:
    value, end = _DECODER.raw_decode(text, position)
    if isinstance(value, dict | list) and _is_deep(value):
        raise _Malformed
    return value, end


def _is_deep(value: dict[str, Any] | list[Any]) -> bool:
    """Whether it holds more than MAX_DEPTH levels, the object around it counted."""
    level: list[Any] = [value]
    for _ in range(MAX_DEPTH - 1):
        inner = [v for one in level for v in (one.values() if isinstance(one, dict) else one)]
        level = [one for one in inner if isinstance(one, dict | list)]
        if not level:
            return False
    return True


def _space(text: str, position: int) -> int:
    if text[position : position + 1] > " ":
        # Nearly always; several times quicker than asking the pattern.
        return position
    match = _SPACE.match(text, position)
    return match.end() if match is not None else position


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
