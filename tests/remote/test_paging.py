from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gcsync.remote.answers import BadAnswer
from gcsync.remote.paging import Endless, Pages, read_pages

SIZE = 3


def objects(*numbers: int) -> list[dict[str, Any]]:
    return [{"id": f"id-{number}"} for number in numbers]


def pages_of(*pages: dict[str, Any]) -> tuple[Callable[[int], dict[str, Any]], list[int]]:
    """A server with these pages, and the page numbers that it was asked for; beyond them it has empty ones."""
    asked: list[int] = []

    def fetch(number: int) -> dict[str, Any]:
        asked.append(number)
        return pages[number - 1] if number <= len(pages) else {"entities": []}

    return fetch, asked


def page(*numbers: int, **more: Any) -> dict[str, Any]:
    return {"entities": objects(*numbers), **more}


@pytest.mark.parametrize(
    ("pages", "asked"),
    [
        ([page(1, 2, 3, pageCount=2, total=5), page(4, 5, pageCount=2, total=5)], 2),
        ([page(1, 2, 3, pageCount=2), page(4, 5, pageCount=2)], 2),
        ([page(1, 2, 3, total=5), page(4, 5, total=5)], 2),
        ([page(1, 2, 3, nextUri="/api/v2/x?pageNumber=2"), page(4, 5)], 2),
        ([page(1, 2, 3), page(4, 5)], 2),
        ([page(1, 2, 3, nextUri="https://elsewhere.example.com/"), page(4, 5, nextUri=None, pageCount=2)], 2),
        ([page(1, 2, pageCount=3), page(3, 4, pageCount=3), page(5, pageCount=3)], 3),
        ([page(1, 2, pageSize=2), page(3, 4, pageSize=2), page(5, pageSize=2)], 3),
        ([page(1, 2, 3, pageCount=1, nextUri="/next"), page(4, 5, pageCount=2)], 2),
    ],
)
def test_a_listing_ends_where_any_of_the_servers_hints_says_so(pages: list[dict[str, Any]], asked: int) -> None:
    fetch, numbers = pages_of(*pages)
    assert read_pages(fetch, SIZE) == Pages(objects(1, 2, 3, 4, 5), moved=False, pages=asked)
    assert sorted(numbers) == list(range(1, asked + 1))


@pytest.mark.parametrize("first", [page(), page(total=0, pageCount=0), {"total": 0}, page(pageCount=1, total=0)])
def test_an_empty_listing_takes_one_request(first: dict[str, Any]) -> None:
    fetch, asked = pages_of(first)
    assert read_pages(fetch, SIZE) == Pages([], moved=False, pages=1)
    assert asked == [1]


def test_a_full_last_page_without_any_hint_is_followed_by_an_empty_one() -> None:
    fetch, asked = pages_of(page(1, 2, 3))
    assert read_pages(fetch, SIZE) == Pages(objects(1, 2, 3), moved=False, pages=2)
    assert asked == [1, 2]


@pytest.mark.parametrize(
    "pages",
    [
        [page(1, 2, 3, pageCount=2, total=5), page(4, 5, 6, pageCount=2, total=6)],
        [page(1, 2, 3, pageCount=2, total=5), page(3, 4, 5, pageCount=2, total=5)],
        [page(1, 2, pageCount=2, total=5), page(4, 5, 6, pageCount=2, total=5)],
        [page(1, 2, 3, pageCount=3), page(4, 5, pageCount=3), page(6, 7, 8, pageCount=3)],
        [page(1, 2, 3, pageCount=2, total=5), page(pageCount=2, total=5)],
        [page(1, 2, 3, pageCount=2, total=5), page(4, pageCount=2, total=5)],
    ],
    ids=["total changed", "object twice", "first page short", "middle page short", "last page empty", "truncated page"],
)
def test_a_listing_that_changes_under_the_reader_is_moved(pages: list[dict[str, Any]]) -> None:
    found = read_pages(pages_of(*pages)[0], SIZE)
    ids = [entity["id"] for entity in found.entities]
    assert found.moved
    assert len(ids) == len(set(ids))


def test_a_page_that_grew_since_is_read_too() -> None:
    fetch, _ = pages_of(
        page(1, 2, 3, pageCount=2, total=6), page(4, 5, 6, pageCount=3, total=7), page(7, pageCount=3, total=7)
    )
    assert read_pages(fetch, SIZE) == Pages(objects(1, 2, 3, 4, 5, 6, 7), moved=True, pages=3)


@pytest.mark.parametrize(
    ("fetch", "said"),
    [
        (lambda number: page(1, 2, 3), "page 2 repeats an earlier one"),
        (lambda number: page(1, 2, 3, pageCount=5), "page 2 repeats an earlier one"),
        (lambda number: page(number, nextUri="/x"), "the listing does not end after 10000 pages"),
        (lambda number: page(1, pageCount=10**9), "the listing claims to have 1000000000 pages"),
    ],
)
def test_a_listing_that_does_not_end_is_an_error(fetch: Callable[[int], dict[str, Any]], said: str) -> None:
    with pytest.raises(Endless, match=said):
        read_pages(fetch, SIZE)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ({}, "a page whose entities are null where a list should be"),
        ({"entities": {}}, "a page whose entities are an object where a list should be"),
        ({"entities": ["x"]}, "a page that lists a text where an object should be"),
        ({"entities": [{"name": "x"}]}, "a page that lists an object without an id"),
        ({"entities": [{"id": ""}]}, "a page that lists an object without an id"),
        ({"entities": [{"id": 7}]}, "a page that lists an object without an id"),
        ({"entities": [], "total": -1}, "a page whose total is not a whole number"),
        ({"entities": [], "pageCount": True}, "a page whose pageCount is not a whole number"),
        ({"entities": [], "pageCount": "2"}, "a page whose pageCount is not a whole number"),
    ],
)
def test_a_page_of_another_shape_is_an_error(answer: dict[str, Any], said: str) -> None:
    with pytest.raises(BadAnswer, match=said):
        read_pages(lambda number: answer, SIZE)


def test_an_error_on_one_page_is_the_listings() -> None:
    def fetch(number: int) -> dict[str, Any]:
        if number == 3:
            raise ConnectionError
        return page(number, pageCount=50)

    with pytest.raises(ConnectionError):
        read_pages(fetch, SIZE)


@settings(deadline=None)
@given(
    count=st.integers(0, 40), size=st.integers(1, 7), hints=st.sets(st.sampled_from(["pageCount", "total", "nextUri"]))
)
def test_every_object_is_read_once_whatever_hints_there_are(count: int, size: int, hints: set[str]) -> None:
    def fetch(number: int) -> dict[str, Any]:
        numbers = range((number - 1) * size, min(number * size, count))
        known = {"pageCount": -(-count // size), "total": count, "nextUri": "/x" if number * size < count else None}
        return page(*numbers, **{name: value for name, value in known.items() if name in hints})

    found = read_pages(fetch, size)
    assert (found.entities, found.moved) == (objects(*range(count)), False)
