"""What a person is told when the API refuses: code, status, contextId and the next step."""

from __future__ import annotations

import pytest

from gcsync.model.failure import ChangedSince, Denied, NameTaken, NoSuchKind, NotFound, RemoteError
from gcsync.model.value import Secret
from gcsync.remote.settings import Credentials
from tests.remote.answering import Answer, converse, error

PATH = "/api/v2/eventstreams"
BODY = {
    "name": "calls",
    "destinations": [{"url": "https://u:word-1@x.example.com/?q=word-2", "headers": {"K": "word-3"}}],
}


def failure_of(answer: Answer, method: str = "GET", scope: str = "event:stream:write") -> RemoteError:
    """The error for an answer that does not change however often it is asked for."""
    session = converse(lambda _request: answer).session
    sends = {
        "GET": lambda: session.get(f"{PATH}/a", scope=scope),
        "LIST": lambda: session.pages(PATH, scope=scope),
        "POST": lambda: session.post(PATH, BODY, scope=scope),
        "PUT": lambda: session.put(f"{PATH}/a", BODY, scope=scope),
        "DELETE": lambda: session.delete(f"{PATH}/a", scope=scope),
    }
    with pytest.raises(RemoteError) as caught:
        sends[method]()
    return caught.value


@pytest.mark.parametrize(
    ("method", "answer", "kind", "code"),
    [
        ("POST", error(400, "invalid.destination.url"), RemoteError, "GC312"),
        ("POST", error(400, "bad.request"), RemoteError, "GC311"),
        ("GET", error(401, "bad.credentials"), RemoteError, "GC307"),
        ("LIST", error(403, "missing.permissions"), Denied, "GC308"),
        ("POST", error(403), Denied, "GC308"),
        ("LIST", error(404, "not.found"), NoSuchKind, "GC309"),
        ("POST", error(404), NoSuchKind, "GC309"),
        ("GET", error(404), NotFound, "GC310"),
        ("DELETE", error(404), NotFound, "GC310"),
        ("PUT", error(404), NotFound, "GC310"),
        ("POST", error(409, "event.stream.exists"), NameTaken, "GC313"),
        ("POST", error(409, "conflict"), NameTaken, "GC313"),
        ("PUT", error(409, "event.stream.exists"), NameTaken, "GC313"),
        ("PUT", error(409, "version.mismatch"), ChangedSince, "GC314"),
        ("PUT", error(409, "", "Version 2 does not match the current version 3"), ChangedSince, "GC314"),
        ("PUT", error(400, "", "Supplied version 2 does not match latest draft version 1"), ChangedSince, "GC314"),
        ("PUT", error(409, "in.use"), RemoteError, "GC315"),
        ("DELETE", error(409, "in.use"), RemoteError, "GC315"),
        ("POST", error(413), RemoteError, "GC316"),
        ("GET", error(429), RemoteError, "GC317"),
        ("GET", error(500), RemoteError, "GC318"),
        ("GET", error(418), RemoteError, "GC330"),
        ("POST", error(501), RemoteError, "GC330"),
        ("GET", Answer(301, b"", {"Location": "https://elsewhere.example.com/"}), RemoteError, "GC324"),
        ("POST", Answer(307, b"", {"Location": "http://api.mypurecloud.com/"}), RemoteError, "GC324"),
    ],
)
def test_every_refusal_has_its_kind_and_code(method: str, answer: Answer, kind: type[RemoteError], code: str) -> None:
    failure = failure_of(answer, method)
    assert (type(failure), failure.diagnostic.code, failure.status) == (kind, code, answer.status)


def test_an_error_carries_status_code_context_id_and_the_next_step() -> None:
    failure = failure_of(error(400, "invalid.destination.url", "The URL is not reachable", "ctx-77"), "POST")
    assert (failure.status, failure.code, failure.context_id) == (400, "invalid.destination.url", "ctx-77")
    assert failure.diagnostic.message == (
        "POST /api/v2/eventstreams: 400 invalid.destination.url: The URL is not reachable (contextId ctx-77)"
    )
    for word in ("https://", "publicly", "private endpoint", "VPC endpoints", "address ranges"):
        assert word in failure.diagnostic.hint


@pytest.mark.parametrize("scope", ["event:stream:read", "event:stream:write", "event:stream:delete"])
def test_a_403_says_which_scope_is_missing_and_where_it_is_granted(scope: str) -> None:
    hint = failure_of(error(403), scope=scope).diagnostic.hint
    for word in (
        scope,
        "Admin > Integrations > OAuth",
        "Admin > Security > Service Accounts",
        "a new token is fetched",
    ):
        assert word in hint


def test_a_401_speaks_of_the_secret_and_of_the_region() -> None:
    hint = failure_of(error(401)).diagnostic.hint
    assert "client id and secret" in hint
    assert "an OAuth client works in the region of its organization only" in hint


@pytest.mark.parametrize("token", [error(404), Answer(200, {"access_token": "t"})])
def test_a_404_to_what_every_organization_has_is_about_the_host(token: Answer) -> None:
    with pytest.raises(RemoteError) as caught:
        converse([error(404)], token=lambda: token).session.organization()
    assert (type(caught.value), caught.value.diagnostic.code) == (RemoteError, "GC332")
    assert "GENESYS_CLOUD_API_URL" in caught.value.diagnostic.hint


def test_a_404_on_a_listing_says_that_organizations_have_no_such_api_today() -> None:
    assert "no such API" in failure_of(error(404), "LIST").diagnostic.hint


