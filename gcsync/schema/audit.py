"""Under which names the audit API keeps what happened to a kind, as its schema says.

x-audit     [{service, entity}, …]: the likeliest first. Which of them is right is told by the organization's own
            service mapping, since no public source says it for every kind. None at all where no source names any.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from gcsync.schema.files import read_schema


@dataclass(frozen=True, slots=True)
class AuditName:
    """A service of the audit API and what it calls an object of the kind."""

    service: str
    entity: str


@cache
def audit_names(kind: str) -> tuple[AuditName, ...]:
    """The names that are known for a kind, the likeliest first."""
    return tuple(AuditName(entry["service"], entry["entity"]) for entry in read_schema(kind).get("x-audit", ()))
