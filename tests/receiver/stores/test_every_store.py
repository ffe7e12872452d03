"""What a store is, held against every store there is."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from gcsync.receiver.interface import Claim, Claimed, Store, StoreUnavailable
from gcsync.receiver.stores import Retention
from tests.receiver.stores.every import MAKERS, Clock, Place


@pytest.fixture(params=list(MAKERS))
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    return Place(MAKERS[request.param](tmp_path, request), Clock(), Retention(seconds=26 * 3600.0))


def using(place: Place, act: Callable[[Store], Awaitable[None]]) -> None:
    async def run() -> None:
        store = place.open()
        try:
            await act(store)
        finally:
            await store.close()

    asyncio.run(run())


def test_an_id_is_claimed_once_and_then_handled_for_everybody(place: Place) -> None:
    async def act(store: Store) -> None:
        assert await store.claim("a", "one") == Claimed(Claim.MINE, 1)
        assert (await store.claim("a", "two")).claim is Claim.TAKEN
        assert await store.state("a") is Claim.TAKEN
        assert await store.done("a", "one")
        assert (await store.claim("a", "two")).claim is Claim.HANDLED
        assert await store.state("a") is Claim.HANDLED
        assert await store.state("b") is None

    using(place, act)


def test_a_failure_gives_the_id_back_and_counts(place: Place) -> None:
    async def act(store: Store) -> None:
        for attempt in (1, 2, 3):
            assert await store.claim("a", f"holder {attempt}") == Claimed(Claim.MINE, attempt)
            await store.release("a", f"holder {attempt}")
            assert await store.state("a") is None

    using(place, act)


def test_a_claim_ends_after_a_minute_and_is_taken_over(place: Place) -> None:
    async def act(store: Store) -> None:
        await store.claim("a", "dead")
        place.clock.now += 59
        assert (await store.claim("a", "two")).claim is Claim.TAKEN
        place.clock.now += 2
        assert await store.state("a") is None
        assert await store.claim("a", "two") == Claimed(Claim.MINE, 2)
        assert not await store.done("a", "dead")
        await store.release("a", "dead")
        assert await store.state("a") is Claim.TAKEN
        assert await store.done("a", "two")

    using(place, act)


def test_an_expired_claim_that_nobody_took_is_still_ones_own(place: Place) -> None:
    async def act(store: Store) -> None:
        await store.claim("a", "slow")
        place.clock.now += 300
        assert await store.done("a", "slow")

    using(place, act)


def test_what_was_never_claimed_cannot_be_done(place: Place) -> None:
    async def act(store: Store) -> None:
        assert not await store.done("a", "one")
        assert await store.state("a") is None

    using(place, act)


def test_of_many_at_once_one_gets_the_id(place: Place) -> None:
    async def act(store: Store) -> None:
        found = await asyncio.gather(*(store.claim("a", f"holder {number}") for number in range(50)))
        assert sorted(one.claim for one in found) == [Claim.MINE, *[Claim.TAKEN] * 49]

    using(place, act)


def test_it_remembers_when_opened_again(place: Place) -> None:
    async def handle(store: Store) -> None:
        await store.claim("a", "one")
        await store.done("a", "one")
        await store.claim("b", "one")
        await store.release("b", "one")

    async def look(store: Store) -> None:
        assert (await store.claim("a", "two")).claim is Claim.HANDLED
        assert await store.claim("b", "two") == Claimed(Claim.MINE, 2)

    using(place, handle)
    using(place, look)


@pytest.mark.parametrize("event_id", ["", "ü😀", "a" * 5000, "with\x00nul", "' OR 1=1 --", "%", "a b"])
def test_any_text_is_an_id(place: Place, event_id: str) -> None:
    async def act(store: Store) -> None:
        assert (await store.claim(event_id, "one")).claim is Claim.MINE
        assert await store.done(event_id, "one")
        assert await store.state(event_id) is Claim.HANDLED
        assert await store.state(event_id + "x") is None

    using(place, act)


def test_ids_are_forgotten_past_the_retention_and_not_before(place: Place) -> None:
    async def act(store: Store) -> None:
        await store.claim("old", "one")
        await store.done("old", "one")
        place.clock.now += 25 * 3600
        await store.claim("new", "one")
        await store.done("new", "one")
        await store.sweep()
        assert await store.state("old") is Claim.HANDLED
        place.clock.now += 2 * 3600
        while await store.sweep():
            pass
        assert await store.state("old") is None
        assert await store.state("new") is Claim.HANDLED

    using(place, act)


def test_its_size_is_known_or_said_to_be_unknown(place: Place) -> None:
    async def act(store: Store) -> None:
        for number in range(5):
            await store.claim(f"e-{number}", "one")
            await store.done(f"e-{number}", "one")
        assert (await store.size()).ids in (5, None)

    using(place, act)


def test_a_closed_store_says_that_it_is_not_there(place: Place) -> None:
    async def act(store: Store) -> None:
        await store.close()
        with pytest.raises(StoreUnavailable):
            await store.claim("a", "one")

    using(place, act)


PROCESS = """
import asyncio, sys
from gcsync.receiver.stores import open_store
from gcsync.receiver.interface import Claim

async def run(url, name, count):
    store = open_store(url)
    print("ready", flush=True)
    sys.stdin.readline()
    mine = []
    for number in range(int(count)):
        if (await store.claim(f"e-{number}", name)).claim is Claim.MINE:
            mine.append(number)
            await store.done(f"e-{number}", name)
    await store.close()
    print(*mine)

asyncio.run(run(*sys.argv[1:]))
"""


@pytest.mark.parametrize("quick", [True, pytest.param(False, marks=pytest.mark.full)])
def test_two_processes_share_it_and_each_id_has_one_of_them(place: Place, quick: bool) -> None:
    # Over a network, a few ids take as long as many in a file.
    count = 15 if quick and not place.url.startswith("sqlite:") else 200
    using(place, lambda store: store.sweep())  # type: ignore[arg-type,return-value]
    running = [
        subprocess.Popen(
            [sys.executable, "-c", PROCESS, place.url, name, str(count)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for name in ("one", "two")
    ]
    assert [process.stdout.readline() for process in running if process.stdout] == ["ready\n"] * 2
    for process in running:
        assert process.stdin
        process.stdin.write("go\n")
        process.stdin.flush()
    mine = [process.communicate(timeout=180)[0].split() for process in running]
    assert [process.returncode for process in running] == [0, 0]
    assert sorted(mine[0] + mine[1], key=int) == [str(number) for number in range(count)]
