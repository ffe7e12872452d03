"""Who changed what drifted. Whatever keeps that from being told is told in its place; nothing of it is an error.

A few objects are asked for one by one. Where many drifted, the records of the whole kind are read, page by page up to
a bound, since that takes fewer requests. What is missing has no id that anybody knows: a deletion is looked for among
the records of its kind, by the name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final, Protocol

from gcsync.model.address import Address
from gcsync.model.audit import AuditPage, AuditRecord
from gcsync.model.drift import Blame, DriftReport
from gcsync.model.failure import Denied, NoSuchKind, NotFound, RemoteError
from gcsync.model.moment import iso, read_time
from gcsync.model.plan import Change
from gcsync.schema.audit import AuditName, audit_names
from gcsync.schema.semantics import fold

ONE_BY_ONE: Final = 10
"""Up to so many objects of a kind are asked for by their ids."""
MOST_PAGES: Final = 10
"""Pages that are read of a whole kind's records."""

_READING: Final = frozenset({"view", "read", "list", "search", "download", "export"})
_DELETING: Final = "delete"
_NO_PERMISSION: Final = "the client's role lacks the permission audits:audit:view"


class Audits(Protocol):
    """The audit API, as far as blame needs it."""

    @property
    def begin(self) -> datetime:
        """How far back the records go."""

    def services(self) -> Mapping[str, frozenset[str]]:
        """The entity types of every service."""

    def of_object(self, object_id: str, service: str | None, entity: str | None) -> AuditPage:
        """The newest records of one object."""

    def of_kind(self, service: str, entity: str, number: int) -> AuditPage:
        """A page of a whole kind's records, newest first."""


def with_blame(reports: Sequence[DriftReport], audits: Audits, client: str | None) -> tuple[DriftReport, ...]:
    """The reports of one organization with who changed it. `client` is gcsync's own id there, where that is known."""
    inquiry = _Inquiry(audits, client)
    inquiry.ask(change for report in reports for change in suspects(report))
    return tuple(replace(one, blame={c.address: inquiry.verdict(c) for c in suspects(one)}) for one in reports)


def without_answer(report: DriftReport, why: str) -> Mapping[Address, Blame]:
    """Everything unknown, for one reason."""
    return {change.address: Blame(why=why) for change in suspects(report)}


def suspects(report: DriftReport) -> tuple[Change, ...]:
    """What somebody did by hand, or may have done."""
    return (*report.drifted, *report.missing, *report.not_adopted)


def reason_of(error: RemoteError) -> str:
    """Why nobody can tell, from what the API answered."""
    if isinstance(error, Denied):
        return _NO_PERMISSION
    if isinstance(error, NoSuchKind | NotFound):
        return "the organization has no audit API"
    if error.status == 429:
        return "the rate limit is used up"
    return f"the audit API did not answer as it should: {error.diagnostic.message}"


