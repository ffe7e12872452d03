"""What is asked of the audit API, and what is made of odd answers. The plain ones are on a cassette (tests/kinds)."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
import requests
from hypothesis import given, settings
from hypothesis import strategies as st

from gcsync.model.audit import AuditPage
from gcsync.model.failure import Denied, NoSuchKind, NotFound, RemoteError
from gcsync.remote.audits import MAPPING_PATH, QUERY_PATH, AuditLog
from tests.remote.answering import Answer, Conversation, converse, error

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)


def organization(*answers: Answer) -> tuple[AuditLog, Conversation]:
    """The log of an organization that is only read."""
    pending = list(answers)

    def answer(_: requests.PreparedRequest) -> Answer:
        return pending.pop(0) if len(pending) > 1 else pending[0]

    there = converse(answer, read_only=True)
    return AuditLog(there.session, NOW), there


def asked(there: Conversation) -> Any:
    """The body of the last request."""
    return json.loads(str(there.server.requests[-1].body))


def test_the_read_only_session_lets_the_question_through() -> None:
    log, there = organization(Answer(200, {"entities": []}))
    assert log.of_object("id-1", "Integrations", "Integration") == AuditPage()
    assert there.server.asked == [f"POST {QUERY_PATH}?expand=user"]


def test_an_object_is_asked_for_in_the_last_fourteen_days_newest_first() -> None:
    log, there = organization(Answer(200, {"entities": []}))
    log.of_object("id-1", "Integrations", "Integration")
    assert asked(there) == {
        "interval": "2026-11-11T12:05:00.000Z/2026-11-25T12:00:00.000Z",
        "serviceName": "Integrations",
        "filters": [{"property": "EntityId", "value": "id-1"}, {"property": "EntityType", "value": "Integration"}],
        "sort": [{"name": "Timestamp", "sortOrder": "descending"}],
        "pageNumber": 1,
        "pageSize": 100,
    }


def test_without_a_service_the_id_alone_is_asked_for() -> None:
    log, there = organization(Answer(200, {}))
    log.of_object("id-1", None, None)
    assert "serviceName" not in asked(there)
    assert asked(there)["filters"] == [{"property": "EntityId", "value": "id-1"}]


def test_a_question_is_repeated_as_a_read_is() -> None:
    log, there = organization(Answer(503), Answer(200, {"entities": []}))
    log.of_kind("Integrations", "Integration", 2)
    assert len(there.server.asked) == 2
    assert asked(there)["pageNumber"] == 2


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (error(403, "missing.any.permissions", "audits:audit:view"), Denied),
        (error(404, "not.found", "No."), (NoSuchKind, NotFound)),
        (error(400, "bad.request", "The service is not known."), RemoteError),
        (Answer(200, [1]), RemoteError),
    ],
)
def test_what_cannot_be_answered_is_an_error(
    answer: Answer, kind: type[RemoteError] | tuple[type[RemoteError], ...]
) -> None:
    log, _ = organization(answer)
    with pytest.raises(kind):
        log.services()
    with pytest.raises(kind):
        log.of_object("id-1", "Integrations", "Integration")


def test_the_newest_comes_first_whatever_the_server_does() -> None:
    dates = ["2026-11-20T00:00:00Z", None, "2026-11-24T00:00:00Z"]
    log, _ = organization(Answer(200, {"entities": [{"eventDate": one, "action": str(one)} for one in dates]}))
    assert [one.action for one in log.of_object("id-1", None, None).records] == [dates[2], dates[0], "None"]


@pytest.mark.parametrize(
    ("answer", "more"),
    [
        ({"entities": [{}], "pageCount": 2}, True),
        ({"entities": [{}], "pageCount": 1}, False),
        ({"entities": [{}] * 100}, True),
        ({"entities": [{}] * 99}, False),
    ],
)
def test_whether_there_is_more(answer: Any, more: bool) -> None:
    log, _ = organization(Answer(200, answer))
    assert log.of_kind("Integrations", "Integration", 1).more is more


def test_a_mapping_that_is_odd_names_what_it_can() -> None:
    services = [{"name": "A", "entities": [{"name": "B"}, {"name": 7}, "odd"]}, {"name": None}, {"name": "C"}, 7]
    log, there = organization(Answer(200, {"services": services}))
    assert log.services() == {"A": {"B"}, "C": frozenset()}
    assert there.server.asked == [f"GET {MAPPING_PATH}"]


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "id",
                    "name",
                    "user",
                    "client",
                    "entity",
                    "eventDate",
                    "propertyChanges",
                    "property",
                    "status",
                    "action",
                ]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=20,
)


@settings(max_examples=40)
@given(ANYTHING)
def test_no_record_is_too_odd(record: Any) -> None:
    log, _ = organization(Answer(200, {"entities": [record]}))
    for found in log.of_object("id-1", None, None).records:
        texts = (found.entity, found.entity_name, found.who, found.client, found.action, *found.properties)
        assert all(text is None or (isinstance(text, str) and text) for text in texts)
