"""`python -m tests.kills.receiver JSON`: a receiver as `gcsync receiver serve` runs it, with claims that end soon.

The JSON has `sink` and may have `workers`, `claim_seconds`, `wait_seconds`, `head_seconds`, `body_seconds`, `body`,
`insecure`, `file_bytes`, to which the system then limits every file the process writes, and `halt`: the place in an
event's way at which the process makes a file `halted` and stops for good, so that it is killed right there.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from gcsync.receiver.limits import Limits
from gcsync.receiver.server import ReceiverSettings, serve
from gcsync.receiver.sinks import jsonl, lines
from gcsync.receiver.stores import sqlite

CLAIMED, WRITING, HANDLED = "claimed", "writing", "handled"
COMMITTING, COMMITTED = "committing", "committed"


def main(text: str) -> int:
    how = json.loads(text)
    if "file_bytes" in how:
        resource.setrlimit(resource.RLIMIT_FSIZE, (how["file_bytes"], resource.RLIM_INFINITY))
    if "halt" in how:
        HALTS[how["halt"]]()
    limits = {name: how[given] for given, name in (("body_seconds", "body_seconds"), ("body", "body")) if given in how}
    settings = ReceiverSettings(
        "sqlite:///events.db",
        how["sink"],
        "none" if how.get("insecure") else "header:X-Api-Key",
        insecure=how.get("insecure", False),
        port=0,
        limits=Limits(**limits),
        drain=0.0,
        grace=5.0,
        **{name: how[name] for name in ("claim_seconds", "wait_seconds", "head_seconds", "workers") if name in how},
    )
    return serve(settings, os.environ, lambda url: print(url, flush=True))


def halt() -> None:
    Path("halted").touch()
    time.sleep(3600)


def before(owner: type, name: str) -> None:
    """Halt where a method would begin."""
    setattr(owner, name, lambda *_: halt())


def behind(owner: type, name: str) -> None:
    """Halt where a method has done its work and nobody was told."""
    work: Callable[..., Any] = getattr(owner, name)

    def halted(*arguments: Any) -> None:
        work(*arguments)
        halt()

    setattr(owner, name, halted)


def behind_for_callers(owner: type, name: str) -> None:
    """The same for a method that is awaited."""
    work: Callable[..., Awaitable[Any]] = getattr(owner, name)

    async def halted(*arguments: Any) -> None:
        await work(*arguments)
        halt()

    setattr(owner, name, halted)


def in_the_midst_of_a_line() -> None:
    def half(descriptor: int, data: bytes) -> None:
        if data:
            os.write(descriptor, data[: len(data) // 2])
            halt()

    lines._write = half


def in_the_midst_of_a_commit() -> None:
    """All of the transaction is said but its last word; a claim alone does not count."""
    begin = sqlite.Tables.__init__

    def watched(tables: Any, connection: Any, *arguments: Any) -> None:
        begin(tables, connection, *arguments)
        connection.set_trace_callback(lambda said: halt() if said == "COMMIT" and tables._durable else None)

    sqlite.Tables.__init__ = watched


def behind_a_commit() -> None:
    behind(sqlite.Tables, "_done_after")
    behind_for_callers(sqlite.SqliteStore, "record")


HALTS: dict[str, Callable[[], None]] = {
    CLAIMED: lambda: before(jsonl.LinesSink, "handle_all"),
    WRITING: in_the_midst_of_a_line,
    HANDLED: lambda: before(sqlite.Tables, "_done_after"),
    COMMITTING: in_the_midst_of_a_commit,
    COMMITTED: behind_a_commit,
}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
