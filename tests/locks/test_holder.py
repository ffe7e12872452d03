from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from gcsync.locks import Holder
from gcsync.locks.holder import read_holder

NOON = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
ADA = Holder("id-ada", "ada", "build-7", 4711, NOON, "apply")


def test_what_is_written_is_read() -> None:
    assert read_holder(ADA.to_json()) == ADA


@pytest.mark.parametrize(
    ("seconds", "said"), [(-5, "0 s"), (59, "59 s"), (200, "3 min"), (7300, "2 h"), (200_000, "2 d")]
)
def test_says_who_and_for_how_long(seconds: int, said: str) -> None:
    whose = ADA.describe(NOON + timedelta(seconds=seconds))
    assert whose == f"ada@build-7, process 4711, gcsync apply, for {said}"


def test_says_what_little_is_known() -> None:
    assert Holder("").describe(NOON) == "someone@an unknown host"


@pytest.mark.parametrize(
    "text", [b"\xff\xfe", b"", b"[]", b"null", b'{"id": 1}', b'{"pid": "x", "since": "tomorrow"}', b"[" * 100_000]
)
def test_whatever_stands_there_is_no_error(text: bytes) -> None:
    assert read_holder(text) == Holder("")


def test_texts_are_cut_and_hold_no_order_for_a_terminal() -> None:
    found = read_holder('{"id": "a", "user": "\\u001b[2Jada\\n", "host": "' + "h" * 500 + '", "pid": -4}')
    assert (found.user, len(found.host), found.pid) == ("[2Jada", 120, 0)