@dataclass(slots=True)
class _Inquiry:
    """Answers by object id, and by the name of what is missing."""

    audits: Audits
    client: str | None
    closed: str = ""
    """Why nothing more is asked."""
    known: Mapping[str, frozenset[str]] = field(default_factory=dict)
    answers: dict[tuple[str, str], Blame] = field(default_factory=dict)

    def ask(self, changes: Iterable[Change]) -> None:
        by_kind: dict[str, list[Change]] = {}
        for change in changes:
            by_kind.setdefault(change.address.kind, []).append(change)
        if not by_kind or not self._guarded(self._learn_services):
            return
        # What has no name may be refused, and then nothing more is asked: it comes last.
        for kind, mine in sorted(by_kind.items(), key=lambda item: self._name_of(item[0]) is None):
            if self.closed:
                return
            name = self._name_of(kind)
            there = [change for change in mine if change.id is not None]
            gone = [change for change in mine if change.id is None]
            if name is None:
                self._nameless(there)
            elif gone or len(there) > ONE_BY_ONE:
                self._kind(name, there, gone)
            else:
                self._each(there, name.service, name.entity)

    def verdict(self, change: Change) -> Blame:
        return self.answers.get(_key(change)) or Blame(why=self.closed or self._silence(change))

    def _learn_services(self) -> None:
        self.known = self.audits.services()

    def _name_of(self, kind: str) -> AuditName | None:
        """The first of the kind's names that the organization has."""
        return next((n for n in audit_names(kind) if n.entity in self.known.get(n.service, ())), None)

    def _guarded(self, asking: Callable[[], None]) -> bool:
        """Whether it went well. After the first thing that went wrong nothing more is asked: it would go wrong too."""
        try:
            asking()
        except RemoteError as error:
            self.closed = reason_of(error)
        return not self.closed

    def _nameless(self, changes: Sequence[Change]) -> None:
        """Objects of a kind that no known service keeps records of: perhaps one that nobody told of does."""
        for change in changes[ONE_BY_ONE:]:
            self.answers[_key(change)] = Blame(why=f"only {ONE_BY_ONE} objects of its kind are asked for")
        self._each(changes[:ONE_BY_ONE], None, None)

    def _each(self, changes: Sequence[Change], service: str | None, entity: str | None) -> None:
        for change in changes:

            def ask(change: Change = change) -> None:
                page = self.audits.of_object(change.id or "", service, entity)
                self._settle(change, [record for record in page.records if record.entity in (None, change.id)])

            if not self._guarded(ask):
                return

    def _kind(self, name: AuditName, there: Sequence[Change], gone: Sequence[Change]) -> None:
        wanted = {change.id for change in there}
        records: list[AuditRecord] = []
        number, more = 1, True
        while more and number <= MOST_PAGES and (gone or not wanted <= {r.entity for r in records if self._counts(r)}):
            try:
                page = self.audits.of_kind(name.service, name.entity, number)
            except RemoteError as error:
                self.closed = reason_of(error)
                break
            records.extend(page.records)
            number, more = number + 1, page.more
        cut = f"no record among the newest of its kind: no more than {MOST_PAGES} pages are read"
        why = self.closed or (cut if more else "")
        for change in there:
            self._settle(change, [record for record in records if record.entity == change.id], why)
        for change in gone:
            self._settle(change, [record for record in records if _deletes(record, fold(change.name))], why)

    def _settle(self, change: Change, records: Sequence[AuditRecord], why: str = "") -> None:
        """The newest write of somebody else; one of gcsync's own client where there is no other."""
        writes = [record for record in records if _wrote(record)]
        others = [record for record in writes if self._counts(record)]
        found = (others or writes)[:1]
        blame = _blame(found[0], self.client) if found else Blame(why=why or self._silence(change))
        self.answers[_key(change)] = blame

    def _counts(self, record: AuditRecord) -> bool:
        """Whether somebody else wrote: also a person who came through gcsync's own client."""
        own = record.client is not None and record.client == self.client and record.who is None
        return _wrote(record) and not own

    def _silence(self, change: Change) -> str:
        """Why there is no record, where everything was asked that can be."""
        since = self.audits.begin.date().isoformat()
        nameless = self._name_of(change.address.kind) is None
        if change.id is None:
            silent = "no audit service is known for its kind, and only that could tell who deleted it"
            return silent if nameless else f"no record since {since} of a deletion under this name"
        modified = read_time(change.remote.modified) if change.remote is not None else None
        if modified is not None and modified < self.audits.begin:
            return f"changed on {modified.date().isoformat()}, and records are asked for since {since} only"
        return f"no record since {since}" + (" (no audit service is known for its kind)" if nameless else "")


def _key(change: Change) -> tuple[str, str]:
    return change.address.kind, change.id if change.id is not None else f"name:{fold(change.name)}"


def _wrote(record: AuditRecord) -> bool:
    return not record.failed and (record.action or "").lower() not in _READING


def _deletes(record: AuditRecord, folded: str) -> bool:
    same = record.entity_name is not None and fold(record.entity_name) == folded
    return same and _DELETING in (record.action or "").lower()


def _blame(record: AuditRecord, client: str | None) -> Blame:
    known = record.who is not None or record.client is not None
    return Blame(
        who=record.who,
        client=record.client,
        when=None if record.when is None else iso(record.when),
        action=record.action,
        why="" if known else "the audit record names neither a person nor a client",
        ours=client is not None and record.client == client,
        attributes=record.properties,
    )