@pytest.mark.parametrize(
    ("body", "headers", "message"),
    [
        ({"message": "no", "errors": [{"message": "name too long"}]}, {}, "no; name too long"),
        ({"message": "no", "details": [{"fieldName": "name", "errorCode": "too.long"}]}, {}, "no; name too.long"),
        ({"message": "no", "code": "c", "details": [{"fieldName": "name", "errorCode": "c"}]}, {}, "c: no"),
        ({"message": "{x} is bad", "messageWithParams": "calls is bad"}, {}, "calls is bad"),
        ({"error": "invalid", "error_description": "bad grant"}, {}, "invalid: bad grant"),
        ({"message": 7, "code": None, "errors": "x", "details": {}}, {}, "without a message"),
        ([1], {}, "[1]"),
        (b"busy\r\ntoday", {}, "busy today"),
        (b"<html><title>Bad  gateway</title>", {"Content-Type": "text/html"}, "Bad gateway"),
        (b"", {}, "without a message"),
        (b"", {"inin-correlation-id": "ctx-9"}, "without a message (contextId ctx-9)"),
        (b"[" * 100_000, {}, None),
    ],
)
def test_an_error_body_of_any_shape_is_read_as_far_as_it_goes(
    body: object, headers: dict[str, str], message: str | None
) -> None:
    found = failure_of(Answer(400, body, headers)).diagnostic.message
    assert message is None or found == f"GET /api/v2/eventstreams/a: 400 {message}"


def test_what_the_server_echoes_shows_no_secret() -> None:
    basic = "Y2xpZW50LTE6Y2xpZW50LXNlY3JldC0x"
    echo = f"{basic}, word-3, https://u:word-1@x.example.com/?q=word-2, client-secret-1, token-1 and \x1b[31mword-3"
    failure = failure_of(error(400, "word-3", echo), "POST")
    shown = f"{failure} {failure.code} {failure.diagnostic}"
    assert [w for w in (basic, "word-1", "word-2", "word-3", "client-secret-1", "token-1", "\x1b") if w in shown] == []
    assert "x.example.com" in shown


def test_a_secret_anywhere_in_a_body_is_kept_out_of_errors() -> None:
    session = converse([error(400, "", "the description swordfish is bad")]).session
    with pytest.raises(RemoteError) as caught:
        session.post(PATH, {"name": "calls", "description": Secret("swordfish")})
    assert "the description (sensitive value) is bad" in caught.value.diagnostic.message


def test_a_redirect_names_its_target_and_is_not_followed() -> None:
    talk = converse([Answer(302, b"", {"Location": "https://evil.example.com/?token=abc"})])
    with pytest.raises(RemoteError) as caught:
        talk.session.get("/api/v2/eventstreams")
    assert talk.server.asked == ["GET /api/v2/eventstreams"]
    assert caught.value.diagnostic.message == (
        "GET /api/v2/eventstreams: 302, redirected to https://evil.example.com/?(sensitive value): not followed"
    )


@pytest.mark.parametrize(
    ("answer", "code", "message"),
    [
        (
            Answer(200, b"<html><title>Sign in</title>", {"Content-Type": "text/html; charset=utf-8"}),
            "GC321",
            'answered with an HTML page titled "Sign in" (status 200, text/html)',
        ),
        (
            Answer(200, b'{"id"'),
            "GC321",
            "answered with malformed JSON (Expecting ':' delimiter, at character 6 of 5) "
            "(status 200, application/json)",
        ),
        (Answer(200, b""), "GC321", "answered with an empty body (status 200, application/json)"),
        (Answer(200, []), "GC322", "answered with a list where an object should be (status 200, application/json)"),
    ],
)
def test_a_success_that_is_not_what_it_should_be_is_an_error(answer: Answer, code: str, message: str) -> None:
    found = failure_of(answer).diagnostic
    assert (found.code, found.message) == (code, f"GET /api/v2/eventstreams/a: {message}")


@pytest.mark.parametrize(
    ("body", "code", "said"),
    [
        ({"entities": {}}, "GC322", "a page whose entities are an object where a list should be"),
        ({"entities": [{"name": "no id"}]}, "GC322", "a page that lists an object without an id"),
        ({"entities": [{"id": "a"}], "pageCount": 3}, "GC325", "page 2 repeats an earlier one"),
    ],
)
def test_a_listing_of_another_shape_is_an_error(body: object, code: str, said: str) -> None:
    found = failure_of(Answer(200, body), "LIST").diagnostic
    assert (found.code, said in found.message) == (code, True)


@pytest.mark.parametrize("status", [400, 401, 403])
def test_a_refused_client_is_told_of_its_secret_and_its_region(status: int) -> None:
    refused = Answer(status, {"error": "invalid_client", "description": "client not found: client-secret-1"})
    with pytest.raises(RemoteError) as caught:
        converse([], token=lambda: refused).session.organization()
    found = caught.value.diagnostic
    assert (found.code, found.message) == (
        "GC306",
        f"POST /oauth/token: {status} invalid_client: client not found: (sensitive value)",
    )
    assert "an OAuth client works in the region of its organization only" in found.hint


@pytest.mark.parametrize("body", [{}, {"access_token": 7}, {"access_token": "a b"}, {"access_token": "a\nb"}, []])
def test_a_login_without_a_usable_token_is_an_error(body: object) -> None:
    with pytest.raises(RemoteError) as caught:
        converse([], token=lambda: Answer(200, body)).session.organization()
    assert caught.value.diagnostic.code == "GC322"


def test_a_given_token_that_is_refused_is_an_error_at_once() -> None:
    talk = converse([error(401)], credentials=Credentials(access_token=Secret("given-token")))
    with pytest.raises(RemoteError) as caught:
        talk.session.organization()
    assert (talk.server.lines, caught.value.diagnostic.code) == (["GET /api/v2/organizations/me"], "GC307")
    assert "GENESYS_CLOUD_ACCESS_TOKEN" in caught.value.diagnostic.hint
