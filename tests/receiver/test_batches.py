from __future__ import annotations

import asyncio
import threading

import pytest

from gcsync.receiver.batches import MAX_BATCH, Batches, Closed


def test_everyone_gets_the_own_result_and_what_waits_is_done_together() -> None:
    sizes: list[int] = []
    go = threading.Event()

    def work(batch: list[int]) -> list[int]:
        go.wait(180)
        sizes.append(len(batch))
        return [number * 2 for number in batch]

    async def act() -> None:
        batches = Batches("test", work)
        asked = [asyncio.create_task(batches.ask(number)) for number in range(2 * MAX_BATCH)]
        # All of them have asked after one turn.
        await asyncio.sleep(0)
        go.set()
        assert await asyncio.gather(*asked) == [number * 2 for number in range(2 * MAX_BATCH)]
        await batches.close()

    asyncio.run(act())
    assert max(sizes) <= MAX_BATCH
    assert len(sizes) <= 4


def test_a_failure_is_everybodys_of_the_batch_and_nobody_elses() -> None:
    def work(batch: list[str]) -> list[str]:
        if "bad" in batch:
            raise ValueError("told")
        return batch

    async def act() -> None:
        batches = Batches("test", work)
        with pytest.raises(ValueError, match="told"):
            await batches.ask("bad")
        assert await batches.ask("good") == "good"
        await batches.close()

    asyncio.run(act())


def test_who_went_away_before_the_turn_is_left_out() -> None:
    done: list[str] = []
    begun, go = threading.Event(), threading.Event()

    def work(batch: list[str]) -> list[str]:
        begun.set()
        go.wait(180)
        done.extend(batch)
        return batch

    async def act() -> None:
        batches = Batches("test", work)
        first = asyncio.create_task(batches.ask("first"))
        await asyncio.to_thread(begun.wait, 180)
        gone = asyncio.create_task(batches.ask("gone"))
        await asyncio.sleep(0)
        gone.cancel()
        await asyncio.sleep(0)
        go.set()
        assert await first == "first"
        await batches.close()

    asyncio.run(act())
    assert done == ["first"]


def test_closing_does_what_was_asked_for_and_then_takes_nothing() -> None:
    ended: list[bool] = []

    async def act() -> None:
        batches = Batches[int, int]("test", lambda batch: batch, end=lambda: ended.append(True))
        asked = [asyncio.create_task(batches.ask(number)) for number in range(10)]
        await asyncio.sleep(0)
        await batches.close()
        assert await asyncio.gather(*asked) == list(range(10))
        with pytest.raises(Closed):
            await batches.ask(1)
        await batches.close()

    asyncio.run(act())
    assert ended == [True]
