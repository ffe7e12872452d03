"""The sink `sns:ARN`: a message to a topic for each event."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from gcsync.model.diagnostic import Diagnostic, DiagnosticError
from gcsync.receiver.aws import aws_client
from gcsync.receiver.interface import Event
from gcsync.receiver.sinks.lanes import LANES, BatchingSink, Message, Most, message_of, numbered, refusals

# A topic takes 262,144 bytes, for one message and for a batch, unless its MaximumMessageSize says up to 1,048,576: SNS
# API Reference, "PublishBatch". A batch keeps to what every topic takes; a larger message goes alone, for the topic to
# say whether it takes it.
_MOST = Most(messages=10, together=262_144, one=1_048_576, name="SNS")
_TOPIC = re.compile(r"arn:aws[a-z-]*:sns:([a-z0-9-]+):[0-9]{12}:[A-Za-z0-9_-]{1,256}(?:\.fifo)?")


def open_sns(arn: str, environ: Mapping[str, str]) -> BatchingSink:
    """The sink for the topic with this ARN. Raises DiagnosticError (GC814, GC816)."""
    found = _TOPIC.fullmatch(arn)
    if found is None:
        hint = "write sns:arn:aws:sns:eu-west-1:123456789012:events, as the topic's details show its ARN"
        raise DiagnosticError(Diagnostic("GC816", "sns: is followed by the ARN of a topic", path="--sink", hint=hint))
    client = aws_client("sns", "--sink", environ, region=found[1], endpoint="", connections=LANES)
    return BatchingSink(_Sender(client, arn))


class _Sender:
    """PublishBatch. A batch of one is a batch too: the right `sns:Publish` covers it."""

    most = _MOST

    def __init__(self, client: Any, arn: str) -> None:
        self._client = client
        self._arn = arn
        self._fifo = arn.endswith(".fifo")

    def message(self, event: Event) -> Message:
        return message_of(event, "Message", fifo=self._fifo)

    def send(self, entries: Sequence[dict[str, Any]]) -> list[str | None]:
        answer = self._client.publish_batch(TopicArn=self._arn, PublishBatchRequestEntries=numbered(entries))
        return refusals(answer, len(entries))

    def close(self) -> None:
        self._client.close()
