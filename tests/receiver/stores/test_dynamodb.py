"""What is the DynamoDB store's own: its requests, what AWS refuses, and a machine that is not set up for it."""

from __future__ import annotations

import asyncio
import re
import socket
import sys
import threading
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from gcsync.model.diagnostic import Diagnostic, DiagnosticError
from gcsync.receiver.interface import Claim, Claimed, StoreUnavailable
from gcsync.receiver.stores import Retention, open_store
from gcsync.receiver.stores.dynamodb import DynamoStore, key_of
from tests.examples import count
from tests.locks import cloud
from tests.receiver.stores.every import Clock, dynamodb, make_table

PAGE = Path(__file__).parents[3] / "docs" / "receiver-aws.md"


@pytest.fixture
def url(tmp_path: Path, request: pytest.FixtureRequest) -> str:
    return dynamodb(tmp_path, request)


def opened(url: str, **how: Any) -> DynamoStore:
    store = open_store(url, **how)
    assert isinstance(store, DynamoStore)
    return store


def using(url: str, act: Callable[[DynamoStore], Awaitable[None]], **how: Any) -> None:
    async def run() -> None:
        store = opened(url, **how)
        try:
            await act(store)
        finally:
            await store.close()

    asyncio.run(run())


def asked(store: DynamoStore) -> list[str]:
    """The names of the operations that are asked from now on."""
    names: list[str] = []
    store._items._client.meta.events.register(
        "before-call.dynamodb", lambda model, **more: names.append(model.name), unique_id="names"
    )
    return names


def test_an_event_costs_two_writes_and_a_duplicate_one(url: str) -> None:
    async def act(store: DynamoStore) -> None:
        names = asked(store)
        await store.claim("a", "one")
        await store.claim("a", "two")
        await store.done("a", "one")
        await store.claim("a", "three")
        assert names == ["UpdateItem"] * 4

    using(url, act)


def test_it_asks_for_no_more_rights_than_the_page_lists(url: str) -> None:
    async def act(store: DynamoStore) -> None:
        names = asked(store)
        await store.claim("a", "one")
        await store.release("a", "one")
        await store.state("a")
        clock.now += 27 * 3600
        await store.claim("a", "two")
        await store.done("a", "two")
        await store.size()
        await store.sweep()
        listed = set(re.findall(r"dynamodb:(\w+)", PAGE.read_text(encoding="utf-8")))
        assert set(names) == listed

    clock = Clock()
    using(url, act, clock=clock)


def test_whoever_waits_for_an_outcome_reads_what_was_written_last(url: str) -> None:
    async def act(store: DynamoStore) -> None:
        reads: list[Any] = []
        store._items._client.meta.events.register(
            "provide-client-params.dynamodb.GetItem", lambda params, **more: reads.append(params["ConsistentRead"])
        )
        await store.state("a")
        assert reads == [True]

    using(url, act)


def test_what_expired_and_is_not_deleted_yet_is_forgotten_with_its_attempts(url: str) -> None:
    async def act(store: DynamoStore) -> None:
        for attempt in (1, 2):
            assert await store.claim("failed", f"{attempt}") == Claimed(Claim.MINE, attempt)
            await store.release("failed", f"{attempt}")
        await store.claim("handled", "1")
        await store.done("handled", "1")
        clock.now += 101
        for event_id in ("failed", "handled"):
            assert await store.state(event_id) is None
            assert await store.claim(event_id, "3") == Claimed(Claim.MINE, 1)
            assert (await store.claim(event_id, "4")).claim is Claim.TAKEN
            assert await store.done(event_id, "3")

    clock = Clock()
    using(url, act, clock=clock, retention=Retention(seconds=100.0))


def test_of_many_who_want_a_forgotten_id_one_gets_it(url: str) -> None:
    async def act(store: DynamoStore) -> None:
        await store.claim("a", "old")
        await store.done("a", "old")
        clock.now += 101
        found = await asyncio.gather(*(store.claim("a", f"holder {number}") for number in range(10)))
        assert sorted(one.claim for one in found) == [Claim.MINE, *[Claim.TAKEN] * 9]

    clock = Clock()
    using(url, act, clock=clock, retention=Retention(seconds=100.0))


