"""`sqs:URL`, held against moto's queues; botocore itself refuses what the API has no parameter for."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pytest

from gcsync.model.diagnostic import DiagnosticError
from gcsync.receiver.interface import SinkFailure
from gcsync.receiver.sinks import open_sink
from gcsync.receiver.sinks.sqs import Queue, queue_of
from tests.locks import cloud
from tests.receiver.sinks.messages import EVENT, deliver, event, make_queue, received

AWS = "https://sqs.eu-west-1.amazonaws.com/123456789012/events"


@pytest.fixture(autouse=True)
def environ(aws: str, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    return cloud.enter(monkeypatch, aws)


@pytest.mark.parametrize(
    ("url", "region", "endpoint"),
    [
        (AWS, "eu-west-1", ""),
        ("https://sqs.cn-north-1.amazonaws.com.cn/123456789012/events.fifo", "cn-north-1", ""),
        ("https://eu-west-1.queue.amazonaws.com/123456789012/events", "eu-west-1", ""),
        (
            "https://sqs-fips.us-east-1.amazonaws.com/123456789012/q",
            "us-east-1",
            "https://sqs-fips.us-east-1.amazonaws.com",
        ),
        ("https://sqs.eu-west-1.api.aws/123456789012/q", "eu-west-1", "https://sqs.eu-west-1.api.aws"),
        (
            "https://vpce-1a-2b.sqs.eu-west-1.vpce.amazonaws.com/123456789012/q",
            "eu-west-1",
            "https://vpce-1a-2b.sqs.eu-west-1.vpce.amazonaws.com",
        ),
        ("http://127.0.0.1:5000/123456789012/q", "", "http://127.0.0.1:5000"),
        ("http://localhost:4566/queue/eu-west-1/000000000000/q", "", "http://localhost:4566"),
        ("https://aws.example.com/000000000000/q", "", "https://aws.example.com"),
        (
            "https://sqs.us-east-1.localhost.localstack.cloud:4566/000000000000/q",
            "us-east-1",
            "https://sqs.us-east-1.localhost.localstack.cloud:4566",
        ),
        (
            "https://sqs.eusc-de-east-1.amazonaws.eu/123456789012/q",
            "eusc-de-east-1",
            "https://sqs.eusc-de-east-1.amazonaws.eu",
        ),
    ],
)
def test_a_queues_url_tells_region_and_host(url: str, region: str, endpoint: str) -> None:
    assert queue_of(url, {}) == Queue(url, region, endpoint)


@pytest.mark.parametrize("name", ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_SQS"])
def test_the_environment_may_say_where_aws_is(name: str) -> None:
    there = {name: "https://elsewhere.example.com"}
    assert queue_of("http://stand-in:4566/000000000000/q", there).endpoint == ""
    assert queue_of(AWS, there) == Queue(AWS, "eu-west-1")


@pytest.mark.parametrize(
    "url",
    [
        *("", "events", "arn:aws:sqs:eu-west-1:123456789012:events", "https://", "https://[x/123456789012/q"),
        *("https://sqs.eu-west-1.amazonaws.com/events", "https://sqs.eu-west-1.amazonaws.com/1234/events"),
        *(f"{AWS}?x=y", f"{AWS}#x", f"{AWS}/", f"{AWS}.FIFO", "https://user:secret@sqs.x.amazonaws.com/123456789012/q"),
        *("http://stand-in:4566/000000000000/q", "ftp://sqs.eu-west-1.amazonaws.com/123456789012/q"),
    ],
)
def test_what_is_no_queues_url_is_told(url: str) -> None:
    with pytest.raises(DiagnosticError) as caught:
        open_sink(f"sqs:{url}", None, {})  # type: ignore[arg-type]
    (found,) = caught.value.diagnostics
    assert (found.code, found.path) == ("GC816", "--sink")
    assert "sqs:https://" in found.hint


def test_without_credentials_it_is_told_before_the_first_event(aws: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    with pytest.raises(DiagnosticError) as caught:
        open_sink(f"sqs:{AWS}", None, {})  # type: ignore[arg-type]
    (found,) = caught.value.diagnostics
    assert (found.code, "AWS_PROFILE" in found.hint) == ("GC814", True)


def test_a_message_is_the_event_with_its_id_and_type_as_attributes(aws: str, environ: dict[str, str]) -> None:
    url = make_queue(aws, "events")
    assert deliver(f"sqs:{url}", [EVENT], environ) == [None]
    (message,) = received(aws, url)
    assert message["Body"] == EVENT.text
    told = {name: (one["DataType"], one["StringValue"]) for name, one in message["MessageAttributes"].items()}
    assert told == {"event_id": ("String", "e-1"), "event_type": ("String", "conversation:start")}


def test_many_at_once_arrive_once_each(aws: str, environ: dict[str, str]) -> None:
    url = make_queue(aws, "events")
    deliver(f"sqs:{url}", [event(f"e-{number}") for number in range(25)], environ)
    found = [json.loads(message["Body"])["id"] for message in received(aws, url)]
    assert sorted(found) == sorted(f"e-{number}" for number in range(25))


def test_a_fifo_queue_takes_an_id_once(aws: str, environ: dict[str, str]) -> None:
    url = make_queue(aws, "events.fifo", FifoQueue="true")
    for event_id in ("e-1", "a b", "x" * 200):
        for _ in range(2):
            assert deliver(f"sqs:{url}", [event(event_id)], environ) == [None]
    messages = received(aws, url)
    assert [json.loads(message["Body"])["id"] for message in messages] == ["e-1", "a b", "x" * 200]
    for message in messages:
        told = message["Attributes"]
        assert told["MessageGroupId"] == told["MessageDeduplicationId"]
        assert told["MessageGroupId"] == message["MessageAttributes"]["event_id"]["StringValue"]


def test_a_queue_that_is_not_there_or_cannot_be_reached_is_a_failure(aws: str, environ: dict[str, str]) -> None:
    for url, said in (
        (f"{aws}/123456789012/no-such-queue", "SQS: AWS.SimpleQueueService.NonExistentQueue"),
        ("http://127.0.0.1:9/123456789012/q", "SQS: EndpointConnectionError"),
    ):
        there: Mapping[str, str] = {"AWS_REGION": "eu-west-1"}
        with pytest.MonkeyPatch.context() as patch:
            patch.delenv("AWS_ENDPOINT_URL")
            patch.setattr("gcsync.receiver.aws.ATTEMPTS", 1)
            (failure,) = deliver(f"sqs:{url}", [EVENT], there)
        assert isinstance(failure, SinkFailure)
        assert str(failure) == said


def test_an_event_beyond_the_limit_of_aws_fails_and_one_below_it_goes(aws: str, environ: dict[str, str]) -> None:
    url = make_queue(aws, "events")
    room = 1_048_576 - sum(len(text) for text in ("event_id", "String", "e-1", "event_type", "String", "x"))
    frame = len(event("e-1", kind="x", pad="").text)
    fits = event("e-1", kind="x", pad="p" * (room - frame))
    over = event("e-1", kind="x", pad="p" * (room - frame + 1))
    taken, refused = deliver(f"sqs:{url}", [fits, over], environ)
    assert taken is None
    assert str(refused) == "the event takes 1048577 bytes, and SQS takes 1048576 at most"
