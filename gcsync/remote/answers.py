"""Reading answers strictly: JSON or a clear error; never a guess."""

from __future__ import annotations

import html
import json
import re
from typing import Any, Final

from gcsync.remote.wire import JsonObject, Reply

_TITLE: Final = re.compile(rb"<title[^>]*>(.{0,200}?)</title>", re.IGNORECASE | re.DOTALL)
_TYPES: Final[dict[type, str]] = {
    dict: "an object",
    list: "a list",
    str: "a text",
    bool: "true or false",
    int: "a number",
    float: "a number",
}
_SURROGATE: Final = re.compile(rb"\\u[dD][89a-fA-F]")


class BadAnswer(Exception):
    """Internal to gcsync.remote: an answer that is not what the API promises; the text says what it is instead."""


class NotJson(BadAnswer):
    """Not even JSON: another server answered, or half of the answer is lacking."""


def read_json(reply: Reply) -> Any:
    """The answer's JSON value. Raises NotJson."""
    if not reply.body.strip():
        raise NotJson("an empty body")
    try:
        value = json.loads(reply.body, parse_constant=_no_constant)
        if _SURROGATE.search(reply.body):
            json.dumps(value, ensure_ascii=False).encode()
    except RecursionError:
        raise NotJson("JSON that is nested too deeply") from None
    except ValueError as error:
        raise NotJson(_describe(reply, error)) from None
    return value


def read_object(reply: Reply) -> JsonObject:
    """The answer's JSON object. Raises BadAnswer."""
    value = read_json(reply)
    if not isinstance(value, dict):
        raise BadAnswer(f"{describe_type(value)} where an object should be")
    return value


def page_title(body: bytes) -> str:
    """The title of an HTML page, empty where there is none."""
    match = _TITLE.search(body[:65536])
    return html.unescape(match[1].decode("utf-8", "replace")).strip() if match else ""


def is_html(reply: Reply) -> bool:
    return "html" in reply.content_type or reply.body.lstrip()[:200].lower().startswith((b"<!doctype html", b"<html"))


def describe_type(value: object) -> str:
    """What a JSON value is, for a person."""
    return _TYPES.get(type(value), "null")


def _describe(reply: Reply, error: ValueError) -> str:
    if is_html(reply):
        title = page_title(reply.body)
        return f'an HTML page titled "{title}"' if title else "an HTML page without a title"
    if isinstance(error, json.JSONDecodeError):
        return f"malformed JSON ({error.msg}, at character {error.pos + 1} of {len(error.doc)})"
    if isinstance(error, UnicodeError):
        return "text that is not UTF-8"
    return f"malformed JSON ({error})"


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON number")
