"""The sink `sqs:URL`: a message in a queue for each event."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from gcsync.model.diagnostic import Diagnostic, DiagnosticError
from gcsync.receiver.aws import aws_client
from gcsync.receiver.interface import Event
from gcsync.receiver.sinks.lanes import LANES, BatchingSink, Message, Most, message_of, numbered, refusals
from gcsync.receiver.sinks.webhook import is_loopback

# One message and all of a batch: SQS API Reference, "SendMessageBatch"; it was 262,144 until August 2025.
_MOST = Most(messages=10, together=1_048_576, one=1_048_576, name="SQS")

# The host of a queue's URL: General Reference, "Amazon SQS endpoints and quotas", the older form included.
_STANDARD = re.compile(r"sqs\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?|([a-z0-9-]+)\.queue\.amazonaws\.com(?:\.cn)?")
_OTHER = re.compile(r"(?:[a-z0-9-]+\.)?sqs(?:-fips)?\.([a-z]{2,}(?:-[a-z0-9]+)+)\..+")
_QUEUE = re.compile(r"(?:/[A-Za-z0-9_.-]+)*/[0-9]{12}/[A-Za-z0-9_-]{1,80}(?:\.fifo)?")


@dataclass(frozen=True, slots=True)
class Queue:
    """A queue by its URL; region and endpoint are empty where the environment tells them."""

    url: str
    region: str = ""
    endpoint: str = ""


def open_sqs(url: str, environ: Mapping[str, str]) -> BatchingSink:
    """The sink for the queue with this URL. Raises DiagnosticError (GC814, GC816)."""
    queue = queue_of(url, environ)
    client = aws_client("sqs", "--sink", environ, region=queue.region, endpoint=queue.endpoint, connections=LANES)
    return BatchingSink(_Sender(client, queue.url))


def queue_of(url: str, environ: Mapping[str, str]) -> Queue:
    """What a queue's URL tells. Raises DiagnosticError (GC816).

    The host of a VPC endpoint, of FIPS or of a stand-in for AWS is also where to go, unless the environment says where.
    """
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        host = ""
    if not host or parts.scheme not in ("http", "https") or parts.username or parts.query or parts.fragment:
        raise _wrong("sqs: is followed by the URL of a queue")
    if not _QUEUE.fullmatch(parts.path):
        raise _wrong("the path of a queue's URL is an account's number of 12 digits and the queue's name")
    standard = _STANDARD.fullmatch(host)
    if standard:
        return Queue(url, standard[1] or standard[2])
    elsewhere = environ.get("AWS_ENDPOINT_URL_SQS") or environ.get("AWS_ENDPOINT_URL")
    if parts.scheme == "http" and not elsewhere and not is_loopback(host):
        raise _wrong("events would go over the network in the open")
    other = _OTHER.fullmatch(host)
    return Queue(url, other[1] if other else "", "" if elsewhere else f"{parts.scheme}://{parts.netloc}")


class _Sender:
    """SendMessageBatch. A batch of one is a batch too: the right `sqs:SendMessage` covers it."""

    most = _MOST

    def __init__(self, client: Any, url: str) -> None:
        self._client = client
        self._url = url
        self._fifo = url.endswith(".fifo")

    def message(self, event: Event) -> Message:
        return message_of(event, "MessageBody", fifo=self._fifo)

    def send(self, entries: Sequence[dict[str, Any]]) -> list[str | None]:
        return refusals(self._client.send_message_batch(QueueUrl=self._url, Entries=numbered(entries)), len(entries))

    def close(self) -> None:
        self._client.close()


def _wrong(message: str) -> DiagnosticError:
    hint = "write sqs:https://sqs.eu-west-1.amazonaws.com/123456789012/events, as the queue's details show its URL"
    return DiagnosticError(Diagnostic("GC816", message, path="--sink", hint=hint))