def test_the_time_to_live_is_in_whole_seconds_and_never_ends_before_the_claim(aws: str, url: str) -> None:
    def item() -> Any:
        found = cloud.client("dynamodb", aws).get_item(
            TableName=url.removeprefix("dynamodb://"), Key={"id": {"S": "a"}}
        )
        return found["Item"]

    async def act(store: DynamoStore) -> None:
        clock.now += 0.4
        await store.claim("a", "one")
        assert item()["expires"] == {"N": "1800000061"}
        await store.done("a", "one")
        assert item()["expires"] == {"N": "1800000011"}

    clock = Clock()
    using(url, act, clock=clock, retention=Retention(seconds=10.0))


def test_a_request_whose_answer_was_lost_is_answered_alike_when_asked_again(url: str) -> None:
    async def act(store: DynamoStore) -> None:
        for _ in range(2):
            assert await store.claim("a", "one") == Claimed(Claim.MINE, 1)
        for _ in range(2):
            assert await store.done("a", "one")
        await store.release("a", "one")
        assert await store.state("a") is Claim.HANDLED

    using(url, act)


@settings(max_examples=count(20))
@given(st.text(max_size=20), st.text(max_size=20))
def test_no_two_ids_have_one_key(one: str, other: str) -> None:
    assert (key_of(one) == key_of(other)) == (one == other)
    assert key_of(key_of("")) != key_of("")
    assert 0 < len(key_of(one * 500).encode()) <= 2048


