"""Token, organization, clock and rate limit: what the first answers tell.

Sources: `GET /api/v2/tokens/me` takes no permission (platform-client-sdk-cli) and answers `organization`,
`homeOrganization`, `authorizedScope`, `OAuthClient` (Python SDK 269, models/token_info.py); the rate limit's headers
as in gcsync.remote.pacing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final

from gcsync.doctor.hearing import Hearing
from gcsync.doctor.settings import failed
from gcsync.doctor.subject import Subject
from gcsync.model.check import Check, CheckStatus
from gcsync.model.diagnostic import DiagnosticError
from gcsync.model.failure import RemoteError
from gcsync.remote.redaction import Redactor
from gcsync.remote.retry import whole_number
from gcsync.remote.session import GenesysSession

TOKEN_PATH: Final = "/api/v2/tokens/me"  # noqa: S105 - a path
MOST_SKEW_SECONDS: Final = 60
SHARE_USED: Final = 0.8

_RATE: Final = ("inin-ratelimit-count", "inin-ratelimit-allowed", "inin-ratelimit-reset")


@dataclass(frozen=True, slots=True)
class Token:
    """`usable` says whether the API takes it; `scopes` are None where nobody tells which it has."""

    usable: bool
    scopes: tuple[str, ...] | None = None


def check_token(session: GenesysSession, redactor: Redactor) -> tuple[Token, Check]:
    """Get a token and ask what it is."""
    try:
        data = session.get(TOKEN_PATH)
    except RemoteError as error:
        if error.status in (403, 404):
            message = f"accepted for {session.client}; the API does not say what it may do ({error.status})"
            return Token(True), Check("token", CheckStatus.OK, message)
        return Token(False), failed("token", error.diagnostic)
    except DiagnosticError as error:
        return Token(False), failed("token", error.diagnostics[0])
    scopes = _texts(data.get("authorizedScope"))
    client = _client(data.get("OAuthClient"), redactor) or session.client
    told = f"scopes {', '.join(map(redactor.clean, scopes))}" if scopes else "its scopes are not told: its roles decide"
    return Token(True, scopes), Check("token", CheckStatus.OK, f"accepted for {client}; {told}")


def check_organization(session: GenesysSession, subject: Subject, redactor: Redactor) -> Check:
    """Whose token it is, and whether that is the organization that the stacks declare."""
    try:
        found = session.check_organization(subject.organization)
    except DiagnosticError as error:
        return failed("organization", error.diagnostics[0])
    message = f"{redactor.clean(found.name)} ({redactor.clean(found.id)})"
    declared = ", as declared" if subject.organization else "; no stack declares which it should be"
    return Check("organization", CheckStatus.OK, message + declared)


def check_clock(hearing: Hearing) -> Check:
    """The local clock beside that of the server."""
    heard = hearing.last("Date")
    server = _instant(heard.headers["Date"]) if heard is not None else None
    if heard is None or server is None:
        return Check("clock", CheckStatus.NOT_CHECKED, "no answer told the server's time")
    skew = (heard.at - server).total_seconds()
    if abs(skew) <= MOST_SKEW_SECONDS:
        return Check("clock", CheckStatus.OK, f"within {max(1, round(abs(skew)))} s of the server's")
    behind = "ahead of" if skew > 0 else "behind"
    message = f"the local clock is {abs(skew):.0f} s {behind} the server's"
    hint = "set it by NTP: certificates, signed requests and what `--blame` asks for depend on it"
    return Check("clock", CheckStatus.WARN, message, hint, "GC694")


def check_rate_limit(hearing: Hearing) -> Check:
    """How much of the rate limit is left, after what doctor itself asked for."""
    heard = hearing.last(*_RATE)
    count, allowed, reset = (whole_number(heard.headers[name]) for name in _RATE) if heard is not None else (None,) * 3
    if count is None or not allowed or reset is None:
        return Check("rate_limit", CheckStatus.NOT_CHECKED, "no answer told it")
    message = f"{count:.0f} of {allowed:.0f} requests used, resets in {reset:.0f} s"
    if count < SHARE_USED * allowed:
        return Check("rate_limit", CheckStatus.OK, message)
    hint = "something else uses this OAuth client: give gcsync one of its own, or wait"
    return Check("rate_limit", CheckStatus.WARN, message, hint, "GC695")


def _client(data: Any, redactor: Redactor) -> str:
    """`ci (client-1)`, as far as the answer names the client."""
    found = data if isinstance(data, dict) else {}
    name, identifier = (redactor.clean(found[key]) if found.get(key) else "" for key in ("name", "id"))
    return f"{name} ({identifier})" if name and identifier else name or identifier


def _texts(value: Any) -> tuple[str, ...] | None:
    """The texts of a list; None for a list of nothing, which tells nothing."""
    found = tuple(item for item in value if isinstance(item, str)) if isinstance(value, Sequence) else ()
    return found or None


def _instant(text: str) -> datetime | None:
    try:
        instant = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return instant if instant.tzinfo is not None else instant.replace(tzinfo=UTC)
