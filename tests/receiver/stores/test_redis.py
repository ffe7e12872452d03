"""What is the Redis store's own: its keys, its round trips, and what happens when its server fails."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import random
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import time_machine

from gcsync.model.diagnostic import DiagnosticError
from gcsync.receiver.interface import Claim, Claimed, Store, StoreUnavailable
from gcsync.receiver.sinks import open_sink
from gcsync.receiver.stores import Retention, open_store
from tests.kills.senders import Senders
from tests.receiver.serving import body_of, deliver, served, until
from tests.receiver.stores.every import Clock
from tests.receiver.stores.redis_servers import RedisServer, redis_server


@pytest.fixture
def server(running: RedisServer) -> Iterator[RedisServer]:
    """An empty one; whatever a test sets is taken back."""
    with running.client() as client:
        client.flushall()
        yield running
        client.config_set("maxmemory", "0")
        client.replicaof("NO", "ONE")


async def handle(store: Store, event_id: str) -> None:
    assert (await store.claim(event_id, "one")).claim is Claim.MINE
    assert await store.done(event_id, "one")


def test_each_id_is_one_key_that_ends_past_the_retention(server: RedisServer) -> None:
    async def act() -> None:
        store = open_store(f"redis://{server.address}/0", retention=Retention(seconds=3600))
        await handle(store, "handled")
        await store.claim("claimed", "one")
        await store.claim("failed", "one")
        await store.release("failed", "one")
        await handle(store, "long" * 1000)
        await store.close()

    asyncio.run(act())
    with server.client() as client:
        found = {key: client.ttl(key) for key in client.scan_iter() if key != "gcsync:receiver:start"}
    digest = hashlib.sha256(b"long" * 1000).hexdigest()
    names = {"id:handled", "id:claimed", "id:failed", f"digest:{digest}"}
    assert set(found) == {f"gcsync:receiver:{name}" for name in names}
    assert all(3000 <= seconds <= 3600 for seconds in found.values())


def test_a_claim_outlives_a_short_retention(server: RedisServer) -> None:
    async def act() -> None:
        store = open_store(f"redis://{server.address}/0", retention=Retention(seconds=1))
        await store.claim("a", "one")
        await store.close()

    asyncio.run(act())
    with server.client() as client:
        assert 30 < client.ttl("gcsync:receiver:id:a") <= 120


def test_receivers_with_prefixes_of_their_own_do_not_meet(server: RedisServer) -> None:
    async def act() -> None:
        one, two = (open_store(f"redis://{server.address}/0?prefix={name}") for name in ("one", "two"))
        await handle(one, "a")
        await handle(two, "a")
        await one.close()
        await two.close()

    asyncio.run(act())


def test_time_is_the_servers_unless_somebody_gives_another(server: RedisServer) -> None:
    async def act() -> None:
        store = open_store(f"redis://{server.address}/0?prefix=p")
        given = open_store(f"redis://{server.address}/0?prefix=p", clock=Clock())
        await store.claim("a", "one")
        await given.claim("b", "one")
        await given.close()
        await store.close()

    with time_machine.travel(1_950_000_000.0):
        asyncio.run(act())
    with server.client() as client:
        now = client.time()[0]
        ends = {name: int(client.get(f"p:id:{name}").split()[1]) for name in ("a", "b")}
    assert abs(ends["a"] / 1000 - now - 60) < 600
    assert ends["b"] == (Clock().now + 60) * 1000


def test_a_claim_whose_answer_was_lost_is_found_again(server: RedisServer) -> None:
    async def act() -> None:
        store = open_store(f"redis://{server.address}/0")
        assert await store.claim("a", "one") == Claimed(Claim.MINE, 1)
        assert await store.claim("a", "one") == Claimed(Claim.MINE, 1)
        await store.close()

    asyncio.run(act())


def test_requests_at_once_share_round_trips(server: RedisServer) -> None:
    def reads() -> int:
        with server.client() as client:
            return int(client.info("stats")["total_reads_processed"])

    async def act() -> int:
        store = open_store(f"redis://{server.address}/0")
        before = reads()
        await asyncio.gather(*(handle(store, f"e-{number}") for number in range(300)))
        after = reads()
        await store.close()
        return after - before

    assert asyncio.run(act()) < 150


def test_another_programs_key_harms_no_other_request(server: RedisServer) -> None:
    async def act() -> None:
        store = open_store(f"redis://{server.address}/0")
        with server.client() as client:
            client.rpush("gcsync:receiver:id:b", "x")
        found = await asyncio.gather(*(store.claim(name, "one") for name in "abc"), return_exceptions=True)
        await store.close()
        assert [found[0], found[2]] == [Claimed(Claim.MINE, 1)] * 2
        assert isinstance(found[1], StoreUnavailable)
        assert "another program" in str(found[1])

    asyncio.run(act())


def test_a_server_that_refuses_is_unavailable_and_forgets_nothing(server: RedisServer) -> None:
    async def act() -> None:
        store = open_store(f"redis://{server.address}/0")
        await handle(store, "before")
        with server.client() as client:
            client.config_set("maxmemory", "1")
            with pytest.raises(StoreUnavailable, match="memory is full"):
                await store.claim("a", "one")
            client.config_set("maxmemory", "0")
            client.replicaof("127.0.0.1", 1)
            with pytest.raises(StoreUnavailable, match="replica"):
                await store.claim("a", "one")
            with pytest.raises(StoreUnavailable, match="replica"):
                await store.size()
            client.replicaof("NO", "ONE")
        assert (await store.claim("a", "one")).claim is Claim.MINE
        assert await store.state("before") is Claim.HANDLED
        assert ((await store.size()).size or 0) > 100_000
        await store.close()

    asyncio.run(act())


@pytest.mark.full
def test_a_server_that_does_not_answer_is_given_up_in_time(tmp_path: Path) -> None:
    async def act() -> None:
        with redis_server(tmp_path / "redis") as one:
            store = open_store(one.url(tmp_path))
            assert one.process is not None
            one.process.send_signal(signal.SIGSTOP)
            begun = time.monotonic()
            found = await asyncio.gather(*(store.claim(f"e-{n}", "one") for n in range(20)), return_exceptions=True)
            assert {str(problem) for problem in found} <= {
                "the store did not answer in time",
                "the store failed: it did not answer in time",
            }
            assert time.monotonic() - begun < 30
            one.process.send_signal(signal.SIGCONT)
            while True:
                try:
                    await handle(store, "after")
                    break
                except StoreUnavailable:
                    await asyncio.sleep(0.1)
            await store.close()

    asyncio.run(act())


@pytest.mark.parametrize("kills", [2, pytest.param(20, marks=pytest.mark.full)])
def test_what_was_done_survives_kill_9_of_the_server_under_load(tmp_path: Path, kills: int) -> None:
    moments = random.Random(kills)

    async def work(store: Store, done: set[str], number: int, ended: threading.Event) -> None:
        count = 0
        while not ended.is_set():
            event_id = f"e-{number}-{count}"
            count += 1
            try:
                await store.claim(event_id, "one")
                if await store.done(event_id, "one"):
                    done.add(event_id)
            except StoreUnavailable:
                await asyncio.sleep(0.01)

    def crash(server: RedisServer, ended: threading.Event, done: set[str]) -> None:
        for _ in range(kills):
            # A kill that meets no work proves nothing.
            until_more_than(len(done), done)
            time.sleep(moments.uniform(0.05, 0.3))
            server.kill()
            server.start()
        ended.set()

    async def act() -> None:
        done: set[str] = set()
        ended = threading.Event()
        with redis_server(tmp_path / "redis") as one:
            store = open_store(one.url(tmp_path))
            crashing = asyncio.create_task(asyncio.to_thread(crash, one, ended, done))
            await asyncio.gather(*(work(store, done, number, ended) for number in range(16)))
            await crashing
            lost = [event_id for event_id in done if await known(store, event_id) is not Claim.HANDLED]
            await store.close()
        assert (len(done) >= kills, lost) == (True, [])

    def until_more_than(count: int, done: set[str]) -> None:
        until(lambda: len(done) > count)

    async def known(store: Store, event_id: str) -> Claim | None:
        """Its connections may still be those to the server that was killed."""
        async with asyncio.timeout(180):
            while True:
                with contextlib.suppress(StoreUnavailable):
                    return await store.state(event_id)
                await asyncio.sleep(0.01)

    asyncio.run(act())


def test_the_table_of_events_is_the_embedded_stores_alone(server: RedisServer) -> None:
    store = open_store(f"redis://{server.address}/0")
    with pytest.raises(DiagnosticError) as caught:
        open_sink("sqlite:", store, {})
    assert caught.value.diagnostics[0].code == "GC804"
    asyncio.run(store.close())


@pytest.mark.full
@pytest.mark.parametrize("kills", [10])
def test_receivers_on_two_machines_acknowledge_nothing_that_is_lost(tmp_path: Path, kills: int) -> None:
    """Each kill is of one of them with SIGKILL; the other goes on."""
    quick = ("--drain", "0", "--grace", "5")
    with redis_server(tmp_path / "redis") as one:
        store = ("--store", one.url(tmp_path))
        senders = Senders()
        with served(tmp_path, *store, "--sink", "jsonl:other.jsonl", *quick) as other:
            for _ in range(kills):
                with served(tmp_path, *store, "--sink", "jsonl:killed.jsonl", *quick) as victim:
                    senders.until_killed(victim)
            assert senders.acknowledged
            known = sorted(senders.acknowledged)[:20]
            assert {deliver(other, body_of(event_id))[1] for event_id in known} == {b'{"status": "duplicate"}'}
            assert deliver(other, body_of("new"))[0] == 200
    ledger = {json.loads(line)["id"] for line in (tmp_path / "killed.jsonl").read_bytes().splitlines()}
    assert senders.acknowledged - ledger == set()
