"""The garbage collector is as it was once the writes are over, however they end."""

from __future__ import annotations

import gc

import pytest

from gcsync.engine.garbage import seldom_collected


def test_it_collects_seldom_meanwhile() -> None:
    before = gc.get_threshold()
    with seldom_collected():
        assert gc.get_threshold()[0] > before[0]
        assert gc.get_freeze_count() > 0


def test_it_collects_as_before_afterwards() -> None:
    before = gc.get_threshold()
    with pytest.raises(KeyError), seldom_collected():
        raise KeyError
    assert (gc.get_threshold(), gc.get_freeze_count()) == (before, 0)
