"""The sink `kinesis:ARN`: a record in a data stream for each event."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from gcsync.model.diagnostic import Diagnostic, DiagnosticError
from gcsync.receiver.aws import aws_client
from gcsync.receiver.interface import Event
from gcsync.receiver.sinks.lanes import LANES, BatchingSink, Message, Most, plain_id

# A stream takes records of up to 1 MiB unless its settings say up to 10 MiB: Kinesis API Reference, "PutRecords". A
# larger one is sent too: it is for the stream to say whether it takes it.
_MOST = Most(messages=500, together=10_485_760, one=10_485_760, name="Kinesis")
_STREAM = re.compile(r"arn:aws[a-z-]*:kinesis:([a-z0-9-]+):[0-9]{12}:stream/[A-Za-z0-9_.-]{1,128}")


def open_kinesis(arn: str, environ: Mapping[str, str]) -> BatchingSink:
    """The sink for the data stream with this ARN. Raises DiagnosticError (GC814, GC816)."""
    found = _STREAM.fullmatch(arn)
    if found is None:
        hint = "write kinesis:arn:aws:kinesis:eu-west-1:123456789012:stream/events"
        message = "kinesis: is followed by the ARN of a data stream"
        raise DiagnosticError(Diagnostic("GC816", message, path="--sink", hint=hint))
    client = aws_client("kinesis", "--sink", environ, region=found[1], endpoint="", connections=LANES)
    return BatchingSink(_Sender(client, arn))


class _Sender:
    """PutRecords, with the id as partition key: events spread over all shards."""

    most = _MOST

    def __init__(self, client: Any, arn: str) -> None:
        self._client = client
        self._arn = arn

    def message(self, event: Event) -> Message:
        data, key = event.text.encode(), plain_id(event.id)
        return Message({"Data": data, "PartitionKey": key}, len(data) + len(key))

    def send(self, entries: Sequence[dict[str, Any]]) -> list[str | None]:
        answer = self._client.put_records(StreamARN=self._arn, Records=list(entries))
        return [record.get("ErrorCode") for record in answer["Records"]]

    def close(self) -> None:
        self._client.close()
