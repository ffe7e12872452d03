from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gcsync.adopt.keys import Wanted, key_of, unique_keys
from gcsync.model.address import KEY_PATTERN


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("conversations", "conversations"),
        ("Agent-Events", "Agent-Events"),
        ("Contact Center: Events!", "contact_center_events"),
        ("Café  Übersicht", "cafe_ubersicht"),
        ("0777", "_0777"),
        ("日本", "stream"),
        ("", "stream"),
        ("x" * 70, "x" * 63),
        (f"{'x' * 62} y", "x" * 62),
    ],
)
def test_a_name_becomes_a_key(text: str, key: str) -> None:
    assert key_of(text, "stream") == key


def test_those_that_want_the_same_key_take_their_next_text() -> None:
    wanted = [Wanted("1", ("a", "one_a")), Wanted("2", ("a", "two_a")), Wanted("3", ("b",))]
    assert unique_keys(wanted, "x") == {"1": "one_a", "2": "two_a", "3": "b"}


def test_who_has_no_other_text_keeps_its_first() -> None:
    assert unique_keys([Wanted("1", ("a",)), Wanted("2", ("a", "two_a"))], "x") == {"1": "a", "2": "two_a"}


def test_without_another_text_a_digest_tells_them_apart() -> None:
    assert unique_keys([Wanted("1", ("a",)), Wanted("2", ("a",))], "x") == {"1": "a_6b86b2", "2": "a_d4735e"}


def test_what_is_taken_is_nobodys() -> None:
    assert unique_keys([Wanted("1", ("a",))], "x", {"a", "a_6b86b2"}) == {"1": "a_6b86b27"}


TEXTS = st.sampled_from(["a", "A", "a b", "a-b", "a_b", "ä", "1", "", "日本"]) | st.text(max_size=80)
WANTED = st.dictionaries(st.text(), st.lists(TEXTS, min_size=1, max_size=3)).map(
    lambda found: [Wanted(identity, tuple(texts)) for identity, texts in found.items()]
)


@given(WANTED, st.sets(TEXTS), st.randoms())
def test_keys_are_valid_unique_and_stable(wanted: list[Wanted], taken: set[str], random: object) -> None:
    keys = unique_keys(wanted, "stream", taken)
    assert all(re.fullmatch(KEY_PATTERN, key) for key in keys.values())
    assert len({*keys.values()}) == len(wanted)
    assert taken.isdisjoint(keys.values())
    random.shuffle(wanted)  # type: ignore[attr-defined]
    assert unique_keys(wanted, "stream", taken) == keys
