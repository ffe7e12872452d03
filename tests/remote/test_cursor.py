from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gcsync.model.failure import NoSuchKind, RemoteError
from gcsync.remote.answers import BadAnswer
from gcsync.remote.cursor import read_cursor_pages
from gcsync.remote.paging import Endless, Pages
from tests.remote.answering import Answer, converse, error

PATH = "/api/v2/processautomation/triggers"


def page(*numbers: int, after: str | None = None, **more: Any) -> dict[str, Any]:
    following = {} if after is None else {"nextUri": f"{PATH}?after={after}&pageSize=200"}
    return {"entities": [{"id": f"id-{number}"} for number in numbers], **following, **more}


def pages_of(pages: Mapping[str, dict[str, Any]]) -> Callable[[Mapping[str, str]], dict[str, Any]]:
    """A server with a page for each value of `after`."""
    return lambda cursor: pages[cursor.get("after", "")]


def read(pages: Mapping[str, dict[str, Any]]) -> tuple[list[str], bool, int]:
    found = read_cursor_pages(pages_of(pages))
    return [entity["id"] for entity in found.entities], found.moved, found.pages


@pytest.mark.parametrize(
    "pages",
    [
        {"": page(1, 2, after="b"), "b": page(3)},
        {"": page(1, 2, after="b"), "b": page(3, nextUri=None)},
        {"": page(1, 2, after="b"), "b": page(3, nextUri="")},
        {"": page(1, 2, nextUri="https://elsewhere.example.com/x?after=b"), "b": page(3)},
    ],
    ids=["none", "null", "empty", "another host"],
)
def test_a_listing_ends_where_no_next_page_is_named(pages: dict[str, dict[str, Any]]) -> None:
    assert read(pages) == (["id-1", "id-2", "id-3"], False, 2)


def test_a_cursor_with_odd_characters_comes_back_as_it_is_meant() -> None:
    pages = {"": page(1, nextUri=f"{PATH}?after=a%2Bb%3D%3D"), "a+b==": page(2)}
    assert read(pages) == (["id-1", "id-2"], False, 2)


def test_an_empty_page_in_between_does_not_end_it_and_one_that_leads_back_does() -> None:
    assert read({"": page(1, after="b"), "b": page(after="c"), "c": page(2)}) == (["id-1", "id-2"], False, 3)
    assert read({"": page(1, after="b"), "b": page(after="b")}) == (["id-1"], False, 2)


def test_nothing_at_all_is_an_empty_listing() -> None:
    assert read({"": {}}) == ([], False, 1)


def test_an_object_that_comes_twice_is_listed_once_and_the_listing_moved() -> None:
    assert read({"": page(1, 2, after="b"), "b": page(2, 3)}) == (["id-1", "id-2", "id-3"], True, 2)


@pytest.mark.parametrize(
    ("pages", "said"),
    [
        ({"": page(1, 2, after="b"), "b": page(1, 2, after="c")}, "page 2 repeats an earlier one"),
        ({"": page(1, after="b"), "b": page(2, after="b")}, "page 2 leads back to an earlier one"),
    ],
)
def test_pages_that_repeat_are_an_error(pages: dict[str, dict[str, Any]], said: str) -> None:
    with pytest.raises(Endless, match=said):
        read(pages)


def test_a_listing_without_an_end_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gcsync.remote.cursor.MOST_PAGES", 10)

    def fetch(cursor: Mapping[str, str]) -> dict[str, Any]:
        number = int(cursor.get("after", "0"))
        return page(number, after=str(number + 1))

    with pytest.raises(Endless, match="does not end after 10 pages"):
        read_cursor_pages(fetch)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ({"nextUri": "/x?after=b"}, "a page whose entities are null where a list should be"),
        ({"entities": {}}, "a page whose entities are an object where a list should be"),
        ({"entities": [{}]}, "a page that lists an object without an id"),
        ({"entities": [], "nextUri": 7}, "a page whose nextUri is a number where a text should be"),
        ({"entities": [], "nextUri": "/x"}, "a page whose nextUri names no next page"),
        ({"entities": [], "nextUri": "/x?pageSize=200"}, "a page whose nextUri names no next page"),
        ({"entities": [], "nextUri": "http://[x"}, "a page whose nextUri names no next page"),
    ],
)
def test_a_page_of_another_shape_is_an_error(answer: dict[str, Any], said: str) -> None:
    with pytest.raises(BadAnswer, match=said):
        read_cursor_pages(lambda _: answer)


@given(st.lists(st.integers(0, 3), min_size=1, max_size=8))
def test_every_object_is_read_once_whatever_the_sizes_of_the_pages(sizes: list[int]) -> None:
    pages, count = {}, 0
    for number, size in enumerate(sizes):
        last = number == len(sizes) - 1
        pages[str(number or "")] = page(*range(count, count + size), after=None if last else str(number + 1))
        count += size
    expected = [{"id": f"id-{number}"} for number in range(count)]
    assert read_cursor_pages(pages_of(pages)) == Pages(expected, moved=False, pages=len(sizes))


def test_the_session_asks_for_the_same_path_at_the_same_host_each_time() -> None:
    first = page(1, nextUri="https://elsewhere.example.com/steal?after=b&pageSize=1")
    talk = converse([Answer(200, first), Answer(200, page(2))])
    assert len(talk.session.cursor_pages(PATH, page_size=200).entities) == 2
    assert talk.server.asked == [f"GET {PATH}?pageSize=200", f"GET {PATH}?pageSize=200&after=b"]
    assert {str(request.url).split("/api/")[0] for request in talk.server.requests[1:]} == {
        "https://api.mypurecloud.com"
    }


def test_the_session_says_what_is_wrong_with_a_listing() -> None:
    for answers, code in (
        ([Answer(200, page(1, after="b")), Answer(200, page(1, after="c"))], "GC325"),
        ([Answer(200, {"entities": {}})], "GC322"),
    ):
        with pytest.raises(RemoteError) as caught:
            converse(answers).session.cursor_pages(PATH)
        assert caught.value.diagnostic.code == code
    with pytest.raises(NoSuchKind):
        converse([error(404)]).session.cursor_pages(PATH)
