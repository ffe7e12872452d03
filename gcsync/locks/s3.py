"""A lock as an object in S3. Conditional writes: S3 User Guide, "Add preconditions to S3 operations".

`PutObject` with `If-None-Match: *` is refused (412) where the key has an object; `DeleteObject` with `If-Match` deletes
only the version that was read. S3 reads are strongly consistent since December 2020.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gcsync.locks.aws import AwsFailure, aws_client, told
from gcsync.locks.holder import Holder
from gcsync.locks.remote import Entry

_THERE = ("PreconditionFailed", "412", "ConditionalRequestConflict")
_ABSENT = ("NoSuchKey", "404")
_NO_CONDITION = ("NotImplemented", "501", "InvalidArgument", "InvalidRequest")
_LONGEST = 65_536


class S3Store:
    """One object of a bucket."""

    def __init__(self, bucket: str, key: str, environ: Mapping[str, str]) -> None:
        self._where = {"Bucket": bucket, "Key": key}
        self.place = f"s3://{bucket}/{key}"
        self._client: Any = aws_client("s3", self.place, environ)

    def put_new(self, holder: Holder) -> bool:
        """As `Store.put_new`. 409 means that another write of the key is under way: it is a 412 in a moment."""
        body = holder.to_json().encode()
        try:
            with told(self.place):
                self._client.put_object(**self._where, Body=body, ContentType="application/json", IfNoneMatch="*")
        except AwsFailure as failure:
            if failure.code in _THERE:
                return False
            raise
        return True

    def read(self) -> Entry | None:
        """As `Store.read`."""
        try:
            with told(self.place):
                answer = self._client.get_object(**self._where)
                return Entry(answer["Body"].read(_LONGEST), str(answer.get("ETag", "")))
        except AwsFailure as failure:
            if failure.code in _ABSENT:
                return None
            raise

    def delete(self, entry: Entry) -> bool:
        """As `Store.delete`. A server of the same interface that knows no such condition deletes without one."""
        try:
            with told(self.place):
                self._client.delete_object(**self._where, IfMatch=entry.version)
        except AwsFailure as failure:
            if failure.code in (*_THERE, *_ABSENT):
                return False
            if failure.code not in _NO_CONDITION:
                raise
            with told(self.place):
                self._client.delete_object(**self._where)
        return True
