"""The bearer token: fetched once for all threads, renewed before it ends, kept in memory only.

Source: `POST {login}/oauth/token`, Basic authentication, form `grant_type=client_credentials`; answer `access_token`,
`token_type`, `expires_in` in seconds (Python SDK 269, api_client.py:154-183; Go SDK, configuration.go:126-131).
"""

from __future__ import annotations

import base64
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Protocol

from gcsync.model.value import Secret
from gcsync.remote.settings import Credentials

MARGIN_SECONDS: Final = 60.0
SHORTEST_SHARE: Final = 0.2


@dataclass(frozen=True, slots=True)
class Grant:
    """What the login gave: a token, and for how many seconds (None: it does not say)."""

    token: str = field(repr=False)
    expires_in: float | None = None


class Tokens(Protocol):
    """Where a request's token comes from."""

    def get(self) -> str:
        """A token that is still good."""

    def renew(self, refused: str, *, denied: bool) -> bool:
        """Whether a request that was refused with this token should be sent again with another one."""


class GivenToken:
    """An access token from the environment: it cannot be renewed."""

    def __init__(self, token: Secret) -> None:
        self._token = token

    def get(self) -> str:
        return str(self._token.reveal())

    def renew(self, refused: str, *, denied: bool) -> bool:
        return False


class FetchedToken:
    """Tokens for a client id and secret. Safe to use from several threads: one fetches, the others wait for it."""

    def __init__(self, fetch: Callable[[], Grant], clock: Callable[[], float]) -> None:
        self._fetch = fetch
        self._clock = clock
        self._lock = threading.Lock()
        self._token: str | None = None
        self._good_until = 0.0
        self._renewed_after_denial = False

    def get(self) -> str:
        with self._lock:
            if self._token is None or self._clock() >= self._good_until:
                asked_at = self._clock()
                grant = self._fetch()
                self._token, self._good_until = grant.token, asked_at + _useful_seconds(grant)
            return self._token

    def renew(self, refused: str, *, denied: bool) -> bool:
        """After a 401 always; after a 403 (scopes may have changed since the token was made) once in a run."""
        with self._lock:
            if self._token != refused:
                return True
            if denied and self._renewed_after_denial:
                return False
            self._renewed_after_denial = self._renewed_after_denial or denied
            self._token = None
            return True


def basic_authorization(credentials: Credentials) -> str:
    secret = credentials.client_secret.reveal() if credentials.client_secret is not None else ""
    return "Basic " + base64.b64encode(f"{credentials.client_id}:{secret}".encode()).decode()


def _useful_seconds(grant: Grant) -> float:
    """Its time less a minute; of one that lasts for minutes only, four fifths."""
    if grant.expires_in is None:
        return float("inf")
    return grant.expires_in - min(MARGIN_SECONDS, grant.expires_in * SHORTEST_SHARE)
