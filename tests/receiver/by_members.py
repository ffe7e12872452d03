"""The reading of a body member by member, as plain as it can be written: what `read` is held against."""

from __future__ import annotations

import re
from typing import Any

from gcsync.receiver.event import (
    _DECODER,
    _SINGULAR,
    MAX_DEPTH,
    TOKEN,
    Handshake,
    Problem,
    _event,
    _Malformed,
)
from gcsync.receiver.interface import Event

SPACE = re.compile(r"[ \t\n\r]*")
Members = dict[str, tuple[Any, int, int]]


def read_by_members(body: bytes, moment: str) -> Handshake | Event | Problem:
    """The same as `read`, slowly."""
    try:
        text = body.decode("utf-8-sig")
        members = document(text)
    except (ValueError, RecursionError):
        return Problem.INVALID
    if not members:
        return Problem.EMPTY
    if TOKEN in members:
        _, begin, end = members[TOKEN]
        return Handshake(text[begin:end])
    return _event({name: member[0] for name, member in members.items()}, text, body, lambda: moment)


def document(text: str) -> Members:
    """The members of the object; empty for what is an empty payload. Raises ValueError or RecursionError."""
    position = space(text, 0)
    if position == len(text):
        return {}
    if text[position] != "{":
        got, end = value(text, position)
        if space(text, end) != len(text) or not (got is None or got == []):
            raise _Malformed
        return {}
    found, position = members(text, position + 1)
    if space(text, position) != len(text):
        raise _Malformed
    return found


def members(text: str, position: int) -> tuple[Members, int]:
    """The members from behind the opening brace on, and the place behind the closing one."""
    found: Members = {}
    position = space(text, position)
    if text[position : position + 1] == "}":
        return found, position + 1
    while True:
        label, colon = name(text, position)
        begin = space(text, colon)
        got, end = value(text, begin)
        if label in found and label in _SINGULAR:
            raise _Malformed
        found[label] = (got, begin, end)
        position = space(text, end)
        sign = text[position : position + 1]
        if sign == "}":
            return found, position + 1
        if sign != ",":
            raise _Malformed
        position = space(text, position + 1)


def name(text: str, position: int) -> tuple[str, int]:
    """A member's name, and the place behind its colon."""
    if text[position : position + 1] != '"':
        raise _Malformed
    label, end = _DECODER.raw_decode(text, position)
    colon = space(text, end)
    if text[colon : colon + 1] != ":":
        raise _Malformed
    return label, colon + 1


def value(text: str, position: int) -> tuple[Any, int]:
    got, end = _DECODER.raw_decode(text, position)
    if levels(text[position:end]) > MAX_DEPTH - 1:
        raise _Malformed
    return got, end


def levels(text: str) -> int:
    """How many brackets are open at once, outside of strings."""
    most = now = place = 0
    while place < len(text):
        if text[place] == '"':
            place = _DECODER.raw_decode(text, place)[1]
            continue
        now += (text[place] in "{[") - (text[place] in "}]")
        most = max(most, now)
        place += 1
    return most


def space(text: str, position: int) -> int:
    match = SPACE.match(text, position)
    return match.end() if match is not None else position
