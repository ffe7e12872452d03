"""All pages of a listing, each object once.

Source: page-number listings carry `entities, pageSize, pageNumber, total, pageCount, nextUri`; servers leave some out.
`nextUri` only tells that there is more: it is never followed, so that no server can send the token elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Final

from gcsync.remote.answers import BadAnswer, describe_type
from gcsync.remote.wire import JsonObject

AT_ONCE: Final = 16
MOST_PAGES: Final = 10_000


@dataclass(frozen=True, slots=True)
class Pages:
    """The objects of a listing, each with a text `id`. `moved`: it changed meanwhile, so that one may be lacking."""

    entities: list[JsonObject]
    moved: bool
    pages: int


class Endless(Exception):
    """Internal to gcsync.remote: pages that repeat or do not end."""


@dataclass(frozen=True, slots=True)
class _Page:
    entities: list[JsonObject]
    ids: tuple[str, ...]
    page_count: int | None
    total: int | None
    size: int | None
    more: bool


@dataclass(slots=True)
class _Collected:
    """What has been read so far."""

    asked_for: int
    entities: dict[str, JsonObject] = field(default_factory=dict)
    seen: set[tuple[str, ...]] = field(default_factory=set)
    totals: set[int] = field(default_factory=set)
    sizes: list[int] = field(default_factory=list)

    def add(self, page: _Page) -> None:
        self.sizes.append(len(page.ids))
        if page.ids and page.ids in self.seen:
            raise Endless(f"page {self.pages} repeats an earlier one")
        self.seen.add(page.ids)
        if page.total is not None:
            self.totals.add(page.total)
        self.entities.update(zip(page.ids, page.entities, strict=True))

    @property
    def pages(self) -> int:
        return len(self.sizes)

    def is_last(self, page: _Page) -> bool:
        """Whether nothing follows the page just added, by whatever the server tells."""
        if not page.ids:
            return True
        if page.more:
            return False
        if page.page_count is not None:
            return self.pages >= page.page_count
        if page.total is not None:
            return sum(self.sizes) >= page.total
        # Servers cap the page size and say so in pageSize: a page as long as that is full.
        return len(page.ids) < min(self.asked_for, page.size or self.asked_for)

    def result(self, last: _Page) -> Pages:
        """The listing; moved where totals differ, objects lack or came twice, or a page before the last is short."""
        lacking = last.total is not None and len(self.entities) != last.total
        repeated = sum(self.sizes) != len(self.entities)
        short = len(set(self.sizes[:-1])) > 1 or self.sizes[-1] > self.sizes[0]
        return Pages(list(self.entities.values()), lacking or repeated or short or len(self.totals) > 1, self.pages)


def read_pages(fetch: Callable[[int], JsonObject], page_size: int) -> Pages:
    """Every page of a listing; `fetch` gets the page of a number from 1. Raises BadAnswer, Endless and what it raises.

    Where the first page tells how many there are, the others are fetched up to sixteen at once.
    """
    collected = _Collected(page_size)
    page = _read(fetch(1))
    collected.add(page)
    if page.page_count is not None and page.page_count > MOST_PAGES:
        raise Endless(f"the listing claims to have {page.page_count} pages")
    for other in _others(fetch, page.page_count or 1):
        collected.add(other)
        page = other
    while not collected.is_last(page):
        if collected.pages >= MOST_PAGES:
            raise Endless(f"the listing does not end after {MOST_PAGES} pages")
        page = _read(fetch(collected.pages + 1))
        collected.add(page)
    return collected.result(page)


def _others(fetch: Callable[[int], JsonObject], page_count: int) -> Iterable[_Page]:
    if page_count < 2:
        return []
    with ThreadPoolExecutor(min(AT_ONCE, page_count - 1), thread_name_prefix="gcsync-page") as pool:
        pending = [pool.submit(fetch, number) for number in range(2, page_count + 1)]
        try:
            return [_read(future.result()) for future in pending]
        finally:
            for future in pending:
                future.cancel()


def _read(data: JsonObject) -> _Page:
    entities = data.get("entities")
    total, page_count = _count(data, "total"), _count(data, "pageCount")
    if entities is None and total == 0:
        entities = []
    if not isinstance(entities, list):
        raise BadAnswer(f"a page whose entities are {describe_type(entities)} where a list should be")
    size = _count(data, "pageSize")
    return _Page(entities, tuple(map(entity_id, entities)), page_count, total, size, bool(data.get("nextUri")))


def entity_id(entity: object) -> str:
    if not isinstance(entity, dict):
        raise BadAnswer(f"a page that lists {describe_type(entity)} where an object should be")
    found = entity.get("id")
    if not isinstance(found, str) or not found:
        raise BadAnswer("a page that lists an object without an id")
    return found


def _count(data: JsonObject, key: str) -> int | None:
    """A number that the server may leave out; one that is odd is refused rather than believed."""
    value = data.get(key)
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise BadAnswer(f"a page whose {key} is not a whole number")
    return value
