"""A record of the audit API: who did what to which object."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class AuditRecord:
    """What a record tells; None for what it does not. All texts come from outside and are not fit to be shown as such.

    `who` is a person's name, or the id where no name came along; `client` the id of an OAuth client; `properties` the
    API's names for what changed, never the values.
    """

    entity: str | None = None
    entity_name: str | None = None
    who: str | None = None
    client: str | None = None
    when: datetime | None = None
    action: str | None = None
    failed: bool = False
    properties: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AuditPage:
    """Records of one question, newest first. `more` says that there are older ones that were not asked for."""

    records: tuple[AuditRecord, ...] = ()
    more: bool = False
