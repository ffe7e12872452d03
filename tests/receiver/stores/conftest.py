"""What tests of stores share is ended here."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.receiver.stores.redis_servers import RedisServer, end_shared_redis, redis_server


@pytest.fixture(scope="session", autouse=True)
def _shared_servers_end() -> Iterator[None]:
    yield
    end_shared_redis()


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    with redis_server(tmp_path_factory.mktemp("redis")) as one:
        yield one
