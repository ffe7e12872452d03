"""Try an endpoint out: the lines of `verify`, then hostile requests, each on a connection of its own."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import Final

from gcsync.model.check import Check, CheckStatus
from gcsync.remote.redaction import Redactor
from gcsync.verify.connection import NoConnection, dial, look_up, secure, through
from gcsync.verify.destination import Probe, check_endpoint
from gcsync.verify.endpoint import Endpoint
from gcsync.verify.handshake import judge, request_body, unanswered
from gcsync.verify.hostile import Case, Who, credential_cases, event_body, event_cases, hostile_cases
from gcsync.verify.wire import Answer, NoAnswer, Trouble, compose, exchange

SILENT_SECONDS: Final = 15.0
"""Longer than a server waits that takes care, gcsync's own ten seconds among them."""
_SLOW_HINT: Final = "let several requests be served at once, and limit how long one may take to arrive"
_EVENTS: Final = ("handshake_beside_event", "event", "event_again")
_OF_STRANGERS: Final = ("event_without_credential", "event_with_wrong_credential")
_CREDENTIALS: Final = ("credential_missing", "credential_wrong")
_REFUSED: Final = "the endpoint refuses the credential"
_ALIVE_HINT: Final = "one of the requests before has ended the server or blocked all of its workers; see its logs"


@dataclass(frozen=True, slots=True)
class Trial:
    """What is tried. `wrong` are the headers of a wrong credential, empty where none is given.

    A request whose end never comes is to be ended within `silent_seconds`.
    """

    endpoint: Endpoint
    probe: Probe
    wrong: tuple[tuple[str, str], ...] = ()
    send_event: bool = False
    silent_seconds: float = SILENT_SECONDS


def try_out(trial: Trial) -> Iterator[Check]:
    """Every check in its order, each as soon as it is known. Without a handshake that is answered there are no more."""
    first = check_endpoint(trial.endpoint, trial.probe)
    yield from (replace(check, about="connection and handshake") for check in first)
    yield from (replace(check, about="hostile requests") for check in _hostile(trial, first))


def _hostile(trial: Trial, first: Sequence[Check]) -> Iterator[Check]:
    last = first[-1]
    names = [case.name for case in _cases(trial, "")]
    if last.status is CheckStatus.NOT_CHECKED or (last.code == "GC833" and last.status is CheckStatus.FAIL):
        reason = "the endpoint does not answer"
        yield from (Check(name, CheckStatus.NOT_CHECKED, reason) for name in (*names, "slow_sender", "still_alive"))
        return
    refused = last.code == "GC831" and last.status is CheckStatus.FAIL
    yield from _Trying(trial, refused=refused).checks()


def _cases(trial: Trial, token: str) -> Iterator[Case]:
    if trial.wrong:
        yield from credential_cases(request_body(token))
    yield from hostile_cases()
    if trial.send_event:
        yield from event_cases(f"gcsync-test-{token}", credential=bool(trial.wrong))


