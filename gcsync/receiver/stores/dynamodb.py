"""Ids of events in a DynamoDB table: an item for each, changed by conditional writes only.

    id          the event's id, or a digest of one that no key can be
    holder      who claimed it last; none after a failure
    ends        when that claim ends; none once it is handled
    attempts    how often it was claimed
    handled_at  when it was handled; none before
    expires     when it is forgotten: the table's TTL attribute

Times are seconds since 1970. DynamoDB deletes expired items days later, so that whoever looks at one takes it as
forgotten. An event costs two writes, a duplicate one, and no reads: a write that is refused returns the item (Developer
Guide, "Condition expressions"; API Reference, `ReturnValuesOnConditionCheckFailure`).
"""

from __future__ import annotations

import asyncio
import hashlib
import math
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final, TypeAlias

from gcsync.receiver.aws import code_of, reason
from gcsync.receiver.interface import Claim, Claimed, StoreSize, StoreUnavailable
from gcsync.receiver.stores.dynamodb_table import CONNECTIONS, KEY, open_table, place_of
from gcsync.receiver.stores.opening import Retention

PATIENCE_SECONDS: Final = 10.0
SIZE_SECONDS: Final = 5.0
"""How long a look at the table's size counts: `/readyz` asks for it, and anybody may ask that."""
_ROUNDS: Final = 5
_LONGEST_KEY: Final = 1024
_DIGEST: Final = "id-sha256:"

_FREE = "attribute_not_exists(handled_at) AND (attribute_not_exists(holder) OR ends <= :now)"
_CLAIM = f"attribute_not_exists({KEY}) OR (expires > :now AND {_FREE})"
_FORGOTTEN = f"attribute_not_exists({KEY}) OR expires <= :now"

_Item: TypeAlias = Mapping[str, Mapping[str, str]]


def open_dynamodb(
    rest: str,
    retention: Retention,
    claim_seconds: float,
    environ: Mapping[str, str],
    *,
    clock: Callable[[], float],
) -> DynamoStore:
    """The store in the table that what follows `dynamodb://` names. Raises DiagnosticError (GC800, GC814, GC815)."""
    place = place_of(rest)
    return DynamoStore(_Items(open_table(place, environ), place.table, retention, claim_seconds, clock))


