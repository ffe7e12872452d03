"""From what the API answered to an error that says what to do next.

Error body (SDK error_body.py): `{message, code, status, contextId, details[], errors[]}`, all of it optional; that of
the login is `{error, error_description, description}`. The codes of event streams are those of the seed document.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from gcsync.model.diagnostic import Diagnostic
from gcsync.model.failure import (
    ChangedSince,
    Denied,
    NameTaken,
    NoSuchKind,
    NotCarriedOut,
    NotFound,
    OutcomeUnknown,
    RemoteError,
)
from gcsync.remote.answers import BadAnswer, NotJson, is_html, page_title
from gcsync.remote.quota import LONGEST_WAIT
from gcsync.remote.redaction import Redactor, secrets_in
from gcsync.remote.retry import Again
from gcsync.remote.wire import TOKEN_PATH, Call, NoReply, Reply, Target, Trouble

_NAME_TAKEN: Final = frozenset({"event.stream.exists"})
_VERSION_MISMATCH: Final = frozenset({"version.mismatch"})
# Both wordings are seen in the field (Terraform provider, util_retries.go:166 and issue 1961).
_VERSION_WORDING: Final = ("does not match the current version", "does not match latest draft version")
_NESTED_AT_MOST: Final = 5

_AGAIN: Final = "many programs may be using the rate limit of this OAuth client: run it again later"
_LOOK_FIRST: Final = "look at what is there before doing it again: `gcsync plan` shows it"
_CLIENT_HINT: Final = (
    "check the client id and secret, and the region: an OAuth client works in the region of its organization only"
)


@dataclass(frozen=True, slots=True)
class ErrorBody:
    """What the API says of an error, as it came: not yet fit to be shown."""

    message: str = ""
    code: str = ""
    context_id: str = ""


class Explainer:
    """Turns answers into errors; nothing that it makes holds a secret or a control character."""

    def __init__(self, redactor: Redactor) -> None:
        self._redactor = redactor

    def refused(self, call: Call, reply: Reply) -> RemoteError:
        """The error for an answer that is neither a success nor to be repeated."""
        body = read_error_body(reply)
        if reply.uncertain and reply.status == 409:
            return self.unknown(call, f"an earlier try went without an answer, then came {reply.status}", reply)
        if call.path == TOKEN_PATH and reply.status in (400, 401, 403):
            return self._error(RemoteError, "GC306", call, reply, _CLIENT_HINT)
        if 300 <= reply.status < 400:
            return self._redirect(call, reply)
        if _is_version_mismatch(reply.status, body):
            hint = "someone changed it meanwhile: plan again and look at the difference"
            return self._error(ChangedSince, "GC314", call, reply, hint)
        kind, code, hint = _by_status(call, reply.status, body)
        return self._error(kind, code, call, reply, hint)

    def given_up(self, call: Call, again: Again) -> RemoteError:
        """The error for a call that was repeated as often as it may be, or may not be repeated at all."""
        if again.rate_limited and again.reply is not None:
            kind = NotCarriedOut if call.prompt and not again.asks_too_much else RemoteError
            return self._error(kind, "GC317", call, again.reply, _rate_hint(again))
        if not call.reads and again.uncertain:
            what = f"answered {again.reason}" if again.reply is not None else str(again.missing)
            return self.unknown(call, what, again.reply)
        if again.reply is not None:
            hint = "Genesys Cloud is in trouble or busy: see https://status.mypurecloud.com and try again later"
            return self._error(RemoteError, "GC318", call, again.reply, hint)
        error = self.no_reply(call, again.missing or NoReply(Trouble.DROPPED, "no answer"))
        return NotCarriedOut(error.diagnostic) if call.prompt else error

    def late(self, call: Call, why: str) -> NotCarriedOut:
        """The error for a prompt call that could not be sent at once."""
        return NotCarriedOut(
            Diagnostic("GC515", f"{call}: not sent, {why} came between it and the read before", hint=_AGAIN)
        )

    def no_reply(self, call: Call, missing: NoReply) -> RemoteError:
        """The error for a host that cannot be reached or understood."""
        if not call.reads and missing.trouble is Trouble.TOO_LARGE:
            return self.unknown(call, missing.detail)
        codes = {Trouble.UNTRUSTED: "GC320", Trouble.TOO_LARGE: "GC323"}
        hint = missing.hint or "check the network and try again"
        return RemoteError(Diagnostic(codes.get(missing.trouble, "GC319"), f"{call}: {missing.detail}", hint=hint))

    def bad_answer(self, call: Call, reply: Reply, problem: BadAnswer) -> RemoteError:
        """The error for a success that is not what the API promises; after a write nobody knows what was done."""
        content_type = self._clean(call, reply.content_type) or "no content type"
        text = f"{self._clean(call, problem)} (status {reply.status}, {content_type})"
        if not call.reads:
            return self.unknown(call, f"answered with {text}", reply)
        code = "GC321" if isinstance(problem, NotJson) else "GC322"
        return RemoteError(Diagnostic(code, f"{call}: answered with {text}", hint=_HOST_HINT), status=reply.status)

    def misshapen(self, call: Call, what: str) -> RemoteError:
        """The error for JSON of another shape than the API promises."""
        hint = "does the host speak the API that gcsync knows? If it is Genesys Cloud, report it"
        return RemoteError(Diagnostic("GC322", f"{call}: answered with {self._clean(call, what)}", hint=hint))

    def endless(self, call: Call, what: str) -> RemoteError:
        """The error for a listing whose pages do not come to an end."""
        return RemoteError(Diagnostic("GC325", f"{call}: {what}", hint="the API does not page as it should: report it"))

    def unknown(self, call: Call, what: str, reply: Reply | None = None) -> OutcomeUnknown:
        body = read_error_body(reply) if reply is not None else ErrorBody()
        context_id = self._clean(call, body.context_id)
        tail = f" (contextId {context_id})" if context_id else ""
        message = f"{call}: {self._clean(call, what)}{tail}: nobody knows whether it was carried out"
        status = reply.status if reply is not None else None
        diagnostic = Diagnostic("GC326", message, hint=_LOOK_FIRST)
        return OutcomeUnknown(diagnostic, status=status, code=self._clean(call, body.code), context_id=context_id)

    def interrupted(self, call: Call, *, uncertain: bool) -> RemoteError:
        """The error for a call that was not sent (again) since gcsync is to end."""
        if uncertain:
            return self.unknown(call, "interrupted while waiting to send it again, an earlier try without an answer")
        return RemoteError(Diagnostic("GC328", f"{call}: interrupted before it was sent", hint="run it again"))

    def _redirect(self, call: Call, reply: Reply) -> RemoteError:
        target = self._clean(call, reply.headers.get("Location", "")) or "nowhere"
        message = f"{call}: {reply.status}, redirected to {target}: not followed"
        hint = "credentials go to the configured host only; write its own https:// URL into GENESYS_CLOUD_API_URL"
        diagnostic = Diagnostic("GC324", message, hint=hint)
        if not call.reads and reply.uncertain:
            return self.unknown(call, f"redirected to {target}", reply)
        return RemoteError(diagnostic, status=reply.status)

    def _error(self, kind: type[RemoteError], code: str, call: Call, reply: Reply, hint: str) -> RemoteError:
        body = read_error_body(reply)
        api_code, context_id = self._clean(call, body.code), self._clean(call, body.context_id)
        said = ": ".join(part for part in (api_code, self._clean(call, body.message)) if part)
        message = f"{call}: {reply.status} {said or 'without a message'}"
        message += f" (contextId {context_id})" if context_id else ""
        return kind(Diagnostic(code, message, hint=hint), status=reply.status, code=api_code, context_id=context_id)

    def _clean(self, call: Call, text: object) -> str:
        """What a server said in answer to a call, fit to be shown: it may repeat any part of the request."""
        return self._redactor.clean(text, *secrets_in(call.body))


def read_error_body(reply: Reply) -> ErrorBody:
    """What an answer says of the error; from a page or plain text as much as one can."""
    fallback = str(reply.headers.get("ININ-Correlation-Id", ""))
    try:
        data = json.loads(reply.body)
    except (ValueError, RecursionError):
        text = page_title(reply.body) if is_html(reply) else reply.body[:2000].decode("utf-8", "replace").strip()
        return ErrorBody(message=text, context_id=fallback)
    if not isinstance(data, Mapping):
        return ErrorBody(message=str(data)[:2000] if data is not None else "", context_id=fallback)
    code = _text(data, "code") or _text(data, "error")
    message = "; ".join(dict.fromkeys(text for text in _messages(data, 0) if code not in text.split()))
    return ErrorBody(message, code, _text(data, "contextId") or fallback)


def _messages(data: Mapping[str, Any], depth: int) -> list[str]:
    """The message and those of the nested errors and details, without repetitions."""
    own = _text(data, "messageWithParams") if "{" in _text(data, "message") else ""
    own = own or _text(data, "message") or _text(data, "error_description") or _text(data, "description")
    found = [own] if own else []
    nested = data.get("errors") if depth < 2 else None
    for inner in (nested if isinstance(nested, list) else [])[:_NESTED_AT_MOST]:
        found += _messages(inner, depth + 1) if isinstance(inner, Mapping) else [str(inner)]
    details = data.get("details")
    for detail in (details if isinstance(details, list) else [])[:_NESTED_AT_MOST]:
        if isinstance(detail, Mapping):
            found += [" ".join(part for part in (_text(detail, "fieldName"), _text(detail, "errorCode")) if part)]
    return [text for text in found if text]


def _text(data: Mapping[str, Any], key: str) -> str:
    value = data.get(key)
    return value if isinstance(value, str) else ""


def _is_version_mismatch(status: int, body: ErrorBody) -> bool:
    if status not in (400, 409):
        return False
    return body.code in _VERSION_MISMATCH or any(wording in body.message for wording in _VERSION_WORDING)


def _is_name_taken(call: Call, body: ErrorBody) -> bool:
    """By its code; on a create any conflict that is not about a version, since then the name is looked up."""
    return body.code in _NAME_TAKEN or call.method == "POST"


def _by_status(call: Call, status: int, body: ErrorBody) -> tuple[type[RemoteError], str, str]:
    """The kind of error, its diagnostic code and the next step."""
    if status == 409 and _is_name_taken(call, body):
        return NameTaken, "GC313", "names are unique whatever the case: choose another one, or adopt the object"
    if status == 400 and body.code == "invalid.destination.url":
        return RemoteError, "GC312", _DESTINATION_HINT
    if status == 404:
        return _MISSING[call.target]
    if status == 403:
        return Denied, "GC308", denied_hint(call.scope, call.permission)
    return RemoteError, *_REMEDIES.get(status, _ANY_REMEDY)


def denied_hint(scope: str, permission: str = "") -> str:
    """Which scope or permission is missing and where each is granted."""
    if permission:
        return (
            f"the OAuth client lacks the scope {scope}, or its role the permission {permission}: a scope is granted to "
            "the client in Genesys Cloud Admin > Integrations > OAuth, a permission to a role in Admin > People & "
            "Permissions > Roles / Permissions, and the role to the client; then run again: a new token is fetched"
        )
    which = f"the scope {scope}" if scope else "a permission or scope"
    return (
        f"the OAuth client lacks {which}, or its role the permission: grant it in Genesys Cloud Admin > Integrations > "
        "OAuth (Admin > Security > Service Accounts, where the organization has that page), then run again: "
        "a new token is fetched"
    )


def _rate_hint(again: Again) -> str:
    if again.asks_too_much:
        return (
            f"the API asks to wait {again.after:.0f} s, more than the {LONGEST_WAIT:.0f} s that gcsync waits: "
            "run it again after that"
        )
    return "the rate limit of this OAuth client is used up: run again later, or with an OAuth client of its own"


_DESTINATION_HINT: Final = (
    "the destination must be an https:// URL whose name resolves publicly; for a private endpoint, set up "
    "VPC endpoints and allow the address ranges that Genesys Cloud sends from"
)
_NO_SUCH_KIND_HINT: Final = (
    "this organization has no such API (for event streams that is so in every public organization today), "
    "or GENESYS_CLOUD_API_URL names another server"
)
_HOST_HINT: Final = (
    "is this the API's host? Check GENESYS_CLOUD_API_URL, GENESYS_CLOUD_LOGIN_URL and any proxy in between"
)
_MISSING: Final[dict[Target, tuple[type[RemoteError], str, str]]] = {
    Target.OBJECT: (NotFound, "GC310", "someone deleted it meanwhile: plan again"),
    Target.LISTING: (NoSuchKind, "GC309", _NO_SUCH_KIND_HINT),
    Target.HOST: (RemoteError, "GC332", _HOST_HINT),
}
_ANY_REMEDY: Final = ("GC330", "the message is the API's own; its support can look up the contextId")
_REMEDIES: Final[dict[int, tuple[str, str]]] = {
    400: ("GC311", "the API refuses a value: correct it in the stack"),
    401: (
        "GC307",
        f"the token has ended or is of another region; set a new GENESYS_CLOUD_ACCESS_TOKEN, or {_CLIENT_HINT}",
    ),
    409: ("GC315", "it conflicts with what is there: plan again; the contextId helps support"),
    413: ("GC316", "the object is larger than the API takes: make it smaller"),
}
