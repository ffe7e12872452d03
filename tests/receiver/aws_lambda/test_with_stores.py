"""The function with what it is deployed with: a store that many processes share, and a queue."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from gcsync.receiver.aws_lambda.function import Function
from gcsync.receiver.aws_lambda.settings import LambdaSettings
from tests.locks import cloud
from tests.receiver.aws_lambda.events import Asked, function_url
from tests.receiver.sinks.messages import make_queue, received
from tests.receiver.stores.every import MAKERS, make_table
from tests.receiver.stores.redis_servers import shared_redis

LONGEST_SECONDS = 900
"""What Lambda gives an invocation at most; a slow machine needs more than most do."""
HEADERS = ((b"content-type", b"application/json"), (b"x-api-key", b"canary-secret"))


def event(event_id: str) -> dict[str, Any]:
    body = {"id": event_id, "eventType": "conversation:start", "data": {}}
    return function_url(Asked(json.dumps(body).encode(), headers=HEADERS))


@contextmanager
def process(store: str, sink: str, environ: Mapping[str, str]) -> Iterator[Function]:
    function = Function(LambdaSettings(store, sink), {"GCSYNC_RECEIVER_SECRET": "canary-secret", **environ})
    try:
        yield function
    finally:
        function.close()


@pytest.mark.parametrize("kind", sorted(set(MAKERS) - {"sqlite"}))
def test_two_processes_of_the_function_put_each_event_into_the_queue_once(
    kind: str, tmp_path: Path, aws: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    environ = cloud.enter(monkeypatch, aws)
    store = f"dynamodb://{make_table(aws, 'function')}" if kind == "dynamodb" else shared_redis().url(tmp_path)
    queue = make_queue(aws, f"function-{kind}")
    line = (store, f"sqs:{queue}", environ)
    with process(*line) as one, process(*line) as other:
        answers = [json.loads(each.invoke(event("e-1"), LONGEST_SECONDS)["body"]) for each in (one, other, one)]
    assert answers == [{"status": "success", "event_id": "e-1"}, {"status": "duplicate"}, {"status": "duplicate"}]
    assert [json.loads(message["Body"])["id"] for message in received(aws, queue)] == ["e-1"]
