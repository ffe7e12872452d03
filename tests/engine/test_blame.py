"""Who it was, and every way in which nobody can tell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest

from gcsync.engine.blame import MOST_PAGES, ONE_BY_ONE, reason_of, with_blame, without_answer
from gcsync.model.address import Address
from gcsync.model.audit import AuditPage, AuditRecord
from gcsync.model.diagnostic import Diagnostic
from gcsync.model.drift import Blame, DriftReport
from gcsync.model.failure import Denied, NoSuchKind, NotFound, RemoteError
from gcsync.model.plan import Action, Change, Plan
from gcsync.model.resource import RemoteObject
from tests.engine.organization import TARGET

BEGIN = datetime(2026, 11, 11, tzinfo=UTC)
BY_HAND = AuditRecord("id-a", "a", who="Jane Doe", when=BEGIN + timedelta(days=3), action="Update")
OURS = AuditRecord("id-a", "a", client="client-1", when=BEGIN + timedelta(days=4), action="Update")
JANE = Blame("Jane Doe", None, "2026-11-14T00:00:00Z", "Update")
DENIED = Denied(Diagnostic("GC308", "no"), status=403)


@dataclass
class Log:
    """An audit API held in memory. `failing` is raised by every question from the `after`th on."""

    records: list[AuditRecord] = field(default_factory=list)
    services_: Mapping[str, frozenset[str]] = field(default_factory=lambda: {"Triggers": frozenset({"Trigger"})})
    failing: RemoteError | None = None
    after: int = 0
    asked: list[str] = field(default_factory=list)
    page: int = 100
    begin: datetime = BEGIN

    def services(self) -> Mapping[str, frozenset[str]]:
        self._ask("services")
        return self.services_

    def of_object(self, object_id: str, service: str | None, entity: str | None) -> AuditPage:
        self._ask(f"{object_id} in {service}/{entity}")
        return AuditPage(tuple(record for record in self.records if record.entity == object_id))

    def of_kind(self, service: str, entity: str, number: int) -> AuditPage:
        self._ask(f"page {number} of {service}/{entity}")
        first = (number - 1) * self.page
        return AuditPage(tuple(self.records[first : first + self.page]), more=len(self.records) > first + self.page)

    def _ask(self, what: str) -> None:
        self.asked.append(what)
        if self.failing is not None and len(self.asked) > self.after:
            raise self.failing


def drifted(key: str, kind: str = "trigger", modified: str | None = None) -> Change:
    remote = RemoteObject(kind, f"id-{key}", key, {}, modified=modified)
    return Change(Address(kind, key), Action.UPDATE, "", key, remote=remote)


def missing(key: str, kind: str = "trigger") -> Change:
    return Change(Address(kind, key), Action.CREATE, "", key)


def report(*changes: Change, gone: tuple[Change, ...] = ()) -> DriftReport:
    return DriftReport(Plan("team", "team", TARGET, changes), drifted=changes, missing=gone)


def blame(log: Log, one: DriftReport, client: str | None = "client-1") -> dict[str, Blame]:
    (found,) = with_blame([one], log, client)
    return {str(address): said for address, said in found.blame.items()}


def why(log: Log, change: Change) -> str:
    one = report(change) if change.id is not None else report(gone=(change,))
    (said,) = blame(log, one).values()
    assert not said.known
    return said.why


def test_the_person_who_wrote_last_is_named() -> None:
    older = replace(BY_HAND, who="John Roe", when=BEGIN)
    log = Log([BY_HAND, older])
    assert blame(log, report(drifted("a"))) == {"trigger.a": JANE}
    assert log.asked == ["services", "id-a in Triggers/Trigger"]


def test_a_write_of_gcsyncs_own_client_does_not_hide_an_earlier_one_by_hand() -> None:
    assert blame(Log([OURS, BY_HAND]), report(drifted("a"))) == {"trigger.a": JANE}


def test_where_there_is_no_other_gcsyncs_own_client_is_named_as_such() -> None:
    (said,) = blame(Log([OURS]), report(drifted("a"))).values()
    assert (said.client, said.ours) == ("client-1", True)


def test_a_person_who_came_through_gcsyncs_own_client_is_a_person() -> None:
    (said,) = blame(Log([replace(OURS, who="Jane Doe"), BY_HAND]), report(drifted("a"))).values()
    assert (said.who, said.client, said.ours) == ("Jane Doe", "client-1", True)


def test_of_an_unknown_client_of_our_own_nothing_is_said() -> None:
    (said,) = blame(Log([OURS, BY_HAND]), report(drifted("a")), client=None).values()
    assert (said.client, said.ours) == ("client-1", False)


@pytest.mark.parametrize(
    "record",
    [
        replace(BY_HAND, who="Reader", action="View"),
        replace(BY_HAND, who="Unlucky", failed=True),
        replace(BY_HAND, who="Other", entity="id-b"),
    ],
)
def test_what_changed_nothing_is_passed_over(record: AuditRecord) -> None:
    assert blame(Log([record, BY_HAND]), report(drifted("a"))) == {"trigger.a": JANE}


def test_what_changed_is_told_by_the_apis_names() -> None:
    (said,) = blame(Log([replace(BY_HAND, properties=("enabled",))]), report(drifted("a"))).values()
    assert said.attributes == ("enabled",)


def test_the_first_name_that_the_organization_has_is_used() -> None:
    both = {"Triggers": frozenset({"Trigger"}), "ProcessAutomation": frozenset({"Trigger"})}
    log = Log(services_=both)
    blame(log, report(drifted("a")))
    assert log.asked[-1] == "id-a in ProcessAutomation/Trigger"


def test_a_kind_without_a_name_is_asked_for_by_the_id_alone_and_last() -> None:
    log = Log([replace(BY_HAND, entity="id-s")])
    found = blame(log, report(drifted("s", "stream"), drifted("a")))
    assert log.asked == ["services", "id-a in Triggers/Trigger", "id-s in None/None"]
    assert found["stream.s"] == JANE


def test_many_are_read_from_the_records_of_their_kind() -> None:
    keys = [f"k{number}" for number in range(ONE_BY_ONE + 1)]
    log = Log([replace(BY_HAND, entity=f"id-{key}") for key in keys])
    found = blame(log, report(*map(drifted, keys)))
    assert set(found.values()) == {JANE}
    assert log.asked == ["services", "page 1 of Triggers/Trigger"]


def test_no_more_pages_are_read_than_are_needed() -> None:
    keys = [f"k{number}" for number in range(ONE_BY_ONE + 1)]
    noise = [replace(BY_HAND, entity="id-other")] * 50
    log = Log([replace(BY_HAND, entity=f"id-{key}") for key in keys] + noise, page=20)
    blame(log, report(*map(drifted, keys)))
    assert log.asked[1:] == ["page 1 of Triggers/Trigger"]


def test_the_records_of_a_kind_are_read_up_to_a_bound() -> None:
    keys = [f"k{number}" for number in range(ONE_BY_ONE + 1)]
    log = Log([replace(BY_HAND, entity="id-other")] * 100, page=2)
    found = blame(log, report(*map(drifted, keys)))
    assert len(log.asked) == 1 + MOST_PAGES
    assert {said.why for said in found.values()} == {
        f"no record among the newest of its kind: no more than {MOST_PAGES} pages are read"
    }


def test_many_of_a_kind_without_a_name_are_not_asked_for() -> None:
    changes = [drifted(f"k{number}", "stream") for number in range(ONE_BY_ONE + 2)]
    log = Log()
    found = blame(log, report(*changes))
    assert len(log.asked) == 1 + ONE_BY_ONE
    assert list(found.values())[-1].why == f"only {ONE_BY_ONE} objects of its kind are asked for"


def test_who_deleted_what_is_missing_is_found_by_its_name() -> None:
    deleted = AuditRecord("id-x", "A", who="Jane Doe", when=BEGIN, action="Delete")
    renamed = replace(deleted, action="Update", who="John Roe")
    found = blame(Log([renamed, deleted]), report(gone=(missing("a"),)))
    assert found == {"trigger.a": Blame("Jane Doe", None, "2026-11-11T00:00:00Z", "Delete")}


def test_silence_is_explained() -> None:
    nameless = " (no audit service is known for its kind)"
    assert why(Log(), drifted("a")) == "no record since 2026-11-11"
    assert why(Log(), drifted("a", "stream")) == f"no record since 2026-11-11{nameless}"
    assert why(Log(services_={}), drifted("a")) == f"no record since 2026-11-11{nameless}"
    assert why(Log(), missing("a")) == "no record since 2026-11-11 of a deletion under this name"
    assert why(Log(), missing("a", "stream")).startswith("no audit service is known for its kind")
    old = drifted("a", modified="2026-10-01T00:00:00Z")
    assert why(Log(), old) == "changed on 2026-10-01, and records are asked for since 2026-11-11 only"
    assert why(Log([replace(BY_HAND, who=None)]), drifted("a")).endswith("names neither a person nor a client")


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (DENIED, "the client's role lacks the permission audits:audit:view"),
        (NoSuchKind(Diagnostic("GC309", "no"), status=404), "the organization has no audit API"),
        (NotFound(Diagnostic("GC310", "no"), status=404), "the organization has no audit API"),
        (RemoteError(Diagnostic("GC317", "no"), status=429), "the rate limit is used up"),
        (RemoteError(Diagnostic("GC319", "no answer")), "the audit API did not answer as it should: no answer"),
    ],
)
def test_an_answer_that_does_not_come_is_a_reason_and_no_error(error: RemoteError, text: str) -> None:
    assert why(Log(failing=error), drifted("a")) == text == reason_of(error)
    assert why(Log(failing=error, after=1), drifted("a")) == text
    assert why(Log(failing=error, after=1), missing("a")) == text


def test_after_the_first_failure_nothing_more_is_asked_and_what_is_known_stays() -> None:
    log = Log([BY_HAND], failing=DENIED, after=2)
    found = blame(log, report(drifted("a"), drifted("b"), drifted("c")))
    assert found["trigger.a"] == JANE
    assert {found[name].why for name in ("trigger.b", "trigger.c")} == {reason_of(DENIED)}
    assert len(log.asked) == 3


@pytest.mark.parametrize("count", [1, ONE_BY_ONE + 1])
def test_neither_is_another_kind_asked_for(count: int) -> None:
    services = {"Triggers": frozenset({"Trigger"}), "Integrations": frozenset({"Integration"})}
    log = Log(services_=services, failing=DENIED, after=1)
    others = [drifted(f"k{number}", "eventbridge_source") for number in range(count)]
    found = blame(log, report(drifted("a"), *others))
    assert {said.why for said in found.values()} == {reason_of(DENIED)}
    assert log.asked == ["services", "id-a in Triggers/Trigger"]


def test_a_failure_among_the_pages_keeps_what_was_read() -> None:
    keys = [f"k{number}" for number in range(ONE_BY_ONE + 1)]
    log = Log([replace(BY_HAND, entity=f"id-{key}") for key in keys], failing=DENIED, after=2, page=3)
    found = blame(log, report(*map(drifted, keys)))
    assert [said.known for said in found.values()] == [True] * 3 + [False] * 8
    assert found["trigger.k10"].why == reason_of(DENIED)


def test_nobody_is_asked_where_nothing_drifted() -> None:
    log = Log()
    assert blame(log, report()) == {}
    assert log.asked == []


def test_without_any_answer_all_is_unknown_for_one_reason() -> None:
    found = without_answer(report(drifted("a"), gone=(missing("b"),)), "no token")
    assert list(found.values()) == [Blame(why="no token")] * 2
