from __future__ import annotations

import pytest

from gcsync.emulator.documents import Document, Documents
from gcsync.emulator.store import Store


@pytest.fixture
def store(database):
    store = Store(database, lambda: "organization")
    yield store
    store.close()


@pytest.fixture
def documents(store):
    return Documents(store, "box")


def test_documents_are_kept_in_the_order_they_were_made(documents):
    made = [documents.add(name, {"name": name}) for name in "ba"]
    assert documents.all() == made == [Document(1, "b", {"name": "b"}), Document(2, "a", {"name": "a"})]
    assert (documents.find("a"), documents.find("c"), documents.count()) == (made[1], None, 2)


def test_each_kind_has_its_own(store, documents):
    other = Documents(store, "other")
    kept = other.add("one", {})
    documents.add("two", {})
    documents.clear()
    assert (documents.all(), other.all(), documents.find("one"), documents.delete("one")) == ([], [kept], None, None)


def test_an_edit_sees_all_others_and_what_it_raises_changes_nothing(documents):
    first, second = documents.add("a", {"n": 1}), documents.add("b", {"n": 2})
    seen = []

    def edit(document, others):
        seen.append((document, others))
        return {"n": 3}

    assert documents.change("a", edit) == Document(1, "a", {"n": 3}) == documents.find("a")
    assert seen == [(first, [second])]
    with pytest.raises(ZeroDivisionError):
        documents.change("a", lambda *_: 1 // 0)
    assert documents.find("a").body == {"n": 3}
    assert documents.change("c", edit) is None


def test_a_new_document_can_be_refused_by_what_there_is(documents):
    first = documents.add("a", {})

    def refuse(others):
        assert others == [first]
        raise ValueError

    with pytest.raises(ValueError):  # noqa: PT011
        documents.add("b", {}, refuse)
    assert documents.all() == [first]


def test_a_place_in_the_order_is_never_used_twice(documents):
    documents.add("a", {})
    assert documents.delete("a") == Document(1, "a", {})
    assert documents.add("b", {}).sequence == 2
