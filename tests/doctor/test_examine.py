"""The whole of it, over a server that is a function and a network that is made up."""

from __future__ import annotations

import socket
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

from gcsync.doctor import Subject, Surroundings, examine
from gcsync.doctor.reach import Network
from gcsync.kinds import kinds_by_name
from gcsync.model.check import Check, CheckStatus
from gcsync.model.resource import Listing
from gcsync.remote.session import GenesysSession
from tests.remote.answering import TOKEN, Answer, Answering, error

NOW = datetime(2026, 11, 23, 12, 0, 0, tzinfo=UTC)
ENVIRON = {
    "GENESYS_CLOUD_CLIENT_ID": "client-1",
    "GENESYS_CLOUD_CLIENT_SECRET": "hidden-word",
    "GENESYS_CLOUD_API_URL": "http://127.0.0.1:1",
    "GENESYS_CLOUD_LOGIN_URL": "http://127.0.0.1:2",
}
SCOPES = ["event:stream:read", "event:stream:write", "event:stream:delete", "integrations", "process-automation"]
HEADERS = {
    "Date": "Mon, 23 Nov 2026 11:59:58 GMT",
    "inin-ratelimit-count": "12",
    "inin-ratelimit-allowed": "300",
    "inin-ratelimit-reset": "41",
}
TOPICS = {"entities": [{"id": "v2.users.{id}.presence", "transports": ["All"]}]}
EMPTY = {"entities": [], "total": 0, "pageCount": 0}
ORGANIZATION = {"id": "org-1", "name": "Example Ltd"}


def well(scopes: list[str] | None = None) -> dict[str, Answer]:
    """An organization in which all is well, by path."""
    token = {"organization": ORGANIZATION, "OAuthClient": {"id": "client-1", "name": "ci"}, "authorizedScope": scopes}
    return {
        "/oauth/token": Answer(200, TOKEN),
        "/api/v2/tokens/me": Answer(200, token, HEADERS),
        "/api/v2/organizations/me": Answer(200, ORGANIZATION, HEADERS),
        "/api/v2/eventstreams": Answer(200, EMPTY, HEADERS),
        "/api/v2/integrations": Answer(200, EMPTY, HEADERS),
        "/api/v2/integrations/types/amazon-eventbridge-source": Answer(200, {"maxInstances": 5}, HEADERS),
        "/api/v2/processautomation/triggers": Answer(200, EMPTY, HEADERS),
        "/api/v2/notifications/availabletopics": Answer(200, TOPICS, HEADERS),
        "/api/v2/processautomation/triggers/topics": Answer(200, {"entities": ["v2.users.{id}.presence"]}, HEADERS),
    }


def resolve(*_: Any, **__: Any) -> list[Any]:
    return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 1))]


def connect(*_: Any, **__: Any) -> socket.socket:
    return socket.socket()


def refuse(*_: Any, **__: Any) -> socket.socket:
    raise ConnectionRefusedError(111, "Connection refused")


def run(
    answers: dict[str, Answer] | None = None,
    subject: Subject | None = None,
    *,
    environ: dict[str, str] | None = None,
    now: datetime = NOW,
    connected: Callable[..., socket.socket] = connect,
    kinds: dict[str, Any] | None = None,
) -> tuple[dict[str, Check], Answering]:
    """Every check by its name, and the server that was asked."""
    there = answers if answers is not None else well(SCOPES)

    def answer(request: requests.PreparedRequest) -> Answer:
        return there.get(urlsplit(str(request.url)).path) or error(404)

    server = Answering(answer)
    surroundings = Surroundings(
        ENVIRON if environ is None else environ,
        kinds or kinds_by_name(),
        lambda: now,
        Network(resolve, connected),
        server,
        sleep=lambda _: None,
    )
    return {check.check: check for check in examine([subject or Subject()], surroundings)}, server


def of(checks: dict[str, Check], status: CheckStatus) -> list[str]:
    return [name for name, check in checks.items() if check.status is status]


ORDER = [
    "credentials",
    "region",
    *(f"{host}.{part}" for host in ("api", "login") for part in ("dns", "tcp", "tls")),
    "token",
    "organization",
    *(f"{kind}.{what}" for kind in kinds_by_name() for what in ("read", "write")),
    "topics",
    "clock",
    "rate_limit",
]


