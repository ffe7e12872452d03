from __future__ import annotations

import pytest

FORM = {"grant_type": "client_credentials"}


def test_client_credentials_buy_a_token(run, clock):
    answer = run(token_lifetime=600).log_in()
    body = answer.json()
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    assert body == {"access_token": body["access_token"], "token_type": "bearer", "expires_in": 600}


def test_any_client_is_let_in_unless_some_are_named(run):
    assert run(log_in=False).log_in("anyone", "any:thing").status_code == 200


@pytest.mark.parametrize(
    ("identifier", "secret", "status", "description"),
    [
        ("demo", "wrong", 401, "authentication failed"),
        ("other", "secret", 400, "client not found: invalid client id"),
        ("demo", "", 400, "client credentials are missing: use Basic authentication"),
    ],
)
def test_named_clients_need_their_secret(run, identifier, secret, status, description):
    answer = run(clients=(("demo", "secret"),), log_in=False).log_in(identifier, secret)
    body = {"error": "invalid_client", "description": description, "error_description": description}
    assert (answer.status_code, answer.json()) == (status, body)


def test_a_named_client_gets_a_token(run):
    assert run(clients=(("demo", "se:cret"),), log_in=False).log_in("demo", "se:cret").status_code == 200


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"data": {"grant_type": "password"}, "auth": ("a", "b")}, "unsupported_grant_type"),
        (
            {"data": {}, "auth": ("a", "b"), "headers": {"Content-Type": "application/x-www-form-urlencoded"}},
            "unsupported_grant_type",
        ),
        ({"json": FORM, "auth": ("a", "b")}, "invalid_request"),
        ({"data": FORM}, "invalid_client"),
        ({"data": FORM, "headers": {"Authorization": "Basic ???"}}, "invalid_client"),
        ({"data": FORM, "headers": {"Authorization": "Basic /w=="}}, "invalid_client"),
    ],
)
def test_a_token_request_is_basic_authentication_and_a_form(run, options, error):
    answer = run(log_in=False).send("POST", "/oauth/token", **options)
    assert (answer.status_code, answer.json()["error"]) == (400, error)


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({}, "authentication.required"),
        ({"Authorization": "Basic YTpi"}, "authentication.required"),
        ({"Authorization": "Bearer "}, "authentication.required"),
        ({"Authorization": "Bearer unknown"}, "bad.credentials"),
    ],
)
def test_the_api_wants_a_known_token(run, headers, code):
    answer = run(log_in=False).send("GET", "/api/v2/eventstreams", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (401, code)


def test_a_token_ends(run, clock):
    client = run(token_lifetime=60)
    clock.now += 59
    assert client.send("GET", "/api/v2/eventstreams").status_code == 200
    clock.now += 1
    assert client.send("GET", "/api/v2/eventstreams").status_code == 401


def test_a_token_survives_a_restart(run):
    before, after = run(), run(log_in=False)
    after.token = before.token
    assert after.send("GET", "/api/v2/eventstreams").status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "scope"),
    [
        ("GET", "", "event:stream:read"),
        ("GET", "/x", "event:stream:read"),
        ("POST", "", "event:stream:write"),
        ("PUT", "/x", "event:stream:write"),
        ("DELETE", "/x", "event:stream:delete"),
    ],
)
def test_a_missing_scope_is_named(run, stream, method, path, scope):
    others = tuple(f"event:stream:{verb}" for verb in ("read", "write", "delete") if not scope.endswith(verb))
    answer = run(scopes=others).send(method, f"/api/v2/eventstreams{path}", json=stream())
    body = answer.json()
    assert (answer.status_code, body["code"]) == (403, "missing.scope")
    assert scope in body["message"]
    assert body["details"] == [{"errorCode": "missing.scope", "fieldName": scope}]


def test_a_token_keeps_the_scopes_it_was_issued_with(run):
    client = run(scopes=("event:stream:write",))
    client.send("PUT", "/emulator/scopes", json={"scopes": ["event:stream:read"]})
    assert client.send("GET", "/api/v2/eventstreams").status_code == 403
    client.log_in()
    assert client.send("GET", "/api/v2/eventstreams").status_code == 200


def test_too_many_token_requests_of_a_client_are_a_400_of_their_own(run, clock):
    client = run(oauth_rate_limit=2, rate_window=30, log_in=False)
    answers = [client.log_in() for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 400]
    body = answers[2].json()
    told = f"{body['error']} ({body['error_description']}"
    assert (told.startswith("invalid_request (rate limit exceeded;"), body["description"]) == (
        True,
        body["error_description"],
    )
    assert client.log_in("other", "b").status_code == 200
    clock.now += 30
    assert client.log_in().status_code == 200
