"""The two ways in which the public platform API hands out listings in pages."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from gcsync.emulator.specification import refuse_parameter

_LARGEST = {"number": 999, "cursor": 200}
"""By page number: DOC integrations-endpoints; by cursor: SDK 269 process_automation_api.py:463."""
_DEFAULT_CURSOR_SIZE = 25
_PAGING = ("pageSize", "pageNumber", "before", "after")


def by_number(path: str, items: Sequence[Any], query: Mapping[str, Any], *, repeat: bool) -> dict[str, Any]:
    """A page as in SDK 269 models/integration_entity_listing.py. Raises Refusal (400).

    With `repeat` each page holds what the first one does.
    """
    size, number = _size(query["pageSize"], "number"), query["pageNumber"]
    if number < 1:
        raise refuse_parameter("pageNumber", "The page number must be at least 1.")
    count = max(1, -(-len(items) // size))
    start = 0 if repeat else (number - 1) * size

    def uri(page: int) -> str:
        return _uri(path, query, {"pageSize": size, "pageNumber": page})

    return {
        "entities": list(items[start : start + size]),
        "pageSize": size,
        "pageNumber": number,
        "total": len(items),
        "pageCount": count,
        "selfUri": uri(number),
        "firstUri": uri(1),
        "lastUri": uri(count),
        **({"nextUri": uri(number + 1)} if number < count else {}),
        **({"previousUri": uri(min(number - 1, count))} if number > 1 else {}),
    }


def by_cursor(path: str, items: Sequence[tuple[int, Any]], query: Mapping[str, Any], *, repeat: bool) -> dict[str, Any]:
    """A page of items, each with a number that grows, as in SDK 269 models/trigger_entity_listing.py.

    Raises Refusal (400). With `repeat` a cursor leads back to the first page.
    """
    text = query.get("pageSize", str(_DEFAULT_CURSOR_SIZE))
    size = _size(int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0, "cursor")
    shown = _window(items, query, size)
    page = items[:size] if repeat else shown
    uris: dict[str, str] = {}
    if page and page[-1] != items[-1]:
        uris["nextUri"] = _uri(path, query, {"pageSize": size, "after": _cursor(page[-1][0])})
    if page and page[0] != items[0]:
        uris["previousUri"] = _uri(path, query, {"pageSize": size, "before": _cursor(page[0][0])})
    own = {name: query[name] for name in ("before", "after") if name in query}
    return {"entities": [item for _, item in page], "selfUri": _uri(path, query, {"pageSize": size} | own), **uris}


def _window(items: Sequence[tuple[int, Any]], query: Mapping[str, Any], size: int) -> Sequence[tuple[int, Any]]:
    if "after" in query and "before" in query:
        raise refuse_parameter("before", "Only one of before and after may be given.")
    if "before" in query:
        place = _place("before", query)
        return [item for item in items if item[0] < place][-size:]
    place = _place("after", query) if "after" in query else -1
    return [item for item in items if item[0] > place][:size]


def _size(size: int, style: str) -> int:
    if not 1 <= size <= _LARGEST[style]:
        raise refuse_parameter("pageSize", f"The page size must be between 1 and {_LARGEST[style]}.")
    return size


def _cursor(place: int) -> str:
    return base64.urlsafe_b64encode(f"after {place}".encode()).decode().rstrip("=")


def _place(name: str, query: Mapping[str, Any]) -> int:
    text = query[name]
    try:
        decoded = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True).decode("ascii")
        word, _, place = decoded.partition(" ")
        if word == "after":
            return int(place)
    except (binascii.Error, ValueError):
        pass
    raise refuse_parameter(name, f"The cursor {name} is not one that this API gave.")


def _uri(path: str, query: Mapping[str, Any], paging: Mapping[str, Any]) -> str:
    filters = {name: _text(value) for name, value in query.items() if name not in _PAGING}
    return f"{path}?{urlencode({**filters, **paging})}"


def _text(value: Any) -> str:
    if isinstance(value, list):
        return ",".join(value)
    return str(value).lower() if isinstance(value, bool) else str(value)