def test_where_all_is_well_every_line_says_so_and_only_reads() -> None:
    checks, server = run()
    assert list(checks) == ORDER
    assert of(checks, CheckStatus.OK) == [name for name in ORDER if not name.endswith(".tls")]
    assert {line.split(" ")[0] for line in server.asked} == {"GET"}
    assert checks["token"].message == f"accepted for ci (client-1); scopes {', '.join(SCOPES)}"
    assert checks["clock"].message == "within 2 s of the server's"
    assert checks["rate_limit"].message == "12 of 300 requests used, resets in 41 s"


def test_nothing_that_is_secret_is_repeated() -> None:
    echo = well(SCOPES) | {"/api/v2/organizations/me": Answer(200, {"id": "org-1", "name": "hidden-word Ltd"})}
    checks, _ = run(echo)
    assert "hidden-word" not in repr(checks)


def test_without_credentials_the_network_is_still_looked_at() -> None:
    checks, server = run(environ={"GENESYS_CLOUD_REGION": "eu-west-1"}, connected=refuse)
    assert of(checks, CheckStatus.FAIL) == ["credentials", "api.tcp", "login.tcp"]
    assert of(checks, CheckStatus.OK) == ["region", "api.dns", "login.dns"]
    assert (list(checks), server.asked) == (ORDER, [])
    assert checks["token"].message == "there are no credentials"


def test_an_unknown_region_leaves_only_the_credentials_to_look_at() -> None:
    checks, server = run(subject=Subject("eu-wst-1"))
    assert (of(checks, CheckStatus.OK), of(checks, CheckStatus.FAIL)) == (["credentials"], ["region"])
    assert (list(checks), server.asked) == (ORDER, [])


def test_a_host_that_cannot_be_reached_is_not_asked() -> None:
    checks, server = run(connected=refuse)
    assert checks["token"] == Check("token", CheckStatus.NOT_CHECKED, "the login host cannot be reached")
    assert server.lines == []


def test_a_refused_client_leaves_the_clock_to_be_told() -> None:
    refused = Answer(400, {"error": "invalid_client"}, HEADERS)
    checks, _ = run(well(SCOPES) | {"/oauth/token": refused}, now=NOW + timedelta(minutes=3))
    assert (checks["token"].status, checks["token"].code) == (CheckStatus.FAIL, "GC306")
    assert checks["organization"].message == "there is no usable token"
    assert (checks["clock"].status, checks["clock"].code) == (CheckStatus.WARN, "GC694")
    assert checks["clock"].message == "the local clock is 182 s ahead of the server's"


def test_an_api_that_does_not_tell_of_tokens_is_asked_for_the_rest() -> None:
    answers = well()
    del answers["/api/v2/tokens/me"]
    checks, _ = run(answers)
    assert checks["token"].message == "accepted for client-1; the API does not say what it may do (404)"
    assert of(checks, CheckStatus.FAIL) == []


@pytest.mark.parametrize(
    ("declared", "status", "code"),
    [("Example Ltd", CheckStatus.OK, ""), ("ORG-1", CheckStatus.OK, ""), ("Other", CheckStatus.FAIL, "GC305")],
)
def test_the_organization_is_compared_with_the_declared_one(declared: str, status: CheckStatus, code: str) -> None:
    found = run(subject=Subject(organization=declared))[0]["organization"]
    assert (found.status, found.code) == (status, code)


def test_that_there_are_no_event_streams_is_said_plainly() -> None:
    answers = well(SCOPES)
    del answers["/api/v2/eventstreams"]
    checks, _ = run(answers)
    assert checks["stream.read"].status is CheckStatus.WARN
    assert checks["stream.read"].message == (
        "the organization has no /api/v2/eventstreams: the public Genesys Cloud API has no event streams today; "
        "what it has are EventBridge sources and triggers"
    )
    assert checks["stream.write"].status is CheckStatus.NOT_CHECKED
    declared, _ = run(answers, Subject(kinds=frozenset({"stream"})))
    assert of(declared, CheckStatus.FAIL) == ["stream.read"]


def test_a_type_of_integration_that_the_organization_lacks_is_told_in_the_kinds_own_words() -> None:
    answers = well(SCOPES)
    del answers["/api/v2/integrations/types/amazon-eventbridge-source"]
    checks, _ = run(answers, Subject(kinds=frozenset({"eventbridge_source"})))
    found = checks["eventbridge_source.read"]
    assert (found.status, found.code) == (CheckStatus.FAIL, "GC340")
    assert found.message.startswith("the organization has no integration type amazon-eventbridge-source")
    assert checks["eventbridge_source.write"].status is CheckStatus.NOT_CHECKED


