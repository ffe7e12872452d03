from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

import hypothesis.strategies as st
import pytest
from hypothesis import given

from gcsync.emulator.exchange import Refusal
from gcsync.emulator.pages import by_cursor, by_number

ITEMS = [(3 * place, name) for place, name in enumerate("abcdef")]


def query_of(uri):
    return dict(parse_qsl(urlsplit(uri).query))


@given(count=st.integers(0, 30), size=st.integers(1, 12))
def test_following_the_cursor_visits_every_item_once(count, size):
    items = [(2 * place, str(place)) for place in range(count)]
    query, found, pages = {"pageSize": str(size)}, [], 0
    while query is not None:
        page = by_cursor("/x", items, query, repeat=False)
        found += page["entities"]
        pages += 1
        query = query_of(page["nextUri"]) if "nextUri" in page else None
    assert (found, pages) == ([name for _, name in items], max(1, -(-count // size)))


@given(count=st.integers(0, 30), size=st.integers(1, 12))
def test_following_page_numbers_visits_every_item_once(count, size):
    items, found, number = list(range(count)), [], 1
    while number:
        page = by_number("/x", items, {"pageSize": size, "pageNumber": number}, repeat=False)
        found += page["entities"]
        number = int(query_of(page["nextUri"])["pageNumber"]) if "nextUri" in page else 0
    assert found == items


def test_a_page_after_the_last_is_empty_and_leads_back():
    page = by_number("/x", [1], {"pageSize": 1, "pageNumber": 9}, repeat=False)
    assert (page["entities"], page["previousUri"]) == ([], "/x?pageSize=1&pageNumber=1")


def test_back_from_a_cursor_comes_the_page_before_it():
    last = by_cursor(
        "/x", ITEMS, query_of(by_cursor("/x", ITEMS, {"pageSize": "4"}, repeat=False)["nextUri"]), repeat=False
    )
    assert last["entities"] == ["e", "f"]
    before = by_cursor("/x", ITEMS, {**query_of(last["previousUri"]), "pageSize": "2"}, repeat=False)
    assert (before["entities"], "nextUri" in before, "previousUri" in before) == (["c", "d"], True, True)


@pytest.mark.parametrize(
    "query",
    [
        {"pageSize": "201"},
        {"pageSize": "٣"},
        {"pageSize": "9" * 20},
        {"after": "YWZ0ZXI"},
        {"after": "*"},
        {"after": "é"},
        {"after": "A"},
        {"after": "YWZ0ZXIgMw", "before": "YWZ0ZXIgMw"},
    ],
)
def test_a_cursor_that_was_never_given_is_refused(query):
    with pytest.raises(Refusal) as caught:
        by_cursor("/x", ITEMS, query, repeat=False)
    assert caught.value.status == 400
