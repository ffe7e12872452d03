"""`sns:ARN`, held against moto's topics, with a queue that listens. moto drops no second message of a FIFO topic."""

from __future__ import annotations

import asyncio
import itertools
import json
from typing import Any

import pytest

from gcsync.model.diagnostic import DiagnosticError
from gcsync.receiver.sinks import open_sink
from gcsync.receiver.sinks.lanes import BatchingSink
from tests.locks import cloud
from tests.receiver.sinks.messages import EVENT, deliver, event, make_queue, received

_numbers = itertools.count()


@pytest.fixture(autouse=True)
def environ(aws: str, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    return cloud.enter(monkeypatch, aws)


def make_topic(aws: str, name: str, fifo: bool = False) -> tuple[str, str]:
    """The ARN of a new topic, and the URL of a queue that gets its messages as they are."""
    how = {"FifoTopic": "true"} if fifo else {}
    topic = cloud.client("sns", aws).create_topic(Name=f"t{next(_numbers)}-{name}", Attributes=how)["TopicArn"]
    url = make_queue(aws, name, **({"FifoQueue": "true"} if fifo else {}))
    queue = cloud.client("sqs", aws).get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
    cloud.client("sns", aws).subscribe(
        TopicArn=topic,
        Protocol="sqs",
        Endpoint=queue["Attributes"]["QueueArn"],
        Attributes={"RawMessageDelivery": "true"},
    )
    return topic, url


def test_a_message_is_the_event_with_its_id_and_type_as_attributes(aws: str, environ: dict[str, str]) -> None:
    topic, url = make_topic(aws, "events")
    assert deliver(f"sns:{topic}", [EVENT], environ) == [None]
    (message,) = received(aws, url)
    assert message["Body"] == EVENT.text
    told = {name: one["StringValue"] for name, one in message["MessageAttributes"].items()}
    assert told == {"event_id": "e-1", "event_type": "conversation:start"}


def test_a_subscription_may_select_by_type(aws: str, environ: dict[str, str]) -> None:
    topic, url = make_topic(aws, "events")
    (subscription,) = cloud.client("sns", aws).list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
    cloud.client("sns", aws).set_subscription_attributes(
        SubscriptionArn=subscription["SubscriptionArn"],
        AttributeName="FilterPolicy",
        AttributeValue=json.dumps({"event_type": [{"prefix": "conversation:"}]}),
    )
    deliver(f"sns:{topic}", [event("e-1"), event("e-2", kind="user:state:change")], environ)
    assert [json.loads(message["Body"])["id"] for message in received(aws, url)] == ["e-1"]


def test_many_at_once_arrive_once_each(aws: str, environ: dict[str, str]) -> None:
    topic, url = make_topic(aws, "events")
    deliver(f"sns:{topic}", [event(f"e-{number}") for number in range(15)], environ)
    found = [json.loads(message["Body"])["id"] for message in received(aws, url)]
    assert sorted(found) == sorted(f"e-{number}" for number in range(15))


def test_a_fifo_topic_gets_the_id_or_its_digest_as_group_and_deduplication_id(
    aws: str, environ: dict[str, str]
) -> None:
    topic, url = make_topic(aws, "events.fifo", fifo=True)
    assert deliver(f"sns:{topic}", [event("e-1"), event("a b")], environ) == [None, None]
    for message in received(aws, url):
        told = message["Attributes"]
        assert told["MessageGroupId"] == told["MessageDeduplicationId"]
        assert told["MessageGroupId"] == message["MessageAttributes"]["event_id"]["StringValue"]


def test_a_large_event_harms_no_other(aws: str, environ: dict[str, str]) -> None:
    topic, url = make_topic(aws, "events")
    events = [event("large", pad="p" * 300_000), event("huge", pad="p" * 1_100_000), event("e-1"), event("e-2")]
    large, huge, *others = deliver(f"sns:{topic}", events, environ)
    assert str(large) == "SNS: InvalidParameter"
    assert str(huge).endswith("bytes, and SNS takes 1048576 at most")
    assert others == [None, None]
    assert {json.loads(message["Body"])["id"] for message in received(aws, url)} == {"e-1", "e-2"}


def test_a_batch_keeps_to_what_every_topic_takes(aws: str, environ: dict[str, str]) -> None:
    async def act() -> list[int]:
        sink = open_sink(f"sns:{topic}", None, environ)  # type: ignore[arg-type]
        assert isinstance(sink, BatchingSink)
        sizes: list[int] = []

        def weigh(params: dict[str, Any], **more: Any) -> None:
            sizes.append(sum(len(entry["Message"]) for entry in params["PublishBatchRequestEntries"]))

        sink._sender._client.meta.events.register("provide-client-params.sns.PublishBatch", weigh)
        large = [sink._sender.message(event(f"e-{number}", pad="p" * 100_000)) for number in range(5)]
        assert sink._send(large) == [None] * 5
        await sink.close()
        return sizes

    topic, _ = make_topic(aws, "events")
    assert [size // 100_000 for size in asyncio.run(act())] == [2, 2, 1]


def test_a_topic_that_is_not_there_is_a_failure(environ: dict[str, str]) -> None:
    (failure,) = deliver("sns:arn:aws:sns:eu-west-1:123456789012:no-such-topic", [EVENT], environ)
    assert str(failure) == "SNS: NotFound"


@pytest.mark.parametrize(
    "arn",
    [
        *("", "events", "https://sns.eu-west-1.amazonaws.com/", "arn:aws:sqs:eu-west-1:123456789012:events"),
        *("arn:aws:sns:eu-west-1:123456789012:", "arn:aws:sns::123456789012:events", "arn:aws:sns:eu-west-1:12:events"),
        "arn:aws:sns:eu-west-1:123456789012:events:1a2b3c4d-0000-4000-8000-000000000000",
    ],
)
def test_what_is_no_topics_arn_is_told(arn: str) -> None:
    with pytest.raises(DiagnosticError) as caught:
        open_sink(f"sns:{arn}", None, {})  # type: ignore[arg-type]
    (found,) = caught.value.diagnostics
    assert (found.code, found.path) == ("GC816", "--sink")
    assert "sns:arn:aws:sns:" in found.hint
