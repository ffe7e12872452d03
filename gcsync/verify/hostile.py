"""The requests of `receiver test`, and what is well answered to each.

An endpoint of one's own need not answer byte for byte as gcsync's receiver does. What counts: the handshake exactly,
no 5xx (the sender would come again for 24 hours), no event from somebody without the credential.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from gcsync.model.check import Check, CheckStatus
from gcsync.verify.wire import Answer, NoAnswer, Trouble

EVENT_TYPE: Final = "gcsync:test"
"""Marks the only event that is ever sent."""

_NEXT: Final = "answer {expected}: what is wrong with a request does not get better when it is sent again"
_CRASH: Final = "catch it and answer {expected}: whoever finds the address can send such a request"
_FAILS: Final = (
    "look into its logs: what it does with an event fails, and the sender comes again for 24 hours; with gcsync "
    "receiver, its stderr, and gcsync receiver stats"
)
_OPEN: Final = "compare the credential before anything else is done with a request, and answer 401"
_HANGS: Final = "limit how long a request may take to arrive: a few hundred such connections occupy every worker"


class Who(StrEnum):
    """With which credential a request is sent."""

    GIVEN = "given"
    NONE = "none"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Case:
    """A request and what is well answered to it: any status of `expected`, whose first is the best one.

    `framing` replaces the honest Content-Length. With `may_cut` an ended connection is an answer too. With `closed` a
    success is a failure, not a warning. `failing` is the hint where it answers 5xx to what it should take. The end of
    what is `silent` never comes: a server may wait for it for a while.
    """

    name: str
    body: bytes = field(default=b"", repr=False)
    expected: tuple[int, ...] = (400,)
    method: str = "POST"
    media_type: str = "application/json"
    framing: tuple[tuple[str, str], ...] | None = None
    more: tuple[tuple[str, str], ...] = ()
    may_cut: bool = False
    silent: bool = False
    who: Who = Who.GIVEN
    closed: bool = False
    hint: str = ""
    failing: str = ""

    def judge(self, answer: Answer) -> Check:
        """How the answer is."""
        status, expected = answer.status, self._expected()
        if status in self.expected:
            return Check(self.name, CheckStatus.OK, f"answered {status}")
        if status >= 500:
            hint = self.failing or _CRASH.format(expected=expected)
            return Check(self.name, CheckStatus.FAIL, f"answered {status}, expected {expected}", hint, "GC837")
        worst = CheckStatus.FAIL if self.closed and status < 300 else CheckStatus.WARN
        hint = self.hint or _NEXT.format(expected=expected)
        return Check(self.name, worst, f"answered {status}, expected {expected}", hint, "GC838")

    def unanswered(self, error: NoAnswer, seconds: float) -> Check:
        """How it is that there was no answer."""
        if error.trouble is Trouble.SLOW:
            return Check(self.name, CheckStatus.WARN, f"no answer within {seconds:g} s", _HANGS, "GC838")
        if self.may_cut:
            return Check(self.name, CheckStatus.OK, "the connection was ended")
        message = f"the connection was cut without an answer, expected {self._expected()}"
        return Check(self.name, CheckStatus.FAIL, message, _CRASH.format(expected=self._expected()), "GC837")

    def _expected(self) -> str:
        return str(self.expected[0])


_BELOW_500: Final = (200, 201, 202, 204, 400, 401, 403, 404, 405, 411, 413, 414, 415, 422, 431)
_REFUSED: Final = (401, 403)
_NOT_TAKEN: Final = (400, 422)
_EMPTY: Final = (*_NOT_TAKEN, 411)
_FRAMING: Final = (400, 408, 411, 501)


def hostile_cases() -> Iterator[Case]:
    """All that is sent to any endpoint. None of it is an event, and none a handshake that could be answered well."""
    yield Case("empty_body", b"", _EMPTY)
    yield Case("empty_object", b"{}", _NOT_TAKEN)
    yield Case("empty_array", b"[]", _NOT_TAKEN)
    yield Case("null", b"null", _NOT_TAKEN)
    yield Case("neither_token_nor_event", b'{"hello": "world"}', _NOT_TAKEN)
    yield Case("malformed_json", b'{"verification_token": ', _NOT_TAKEN)
    yield Case("not_utf8", b'\xff\xfe{"a": "\xe9"}', _NOT_TAKEN)
    yield Case("deep_json", b"[" * 100_000 + b"]" * 100_000, (*_NOT_TAKEN, 413))
    yield Case("token_of_another_type", b'{"verification_token": {"a": [1, null]}}', _BELOW_500)
    yield Case("long_token", json.dumps({"verification_token": "A" * 65_536}).encode(), _BELOW_500)
    yield Case("too_large", b'{"hello": "' + b"A" * (2 * 1024 * 1024) + b'"}', (413,), may_cut=True)
    yield Case("other_content_type", b"hello", (*_NOT_TAKEN, 415), media_type="text/plain")
    yield Case("method_get", b"", (405, 404, 401, 403, 501), method="GET")
    yield Case("long_header", b"{}", _BELOW_500, more=(("X-Filler", "A" * 70_000),), may_cut=True)
    yield from _framing()


def _framing() -> Iterator[Case]:
    """Requests whose length is a lie, or told twice: RFC 9112, sections 6 and 11.2 (smuggling)."""
    cut, chunked = b'{"hello": ', ("Transfer-Encoding", "chunked")
    yield Case("length_negative", b"{}", _FRAMING, framing=(("Content-Length", "-1"),), may_cut=True)
    yield Case(
        "length_twice", b"{}", _FRAMING, framing=(("Content-Length", "2"), ("Content-Length", "40")), may_cut=True
    )
    both = (("Content-Length", "6"), chunked)
    yield Case("length_and_chunked", b"2\r\n{}\r\n0\r\n\r\n", (*_FRAMING, 422), framing=both, may_cut=True)
    yield Case("chunk_malformed", b"zz\r\n{}\r\n0\r\n\r\n", _FRAMING, framing=(chunked,), may_cut=True)
    yield Case("length_too_long", cut, _FRAMING, framing=(("Content-Length", "500"),), may_cut=True, silent=True)


def credential_cases(handshake: bytes) -> Iterator[Case]:
    """Handshakes with a wrong credential and with none. Some endpoints answer those to anybody."""
    hint = f"{_OPEN}; whether events are taken from anybody too, --send-event tells"
    yield Case("credential_missing", handshake, _REFUSED, who=Who.NONE, hint=hint)
    yield Case("credential_wrong", handshake, _REFUSED, who=Who.WRONG, hint=hint)


def event_cases(mark: str, *, credential: bool) -> Iterator[Case]:
    """One marked event, the same again, and, where there is a credential, one without it and one with a wrong one."""
    success = (200, 201, 202, 204)
    yield Case("event", event_body(mark), success, hint="an event that is taken is answered with 2xx", failing=_FAILS)
    again = "answer 2xx to an event that was handled before: else the sender comes again for 24 hours"
    yield Case("event_again", event_body(mark), success, hint=again, failing=_FAILS)
    if credential:
        other = event_body(f"{mark}-stranger")
        yield Case("event_without_credential", other, _REFUSED, who=Who.NONE, closed=True, hint=_OPEN)
        yield Case("event_with_wrong_credential", other, _REFUSED, who=Who.WRONG, closed=True, hint=_OPEN)


def event_body(mark: str) -> bytes:
    """The event by which a person recognises the test: of a type that no organization has."""
    return json.dumps({"id": mark, "eventType": EVENT_TYPE, "data": {"sent_by": "gcsync receiver test"}}).encode()
