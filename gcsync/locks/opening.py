"""`lock:` of a stack file as a lock. Its shape was checked with the stack (schemas/stack.settings.schema.json)."""

from __future__ import annotations

from collections.abc import Mapping

from gcsync.locks.interface import Subject
from gcsync.locks.remote import RemoteLock


def open_remote(setting: str, subject: Subject, environ: Mapping[str, str]) -> RemoteLock:
    """The lock of a subject at `s3://bucket/key` or `dynamodb://table/key`.

    Its key goes on with the organization and the owner, so that stacks that share a setting never block each other.
    Raises DiagnosticError (GC642, GC643).
    """
    scheme, _, rest = setting.partition("://")
    name, _, prefix = rest.partition("/")
    key = "/".join((prefix.rstrip("/"), *subject.parts))
    if scheme == "s3":
        from gcsync.locks.s3 import S3Store

        return RemoteLock(S3Store(name, key, environ))
    from gcsync.locks.dynamodb import DynamoStore

    return RemoteLock(DynamoStore(name, key, environ))
