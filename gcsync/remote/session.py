"""One conversation with one organization: token, requests, paging, the organization check."""

from __future__ import annotations

import random as random_module
import threading
import time
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from itertools import count
from types import TracebackType
from typing import Final

from requests.adapters import BaseAdapter

from gcsync.model.diagnostic import Diagnostic, DiagnosticError
from gcsync.model.resource import Organization
from gcsync.model.value import Value
from gcsync.remote.answers import BadAnswer, read_object
from gcsync.remote.cursor import read_cursor_pages
from gcsync.remote.errors import Explainer
from gcsync.remote.exchange_log import ExchangeLog
from gcsync.remote.pacing import Pacer
from gcsync.remote.paging import Endless, Pages, read_pages
from gcsync.remote.redaction import Redactor, secrets_in
from gcsync.remote.retry import Again, Interrupted, Retry, Surroundings
from gcsync.remote.settings import Credentials, Endpoint
from gcsync.remote.tokens import FetchedToken, GivenToken, Grant, Tokens, basic_authorization
from gcsync.remote.transport import Transport
from gcsync.remote.wait import Wait
from gcsync.remote.wire import TOKEN_PATH, Call, JsonObject, NoReply, Params, Reply, Target

__all__ = ["GenesysSession", "Pages", "Wait"]

# What may lie between a read and the write that it guards, beside the two requests themselves.
_PROMPT_SECONDS: Final = 0.2
_ORGANIZATION_PATH: Final = "/api/v2/organizations/me"


