"""OAuth client credentials, and what a token is allowed to do."""

from __future__ import annotations

import base64
import binascii
import hmac
import secrets
import threading
from collections.abc import Callable, Collection, Sequence
from urllib.parse import parse_qsl

from gcsync.emulator.exchange import Answer, Call, Refusal
from gcsync.emulator.limits import FixedWindow
from gcsync.emulator.settings import SCOPES, EmulatorSettings
from gcsync.emulator.store import Store, Token


class Access:
    """`scopes` are what the next tokens are given; a token keeps those it was issued with."""

    def __init__(self, settings: EmulatorSettings, store: Store, clock: Callable[[], float]) -> None:
        self._clients = dict(settings.clients)
        self._lifetime = settings.token_lifetime
        self._store = store
        self._clock = clock
        self._rate = FixedWindow(settings.oauth_rate_limit, settings.rate_window, clock)
        self._rate_lock = threading.Lock()
        self.scopes: tuple[str, ...] = settings.scopes or SCOPES

    def issue(self, call: Call) -> Answer:
        """`POST /oauth/token` (request: SDK 269 api_client.py:154-183; answer: Go SDK configuration.go:126-131)."""
        if _media_type(call) != "application/x-www-form-urlencoded":
            return _oauth_error(400, "invalid_request", "the body must be application/x-www-form-urlencoded")
        form = parse_qsl(call.body.decode("latin-1"), keep_blank_values=True)
        if [value for name, value in form if name == "grant_type"] != ["client_credentials"]:
            return _oauth_error(400, "unsupported_grant_type", "grant_type must be client_credentials")
        client, refusal = self._client(call.headers.get("authorization", ""))
        if refusal is not None:
            return refusal
        if not self._admit(client):
            return _rate_exceeded()
        now = self._clock()
        token = Token(secrets.token_urlsafe(48), client, self.scopes, now + self._lifetime)
        self._store.add_token(token, now)
        body = {"access_token": token.text, "token_type": "bearer", "expires_in": self._lifetime}
        return Answer(200, body, {"cache-control": "no-store"})

    def issue_to(self, person: str) -> Token:
        """A token as a person has it who signed in to Genesys Cloud's own pages."""
        now = self._clock()
        token = Token(secrets.token_urlsafe(48), "", self.scopes, now + self._lifetime, person)
        self._store.add_token(token, now)
        return token

    def _admit(self, client: str) -> bool:
        with self._rate_lock:
            return self._rate.admit(client)

    def _client(self, authorization: str) -> tuple[str, Answer | None]:
        identifier, secret = _basic(authorization)
        if not identifier or not secret:
            return "", _oauth_error(400, "invalid_client", "client credentials are missing: use Basic authentication")
        if self._clients and identifier not in self._clients:
            return "", _oauth_error(400, "invalid_client", "client not found: invalid client id")
        if self._clients and not hmac.compare_digest(self._clients[identifier].encode(), secret.encode()):
            return "", _oauth_error(401, "invalid_client", "authentication failed")
        return identifier, None

    def token(self, call: Call) -> Token:
        """The token that the request bears. Raises Refusal (401)."""
        scheme, _, text = call.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not text.strip():
            message = "No authentication bearer token specified in authorization header."
            raise Refusal(401, "authentication.required", message)
        token = self._store.token(text.strip(), self._clock())
        if token is None:
            raise Refusal(401, "bad.credentials", "Invalid login credentials.")
        return token


def require_scope(token: Token, *scopes: str) -> None:
    """Any one of the scopes is enough. Raises Refusal (403) that names them."""
    if not set(scopes) & set(token.scopes):
        message = f"Unable to perform the requested action. The client is missing the scope {' or '.join(scopes)}."
        details = [{"errorCode": "missing.scope", "fieldName": scope} for scope in scopes]
        raise Refusal(403, "missing.scope", message, details=details)


def require_permission(permissions: Sequence[str], denied: Collection[str]) -> None:
    """Any one of the permissions is enough; none are needed where none are listed. Raises Refusal (403)."""
    if permissions and set(permissions) <= set(denied):
        message = (
            "Unable to perform the requested action. You must have at least one of the following permissions "
            f"assigned: [{', '.join(permissions)}]"
        )
        raise Refusal(403, "missing.any.permissions", message)


def _media_type(call: Call) -> str:
    return call.headers.get("content-type", "").partition(";")[0].strip().lower()


def _basic(authorization: str) -> tuple[str, str]:
    scheme, _, encoded = authorization.partition(" ")
    if scheme.lower() != "basic":
        return "", ""
    try:
        identifier, _, secret = base64.b64decode(encoded.strip(), validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        return "", ""
    return identifier, secret


def _oauth_error(status: int, error: str, description: str) -> Answer:
    """The login host's own shape: `description` is Genesys' own, `error_description` that of RFC 6749."""
    return Answer(status, {"error": error, "description": description, "error_description": description})


def _rate_exceeded() -> Answer:
    """CX as Code looks for "400 - invalid_request (rate limit exceeded;" (provider.go:344): error, then description."""
    return _oauth_error(400, "invalid_request", "rate limit exceeded; too many token requests of this client")
