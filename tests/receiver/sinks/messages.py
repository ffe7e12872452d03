"""Events handed to a sink, and what a queue of the stand-in for AWS has got."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import Mapping, Sequence
from typing import Any

from gcsync.receiver.interface import Event
from gcsync.receiver.sinks import open_sink
from tests.locks import cloud

_numbers = itertools.count()


def event(event_id: str, kind: str = "conversation:start", **more: Any) -> Event:
    payload = {"id": event_id, "eventType": kind} | more
    return Event(event_id, kind, "2026-11-26T09:30:00.000Z", payload, json.dumps(payload, ensure_ascii=False))


EVENT = event("e-1", data={"name": "Zoë"})


def deliver(sink: str, events: Sequence[Event], environ: Mapping[str, str]) -> list[BaseException | None]:
    """What became of events that came at once."""

    async def act() -> list[BaseException | None]:
        opened = open_sink(sink, None, environ)  # type: ignore[arg-type]
        try:
            return await asyncio.gather(*(opened.handle(one) for one in events), return_exceptions=True)
        finally:
            await opened.close()

    return asyncio.run(act())


def make_queue(aws: str, name: str, **attributes: str) -> str:
    """The URL of a new queue."""
    name = f"q{next(_numbers)}-{name}"
    url: str = cloud.client("sqs", aws).create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
    return url


def received(aws: str, url: str) -> list[dict[str, Any]]:
    """All messages of a queue, which is empty then."""
    client = cloud.client("sqs", aws)
    found: list[dict[str, Any]] = []
    while True:
        answer = client.receive_message(
            QueueUrl=url,
            MaxNumberOfMessages=10,
            MessageAttributeNames=["All"],
            AttributeNames=["All"],
            WaitTimeSeconds=0,
        )
        messages = answer.get("Messages", [])
        if not messages:
            return found
        found += messages
        gone = [{"Id": str(i), "ReceiptHandle": one["ReceiptHandle"]} for i, one in enumerate(messages)]
        client.delete_message_batch(QueueUrl=url, Entries=gone)
