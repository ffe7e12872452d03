"""What a client needs to be granted for a kind, as its schema says.

x-access    {api, absent, read: {scopes, permissions}, write: {scopes, permissions}}: the path of its listing, what
            it means that there is none, and what reading and writing take; a scope `x:readonly` is part of `x`
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cache

from gcsync.schema.files import read_schema

_READ_ONLY = ":readonly"


@dataclass(frozen=True, slots=True)
class Needs:
    """Scopes are granted to an OAuth client, permissions to its role."""

    scopes: tuple[str, ...] = ()
    permissions: tuple[str, ...] = ()

    def missing_scopes(self, granted: Collection[str]) -> tuple[str, ...]:
        return tuple(scope for scope in self.scopes if not {scope, scope.removesuffix(_READ_ONLY)} & set(granted))


@dataclass(frozen=True, slots=True)
class Access:
    """`absent` says what it means that an organization does not have the API."""

    api: str
    absent: str
    read: Needs
    write: Needs


@cache
def kind_access(kind: str) -> Access:
    """What the kind takes; nothing where its schema says nothing."""
    found = read_schema(kind).get("x-access", {})
    needs = {
        part: Needs(tuple(found.get(part, {}).get("scopes", ())), tuple(found.get(part, {}).get("permissions", ())))
        for part in ("read", "write")
    }
    return Access(found.get("api", "the API"), found.get("absent", ""), needs["read"], needs["write"])