@dataclass(frozen=True, slots=True)
class _Trying:
    """`refused`: the endpoint does not take the credential, so that 401 says nothing of a request."""

    trial: Trial
    refused: bool = False

    def checks(self) -> Iterator[Check]:
        token = self.trial.probe.token()
        yield self._handshake("handshake_unicode", f'{token}é\u2028😀\\"/', worst=CheckStatus.WARN)
        if not self.trial.wrong:
            yield from (Check(name, CheckStatus.NOT_CHECKED, "no --auth was given") for name in _CREDENTIALS)
        if self.trial.send_event:
            beside = json.loads(event_body(f"gcsync-test-{token}-beside"))
            yield self._handshake("handshake_beside_event", token, CheckStatus.WARN, **beside)
        for case in _cases(self.trial, token):
            yield self._case(case)
        if not self.trial.send_event:
            left = (*_EVENTS, *(_OF_STRANGERS if self.trial.wrong else ()))
            reason = "--send-event sends an event of type gcsync:test"
            yield from (Check(name, CheckStatus.NOT_CHECKED, reason) for name in left)
        yield self._slow_sender()
        yield self._alive()

    def _handshake(self, name: str, token: str, worst: CheckStatus = CheckStatus.FAIL, **more: object) -> Check:
        """A handshake; what is wrong with it is at most `worst`, unless the endpoint breaks down over it."""
        redactor = Redactor()
        redactor.learn(*self.trial.endpoint.secrets)
        request = compose(self.trial.endpoint, request_body(token, **more))
        try:
            answer = self._ask(request)
        except NoAnswer as error:
            return replace(unanswered(error, self.trial.probe.seconds), check=name)
        if self._says_nothing(answer):
            return Check(name, CheckStatus.NOT_CHECKED, _REFUSED)
        found = judge(answer, token, redactor.clean)
        mild = found.status is CheckStatus.FAIL and answer.status < 500
        return replace(found, check=name, status=worst if mild else found.status)

    def _case(self, case: Case) -> Check:
        declared = {Who.GIVEN: self.trial.endpoint.headers, Who.WRONG: self._strange(), Who.NONE: self._strange(())}
        request = compose(
            self.trial.endpoint,
            case.body,
            method=case.method,
            media_type=case.media_type,
            framing=case.framing,
            headers=(*declared[case.who], *case.more),
        )
        seconds = self.trial.silent_seconds if case.silent else self.trial.probe.seconds
        try:
            answer = self._ask(request, case.method, seconds)
        except NoAnswer as error:
            return case.unanswered(error, seconds)
        if self._says_nothing(answer) and answer.status not in case.expected:
            return Check(case.name, CheckStatus.NOT_CHECKED, _REFUSED)
        return case.judge(answer)

    def _says_nothing(self, answer: Answer) -> bool:
        return self.refused and answer.status in (401, 403)

    def _strange(self, instead: tuple[tuple[str, str], ...] | None = None) -> tuple[tuple[str, str], ...]:
        """The headers with the wrong credential, or with `instead`, in the right one's place."""
        wrong = self.trial.wrong if instead is None else instead
        names = {name.lower() for name, _ in self.trial.wrong}
        return (*(pair for pair in self.trial.endpoint.headers if pair[0].lower() not in names), *wrong)

    def _slow_sender(self) -> Check:
        """While one sender does not come to its end, another is answered."""
        request = compose(self.trial.endpoint, b"{", framing=(("Content-Length", "64"),))
        try:
            with self._connection() as slow:
                slow.sendall(request)
                found = self._handshake("slow_sender", self.trial.probe.token())
        except (NoAnswer, OSError):
            return Check("slow_sender", CheckStatus.NOT_CHECKED, "no second connection was made")
        if found.code == "GC833" and found.status is CheckStatus.FAIL:
            message = f"while one sender is slow, no other is answered within {self.trial.probe.seconds:g} s"
            return Check("slow_sender", CheckStatus.WARN, message, _SLOW_HINT, "GC838")
        return Check("slow_sender", CheckStatus.OK, "others are answered while one sender is slow")

    def _alive(self) -> Check:
        found = self._handshake("still_alive", self.trial.probe.token())
        if found.code == "GC833" and found.status is CheckStatus.FAIL:
            return replace(found, hint=_ALIVE_HINT)
        return Check("still_alive", CheckStatus.OK, "it answers as before")

    def _ask(self, request: bytes, method: str = "POST", seconds: float | None = None) -> Answer:
        """Raises NoAnswer, also where no connection could be made."""
        with self._connection() as connection:
            probe = self.trial.probe
            return exchange(connection, request, seconds or probe.seconds, probe.network.clock, method=method)

    def _connection(self) -> socket.socket:
        """Raises NoAnswer."""
        from requests.utils import select_proxy

        from gcsync.remote.transport import proxies_for, trusting_context

        endpoint, probe = self.trial.endpoint, self.trial.probe
        proxy = select_proxy(endpoint.origin, proxies_for(endpoint.origin, probe.environ))
        with ExitStack() as opened:
            try:
                if proxy is None:
                    connection = dial(endpoint, look_up(endpoint, probe.network), probe.network, probe.seconds)
                else:
                    connection = through(proxy, endpoint, probe.network, probe.seconds)
                opened.callback(connection.close)
                if endpoint.scheme == "https":
                    connection = secure(connection, endpoint.host, trusting_context(probe.environ), probe.seconds)
            except TimeoutError:
                raise NoAnswer(Trouble.SLOW) from None
            except (NoConnection, OSError):
                raise NoAnswer(Trouble.CUT) from None
            opened.pop_all()
        return connection
