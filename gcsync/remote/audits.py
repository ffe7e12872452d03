"""Asking the audit API who changed an object.

Sources: `POST /api/v2/audits/query/realtime?expand=user` (Python SDK 269, apis/audit_api.py:455): a POST that only
reads, of the last 14 days; only `interval` is required, filters are `EntityType` and `EntityId` among others
(models/audit_query_filter.py:84), page number and size stand in the body. `GET
/api/v2/audits/query/realtime/servicemapping` (audit_api.py:65): which services have which entity types. Every field
of a record may be absent (models/audit_log_message.py); a change made in Genesys Cloud's own pages has a user and an
empty client id, one made by an OAuth client has the client's id alone. Both take the permission audits:audit:view.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from gcsync.model.audit import AuditPage, AuditRecord
from gcsync.model.moment import read_time
from gcsync.model.value import Value
from gcsync.remote.session import GenesysSession

QUERY_PATH: Final = "/api/v2/audits/query/realtime"
MAPPING_PATH: Final = f"{QUERY_PATH}/servicemapping"
PERMISSION: Final = "audits:audit:view"
DAYS: Final = 14
"""How far back the realtime query reaches."""

_PAGE_SIZE: Final = 100
# The interval must not begin before what may be asked for, also where the server's clock is a little ahead.
_MARGIN: Final = timedelta(minutes=5)
_LONGEST: Final = 200
_MOST_PROPERTIES: Final = 20


class AuditLog:
    """The audit records of one organization up to `now`. Every method may raise `gcsync.model.failure.RemoteError`."""

    def __init__(self, session: GenesysSession, now: datetime) -> None:
        self._session = session
        self._begin = now - timedelta(days=DAYS) + _MARGIN
        self._end = now

    @property
    def begin(self) -> datetime:
        """How far back the records go."""
        return self._begin

    def services(self) -> Mapping[str, frozenset[str]]:
        """The entity types of every service that can be asked. Raises Denied."""
        found: dict[str, frozenset[str]] = {}
        for service in _objects(self._session.get(MAPPING_PATH, permission=PERMISSION).get("services")):
            name = _text(service.get("name"))
            if name is not None:
                entities = (_text(entity.get("name")) for entity in _objects(service.get("entities")))
                found[name] = frozenset(entity for entity in entities if entity is not None)
        return found

    def of_object(self, object_id: str, service: str | None, entity: str | None) -> AuditPage:
        """The newest records of one object; of any service where none is named."""
        return self._page({"EntityId": object_id, **({} if entity is None else {"EntityType": entity})}, service, 1)

    def of_kind(self, service: str, entity: str, number: int) -> AuditPage:
        """A page of the records of a whole kind, counted from 1."""
        return self._page({"EntityType": entity}, service, number)

    def _page(self, filters: Mapping[str, str], service: str | None, number: int) -> AuditPage:
        body: dict[str, Value] = {
            "interval": f"{_iso(self._begin)}/{_iso(self._end)}",
            **({} if service is None else {"serviceName": service}),
            "filters": [{"property": name, "value": value} for name, value in filters.items()],
            "sort": [{"name": "Timestamp", "sortOrder": "descending"}],
            "pageNumber": number,
            "pageSize": _PAGE_SIZE,
        }
        answer = self._session.query(QUERY_PATH, body, params={"expand": "user"}, permission=PERMISSION)
        found = list(_objects(answer.get("entities")))
        records = sorted(map(_record, found), key=_age)
        return AuditPage(tuple(records), more=_more(answer, number, len(found)))


def _more(answer: Mapping[str, Any], number: int, count: int) -> bool:
    pages = answer.get("pageCount")
    return number < pages if isinstance(pages, int) else count >= _PAGE_SIZE


def _age(record: AuditRecord) -> float:
    """Newest first; those without a time last. The server sorts too, and is not relied on."""
    return -record.when.timestamp() if record.when is not None else float("inf")


def _record(raw: Mapping[str, Any]) -> AuditRecord:
    user, client, entity = _object(raw.get("user")), _object(raw.get("client")), _object(raw.get("entity"))
    changes = _objects(raw.get("propertyChanges"))
    properties = dict.fromkeys(name for one in changes if (name := _text(one.get("property"))) is not None)
    return AuditRecord(
        entity=_text(entity.get("id")),
        entity_name=_text(entity.get("name")),
        who=_text(user.get("name")) or _text(user.get("id")),
        client=_text(client.get("id")),
        when=read_time(raw.get("eventDate")),
        action=_text(raw.get("action")),
        failed=raw.get("status") == "FAILURE",
        properties=tuple(properties)[:_MOST_PROPERTIES],
    )


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _objects(value: object) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _object(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: object) -> str | None:
    return value[:_LONGEST] if isinstance(value, str) and value.strip() else None
