"""All pages of a listing whose pages name the next one, each object once.

Source: the listing of triggers carries `entities, nextUri, previousUri, selfUri` and no counts; its query takes
`before`, `after` and `pageSize` (SDK process_automation_api.py, models/trigger_entity_listing.py). Of `nextUri` only
the query is used, on the path that was asked for: no server can send the token elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from gcsync.remote.answers import BadAnswer, describe_type
from gcsync.remote.paging import MOST_PAGES, Endless, Pages, entity_id
from gcsync.remote.wire import JsonObject

_SIZE: Final = "pageSize"

Cursor = Mapping[str, str]


def read_cursor_pages(fetch: Callable[[Cursor], JsonObject]) -> Pages:
    """Every page; `fetch` gets the query that leads to one, empty for the first. Raises BadAnswer, Endless.

    The end is a page that names no next one, or an empty one that leads back (the Terraform provider stops at any
    empty one, process_automation_triggers_proxy.go). `moved` where an object came twice.
    """
    found: dict[str, JsonObject] = {}
    seen_ids: set[tuple[str, ...]] = set()
    seen_cursors: list[Cursor] = []
    cursor: Cursor | None = {}
    listed = 0
    while cursor is not None:
        if len(seen_cursors) >= MOST_PAGES:
            raise Endless(f"the listing does not end after {MOST_PAGES} pages")
        seen_cursors.append(cursor)
        page = fetch(cursor)
        entities, ids = _entities(page)
        if ids and ids in seen_ids:
            raise Endless(f"page {len(seen_cursors)} repeats an earlier one")
        seen_ids.add(ids)
        found.update(zip(ids, entities, strict=True))
        listed += len(ids)
        cursor = _next(page)
        if cursor is not None and cursor in seen_cursors:
            if ids:
                raise Endless(f"page {len(seen_cursors)} leads back to an earlier one")
            cursor = None
    return Pages(list(found.values()), moved=listed != len(found), pages=len(seen_cursors))


def _entities(page: JsonObject) -> tuple[list[JsonObject], tuple[str, ...]]:
    entities = page.get("entities")
    if entities is None and not page.get("nextUri"):
        entities = []
    if not isinstance(entities, list):
        raise BadAnswer(f"a page whose entities are {describe_type(entities)} where a list should be")
    return entities, tuple(map(entity_id, entities))


def _next(page: JsonObject) -> Cursor | None:
    """The query of the next page; None at the end."""
    uri = page.get("nextUri")
    if uri is None or uri == "":
        return None
    if not isinstance(uri, str):
        raise BadAnswer(f"a page whose nextUri is {describe_type(uri)} where a text should be")
    try:
        query = parse_qsl(urlsplit(uri).query, strict_parsing=True)
    except ValueError:
        query = []
    cursor = {name: value for name, value in query if name != _SIZE}
    if not cursor:
        raise BadAnswer("a page whose nextUri names no next page")
    return cursor