@pytest.mark.parametrize(("kinds", "status"), [({"trigger"}, CheckStatus.FAIL), (set[str](), CheckStatus.WARN)])
def test_what_may_not_be_read_names_scope_and_permission(kinds: set[str], status: CheckStatus) -> None:
    denied = well(SCOPES) | {"/api/v2/processautomation/triggers": error(403, "missing.permissions")}
    found = run(denied, Subject(kinds=frozenset(kinds)))[0]["trigger.read"]
    assert (found.status, found.code) == (status, "GC696")
    assert "process-automation:readonly" in found.hint
    assert "processautomation:trigger:view" in found.hint


def test_scopes_that_lack_for_writing_are_named_before_anything_is_written() -> None:
    scopes = ["event:stream:read", "event:stream:write", "integrations:readonly", "process-automation"]
    checks, _ = run(well(scopes), Subject(kinds=frozenset({"eventbridge_source"})))
    assert (checks["stream.write"].status, checks["stream.write"].message) == (
        CheckStatus.WARN,
        "the token lacks event:stream:delete",
    )
    assert (checks["eventbridge_source.write"].status, checks["eventbridge_source.write"].message) == (
        CheckStatus.FAIL,
        "the token lacks integrations",
    )
    assert checks["trigger.write"].status is CheckStatus.OK


def test_scopes_that_nobody_tells_are_not_guessed() -> None:
    checks, _ = run(well([]))
    assert checks["token"].message == "accepted for ci (client-1); its scopes are not told: its roles decide"
    assert checks["trigger.write"] == Check(
        "trigger.write",
        CheckStatus.NOT_CHECKED,
        "shows only when something is written: its role needs processautomation:trigger:add, "
        "processautomation:trigger:edit, processautomation:trigger:delete",
    )


@pytest.mark.parametrize(("kinds", "status"), [({"trigger"}, CheckStatus.WARN), ({"stream"}, CheckStatus.OK)])
def test_topics_that_may_not_be_read_matter_where_a_stack_names_any(kinds: set[str], status: CheckStatus) -> None:
    denied = well(SCOPES) | {"/api/v2/processautomation/triggers/topics": error(403)}
    found = run(denied, Subject(kinds=frozenset(kinds)))[0]["topics"]
    assert (found.status, found.code) == (status, "GC433")


def test_a_rate_limit_that_is_nearly_used_up_is_worth_a_warning() -> None:
    answers = {
        path: Answer(one.status, one.body, one.headers | {"inin-ratelimit-count": "241"})
        for path, one in well(SCOPES).items()
    }
    found = run(answers)[0]["rate_limit"]
    assert (found.status, found.message) == (CheckStatus.WARN, "241 of 300 requests used, resets in 41 s")


def test_several_subjects_are_told_apart() -> None:
    surroundings = Surroundings({}, {}, lambda: NOW, Network(resolve, refuse), Answering(lambda _: error(404)))
    found = examine([Subject(credentials="PROD"), Subject("eu-west-1")], surroundings)
    assert {check.about for check in found} == {"PROD, default region", "default credentials, eu-west-1"}


@pytest.mark.parametrize(
    ("minutes", "status", "message"),
    [
        (3, CheckStatus.WARN, "the local clock is 182 s ahead of the server's"),
        (-3, CheckStatus.WARN, "the local clock is 178 s behind the server's"),
        (-1, CheckStatus.OK, "within 58 s of the server's"),
    ],
)
def test_a_clock_may_be_wrong_in_both_directions(minutes: int, status: CheckStatus, message: str) -> None:
    found = run(now=NOW + timedelta(minutes=minutes))[0]["clock"]
    assert (found.status, found.message) == (status, message)


def test_with_an_access_token_the_login_need_not_be_reached() -> None:
    def only_the_api(address: tuple[str, int], **_: Any) -> socket.socket:
        return socket.socket() if address[1] == 1 else refuse()

    environ = ENVIRON | {"GENESYS_CLOUD_ACCESS_TOKEN": "hidden-word"}
    checks, server = run(environ=environ, connected=only_the_api)
    assert of(checks, CheckStatus.FAIL) == ["login.tcp"]
    assert checks["organization"].status is CheckStatus.OK
    assert not any("oauth" in line for line in server.lines)


def test_nothing_can_be_written_whatever_a_kind_does() -> None:
    class Writing:
        name = "stream"

        def list(self, session: GenesysSession) -> Listing:
            session.put("/api/v2/eventstreams/a", {})
            return Listing(())

    checks, server = run(kinds={"stream": Writing()})
    assert (checks["stream.read"].status, checks["stream.read"].code) == (CheckStatus.FAIL, "GC327")
    assert not any(line.startswith("PUT") for line in server.lines)
