"""The numbers of /metrics that need no request."""

from __future__ import annotations

from gcsync.receiver.interface import StoreSize
from gcsync.receiver.metrics import Metrics


def test_what_a_store_does_not_know_is_not_told_as_zero() -> None:
    lines = Metrics().text(StoreSize(ids=None, size=7)).decode().splitlines()
    assert "gcsync_receiver_store_ids NaN" in lines
    assert "gcsync_receiver_store_bytes 7.0" in lines
