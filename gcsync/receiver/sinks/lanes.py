"""Messages of many requests, sent in batches: what a queue, a topic and a stream of AWS have in common.

Each lane is a thread that sends what came while it sent the last batch, so that a lone event waits for nobody, and many
at once share a request. A request is acknowledged once AWS has acknowledged its message. What AWS refuses of a batch
fails alone; a batch that is refused as a whole for what is in it is sent again in halves.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from gcsync.receiver.aws import code_of, reason
from gcsync.receiver.batches import Batches, Closed
from gcsync.receiver.interface import Event, SinkFailure
from gcsync.receiver.propagation import trace_fields

LANES: Final = 8
"""Batches under way at a time: one that is slow holds up an eighth."""

# Codes of a batch that is wrong in itself: SQS, SNS and Kinesis API References, "SendMessageBatch", "PublishBatch" and
# "PutRecords". Anything else (throttling, rights, a queue that is gone) concerns all of it.
_WRONG: Final = frozenset(
    {
        "AWS.SimpleQueueService.BatchRequestTooLong",
        "BatchRequestTooLong",
        "InvalidArgumentException",
        "InvalidMessageContents",
        "InvalidParameter",
        "InvalidParameterValue",
        "ParamValidationError",
        "ValidationError",
        "ValidationException",
    }
)
_ID = re.compile(r"[\x21-\x7e]{1,128}")
_PRINTED = re.compile(r"[\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]{1,256}")


@dataclass(frozen=True, slots=True)
class Message:
    """What is sent for one event, in the API's own words, and its size in bytes as the API counts it."""

    entry: dict[str, Any]
    size: int


@dataclass(frozen=True, slots=True)
class Most:
    """What the API takes at a time: messages, their bytes together, the bytes of one; and who says so in a log."""

    messages: int
    together: int
    one: int
    name: str


class Sender(Protocol):
    """One API. `send` is called by several threads at once."""

    most: Most

    def message(self, event: Event) -> Message:
        """What to send for an event."""

    def send(self, entries: Sequence[dict[str, Any]]) -> list[str | None]:
        """Send a batch: for each, why AWS did not take it, or None. Raises what botocore raises."""

    def close(self) -> None:
        """Close the connections."""


@dataclass(slots=True)
class _Lane:
    batches: Batches[Message, None]
    under_way: int = field(default=0)


class BatchingSink:
    """A Sink that hands events to a Sender."""

    def __init__(self, sender: Sender) -> None:
        self._sender = sender
        self._lanes = [
            _Lane(Batches(f"gcsync-lane-{number}", self._send, most=sender.most.messages)) for number in range(LANES)
        ]

    async def handle(self, event: Event) -> None:
        """As the interface says."""
        message = self._sender.message(event)
        most = self._sender.most
        if message.size > most.one:
            raise SinkFailure(f"the event takes {message.size} bytes, and {most.name} takes {most.one} at most")
        lane = min(self._lanes, key=lambda lane: lane.under_way)
        lane.under_way += 1
        try:
            await lane.batches.ask(message)
        except Closed:
            raise SinkFailure("the sink is closed") from None
        finally:
            lane.under_way -= 1

    async def close(self) -> None:
        """As the interface says."""
        for lane in self._lanes:
            await lane.batches.close()
        self._sender.close()

    def _send(self, messages: list[Message]) -> list[Any]:
        """For each message None, or the SinkFailure of its own."""
        refused: list[str | None] = []
        for part in portions(messages, self._sender.most):
            refused += self._send_portion([message.entry for message in part])
        return [None if why is None else SinkFailure(f"{self._sender.most.name}: {why}") for why in refused]

    def _send_portion(self, entries: list[dict[str, Any]]) -> list[str | None]:
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            return self._sender.send(entries)
        except (BotoCoreError, ClientError) as error:
            if len(entries) > 1 and code_of(error) in _WRONG:
                half = len(entries) // 2
                return self._send_portion(entries[:half]) + self._send_portion(entries[half:])
            return [reason(error)] * len(entries)


def portions(messages: Sequence[Message], most: Most) -> list[list[Message]]:
    """The same messages in the same order, in as few batches as the API takes them; one that is too large is alone."""
    found: list[list[Message]] = []
    size = 0
    for message in messages:
        if not found or len(found[-1]) == most.messages or size + message.size > most.together:
            found.append([])
            size = 0
        found[-1].append(message)
        size += message.size
    return found


def plain_id(event_id: str) -> str:
    """The id where a message's id may be spelled so, else its digest: up to 128 printable characters of ASCII."""
    if _ID.fullmatch(event_id):
        return event_id
    return f"sha256:{hashlib.sha256(event_id.encode()).hexdigest()}"


def plain_text(event: Event) -> str:
    """The event as it came. U+FFFE and U+FFFF, which no message may hold, are written as JSON's escapes."""
    return event.text.replace("\ufffe", "\\ufffe").replace("\uffff", "\\uffff")


def attributes(event: Event) -> dict[str, dict[str, str]]:
    """`event_id`, `event_type` and the trace as attributes of a message; a text that none can hold is left out."""
    told = {"event_id": plain_id(event.id), "event_type": event.type, **trace_fields()}
    found = {name: text for name, text in told.items() if _PRINTED.fullmatch(text)}
    return {name: {"DataType": "String", "StringValue": value} for name, value in found.items()}


def message_of(event: Event, body: str, *, fifo: bool) -> Message:
    """A message of SQS or SNS, whose text the API calls `body`.

    With `fifo` the event's id is the deduplication and group id: no event waits for another.
    """
    text, told = plain_text(event), attributes(event)
    entry: dict[str, Any] = {body: text, "MessageAttributes": told}
    if fifo:
        entry["MessageGroupId"] = entry["MessageDeduplicationId"] = plain_id(event.id)
    return Message(entry, size_of(text, told))


def numbered(entries: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The entries of a batch of SQS or SNS, each with the Id by which `refusals` finds its answer."""
    return [{"Id": str(number), **entry} for number, entry in enumerate(entries)]


def size_of(text: str, told: dict[str, dict[str, str]]) -> int:
    """A message's bytes as SQS and SNS count them: the body, and of each attribute the name, the type and the value."""
    parts = (part for name, value in told.items() for part in (name, *value.values()))
    return len(text.encode()) + sum(len(part.encode()) for part in parts)


def refusals(answer: dict[str, Any], count: int) -> list[str | None]:
    """For each of `count` messages why it was refused, of an answer of SendMessageBatch or PublishBatch.

    Their `Id` is their place in the batch. What the answer does not name was not taken.
    """
    found: list[str | None] = ["it was not acknowledged"] * count
    for one in answer.get("Successful", ()):
        found[int(one["Id"])] = None
    for one in answer.get("Failed", ()):
        found[int(one["Id"])] = str(one.get("Code") or "an error without a code")
    return found
