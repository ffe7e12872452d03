from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from gcsync.model.diagnostic import DiagnosticError
from gcsync.model.failure import RemoteError
from gcsync.model.resource import Organization
from gcsync.model.value import Secret
from gcsync.remote.session import GenesysSession
from gcsync.remote.settings import Credentials
from tests.remote.answering import API, CLIENT, LOGIN, TOKEN, Answer, converse, error, page_number

PATH = "/api/v2/eventstreams"
ORGANIZATION = Answer(200, {"id": "0Rg-1", "name": "Café Ltd", "state": "active"})


def test_the_token_is_asked_for_with_basic_authentication_and_a_form() -> None:
    talk = converse([ORGANIZATION])
    talk.session.organization()
    asked, used = talk.server.requests
    assert (asked.method, asked.url, asked.body) == ("POST", f"{LOGIN}/oauth/token", "grant_type=client_credentials")
    assert asked.headers["Authorization"] == "Basic Y2xpZW50LTE6Y2xpZW50LXNlY3JldC0x"
    assert asked.headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert (used.method, used.url, used.headers["Authorization"]) == (
        "GET",
        f"{API}/api/v2/organizations/me",
        "Bearer token-1",
    )


def test_every_request_says_who_asks_and_wants_json() -> None:
    talk = converse([ORGANIZATION])
    talk.session.organization()
    assert {r.headers["User-Agent"].split("/")[0] for r in talk.server.requests} == {"gcsync"}
    assert {r.headers["Accept"] for r in talk.server.requests} == {"application/json"}


def test_a_body_goes_as_json_with_its_secrets_laid_open() -> None:
    talk = converse([Answer(200, {"id": "a"})])
    talk.session.post(PATH, {"name": "calls", "headers": {"X-Api-Key": Secret("word")}})
    request = talk.server.requests[-1]
    assert (request.body, request.headers["Content-Type"]) == (
        '{"name": "calls", "headers": {"X-Api-Key": "word"}}',
        "application/json",
    )


def test_a_given_token_is_used_without_a_login() -> None:
    talk = converse([ORGANIZATION], credentials=Credentials(access_token=Secret("given")))
    talk.session.organization()
    assert [r.headers["Authorization"] for r in talk.server.requests] == ["Bearer given"]


def test_many_threads_share_one_token_and_one_organization() -> None:
    talk = converse(lambda _request: ORGANIZATION)
    with ThreadPoolExecutor(16) as pool:
        found = set(pool.map(lambda _: talk.session.organization(), range(64)))
    assert found == {Organization("0Rg-1", "Café Ltd")}
    assert talk.server.lines == ["POST /oauth/token", "GET /api/v2/organizations/me"]


def test_a_token_is_fetched_anew_before_it_ends() -> None:
    talk = converse([Answer(200, {}), Answer(200, {})], token=lambda: Answer(200, {**TOKEN, "expires_in": 300}))
    talk.session.get(PATH)
    talk.clock[0] += 241
    talk.session.get(PATH)
    assert talk.server.lines == ["POST /oauth/token", f"GET {PATH}"] * 2


@pytest.mark.parametrize("status", [401, 403])
def test_a_refused_request_is_sent_once_more_with_a_new_token(status: int) -> None:
    tokens = iter(["old", "new"])
    talk = converse(
        [error(status), Answer(200, {"id": "a"})], token=lambda: Answer(200, {**TOKEN, "access_token": next(tokens)})
    )
    assert talk.session.put(f"{PATH}/a", {}) == {"id": "a"}
    assert [r.headers["Authorization"] for r in talk.server.requests if r.method == "PUT"] == [
        "Bearer old",
        "Bearer new",
    ]


@pytest.mark.parametrize(("status", "tokens"), [(401, 3), (403, 2)])
def test_a_401_renews_the_token_for_every_request_and_a_403_once_in_a_run(status: int, tokens: int) -> None:
    given = iter(range(100))
    talk = converse(
        lambda _request: error(status), token=lambda: Answer(200, {**TOKEN, "access_token": f"token-{next(given)}"})
    )
    for _ in range(2):
        with pytest.raises(RemoteError):
            talk.session.get(PATH)
    assert talk.server.lines.count("POST /oauth/token") == tokens


