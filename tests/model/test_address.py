from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gcsync.model.address import Address

KEYS = st.from_regex(r"[A-Za-z_][A-Za-z0-9_-]{0,40}", fullmatch=True)
EACH = st.none() | st.from_regex(r"[A-Za-z0-9._:-]{1,40}", fullmatch=True)


@given(KEYS, EACH)
def test_what_is_written_reads_back(key: str, each: str | None) -> None:
    address = Address("stream", key, each)
    assert Address.parse(str(address)) == address


@pytest.mark.parametrize(
    "text", ["", "stream", "stream.", "stream.1a", "stream.a b", 'stream.a["x y"]', "stream.a[0]", "stream." + "a" * 94]
)
def test_anything_else_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ValueError, match=r"stream\.conversations"):
        Address.parse(text)


def test_sorts_by_kind_key_and_instance() -> None:
    texts = ['stream.b["a"]', "stream.b", "stream.a", "trigger.a"]
    assert [str(a) for a in sorted(map(Address.parse, texts))] == ["stream.a", "stream.b", 'stream.b["a"]', "trigger.a"]