def fails_with(store: DynamoStore, code: str, message: str = "") -> None:
    """Let every request be answered with an error of AWS, as if it came over the network."""
    from botocore.awsrequest import AWSResponse

    class Body:
        def stream(self, **more: Any) -> list[bytes]:
            return [b'{"__type": "com.amazonaws.dynamodb.v20120810#%s", "message": "%s"}' % told]

    told = (code.encode(), message.encode())
    store._items._client.meta.events.register(
        "before-send.dynamodb", lambda request, **more: AWSResponse(request.url, 400, {}, Body())
    )


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("ProvisionedThroughputExceededException", "the store failed: ProvisionedThroughputExceededException"),
        ("ThrottlingException", "the store failed: ThrottlingException"),
        ("ValidationException", "the store failed: ValidationException"),
        ("AccessDeniedException", "the store failed: AccessDeniedException: who may not do what"),
    ],
)
def test_what_aws_refuses_is_told_as_unavailable(
    url: str, code: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def act(store: DynamoStore) -> None:
        fails_with(store, code, "who may not do what")
        for ask in (store.claim("a", "one"), store.done("a", "one"), store.release("a", "one"), store.state("a")):
            with pytest.raises(StoreUnavailable, match=rf"\A{said}\Z"):
                await ask

    monkeypatch.setattr("time.sleep", lambda seconds: None)
    using(url, act)


def test_a_look_at_the_size_counts_for_some_seconds_whether_it_went_well_or_not(url: str) -> None:
    async def act(store: DynamoStore) -> None:
        store._monotonic = Clock()
        names = asked(store)
        await asyncio.gather(*(store.size() for _ in range(5)))
        fails_with(store, "ResourceNotFoundException")
        assert await store.size()
        store._monotonic.now += 5
        for _ in range(2):
            with pytest.raises(StoreUnavailable):
                await store.size()
        assert names == ["DescribeTable"] * 2

    using(url, act)


def test_an_aws_that_does_not_answer_holds_nobody_up_for_long(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async def act(store: DynamoStore) -> None:
        over = threading.Event()

        def say_nothing(request: object, **more: object) -> None:
            over.wait(180)

        store._items._client.meta.events.register("before-send.dynamodb", say_nothing)
        # From here on: a slow machine may take longer to open the store.
        monkeypatch.setattr("gcsync.receiver.stores.dynamodb.PATIENCE_SECONDS", 0.2)
        with pytest.raises(StoreUnavailable, match="in time"):
            await store.claim("a", "one")
        over.set()

    using(url, act)


def test_an_aws_that_goes_away_is_told_as_unavailable_and_its_coming_back_needs_no_restart(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def act(store: DynamoStore) -> None:
        events = store._items._client.meta.events
        with socket.socket() as nobody:
            nobody.bind(("127.0.0.1", 0))
            address = f"http://127.0.0.1:{nobody.getsockname()[1]}/"
            events.register(
                "before-send.dynamodb", lambda request, **more: setattr(request, "url", address), unique_id="away"
            )
            with pytest.raises(StoreUnavailable, match=r"\Athe store failed: EndpointConnectionError\Z"):
                await store.claim("a", "one")
            events.unregister("before-send.dynamodb", unique_id="away")
        assert await store.claim("a", "one") == Claimed(Claim.MINE, 1)

    monkeypatch.setattr("gcsync.receiver.aws.ATTEMPTS", 1)
    using(url, act)


def test_region_and_endpoint_stand_in_the_url(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    endpoint = os.environ["AWS_ENDPOINT_URL"]
    monkeypatch.delenv("AWS_ENDPOINT_URL")
    monkeypatch.delenv("AWS_REGION")

    async def act(store: DynamoStore) -> None:
        assert (await store.claim("a", "one")).claim is Claim.MINE

    using(f"{url}?region=eu-west-1&endpoint={endpoint}", act)
    assert "eu-central-1" in refused(f"{url}?region=eu-central-1&endpoint={endpoint}", "GC815").message


def refused(url: str, code: str, **how: Any) -> Diagnostic:
    with pytest.raises(DiagnosticError) as caught:
        open_store(url, **how)
    (found,) = caught.value.diagnostics
    assert (found.code, found.path) == (code, "--store")
    assert found.hint
    return found


@pytest.mark.parametrize(
    "rest",
    [
        *(
            "",
            "ab",
            "a/b",
            "a b c",
            "x" * 256,
            "table?regio=eu-west-1",
            "table?region=x y",
            "table?region=EU",
        ),
        *("table?region=eu-west-1&region=eu-west-2", "table?endpoint=localhost:8000", "table?endpoint=http://[x"),
        "table?endpoint=http://user:secret@localhost:8000",
    ],
)
def test_what_names_no_table_is_told(rest: str) -> None:
    refused(f"dynamodb://{rest}", "GC800")


def test_without_boto3_the_extra_is_named(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(sys.modules):
        if name.partition(".")[0] == "botocore":
            monkeypatch.setitem(sys.modules, name, None)
    assert refused(url, "GC814").hint == "pip install 'gcsync[aws]'"


def test_without_credentials_or_a_region(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_REGION")
    assert "AWS_REGION" in refused(url, "GC814", environ={}).hint
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    assert "AWS_ACCESS_KEY_ID" in refused(f"{url}?region=eu-west-1", "GC814").hint


def test_with_a_profile_that_is_not_there(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "nobody")
    found = refused(url, "GC814")
    assert "nobody" in found.message
    assert "AWS_PROFILE" in found.hint


def test_an_endpoint_where_nobody_is(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gcsync.receiver.aws.ATTEMPTS", 1)
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        found = refused(f"{url}?endpoint=http://127.0.0.1:{nobody.getsockname()[1]}", "GC814")
    assert "EndpointConnectionError" in found.message


def test_a_table_that_is_not_there_or_has_another_key(aws: str, url: str) -> None:
    found = refused(f"{url}-not", "GC815")
    assert "there is no table" in found.message
    for how in ({"key": "LockID"}, {"kind": "N"}):
        assert "another key" in refused(f"dynamodb://{make_table(aws, 'other', **how)}", "GC815").message
    sorted_too = [{"AttributeName": "id", "KeyType": "HASH"}, {"AttributeName": "at", "KeyType": "RANGE"}]
    kinds = [{"AttributeName": "id", "AttributeType": "S"}, {"AttributeName": "at", "AttributeType": "N"}]
    table = make_table(aws, "sorted", KeySchema=sorted_too, AttributeDefinitions=kinds)
    assert "another key" in refused(f"dynamodb://{table}", "GC815").message


def test_a_table_as_the_page_defines_it_is_one_for_the_receiver(aws: str, url: str) -> None:
    found = re.search(r"```yaml\n(Resources:\n.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert found
    properties = yaml.safe_load(found[1])["Resources"]["GcsyncEvents"]["Properties"]
    time_to_live = properties.pop("TimeToLiveSpecification")
    client = cloud.client("dynamodb", aws)
    client.create_table(**properties)
    client.update_time_to_live(TableName=properties["TableName"], TimeToLiveSpecification=time_to_live)
    asyncio.run(opened(f"dynamodb://{properties['TableName']}").close())
    assert time_to_live["AttributeName"] == "expires"
