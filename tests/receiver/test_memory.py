"""That events leave nothing behind in memory, counted by the interpreter and not by a clock."""

from __future__ import annotations

import asyncio
import gc
import tracemalloc
from pathlib import Path

import pytest

from gcsync.receiver.sinks import open_sink
from gcsync.receiver.stores import open_store
from tests.receiver.asgi import Receiver, run
from tests.receiver.asgi import receiver as made

AT_ONCE = 50
MOST_BYTES = 400_000
"""However many events: prepared statements and the like. The events themselves are 1 KB each."""


async def deliver(running: Receiver, begin: int, count: int) -> None:
    async def sender(number: int) -> None:
        for step in range(number, count, AT_ONCE):
            assert (await running.event(f"e-{begin + step}", note="y" * 900)).status == 200

    await asyncio.gather(*(sender(number) for number in range(AT_ONCE)))


@pytest.mark.parametrize("sink", ["sqlite:", "jsonl:"])
@pytest.mark.parametrize("events", [1_000, pytest.param(20_000, marks=pytest.mark.full)])
def test_events_leave_nothing_in_memory(tmp_path: Path, sink: str, events: int) -> None:
    async def act() -> int:
        store = open_store(f"sqlite:///{tmp_path}/events.db")
        chosen = open_sink("sqlite:" if sink == "sqlite:" else f"jsonl:{tmp_path}/events.jsonl", store, {})
        running = made(tmp_path, chosen, store=store)
        await deliver(running, 0, 300)
        gc.collect()
        tracemalloc.start()
        before, _ = tracemalloc.get_traced_memory()
        await deliver(running, 300, events)
        gc.collect()
        after, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert (await store.size()).ids == 300 + events
        await chosen.close()
        await store.close()
        return after - before

    assert run(act()) < MOST_BYTES