class DynamoStore:
    """A Store for several machines. DynamoDB itself forgets what is expired, and counts items every six hours or so.

    botocore waits where it calls, so each call has a thread, out of so many that a slow table cannot fill the memory
    with them. Raises StoreUnavailable when AWS is not reached, slow, throttling, or refuses.
    """

    def __init__(self, items: _Items, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._items = items
        self._threads = ThreadPoolExecutor(CONNECTIONS, thread_name_prefix="gcsync-dynamodb")
        self._monotonic = monotonic
        self._closed = False
        self._looking = asyncio.Lock()
        self._looked: tuple[float, StoreSize | StoreUnavailable] | None = None

    async def claim(self, event_id: str, holder: str) -> Claimed:
        """As the interface says. Asked again by the same holder, whose answer was lost, it is still its claim."""
        return await self._ask(self._items.claim, event_id, holder)  # type: ignore[no-any-return]

    async def done(self, event_id: str, holder: str) -> bool:
        """As the interface says."""
        return bool(await self._ask(self._items.done, event_id, holder))

    async def release(self, event_id: str, holder: str) -> None:
        """As the interface says."""
        await self._ask(self._items.release, event_id, holder)

    async def state(self, event_id: str) -> Claim | None:
        """As the interface says."""
        return await self._ask(self._items.state, event_id)  # type: ignore[no-any-return]

    async def size(self) -> StoreSize:
        """As the interface says; AWS looked up to six hours ago, and counts what is not handled or forgotten too."""
        async with self._looking:
            now = self._monotonic()
            if self._looked is None or now - self._looked[0] >= SIZE_SECONDS:
                self._looked = (now, await self._look())
            found = self._looked[1]
        if isinstance(found, StoreUnavailable):
            raise found
        return found

    async def sweep(self) -> int:
        """Nothing: DynamoDB does it."""
        return 0

    async def close(self) -> None:
        """As the interface says."""
        self._closed = True
        await asyncio.to_thread(self._threads.shutdown)
        self._items.close()

    async def _look(self) -> StoreSize | StoreUnavailable:
        try:
            return await self._ask(self._items.size)  # type: ignore[no-any-return]
        except StoreUnavailable as error:
            return error

    async def _ask(self, method: Callable[..., Any], *arguments: Any) -> Any:
        from botocore.exceptions import BotoCoreError, ClientError

        if self._closed:
            raise StoreUnavailable("the store is closed")
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                return await asyncio.get_running_loop().run_in_executor(self._threads, method, *arguments)
        except TimeoutError:
            raise StoreUnavailable("the store did not answer in time") from None
        except (BotoCoreError, ClientError) as error:
            raise StoreUnavailable(f"the store failed: {reason(error)}") from None


class _Items:
    """The requests, in whatever thread asks them. Raises what botocore raises, and StoreUnavailable."""

    def __init__(
        self, client: Any, table: str, retention: Retention, claim_seconds: float, clock: Callable[[], float]
    ) -> None:
        self._client = client
        self._table = table
        self._retention = retention
        self._claim_seconds = claim_seconds
        self._clock = clock

    def close(self) -> None:
        self._client.close()

    def claim(self, event_id: str, holder: str) -> Claimed:
        key = key_of(event_id)
        # Each round lost means that somebody else has changed the item since it was seen.
        for _ in range(_ROUNDS):
            now = self._clock()
            mine, item = self._claim_known(key, holder, now)
            item = item or self._read(key)
            if mine or _holds(item, holder):
                return Claimed(Claim.MINE, _attempts(item))
            if _is_forgotten(item, now):
                if self._claim_anew(key, holder, now):
                    return Claimed(Claim.MINE)
            elif (found := _state(item, now)) is not None:
                return Claimed(found) if found is Claim.HANDLED else Claimed(found, _attempts(item))
        raise StoreUnavailable("the store failed: too many want the same id")

    def done(self, event_id: str, holder: str) -> bool:
        # The holder stays: should the answer be lost and botocore ask again, the answer is the same.
        return self._write(
            "update_item",
            Key={KEY: {"S": key_of(event_id)}},
            UpdateExpression="SET handled_at = :now, expires = :expires REMOVE ends",
            ConditionExpression="holder = :holder",
            ExpressionAttributeValues={":holder": {"S": holder}, **self._times(self._clock(), self._retention.seconds)},
        )[0]

    def release(self, event_id: str, holder: str) -> None:
        self._write(
            "update_item",
            Key={KEY: {"S": key_of(event_id)}},
            UpdateExpression="REMOVE holder, ends",
            ConditionExpression="holder = :holder AND attribute_not_exists(handled_at)",
            ExpressionAttributeValues={":holder": {"S": holder}},
        )

    def state(self, event_id: str) -> Claim | None:
        return _state(self._read(key_of(event_id)), self._clock())

    def size(self) -> StoreSize:
        found = self._client.describe_table(TableName=self._table)["Table"]
        return StoreSize(found.get("ItemCount"), found.get("TableSizeBytes"))

    def _claim_known(self, key: str, holder: str, now: float) -> tuple[bool, _Item]:
        """Whether the claim was had; the item as it is then, or as it stands in the way."""
        return self._write(
            "update_item",
            Key={KEY: {"S": key}},
            UpdateExpression="SET holder = :holder, ends = :ends, expires = :expires, "
            "attempts = if_not_exists(attempts, :none) + :one",
            ConditionExpression=_CLAIM,
            ExpressionAttributeValues={**self._claim(holder, now), ":none": {"N": "0"}, ":one": {"N": "1"}},
            ReturnValues="ALL_NEW",
        )

    def _claim_anew(self, key: str, holder: str, now: float) -> bool:
        """Put a first claim where an item waits for DynamoDB to delete it; False where it waits no more."""
        values = self._claim(holder, now)
        item = {
            KEY: {"S": key},
            "holder": values[":holder"],
            "ends": values[":ends"],
            "expires": values[":expires"],
            "attempts": {"N": "1"},
        }
        return self._write(
            "put_item",
            Item=item,
            ConditionExpression=_FORGOTTEN,
            ExpressionAttributeValues={":now": values[":now"]},
        )[0]

    def _claim(self, holder: str, now: float) -> dict[str, dict[str, str]]:
        kept = max(self._retention.seconds, self._claim_seconds)
        ends = {"N": _number(now + self._claim_seconds)}
        return {":holder": {"S": holder}, ":ends": ends, **self._times(now, kept)}

    def _times(self, now: float, kept: float) -> dict[str, dict[str, str]]:
        """TTL reads whole seconds."""
        return {":now": {"N": _number(now)}, ":expires": {"N": str(math.ceil(now + kept))}}

    def _read(self, key: str) -> _Item:
        answer = self._client.get_item(TableName=self._table, Key={KEY: {"S": key}}, ConsistentRead=True)
        found: _Item = answer.get("Item", {})
        return found

    def _write(self, operation: str, **parameters: Any) -> tuple[bool, _Item]:
        """Whether the condition held, and the item that the answer shows."""
        from botocore.exceptions import ClientError

        try:
            answer = getattr(self._client, operation)(
                TableName=self._table, ReturnValuesOnConditionCheckFailure="ALL_OLD", **parameters
            )
        except ClientError as error:
            if code_of(error) != "ConditionalCheckFailedException":
                raise
            return False, error.response.get("Item", {})
        return True, answer.get("Attributes", {})


def key_of(event_id: str) -> str:
    """The id, or its digest where it is empty or long: a key has 1 to 2048 bytes. No two ids have one key."""
    encoded = event_id.encode()
    if 0 < len(encoded) <= _LONGEST_KEY and not event_id.startswith(_DIGEST):
        return event_id
    return f"{_DIGEST}{hashlib.sha256(encoded).hexdigest()}"


def _number(seconds: float) -> str:
    return f"{seconds:.3f}"


def _state(item: _Item, now: float) -> Claim | None:
    if _is_forgotten(item, now):
        return None
    if "handled_at" in item:
        return Claim.HANDLED
    return Claim.TAKEN if "holder" in item and float(item["ends"]["N"]) > now else None


def _is_forgotten(item: _Item, now: float) -> bool:
    return "expires" not in item or float(item["expires"]["N"]) <= now


def _holds(item: _Item, holder: str) -> bool:
    return "handled_at" not in item and item.get("holder", {}).get("S") == holder


def _attempts(item: _Item) -> int:
    return int(item.get("attempts", {}).get("N", "1"))