@pytest.mark.parametrize(
    ("credentials", "client"),
    [
        (CLIENT, "client-1"),
        (Credentials(access_token=Secret("given")), "access token"),
        (Credentials("client-1", Secret("x"), Secret("given")), "access token"),
    ],
)
def test_the_client_is_known_without_a_request(credentials: Credentials, client: str) -> None:
    assert converse([], credentials=credentials).session.client == client


@pytest.mark.parametrize("declared", [None, "0Rg-1", "0rg-1", "Café Ltd", "café ltd", "Cafe\u0301 Ltd"])
def test_the_declared_organization_is_met_by_id_or_name_in_any_case(declared: str | None) -> None:
    assert converse([ORGANIZATION]).session.check_organization(declared) == Organization("0Rg-1", "Café Ltd")


@pytest.mark.parametrize("declared", ["Example Dev", "", "Café"])
def test_another_organization_is_an_error_that_names_both(declared: str) -> None:
    with pytest.raises(DiagnosticError) as caught:
        converse([ORGANIZATION]).session.check_organization(declared)
    (found,) = caught.value.diagnostics
    assert (found.code, found.message) == (
        "GC305",
        f'the stack is for the organization "{declared}", but the credentials belong to "Café Ltd" (0Rg-1)',
    )


@pytest.mark.parametrize("body", [{}, {"id": "a"}, {"id": 7, "name": "x"}, {"id": "", "name": "x"}, []])
def test_an_organization_without_id_or_name_is_an_error(body: object) -> None:
    with pytest.raises(RemoteError) as caught:
        converse([Answer(200, body)]).session.organization()
    assert caught.value.diagnostic.code == "GC322"


@pytest.mark.parametrize(
    "write",
    [
        lambda session: session.post(PATH, {}),
        lambda session: session.post("/api/v2/audits/query/realtime/../../eventstreams", {}),
        lambda session: session.put(f"{PATH}/a", {}),
        lambda session: session.patch(f"{PATH}/a", {}),
        lambda session: session.delete(f"{PATH}/a"),
    ],
)
def test_a_read_only_session_sends_no_byte_of_a_write(write: object) -> None:
    talk = converse([], read_only=True)
    with pytest.raises(DiagnosticError) as caught:
        write(talk.session)  # type: ignore[operator]
    assert (talk.server.lines, [d.code for d in caught.value.diagnostics]) == ([], ["GC327"])


def test_a_read_only_session_reads_audits_by_post_and_repeats_it_like_a_read() -> None:
    talk = converse([error(503), Answer(200, {"entities": []})], read_only=True)
    assert talk.session.post("/api/v2/audits/query/realtime", {}) == {"entities": []}


def test_the_pages_of_a_listing_are_asked_for_by_number() -> None:
    def answer(request: requests.PreparedRequest) -> Answer:
        return Answer(200, {"entities": [{"id": f"id-{page_number(request)}"}], "pageCount": 12, "total": 12})

    talk = converse(answer)
    found = talk.session.pages(PATH, page_size=1, scope="event:stream:read")
    assert [entity["id"] for entity in found.entities] == [f"id-{number}" for number in range(1, 13)]
    assert sorted(talk.server.asked) == sorted(f"GET {PATH}?pageSize=1&pageNumber={n}" for n in range(1, 13))
    assert len(talk.server.lines) == 13


def test_a_listing_may_be_asked_for_with_more() -> None:
    talk = converse([Answer(200, {"entities": [], "total": 0})])
    talk.session.pages(PATH, params={"expand": "config.current"})
    assert talk.server.asked == [f"GET {PATH}?pageSize=100&pageNumber=1&expand=config.current"]


def test_a_patch_sends_its_body() -> None:
    talk = converse([Answer(200, {"id": "a"})])
    assert talk.session.patch(f"{PATH}/a", {"state": "ON"}) == {"id": "a"}
    assert (talk.server.asked, talk.server.requests[-1].body) == ([f"PATCH {PATH}/a"], '{"state": "ON"}')


def test_nothing_that_is_printed_of_a_session_shows_a_secret() -> None:
    session = converse([]).session
    assert "client-secret-1" not in f"{session!r} {vars(session)!r}"


def test_a_session_is_closed_at_the_end_of_its_block() -> None:
    talk = converse([])
    closed: list[bool] = []
    talk.server.close = lambda: closed.append(True)  # type: ignore[method-assign]
    with talk.session as session:
        assert isinstance(session, GenesysSession)
    assert closed == [True]
