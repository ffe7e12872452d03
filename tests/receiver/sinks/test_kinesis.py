"""`kinesis:ARN`, held against moto's streams."""

from __future__ import annotations

import json
from typing import Any

import pytest

from gcsync.model.diagnostic import DiagnosticError
from gcsync.receiver.sinks import open_sink
from tests.locks import cloud
from tests.receiver.sinks.messages import EVENT, deliver, event


@pytest.fixture(autouse=True)
def environ(aws: str, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    return cloud.enter(monkeypatch, aws)


def records(aws: str, stream: str) -> list[dict[str, Any]]:
    client = cloud.client("kinesis", aws)
    found: list[dict[str, Any]] = []
    for shard in client.describe_stream(StreamName=stream)["StreamDescription"]["Shards"]:
        begin = client.get_shard_iterator(StreamName=stream, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON")
        found += client.get_records(ShardIterator=begin["ShardIterator"])["Records"]
    return found


def test_a_record_is_the_event_with_its_id_as_partition_key(aws: str, environ: dict[str, str]) -> None:
    client = cloud.client("kinesis", aws)
    client.create_stream(StreamName="events", ShardCount=2)
    arn = client.describe_stream(StreamName="events")["StreamDescription"]["StreamARN"]
    events = [EVENT, event("a b"), *[event(f"n-{number}") for number in range(20)]]
    assert deliver(f"kinesis:{arn}", events, environ) == [None] * 22
    found = {record["PartitionKey"]: record["Data"].decode() for record in records(aws, "events")}
    assert found["e-1"] == EVENT.text
    assert sorted(json.loads(text)["id"] for text in found.values()) == sorted(one.id for one in events)


def test_a_record_that_is_refused_fails_alone(environ: dict[str, str]) -> None:
    from botocore.stub import Stubber

    from gcsync.receiver.aws import aws_client
    from gcsync.receiver.sinks.kinesis import _Sender

    client = aws_client("kinesis", "--sink", environ, region="eu-west-1", endpoint="", connections=1)
    sender = _Sender(client, "arn:aws:kinesis:eu-west-1:123456789012:stream/events")
    taken = {"SequenceNumber": "1", "ShardId": "shardId-0"}
    refused = {"ErrorCode": "ProvisionedThroughputExceededException", "ErrorMessage": "slow down"}
    with Stubber(client) as stub:
        stub.add_response("put_records", {"FailedRecordCount": 1, "Records": [taken, refused]})
        entries = [sender.message(event(event_id)).entry for event_id in ("e-1", "e-2")]
        assert sender.send(entries) == [None, "ProvisionedThroughputExceededException"]
    client.close()


def test_a_stream_that_is_not_there_is_a_failure(environ: dict[str, str]) -> None:
    arn = "arn:aws:kinesis:eu-west-1:123456789012:stream/no-such-stream"
    (failure,) = deliver(f"kinesis:{arn}", [EVENT], environ)
    assert str(failure) == "Kinesis: ResourceNotFoundException"


@pytest.mark.parametrize(
    "arn", ["", "events", "arn:aws:kinesis:eu-west-1:123456789012:events", "arn:aws:kinesis::123456789012:stream/x"]
)
def test_what_is_no_streams_arn_is_told(arn: str) -> None:
    with pytest.raises(DiagnosticError) as caught:
        open_sink(f"kinesis:{arn}", None, {})  # type: ignore[arg-type]
    (found,) = caught.value.diagnostics
    assert (found.code, found.path) == ("GC816", "--sink")
    assert "kinesis:arn:aws:kinesis:" in found.hint
