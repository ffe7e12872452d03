from __future__ import annotations

import asyncio

import pytest

from gcsync.receiver.deadlines import Deadlines, TaskDeadlines


def test_each_key_expires_in_its_turn_and_those_in_time_do_not() -> None:
    expired: list[str] = []

    async def act() -> None:
        loop = asyncio.get_running_loop()
        deadlines = Deadlines[str](0.05, expired.append)
        for key in ("a", "b", "c"):
            deadlines.add(key, loop)
        deadlines.remove("b")
        await reached(expired, ["a", "c"])
        # The timer that has nothing to watch is set anew.
        await asyncio.sleep(0)
        deadlines.add("d", loop)
        deadlines.remove("unknown")
        await reached(expired, ["a", "c", "d"])

    asyncio.run(act())


async def reached(found: list[str], wanted: list[str]) -> None:
    """Wait as long as a slow machine may need."""
    async with asyncio.timeout(180):
        while len(found) < len(wanted):
            await asyncio.sleep(0.005)
    assert found == wanted


def test_another_event_loop_starts_afresh() -> None:
    expired: list[str] = []
    deadlines = Deadlines[str](0.02, expired.append)

    async def add(key: str) -> None:
        deadlines.add(key, asyncio.get_running_loop())
        await reached(expired, [key])

    # One that never runs: nothing of it can expire, however long this takes.
    ended = asyncio.new_event_loop()
    deadlines.add("left behind", ended)
    ended.close()
    asyncio.run(add("new"))


def test_what_takes_too_long_in_a_task_is_a_timeout_and_the_task_goes_on() -> None:
    async def act() -> str:
        deadlines = TaskDeadlines(0.02)
        with deadlines:
            pass
        with pytest.raises(TimeoutError), deadlines:
            await asyncio.sleep(60)
        await asyncio.sleep(0.05)
        return "went on"

    assert asyncio.run(act()) == "went on"


def test_a_task_that_somebody_cancels_is_cancelled_and_not_late() -> None:
    async def act() -> None:
        deadlines = TaskDeadlines(60)

        async def wait() -> None:
            with deadlines:
                await asyncio.sleep(60)

        task = asyncio.create_task(wait())
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(act())