class GenesysSession:
    """Speaks to the organization of `credentials` at `endpoint`. Safe to use from several threads.

    With `read_only`, nothing but GET and the closed list of reading POSTs leaves the machine. `notify` hears of every
    wait; `stop`, once set, ends waits and lets no further request begin. `adapter` is the seam for tests.
    Every method may raise `gcsync.model.failure.RemoteError` or one of its subclasses.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        credentials: Credentials,
        *,
        read_only: bool,
        adapter: BaseAdapter | None = None,
        environ: Mapping[str, str] | None = None,
        notify: Callable[[Wait], None] | None = None,
        sleep: Callable[[float], object] = time.sleep,
        random: Callable[[], float] = random_module.random,
        clock: Callable[[], float] = time.monotonic,
        stop: threading.Event | None = None,
    ) -> None:
        surroundings = Surroundings(sleep, random, clock, notify or _say_nothing, stop or threading.Event())
        self._surroundings = surroundings
        self.endpoint = endpoint
        self._credentials = credentials
        self._transport = Transport(endpoint, read_only=read_only, adapter=adapter, environ=environ or {})
        self._redactor = Redactor(credentials.client_secret, credentials.access_token)
        self._explain = Explainer(self._redactor)
        self._log = ExchangeLog(self._redactor, clock)
        self._pacer = Pacer(surroundings)
        self._retry = Retry(surroundings, self._pacer.refused)
        self._tokens: Tokens = (
            GivenToken(credentials.access_token)
            if credentials.access_token is not None
            else FetchedToken(self._fetch_token, clock)
        )
        self._organization: Organization | None = None
        self._organization_lock = threading.Lock()

    def conceal(self, values: Iterable[Value]) -> None:
        """Let no error show what is secret in `values`, such as a stack's: an API may repeat what it once was sent.

        They are walked only once there is an error to be shown.
        """
        self._redactor.learn_later(lambda: (secret for value in values for secret in secrets_in(value)))

    @property
    def client(self) -> str:
        """As whom gcsync speaks: the client id, or `access token` where only that is known."""
        if self._credentials.access_token is not None or self._credentials.client_id is None:
            return "access token"
        return self._credentials.client_id

    def get(self, path: str, *, params: Params | None = None, scope: str = "", permission: str = "") -> JsonObject:
        """The JSON object at `path`. Raises NotFound, Denied."""
        call = Call("GET", path, params=params or {}, scope=scope, permission=permission)
        return self._object(call, self._send(call))

    def post(self, path: str, body: Value, *, scope: str = "", permission: str = "") -> JsonObject:
        """Create something, sent once. `body` may hold secrets. Raises NameTaken, NoSuchKind, OutcomeUnknown."""
        call = Call("POST", path, body=body, scope=scope, target=Target.LISTING, permission=permission)
        return self._object(call, self._send(call))

    def query(self, path: str, body: Value, *, params: Params | None = None, permission: str = "") -> JsonObject:
        """What a POST answers that only reads, one of `READING_POSTS`; sent again as a GET is. Raises Denied."""
        call = Call("POST", path, params=params or {}, body=body, target=Target.LISTING, permission=permission)
        return self._object(call, self._send(call))

    def put(self, path: str, body: Value, *, scope: str = "", permission: str = "", prompt: bool = False) -> JsonObject:
        """Replace the object at `path`. Raises NotFound, NameTaken, ChangedSince, OutcomeUnknown.

        With `prompt`, for an object without a version that was just read, it is sent at once and once; where that
        cannot be it raises NotCarriedOut or OutcomeUnknown, and the object is to be read again first.
        """
        call = Call("PUT", path, body=body, scope=scope, permission=permission, prompt=prompt)
        return self._object(call, self._send(call))

    def patch(
        self, path: str, body: Value, *, scope: str = "", permission: str = "", prompt: bool = False
    ) -> JsonObject:
        """Set some values of the object at `path`; `body` must do the same twice, `prompt` as in `put`.

        Raises NotFound, OutcomeUnknown, NotCarriedOut.
        """
        call = Call("PATCH", path, body=body, scope=scope, permission=permission, prompt=prompt)
        return self._object(call, self._send(call))

    def delete(self, path: str, *, scope: str = "", permission: str = "", prompt: bool = False) -> None:
        """Delete the object at `path`; `prompt` as in `put`. Raises NotFound, OutcomeUnknown, NotCarriedOut."""
        self._send(Call("DELETE", path, scope=scope, permission=permission, prompt=prompt))

    def pages(
        self,
        path: str,
        *,
        page_size: int = 100,
        params: Params | None = None,
        scope: str = "",
        permission: str = "",
    ) -> Pages:
        """Every object of a listing in numbered pages, each once. Raises NoSuchKind, Denied."""
        listing = Call("GET", path, scope=scope, target=Target.LISTING, permission=permission)

        def fetch(number: int) -> JsonObject:
            call = replace(listing, params={"pageSize": page_size, "pageNumber": number, **(params or {})})
            return self._object(call, self._send(call))

        return self._listed(listing, lambda: read_pages(fetch, page_size))

    def cursor_pages(self, path: str, *, page_size: int = 100, scope: str = "", permission: str = "") -> Pages:
        """Every object of a listing whose pages name the next one, each once. Raises NoSuchKind, Denied."""
        listing = Call("GET", path, scope=scope, target=Target.LISTING, permission=permission)

        def fetch(cursor: Mapping[str, str]) -> JsonObject:
            call = replace(listing, params={"pageSize": page_size, **cursor})
            return self._object(call, self._send(call))

        return self._listed(listing, lambda: read_cursor_pages(fetch))

    def announce(self, wait: Wait) -> None:
        """Say a wait that somebody else waits."""
        self._surroundings.notify(wait)

    def pause(self, wait: Wait, path: str) -> None:
        """Announce a wait for the next try at `path`, and wait. Raises RemoteError GC328 when told to stop."""
        try:
            self._surroundings.pause(wait)
        except Interrupted:
            raise self._explain.interrupted(Call("POST", path), uncertain=False) from None

    def organization(self) -> Organization:
        """The organization of the credentials; asked for once."""
        with self._organization_lock:
            if self._organization is None:
                self._organization = self._read_organization()
            return self._organization

    def check_organization(self, declared: str | None) -> Organization:
        """The organization, if it is the declared one (an id or a name, any case; None: any). DiagnosticError GC305."""
        found = self.organization()
        if declared is None or _fold(declared) in (_fold(found.id), _fold(found.name)):
            return found
        theirs = f'"{self._redactor.clean(found.name)}" ({self._redactor.clean(found.id)})'
        raise DiagnosticError(
            Diagnostic(
                "GC305",
                f'the stack is for the organization "{declared}", but the credentials belong to {theirs}',
                hint="use the credentials of the declared organization, or correct genesys.organization",
            )
        )

    def close(self) -> None:
        """Close every connection."""
        self._transport.close()

    def __enter__(self) -> GenesysSession:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _listed(self, listing: Call, read: Callable[[], Pages]) -> Pages:
        try:
            return read()
        except BadAnswer as problem:
            raise self._explain.misshapen(listing, str(problem)) from None
        except Endless as problem:
            raise self._explain.endless(listing, str(problem)) from None

    def _send(self, call: Call) -> Reply:
        """The successful answer to a call; with one more try and a new token after a 401, and once after a 403."""
        reply, token = self._send_with_token(call)
        if reply.status in (401, 403) and self._tokens.renew(token, denied=reply.status == 403):
            if call.prompt:
                raise self._explain.late(call, "a new token")
            reply, _ = self._send_with_token(call)
        if not reply.succeeded:
            raise self._explain.refused(call, reply)
        return reply

    def _send_with_token(self, call: Call) -> tuple[Reply, str]:
        used = ""
        self._transport.permit(call)

        def authorize() -> str:
            nonlocal used
            used = self._tokens.get()
            return f"Bearer {used}"

        return self._settled(call, authorize), used

    def _settled(self, call: Call, authorize: Callable[[], str]) -> Reply:
        """The last answer to a call, every way of failing turned into an error for a person."""
        attempts = count(1)
        try:
            return self._retry.run(call, lambda: self._once(call, authorize, next(attempts)))
        except Again as again:
            raise self._explain.given_up(call, again) from None
        except NoReply as missing:
            raise self._explain.no_reply(call, missing) from None
        except Interrupted as interrupted:
            raise self._explain.interrupted(call, uncertain=interrupted.uncertain) from None

    def _once(self, call: Call, authorize: Callable[[], str], attempt: int) -> Reply:
        asked_at = self._surroundings.clock()
        authorization = authorize()

        def send() -> Reply:
            if call.prompt and self._surroundings.clock() - asked_at > _PROMPT_SECONDS:
                raise self._explain.late(call, "a wait")
            return self._log.exchange(call, attempt, lambda: self._transport.send(call, authorization))

        return send() if call.host != "api" else self._pacer.exchange(call, send)

    def _object(self, call: Call, reply: Reply) -> JsonObject:
        try:
            return read_object(reply)
        except BadAnswer as problem:
            raise self._explain.bad_answer(call, reply, problem) from None

    def _fetch_token(self) -> Grant:
        call = Call("POST", TOKEN_PATH, host="login", body="grant_type=client_credentials", target=Target.HOST)
        authorization = basic_authorization(self._credentials)
        self._redactor.learn(authorization.removeprefix("Basic "))
        reply = self._settled(call, lambda: authorization)
        if not reply.succeeded:
            raise self._explain.refused(call, reply)
        grant = _read_grant(self._object(call, reply))
        if grant is None:
            raise self._explain.bad_answer(call, reply, BadAnswer("an object without a usable access_token"))
        self._redactor.learn(grant.token)
        return grant

    def _read_organization(self) -> Organization:
        call = Call("GET", _ORGANIZATION_PATH, target=Target.HOST)
        reply = self._send(call)
        data = self._object(call, reply)
        identifier, name = data.get("id"), data.get("name")
        if not isinstance(identifier, str) or not identifier or not isinstance(name, str):
            raise self._explain.bad_answer(call, reply, BadAnswer("an organization without an id or a name"))
        return Organization(identifier, name)


def _read_grant(data: JsonObject) -> Grant | None:
    token, seconds = data.get("access_token"), data.get("expires_in")
    if not isinstance(token, str) or not token or not token.isascii() or not token.isprintable() or " " in token:
        return None
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        return Grant(token)
    return Grant(token, float(seconds))


def _fold(text: str) -> str:
    return unicodedata.normalize("NFC", text.strip()).casefold()


def _say_nothing(_wait: Wait) -> None:
    pass
