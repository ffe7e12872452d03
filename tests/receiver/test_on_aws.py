"""Receivers as processes on a stand-in for AWS: a table that they share, and the queue where the events go."""

from __future__ import annotations

import asyncio
import json
import os
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from gcsync.receiver.handling import Handling, Outcome
from gcsync.receiver.metrics import Metrics
from gcsync.receiver.sinks import open_sink
from gcsync.receiver.stores import open_store
from tests.e2e.workplace import Inside, clean_environment
from tests.kills.senders import Senders
from tests.locks import cloud
from tests.receiver.serving import SECRET, body_of, deliver, served
from tests.receiver.sinks.messages import event, make_queue, received
from tests.receiver.stores.every import make_table

QUICK = ("--drain", "0", "--grace", "5")


def ledger(aws: str, url: str) -> list[str]:
    """The ids in the queue."""
    return [json.loads(message["Body"])["id"] for message in received(aws, url)]


def test_two_receivers_with_one_table_take_each_event_once(aws: str, monkeypatch: pytest.MonkeyPatch) -> None:
    cloud.enter(monkeypatch, aws)
    queue, table = make_queue(aws, "events"), make_table(aws, "shared")

    async def act() -> None:
        stores = [open_store(f"dynamodb://{table}") for _ in range(2)]
        sinks = [open_sink(f"sqs:{queue}", store, os.environ) for store in stores]
        one, two = (Handling(*each, wait_seconds=180) for each in zip(stores, sinks, ("one", "two"), strict=True))
        events = [event(f"e-{number}") for number in range(6)]
        found = await asyncio.gather(*(handling.take(each) for each in events for handling in (one, two)))
        assert set(found) == {Outcome.SUCCESS}
        assert await two.take(events[0]) is Outcome.DUPLICATE
        assert sorted(ledger(aws, queue)) == [each.id for each in events]
        # What the queue does not take is the other one's to take, when it is sent again.
        cloud.client("sqs", aws).delete_queue(QueueUrl=queue)
        assert await one.take(event("again")) is Outcome.FAILED
        cloud.client("sqs", aws).create_queue(QueueName=queue.rpartition("/")[2])
        assert await two.take(event("again")) is Outcome.SUCCESS
        assert await one.take(event("again")) is Outcome.DUPLICATE
        for opened in (*sinks, *stores):
            await opened.close()

    asyncio.run(act())
    assert ledger(aws, queue) == ["again"]


@pytest.mark.full
def test_two_processes_with_one_table_take_each_event_once(tmp_path: Path, aws: str) -> None:
    queue = make_queue(aws, "events")
    line = ("--store", f"dynamodb://{make_table(aws, 'shared')}", "--sink", f"sqs:{queue}", *QUICK)
    ids = [f"e-{number}" for number in range(12)]
    with served(tmp_path, *line, **cloud.access(aws)) as one, served(tmp_path, *line, **cloud.access(aws)) as two:
        wanted = [(running, body_of(event_id)) for event_id in ids for running in (one, two)]
        with ThreadPoolExecutor(8) as senders:
            answers = list(senders.map(lambda each: deliver(*each), wanted))
        assert {status for status, _ in answers} == {200}
        assert json.loads(deliver(two, body_of("e-1"))[1]) == {"status": "duplicate"}
        assert sorted(ledger(aws, queue)) == sorted(ids)

        # What the queue does not take is the other one's to take, when it is sent again.
        cloud.client("sqs", aws).delete_queue(QueueUrl=queue)
        assert deliver(one, body_of("again"))[0] == 500
        cloud.client("sqs", aws).create_queue(QueueName=queue.rpartition("/")[2])
        assert deliver(two, body_of("again"))[0] == 200
        assert json.loads(deliver(one, body_of("again"))[1]) == {"status": "duplicate"}
        assert ledger(aws, queue) == ["again"]

        (code, err), ended = one.end(), two.end()
    assert (code, ended) == (0, (0, ""))
    assert err.rstrip().endswith("the sink failed, attempt 1: SQS: AWS.SimpleQueueService.NonExistentQueue")


@pytest.mark.full
def test_an_aws_that_goes_away_is_answered_with_503_and_the_sender_comes_again(tmp_path: Path) -> None:
    with cloud.running() as url:
        line = ("--store", f"dynamodb://{make_table(url, 'gone')}", "--sink", "jsonl:events.jsonl", *QUICK)
        started = served(tmp_path, *line, **cloud.access(url))
        one = started.__enter__()
    try:
        assert deliver(one, body_of("e-1"))[0] == 503
        code, err = one.end()
        assert code == 0
        assert "the store failed: EndpointConnectionError" in err
        assert "Traceback" not in err
    finally:
        started.__exit__(None, None, None)
    assert (tmp_path / "events.jsonl").read_text() == ""


@pytest.mark.full
@pytest.mark.parametrize("kills", [5])
def test_every_acknowledged_id_is_in_the_queue_after_kill_9_under_load(tmp_path: Path, aws: str, kills: int) -> None:
    queue = make_queue(aws, "events")
    line = ("--store", f"dynamodb://{make_table(aws, 'killed')}", "--sink", f"sqs:{queue}", *QUICK)
    senders = Senders(seed=kills)
    for _ in range(kills):
        with served(tmp_path, *line, **cloud.access(aws)) as one:
            senders.until_killed(one)
    times = Counter(ledger(aws, queue))
    assert len(senders.acknowledged) >= kills
    assert senders.acknowledged - set(times) == set()
    assert sum(count - 1 for count in times.values()) <= kills * senders.count


def test_stats_tell_what_the_table_holds(tmp_path: Path, aws: str) -> None:
    table = make_table(aws, "stats")
    cloud.client("dynamodb", aws).put_item(TableName=table, Item={"id": {"S": "a"}, "expires": {"N": "1"}})
    work = Inside(tmp_path, clean_environment() | cloud.access(aws))
    ran = work.gcsync("receiver", "stats", "--store", f"dynamodb://{table}", "--format", "json")
    assert (ran.code, ran.err) == (0, "")
    assert (ran.document["ids"], ran.document["in_handling"]) == (1, None)
    ran = work.gcsync("receiver", "stats", "--store", "dynamodb://no-such-table")
    assert (ran.code, ran.out) == (1, "")
    assert "error[GC815]: --store: there is no table no-such-table in eu-west-1" in ran.err


def test_metrics_tell_it_too(tmp_path: Path, aws: str) -> None:
    async def look() -> bytes:
        store = open_store(f"dynamodb://{make_table(aws, 'metrics')}")
        await store.claim("a", "one")
        found = Metrics().text(await store.size())
        await store.close()
        return found

    with pytest.MonkeyPatch.context() as patch:
        cloud.enter(patch, aws)
        assert b"gcsync_receiver_store_ids 1.0" in asyncio.run(look())


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (("--store", "dynamodb://no-such-table"), "GC815"),
        (("--store", "dynamodb://x"), "GC800"),
        (("--sink", "sqs:events"), "GC816"),
        (("--sink", "sns:events"), "GC816"),
    ],
)
def test_what_cannot_be_served_is_told(tmp_path: Path, aws: str, line: tuple[str, ...], code: str) -> None:
    work = Inside(tmp_path, clean_environment(GCSYNC_RECEIVER_SECRET=SECRET) | cloud.access(aws))
    ran = work.gcsync("receiver", "serve", "--port", "0", *line)
    assert (ran.code, ran.out) == (1, "")
    assert f"error[{code}]" in ran.err
    assert "Traceback" not in ran.err
