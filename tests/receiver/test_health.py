from __future__ import annotations

from gcsync.receiver.health import LASTING_SECONDS, StoreHealth


def test_a_store_fails_until_it_has_kept_something() -> None:
    now = [100.0]
    health = StoreHealth(lambda: now[0])
    assert not health.failing
    health.failed()
    assert health.failing
    health.served()
    assert not health.failing


def test_who_gets_no_requests_is_asked_again_after_a_while() -> None:
    now = [100.0]
    health = StoreHealth(lambda: now[0])
    health.failed()
    now[0] += LASTING_SECONDS - 1
    assert health.failing
    health.failed()
    now[0] += LASTING_SECONDS - 1
    assert health.failing
    now[0] += 1
    assert not health.failing
