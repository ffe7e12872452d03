"""The store that a URL names, and how long it remembers."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from gcsync.model.diagnostic import Diagnostic, DiagnosticError
from gcsync.receiver.interface import Store

DEFAULT_RETENTION: Final = 26 * 3600.0
"""Seconds: the 24 hours for which Genesys Cloud sends an event again, and a margin."""
DEFAULT_MAX_IDS: Final = 20_000_000
CLAIM_SECONDS: Final = 60.0
"""The claim of a dead process ends within this time."""


@dataclass(frozen=True, slots=True)
class Retention:
    """How long ids are kept, in seconds, and how many at most."""

    seconds: float = DEFAULT_RETENTION
    max_ids: int = DEFAULT_MAX_IDS


def open_store(
    url: str,
    *,
    retention: Retention | None = None,
    claim_seconds: float = CLAIM_SECONDS,
    must_exist: bool = False,
    environ: Mapping[str, str] = os.environ,
    clock: Callable[[], float] = time.time,
) -> Store:
    """The store that a URL names. Raises DiagnosticError (GC800 to GC803, GC812, GC814, GC815, GC817, GC818).

    `sqlite:///events.db` is a file of the current folder, `sqlite:////var/lib/events.db` one anywhere; `redis://host/0`
    is a server, whose password `environ` may hold; `dynamodb://TABLE?region=REGION` a table, which must be there. With
    `must_exist` nothing is made: for a command that only looks.
    """
    scheme, separator, rest = url.partition("://")
    if separator and scheme == "dynamodb":
        from gcsync.receiver.stores.dynamodb import open_dynamodb

        return open_dynamodb(rest, retention or Retention(), claim_seconds, environ, clock=clock)
    if separator and scheme == "sqlite":
        from gcsync.receiver.stores.sqlite import open_sqlite

        return open_sqlite(rest, retention or Retention(), claim_seconds, must_exist=must_exist, clock=clock)
    if separator and scheme in ("redis", "rediss", "valkey", "valkeys"):
        from gcsync.receiver.stores.redis_url import open_redis

        # Machines differ in what time it is; their server is one.
        own = None if clock is time.time else clock
        return open_redis(
            url, retention or Retention(), claim_seconds, only_look=must_exist, environ=environ, clock=own
        )
    raise DiagnosticError(
        Diagnostic(
            "GC800",
            f"there is no store of the kind {scheme!r}" if separator else "a store is named by a URL",
            path="--store",
            hint="write sqlite:///events.db for a file of this folder, redis://host:6379/0 or "
            "dynamodb://TABLE?region=REGION for several machines",
        )
    )
