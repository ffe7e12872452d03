"""The stores that the suite of test_every_store.py is held against. A new one adds a maker, and that is all.

DynamoDB is moto's. It keeps conditions as AWS does, but deletes no expired items, so that what is told of those that
are not deleted yet is seen here, and the deleting itself never.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from gcsync.receiver.interface import Store
from gcsync.receiver.stores import Retention, open_store
from tests.locks import cloud
from tests.receiver.stores.redis_servers import shared_redis


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


Maker: TypeAlias = Callable[[Path, pytest.FixtureRequest], str]
"""The URL of an empty store for one test, given a folder of that test and what gives it other fixtures."""


def dynamodb(folder: Path, request: pytest.FixtureRequest) -> str:
    url = request.getfixturevalue("aws")
    cloud.enter(request.getfixturevalue("monkeypatch"), url)
    return f"dynamodb://{make_table(url, folder.name)}"


MAKERS: dict[str, Maker] = {
    "sqlite": lambda folder, request: f"sqlite:///{folder}/events.db",
    "dynamodb": dynamodb,
    "redis": lambda folder, request: shared_redis().url(folder),
}


def make_table(url: str, name: str, key: str = "id", kind: str = "S", **more: Any) -> str:
    """The name of a new table of the AWS at that URL."""
    table = f"gcsync-{name}-{next(_numbers)}"
    schema = [{"AttributeName": key, "KeyType": "HASH"}]
    attributes = [{"AttributeName": key, "AttributeType": kind}]
    cloud.client("dynamodb", url).create_table(
        **{"TableName": table, "KeySchema": schema, "AttributeDefinitions": attributes} | more,
        BillingMode="PAY_PER_REQUEST",
    )
    return table


_numbers = itertools.count()


@dataclass(frozen=True)
class Place:
    """Where a store is: it may be opened more than once, as by several processes."""

    url: str
    clock: Clock
    retention: Retention

    def open(self) -> Store:
        return open_store(self.url, retention=self.retention, claim_seconds=60.0, clock=self.clock)
