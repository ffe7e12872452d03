"""A lock as an item of a DynamoDB table with the partition key `LockID`, as the lock tables of Terraform have it.

`Info` holds the holder, as Terraform's items do; `HolderId` the lock's id, for conditions. Conditional writes and
strongly consistent reads: DynamoDB Developer Guide, "Condition expressions" and "Read consistency".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gcsync.locks.aws import AwsFailure, aws_client, told
from gcsync.locks.holder import Holder
from gcsync.locks.remote import Entry

_REFUSED = "ConditionalCheckFailedException"


class DynamoStore:
    """One item of a table."""

    def __init__(self, table: str, key: str, environ: Mapping[str, str]) -> None:
        self._table = table
        self._key = {"LockID": {"S": key}}
        self.place = f"dynamodb://{table}/{key}"
        self._client: Any = aws_client("dynamodb", self.place, environ)

    def put_new(self, holder: Holder) -> bool:
        """As `Store.put_new`."""
        item = {**self._key, "HolderId": {"S": holder.id}, "Info": {"S": holder.to_json()}}
        return self._unless_refused("put_item", Item=item, ConditionExpression="attribute_not_exists(LockID)")

    def read(self) -> Entry | None:
        """As `Store.read`."""
        with told(self.place):
            answer = self._client.get_item(TableName=self._table, Key=self._key, ConsistentRead=True)
        item = answer.get("Item")
        if item is None:
            return None
        return Entry(item.get("Info", {}).get("S", ""), item.get("HolderId", {}).get("S", ""))

    def delete(self, entry: Entry) -> bool:
        """As `Store.delete`. An item that something else wrote has no `HolderId`."""
        if not entry.version:
            return self._unless_refused(
                "delete_item", Key=self._key, ConditionExpression="attribute_not_exists(HolderId)"
            )
        return self._unless_refused(
            "delete_item",
            Key=self._key,
            ConditionExpression="HolderId = :id",
            ExpressionAttributeValues={":id": {"S": entry.version}},
        )

    def _unless_refused(self, operation: str, **parameters: Any) -> bool:
        try:
            with told(self.place):
                getattr(self._client, operation)(TableName=self._table, **parameters)
        except AwsFailure as failure:
            if failure.code == _REFUSED:
                return False
            raise
        return True
